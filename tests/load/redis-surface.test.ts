import { json } from "node:stream/consumers";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { createLive } from "#src/base/live.ts";
import { createLog } from "#src/base/log.ts";
import { readConfig } from "#src/config.ts";
import { createOllamaBackend } from "#src/inference/ollama/backend.ts";
import { createOutputs, type OpenOutput } from "#src/tries/outputs.ts";
import { openParts } from "#src/tries/redis/open.ts";
import { openShared, type Shared } from "#src/tries/redis/shared-tries.ts";
import { createWorker } from "#src/tries/redis/worker.ts";
import type { Progress, Reach, Try } from "#src/tries/try.ts";
import { openServer } from "#tests/loopback-server.ts";
import { type Ollama, startOllama } from "#tests/stand-ins/ollama.ts";
import { type Redis, startRedis, WITHOUT_REDIS } from "#tests/stand-ins/redis.ts";
import { person } from "#tests/tries/people.ts";
import { MODEL, requestOf } from "#tests/tries/world.ts";

if (WITHOUT_REDIS !== undefined) process.stderr.write(`a new surface over Redis is not tested: ${WITHOUT_REDIS}\n`);

/** A surface that no line of the program knows: its messages are edited over HTTP, as Telegram's are. */
const TELEGRAM = "telegram";
const CREDENTIALS = "the bot's own";
const CHAT = "4711";
const log = createLog({ logLevel: "silent" });

const edit = z.object({ by: z.string(), token: z.string(), chat: z.string(), text: z.string() });
type Edit = z.infer<typeof edit>;

/** Telegram's part of it: takes edits of whoever has a token that it has given out. */
async function startTelegram(tokens: readonly string[]) {
  const edits: Edit[] = [];
  const url = await openServer(async (request, response) => {
    const told = edit.parse(await json(request));
    const isKnown = tokens.includes(told.token);
    if (isKnown) edits.push(told);
    response.writeHead(isKnown ? 200 : 401).end();
  });
  return { url: `${url}/`, edits };
}

const textOf = ({ phase, position, restarted, runs: [run] }: Progress): string =>
  [phase, position, restarted && "again", run.text].filter((part) => part !== undefined && part !== false).join(" ");

/** The road of one process to the world; once it is cut, nothing of that process arrives anywhere. */
type Road = { name: string; isCut: boolean };

/** What a process registers to show answers on the surface. `credentials`: for chats whose answers have no token. */
function telegramOpener(url: string, road: Road, credentials?: string): OpenOutput {
  return ({ delivery }: Try, guard = (act) => act()) => {
    const { reach, address } = delivery;
    const token = reach.by === "token" ? reach.token : (credentials ?? "");
    if (token === "") return undefined;
    const send = async (progress: Progress): Promise<void> => {
      if (road.isCut) throw new Error("the process has died");
      const body = JSON.stringify({ by: road.name, token, chat: address["chat"], text: textOf(progress) });
      const response = await fetch(url, { method: "POST", body });
      if (!response.ok) throw new Error(`refused with ${response.status}`);
    };
    const live = createLive({
      show: (progress: Progress) => guard(() => send(progress)),
      gapMs: 50,
      again: () => false,
    });
    return {
      gone: new AbortController().signal,
      update: (progress) => live.update(() => progress),
      leave: () => live.close(),
      finish: async (progress) => {
        await live.close();
        await send(progress).catch(() => {});
      },
    };
  };
}

type Knows = Extract<Reach["by"], "token" | "channel">;

