import type { TestContext } from "vitest";
import { createLog } from "#src/base/log.ts";
import { readConfig } from "#src/config.ts";
import { createOllamaBackend } from "#src/inference/ollama/backend.ts";
import type { OpenOutput } from "#src/tries/outputs.ts";
import { openParts, type Parts } from "#src/tries/redis/open.ts";
import { openShared } from "#src/tries/redis/shared-tries.ts";
import { createWorker } from "#src/tries/redis/worker.ts";
import type { Progress, Try } from "#src/tries/try.ts";
import { leftIn } from "#tests/load/redis-world.ts";
import { type Ollama, startOllama } from "#tests/stand-ins/ollama.ts";
import { startRedis } from "#tests/stand-ins/redis.ts";
import { deliveryOf, requestOf, targetOf } from "#tests/tries/world.ts";

export const MODEL = "glm4:9b";
const TOKEN_MS = 15 * 60_000;
const settings = { ...readConfig({}).tries, perPersonHour: 1000, perGuildHour: 1000 };

type Line = { level: number; msg: string; try?: string; job?: string };
/** Changes the parts of a process, so that it calls `die` at some point. */
export type Deadly = (parts: Parts, die: () => void) => Partial<Parts>;

/** The port with a call at which its process dies: before it is made, or after it was. Nobody hears what came of it. */
export function dyingAt<Port extends object>(
  port: Port,
  name: keyof Port,
  when: "before" | "after",
  die: () => void,
): Port {
  const act: unknown = port[name];
  if (typeof act !== "function") throw new Error(`${String(name)} cannot be called`);
  const last = async (...args: unknown[]): Promise<never> => {
    if (when === "after") await act.apply(port, args);
    die();
    return await new Promise<never>(() => {});
  };
  return { ...port, [name]: last };
}

/**
 * Bots and workers over a real Redis in this process, each of which can die at any point of its work: from then on it shows
 * nothing and is not heard of. What tries show is kept by their ids, last words apart. Tests may have one each at the same
 * time: most of it they wait.
 */
export async function openFleet({ expect, onTestFinished }: TestContext, { slots = 1 }: { slots?: number } = {}) {
  const redis = await startRedis();
  const client = redis.client();
  const closing: (() => unknown)[] = [() => redis.stop(), () => client.disconnect()];
  onTestFinished(async () => {
    for (const close of closing.toReversed()) await close();
  });
  const lines: Line[] = [];
  const log = createLog({ logLevel: "info" }, { write: (line) => void lines.push(JSON.parse(line)) });
  const ends = new Map<string, Progress[]>();
  /** Edits that came after a last word. */
  const late: string[] = [];
  const shown = new Map<string, Progress>();
  const showing =
    (life: { dead: boolean }): OpenOutput =>
    ({ id, delivery }, guard = (edit) => edit()) =>
      delivery.surface !== "test"
        ? undefined
        : {
            gone: new AbortController().signal,
            update: (progress) => {
              const edit = async (): Promise<void> => {
                if (life.dead) return;
                if (ends.has(id)) late.push(id);
                shown.set(id, progress);
              };
              guard(edit).catch(() => {});
            },
            finish: async (progress) => {
              if (life.dead) return await new Promise<never>(() => {});
              ends.set(id, [...(ends.get(id) ?? []), progress]);
            },
            leave: async () => {},
          };

  const addBot = async () => {
    const life = { dead: false };
    const events = { started: () => {}, firstToken: () => {}, ended: () => {} };
    const backend = createOllamaBackend();
    const parts = { backend, open: showing(life), events, onRedis: () => {}, log };
    const { tries, fleet, close } = openShared(redis.url, settings, parts);
    const stopping = new AbortController();
    await expect.poll(() => tries.counts()).toBeDefined();
    const running = Promise.all([tries.run(stopping.signal), fleet.run(stopping.signal)]);
    const die = async (): Promise<void> => {
      life.dead = true;
      stopping.abort();
      await close();
    };
    closing.push(async () => {
      if (life.dead) return;
      stopping.abort();
      await running;
      await close();
    });
    const ask = (person: string, prompt = "问", [first = MODEL, ...others]: string[] = []): Promise<Try> => {
      const delivery = deliveryOf({ by: "token", token: "secret", until: Date.now() + TOKEN_MS });
      const begin = async (accept?: (to: typeof delivery) => Promise<void>) => {
        await accept?.(delivery);
        return delivery;
      };
      const targets: Try["targets"] = [targetOf(first), ...others.map(targetOf)];
      return tries.submit(requestOf(person, { targets, prompt, begin }));
    };
    return { tries, ask, die };
  };

  const addWorker = async (ollama: Ollama, deadly: Deadly = () => ({})) => {
    const life = { dead: false };
    const own = openParts(redis.url, settings, log, () => {});
    expect(await own.link.ready()).toBe(true);
    const stopping = new AbortController();
    const die = (): void => {
      life.dead = true;
      own.link.close();
      stopping.abort();
    };
    const { fleet, run } = createWorker({
      parts: { ...own, ...deadly(own, die) },
      fleet: { backend: createOllamaBackend(), hosts: [{ url: ollama.url }], slots, allowCloud: false, log },
      ...{ maxTokens: 1000, name: "machine", open: showing(life), log },
      events: { firstToken: () => {}, ended: () => {} },
    });
    await fleet.ready();
    const running = run(stopping.signal);
    const stop = async (): Promise<void> => {
      if (life.dead) return;
      stopping.abort();
      await running;
      await own.close();
    };
    closing.push(stop);
    return { die, isDead: () => life.dead, stop };
  };

  return {
    ...{ redis, client, lines, ends, late, shown, addBot, addWorker },
    addOllama: async (model = MODEL): Promise<Ollama> => {
      const ollama = await startOllama({ models: [{ name: model }], slots: 100 });
      closing.push(() => ollama.stop());
      return ollama;
    },
    phasesOf: ({ id }: Try): string[] => (ends.get(id) ?? []).map(({ phase }) => phase),
    textOf: ({ id }: Try): string | undefined => ends.get(id)?.at(-1)?.runs[0].text,
    untilEnded: (...tries: Try[]): Promise<void> => expect.poll(() => tries.every(({ id }) => ends.has(id))).toBe(true),
    untilSpeaks: ({ id }: Try): Promise<void> => expect.poll(() => shown.get(id)?.runs[0].text).toMatch(/./),
    nothingIsLeft: (): Promise<void> => expect.poll(() => leftIn(client), { interval: 250 }).toEqual([]),
  };
}
