import { pino } from "pino";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { createFleet } from "#src/inference/fleet.ts";
import { createOllamaBackend } from "#src/inference/ollama/backend.ts";
import { createPulls, type PullProgress } from "#src/inference/pulls.ts";
import { page } from "#tests/stand-ins/ollama/faults.ts";
import { startOllama } from "#tests/stand-ins/ollama.ts";

type Line = Record<string, unknown>;

async function open() {
  const hosts = await Promise.all([startOllama(), startOllama()]);
  for (const host of hosts) onTestFinished(() => host.stop());
  const [first, second] = hosts;
  const lines: Line[] = [];
  const log = pino({ level: "warn" }, { write: (line) => void lines.push(JSON.parse(line)) });
  const settings = [{ url: first.url }, { url: second.url }];
  const fleet = createFleet({ backend: createOllamaBackend(), hosts: settings, slots: 1, allowCloud: false, log });
  await fleet.ready();
  const [here, there] = fleet.hosts;
  if (here === undefined || there === undefined) throw new Error("the fleet has no hosts");
  return { ollama: first, fleet, pulls: createPulls({ fleet, log }), here, there, lines };
}

test("a pull counts the bytes of all layers, and then the model can be tried", async () => {
  const { ollama, fleet, pulls, here } = await open();
  ollama.pulls.offer("qwen3:8b", { layers: [3e8, 1e8], bytesPerSecond: 2e9 });
  const pull = pulls.start("qwen3:8b", here);
  const seen: PullProgress[] = [];
  pull.onChange(() => seen.push(pull.progress()));
  expect(pulls.running().map(({ model }) => model)).toEqual(["qwen3:8b"]);
  expect(pulls.find(pull.id)).toBe(pull);
  await pull.ended;
  expect(pull.progress()).toMatchObject({ phase: "done", completedBytes: 4e8, totalBytes: 4e8, bytesPerSecond: 0 });
  expect(seen.map(({ completedBytes }) => completedBytes)).toEqual(
    seen.map(({ completedBytes }) => completedBytes).toSorted((a, b) => a - b),
  );
  expect([pulls.running(), pulls.find(pull.id)]).toEqual([[], undefined]);
  expect(fleet.acquire("qwen3:8b")?.host).toBe(here);
});

test("the speed is in bytes a second, over the last five", async () => {
  const { fleet, here } = await open();
  vi.useFakeTimers({ toFake: ["performance"] });
  onTestFinished(() => void vi.useRealTimers());
  const speeds: number[] = [];
  const steps = [
    [0, 0],
    [1000, 2e9],
    [4000, 4e9],
    [4500, 8.5e9],
  ] as const;
  const pull = async function* () {
    for (const [afterMs, completedBytes] of steps) {
      vi.advanceTimersByTime(afterMs);
      yield { completedBytes, totalBytes: 1e10 };
    }
  };
  const running = createPulls({
    fleet: { ...fleet, backend: { ...fleet.backend, pull } },
    log: pino({ level: "silent" }),
  }).start("m:1b", here);
  running.onChange(() => speeds.push(running.progress().bytesPerSecond));
  await running.ended;
  // The last word has no speed.
  expect(speeds).toEqual([0, 2e9, 8e8, 1e9, 0]);
});

test("one pull of a model on a host at a time, which whoever asks again joins", async () => {
  const { ollama, pulls, here, there } = await open();
  ollama.pulls.offer("qwen3:8b", { layers: [4e9], bytesPerSecond: 1e6 });
  const pull = pulls.start("qwen3:8b", here);
  expect(pulls.start("qwen3:8b", here)).toBe(pull);
  const others = [pulls.start("qwen3:4b", here), pulls.start("qwen3:8b", there)];
  expect(new Set([pull, ...others]).size).toBe(3);
  await expect.poll(() => pull.progress().totalBytes).toBe(4e9);
  for (const item of [pull, ...others]) item.cancel();
  await Promise.all([pull, ...others].map(({ ended }) => ended));
  expect(pull.progress().phase).toBe("cancelled");
  const request = ollama.pulls.requests.find(({ model }) => model === "qwen3:8b");
  await expect.poll(() => request?.closedByClientAt).toBeDefined();
  const again = pulls.start("qwen3:8b", here);
  expect(again).not.toBe(pull);
  again.cancel();
  await again.ended;
});

