import { describe, expect, onTestFinished, test, vi } from "vitest";
import { createFleet } from "#src/inference/fleet.ts";
import { createOllamaBackend } from "#src/inference/ollama/backend.ts";
import { fleetOf, host, OPTIONS } from "#tests/inference/fleet-world.ts";
import { openServer } from "#tests/loopback-server.ts";

describe("a look before somebody is refused", () => {
  const looks = (ollama: Awaited<ReturnType<typeof host>>): number =>
    ollama.calls.filter(({ path }) => path === "/api/tags").length;

  test("finds a host that is back, and a model that was pulled a moment ago", async () => {
    const [first, second] = [await host(), await host()];
    const fleet = await fleetOf([first.url, second.url]);
    await first.down();
    for (const item of fleet.hosts) await fleet.check(item);
    await first.up();
    second.install({ name: "yi:6b" });
    expect([fleet.hosts[0]?.up, fleet.acquire("yi:6b")]).toEqual([false, undefined]);
    await fleet.lookAgain();
    expect(fleet.hosts[0]?.up).toBe(true);
    expect(fleet.acquire("yi:6b")?.host).toBe(fleet.hosts[1]);
  });

  test("is one for all who ask within a second, and another one after that", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    onTestFinished(() => void vi.useRealTimers());
    const ollama = await host();
    const fleet = await fleetOf([ollama.url]);
    const before = looks(ollama);
    await Promise.all(Array.from({ length: 5 }, fleet.lookAgain));
    for (let times = 0; times < 5; times++) await fleet.lookAgain();
    vi.advanceTimersByTime(999);
    await fleet.lookAgain();
    expect(looks(ollama) - before).toBe(1);
    vi.advanceTimersByTime(1);
    await fleet.lookAgain();
    expect(looks(ollama) - before).toBe(2);
  });

  test("does not wait for a host that does not answer", async () => {
    const silent = await openServer(() => {});
    const ollama = await host();
    const hosts = [{ url: silent }, { url: ollama.url }];
    const fleet = createFleet({ ...OPTIONS, backend: createOllamaBackend(), hosts });
    await fleet.lookAgain();
    expect(fleet.hosts.map(({ up, fault }) => [up, fault])).toEqual([
      [false, undefined],
      [true, undefined],
    ]);
  });
});

describe("other models than one that failed", () => {
  test("are those that can answer: in memory first, and none that a host fails with", async () => {
    const models = ["qwen3:8b", "yi:6b", "glm4:9b", "bad:1b"].map((name) => ({ name }));
    const ollama = await host({ models });
    const fleet = await fleetOf([ollama.url]);
    fleet.acquire("glm4:9b")?.release();
    const [only] = fleet.hosts;
    if (only === undefined) throw new Error("the fleet has no host");
    fleet.judge(only, "bad:1b", { reason: "cannotLoad", said: "x" });
    const others = (model: string) => fleet.others(model).map(({ name }) => name);
    expect(others("Qwen3:8b")).toEqual(["glm4:9b", "yi:6b"]);
    expect(only.lastFailure).toMatchObject({ model: "bad:1b", reason: "cannotLoad", said: "x" });
    fleet.judge(only, "bad:1b", undefined);
    expect(others("qwen3:8b")).toContain("bad:1b");
    expect(others("bad:1b")).toContain("qwen3:8b");
  });
});