async function openFleet(ollamas: number) {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const telegram = await startTelegram(["a token", CREDENTIALS]);
  const hosts = await Promise.all(Array.from({ length: ollamas }, () => startOllama({ models: [{ name: MODEL }] })));
  for (const host of hosts) host.script({ endless: true, tokensPerSecond: 20 });
  onTestFinished(async () => void (await Promise.all(hosts.map((host) => host.stop()))));
  const outputsOf = (road: Road, knows: Knows | undefined) => {
    const outputs = createOutputs();
    if (knows) outputs.register(TELEGRAM, knows, telegramOpener(telegram.url, road, CREDENTIALS));
    return outputs;
  };
  return {
    redis,
    telegram,
    hosts,
    bot: (name: string, knows?: Knows) => openBot(redis, { name, isCut: false }, (road) => outputsOf(road, knows)),
    worker: (name: string, host: Ollama | undefined, knows?: Knows) =>
      openRunner(redis, host, { name, isCut: false }, (road) => outputsOf(road, knows)),
    /** Who made the newest edit, and what it says. */
    shown: () => telegram.edits.at(-1),
    editors: () => new Set(telegram.edits.map(({ by }) => by)),
  };
}
type OutputsOf = (road: Road) => ReturnType<typeof createOutputs>;

/** A process that takes commands. */
async function openBot(redis: Redis, road: Road, outputsOf: OutputsOf) {
  const connected = Promise.withResolvers<void>();
  const shared = openShared(redis.url, readConfig({}).tries, {
    backend: createOllamaBackend(),
    open: outputsOf(road).open,
    events: { started: () => {}, firstToken: () => {}, ended: () => {} },
    onRedis: (isThere) => isThere && connected.resolve(),
    log,
  });
  const { tries, fleet } = shared;
  const stop = new AbortController();
  const running = Promise.all([tries.run(stop.signal), fleet.run(stop.signal)]);
  await connected.promise;
  const end = async (): Promise<void> => {
    stop.abort();
    await running;
    await shared.close();
  };
  onTestFinished(end);
  /** As a kill ends it: nothing of it arrives anywhere from here on. */
  const die = async (): Promise<void> => {
    road.isCut = true;
    await end();
  };
  return { ...shared, die };
}

/** A process that runs tries beside a host. */
async function openRunner(redis: Redis, host: Ollama | undefined, road: Road, outputsOf: OutputsOf) {
  const connected = Promise.withResolvers<void>();
  const parts = openParts(redis.url, readConfig({}).tries, log, (isThere) => isThere && connected.resolve());
  const { fleet, run } = createWorker({
    parts,
    fleet: { backend: createOllamaBackend(), hosts: host ? [{ url: host.url }] : [], slots: 4, allowCloud: false, log },
    maxTokens: 100_000,
    name: road.name,
    open: outputsOf(road).open,
    events: { firstToken: () => {}, ended: () => {} },
    log,
  });
  await Promise.all([fleet.ready(), connected.promise]);
  const stop = new AbortController();
  const running = run(stop.signal);
  onTestFinished(async () => {
    stop.abort();
    await running;
    await parts.close();
  });
  return {
    /** Cuts it off from everything at once, as a kill does. */
    die: (): void => {
      road.isCut = true;
      parts.link.close();
    },
  };
}

const ask = ({ tries }: Pick<Shared, "tries">, reach: Reach): Promise<Try> =>
  tries.submit(
    requestOf("somebody", {
      begin: async () => ({ surface: TELEGRAM, reach, address: { chat: CHAT }, private: false }),
    }),
  );
const MINUTE_MS = 60_000;
const byToken = (ms = 15 * MINUTE_MS): Reach => ({ by: "token", token: "a token", until: Date.now() + ms });
const CHANNEL: Reach = { by: "channel" };
const stop = ({ tries }: Pick<Shared, "tries">, { id }: Try) => tries.stop(id, person("somebody"));