const SIGNED = "https://x.r2.cloudflarestorage.com/ollama/blobs/data?X-Amz-Signature=bdd55bd0";

describe("a pull that fails says why, and what the host said", () => {
  const ERRORS: readonly [said: string, reason: string, cause?: string][] = [
    ["write /root/.ollama/models/blobs/sha256-29fd-partial: no space left on device", "failed", "diskFull"],
    [`max retries exceeded: Get "${SIGNED}": dial tcp: lookup x: no such host`, "failed", "noRegistry"],
    ["max retries exceeded: EOF", "failed", "noRegistry"],
    [
      'pull model manifest: Get "https://registry.ollama.ai/v2/": net/http: TLS handshake timeout',
      "failed",
      "noRegistry",
    ],
    [
      "pull model manifest: 412: The model you are attempting to pull requires a newer version of Ollama.",
      "cannotLoad",
      "tooNew",
    ],
    ["pull model manifest: 401: unauthorized", "failed", "denied"],
    ["digest mismatch, file must be downloaded again: want sha256:1, got sha256:2", "failed"],
  ];
  test.each(ERRORS)("%s", async (message, reason, cause) => {
    const { ollama, pulls, here, lines } = await open();
    ollama.pulls.offer("qwen3:8b", { layers: [1000], error: { afterBytes: 500, message } });
    const pull = pulls.start("qwen3:8b", here);
    await pull.ended;
    const { phase, failure } = pull.progress();
    expect([phase, failure?.reason, failure?.params?.["cause"]]).toEqual(["failed", reason, cause]);
    expect(pulls.lastFailure(here)).toMatchObject({ model: "qwen3:8b", failure });
    const line = lines.find(({ msg }) => msg === "a pull failed");
    expect(line).toMatchObject({ level: 40, model: "qwen3:8b", host: here.label, reason, said: failure?.message });
    expect(JSON.stringify(line)).toContain(message.slice(0, 20));
    expect(JSON.stringify(line)).not.toContain("bdd55bd0");
  });

  test("there is no model of that name", async () => {
    const { pulls, here } = await open();
    const pull = pulls.start("nothing:1b", here);
    await pull.ended;
    expect(pull.progress()).toMatchObject({
      phase: "failed",
      failure: { params: { cause: "noSuchModel" }, message: "pull model manifest: file does not exist" },
    });
    expect(pulls.lastFailure(here)?.at).toBeGreaterThan(0);
  });

  test.each([
    ["a proxy", page(502, "Bad Gateway"), "unreachable"],
    ["a login", { code: 401, body: "" }, "notBackend"],
  ] as const)("%s answers in the host's place", async (_, answer, reason) => {
    const { ollama, pulls, here, there } = await open();
    ollama.answer("/api/pull", answer);
    const pull = pulls.start("qwen3:8b", here);
    await pull.ended;
    expect(pull.progress().failure).toMatchObject({ reason, params: { status: answer.code } });
    expect([here.up, pulls.lastFailure(there)]).toEqual([true, undefined]);
  });
});

test("a removal that fails says why, and is in the log", async () => {
  const { pulls, here, lines } = await open();
  await expect(pulls.remove("qwen3:8b", here)).rejects.toMatchObject({
    failure: { reason: "modelMissing", message: "model 'qwen3:8b' not found", params: { status: 404 } },
  });
  expect(lines).toContainEqual(
    expect.objectContaining({ msg: "a removal failed", reason: "modelMissing", status: 404 }),
  );
});

test("a removed model cannot be tried any more", async () => {
  const { ollama, fleet, pulls, here } = await open();
  ollama.install({ name: "qwen3:8b" });
  await fleet.check(here);
  expect(fleet.installed().length).toBe(1);
  await pulls.remove("qwen3:8b", here);
  expect(fleet.installed()).toEqual([]);
});