describe.skipIf(WITHOUT_REDIS !== undefined)("a surface that nothing but the processes which register it knows", () => {
  test("by token: a worker shows the answer, another one after its death, and the bot its places alone", async () => {
    const { bot, worker, hosts, shown, telegram } = await openFleet(2);
    const asked = await bot("bot", "token");
    const first = await worker("first", hosts[0], "token");
    await expect.poll(() => asked.fleet.installed().length).toBe(1);
    const attempt = await ask(asked, byToken());
    await expect.poll(shown).toMatchObject({ by: "first", chat: CHAT, text: expect.stringContaining("answering") });
    await worker("second", hosts[1], "token");
    first.die();
    await expect.poll(shown).toMatchObject({ by: "second", text: expect.stringContaining("answering again 你好") });
    expect(await stop(asked, attempt)).toMatchObject({ outcome: "stopped" });
    await expect.poll(shown).toMatchObject({ by: "second", text: expect.stringContaining("stopped again 你好") });
    // A worker that has just begun may take a while to its first try, which has a place meanwhile.
    const ofBot = telegram.edits.filter(({ by }) => by === "bot").map(({ text }) => text.split(" ")[0]);
    expect(ofBot.filter((phase) => phase !== "waiting")).toEqual([]);
    expect(telegram.edits.every(({ token }) => token === "a token")).toBe(true);
    await expect.poll(async () => (await asked.tries.find(attempt.id))?.shown).toBe(true);
    expect(JSON.stringify(await asked.tries.find(attempt.id))).not.toContain("a token");
  });

  test("by token: when all workers are gone, a bot has the last word", async () => {
    const { bot, worker, hosts, shown } = await openFleet(1);
    const asked = await bot("bot", "token");
    const only = await worker("only", hosts[0], "token");
    await expect.poll(() => asked.fleet.installed().length).toBe(1);
    // Its deadline is a minute before its token ends.
    await ask(asked, byToken(MINUTE_MS + 4000));
    await expect.poll(shown).toMatchObject({ by: "only", text: expect.stringContaining("answering") });
    only.die();
    await expect.poll(shown).toMatchObject({ by: "bot", text: expect.stringMatching(/^expired/) });
  });

  test.each([
    ["token", () => byToken()],
    ["channel", () => CHANNEL],
  ] as const)("by %s: a worker that cannot show it has whoever asked show all of it", async (knows, reach) => {
    const { bot, worker, hosts, shown, editors } = await openFleet(1);
    const asked = await bot("bot", knows);
    await worker("worker", hosts[0]);
    await expect.poll(() => asked.fleet.installed().length).toBe(1);
    const attempt = await ask(asked, reach());
    await expect.poll(shown).toMatchObject({ by: "bot", text: expect.stringContaining("answering 你好") });
    expect(await stop(asked, attempt)).toMatchObject({ outcome: "stopped" });
    await expect.poll(shown).toMatchObject({ text: expect.stringContaining("stopped 你好") });
    expect(editors()).toEqual(new Set(["bot"]));
    await expect.poll(async () => (await asked.tries.find(attempt.id))?.shown).toBe(true);
  });

  test.each([
    ["token", () => byToken()],
    ["channel", () => CHANNEL],
  ] as const)("by %s: where whoever asked has gone, another that can has the last word, once", async (knows, reach) => {
    const { bot, worker, hosts, shown, telegram } = await openFleet(1);
    // The worker keeps, and reaches nothing.
    await worker("worker", hosts[0]);
    const asked = await bot("asked", knows);
    const others = [await bot("other", knows), await bot("other", knows), await bot("blind")];
    await expect.poll(() => asked.fleet.installed().length).toBe(1);
    const attempt = await ask(asked, reach());
    await expect.poll(shown).toMatchObject({ by: "asked", text: expect.stringContaining("answering") });
    await asked.die();
    const count = telegram.edits.length;
    expect(await stop(others[2] ?? asked, attempt)).toMatchObject({ outcome: "stopped" });
    await expect.poll(shown).toMatchObject({ by: "other", text: expect.stringContaining("stopped 你好") });
    await expect.poll(async () => (await others[0]?.tries.find(attempt.id))?.shown).toBe(true);
    expect(telegram.edits.length).toBe(count + 1);
  });
});
