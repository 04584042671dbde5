import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import { z } from "zod";
import { type EndReason, endReason } from "#src/tries/run-try.ts";
import type { StoredTry } from "#src/tries/store.ts";
import type { TryCounts } from "#src/tries/tries.ts";
import type { Progress, Try } from "#src/tries/try.ts";
import { readProgress, readTry, withoutToken } from "#src/tries/try-shape.ts";
import * as scripts from "./scripts.ts";
import { evaluate, PREFIX } from "./scripts.ts";

/** Tells a worker what to do with a try that it took from the queue. */
export type Start =
  | { kind: "run"; run: string; try: Try; holder: string }
  /** It was stopped meanwhile: end it. */
  | { kind: "cancelled"; reason: EndReason }
  /** `busy`: later, as the person has another one running. `exhausted`: end it, its workers have died too often. */
  | { kind: "gone" | "busy" | "exhausted" };
/** The outcome of ending a try; only who gets `ok` has ended it. */
export type EndResult = "ok" | "lost" | "ended" | "vanished";
/** Tells whether a run is still the one that counts, or why it has to end. */
export type RunStatus = "mine" | "lost" | "vanished" | EndReason;
export type TryState = z.infer<typeof states>;
/** The state of a try at a moment, for those who watch it. */
export type TrySnapshot = {
  state: TryState;
  /** In the queue of its model, from 1. */
  position: number;
  progress: Progress | undefined;
};
/** A try as it is kept in Redis. */
export type TryRecord = StoredTry & {
  state: TryState;
  progress: Progress | undefined;
  cancel: EndReason | undefined;
};

/** After so many deaths of its worker a try is not begun again: it may be what kills them. */
const MOST_CRASHES = 2;
const SPEEDS_KEPT_MS = 30 * 86_400_000;
/** So long after a process has died its locks are free; while it lives it renews them. */
const LOCK_MS = 4000;
const LOCK_RENEW_MS = 1000;
/** From its admission a try is begun within a moment, unless its process dies. */
const RESERVED_MS = 15_000;

const runStatuses = z.array(z.union([z.enum(["mine", "lost", "vanished"]), endReason]));
const states = z.enum(["reserved", "waiting", "running", "ended", "vanished"]);
const snapshotAnswers = z.array(z.tuple([states, z.string(), z.string()]));
const endResults = z.enum(["ok", "lost", "ended", "vanished"]);
const started = z.union([
  z.tuple([z.literal("run"), z.string(), z.string(), z.string()]),
  z.tuple([z.literal("cancelled"), endReason]),
  z.tuple([z.enum(["gone", "busy", "exhausted"])]),
]);
const recordFields = z.tuple([
  states.nullable(),
  z.string().nullable(),
  z.string().nullable(),
  z.string().nullable(),
  z.string().nullable(),
  z.string().nullable(),
]);

export type Ledger = ReturnType<typeof createLedger>;

/** The tries of all processes together, in Redis. Every call rejects where Redis is away. `keepMs`: how long a try is kept. */
export function createLedger(redis: Redis, keepMs: number) {
  const run = (script: scripts.Script, ...args: (string | number)[]): Promise<unknown> => evaluate(redis, script, args);
  const key = (name: string): string => `${PREFIX}${name}`;
  const idsOf = (index: string, until: number): Promise<string[]> => redis.zrangebyscore(key(index), 0, until);

  return {
    admit: async (id: string, person: string, model: string, most: number): Promise<"ok" | "person" | "full"> =>
      z.enum(["ok", "person", "full"]).parse(await run(scripts.ADMIT, id, person, model, most, keepMs)),
    withdraw: async (id: string, person: string, model: string): Promise<void> =>
      void (await run(scripts.WITHDRAW, id, person, model)),
    /** `deadline` in ms since 1970. */
    begin: async (attempt: Try, holder: string, deadline: number | undefined): Promise<void> => {
      const { id, person, target } = attempt;
      await run(scripts.BEGIN, id, person, target.model, JSON.stringify(attempt), holder, deadline ?? "", keepMs);
    },
    start: async (id: string): Promise<Start> => {
      const answer = started.parse(await run(scripts.START, id, Date.now(), keepMs, MOST_CRASHES));
      if (answer[0] === "cancelled") return { kind: "cancelled", reason: answer[1] };
      if (answer[0] !== "run") return { kind: answer[0] };
      const attempt = readTry(answer[2]);
      if (attempt) return { kind: "run", run: answer[1], try: attempt, holder: answer[3] };
      // Another version wrote it: nobody here could say how it ended, but its person's place must not be kept.
      const [person, model] = await redis.hmget(key(`try:${id}`), "person", "model");
      await run(scripts.WITHDRAW, id, person ?? "", model ?? "");
      return { kind: "gone" };
    },
    beat: async (runs: readonly { id: string; run: string }[]): Promise<RunStatus[]> =>
      runStatuses.parse(await run(scripts.BEAT, Date.now(), ...runs.flatMap((item) => [item.id, item.run]))),
    save: async (id: string, number: string, { text, thinking }: Progress): Promise<void> =>
      void (await run(scripts.SAVE, id, number, text, thinking)),
    /** Ends a try once. `run`: only while that run counts; `state`: only in that state. */
    end: async (
      id: string,
      progress: Progress,
      only: { run?: string; state?: "waiting" | "running" } = {},
    ): Promise<EndResult> => {
      const { text, thinking } = progress;
      const ended = JSON.stringify(progress);
      return endResults.parse(
        await run(scripts.END, id, only.run ?? "", only.state ?? "", ended, text, thinking, Date.now()),
      );
    },
    cancel: async (id: string, reason: EndReason): Promise<TryState> =>
      states.parse(await run(scripts.CANCEL, id, reason)),
    handBack: async (id: string, number: string): Promise<boolean> =>
      (await run(scripts.HAND_BACK, id, number)) === "ok",
    shown: async (attempt: Try): Promise<void> =>
      void (await run(scripts.SHOWN, attempt.id, JSON.stringify(withoutToken(attempt)))),
    snapshots: async (ids: readonly string[]): Promise<TrySnapshot[]> =>
      snapshotAnswers.parse(await run(scripts.SNAPSHOTS, ...ids)).map(([state, place, progress]) => ({
        state,
        position: Number(place) + 1,
        progress: readProgress(progress),
      })),
    find: async (id: string): Promise<TryRecord | undefined> => {
      const fields = ["state", "data", "answer", "thinking", "progress", "cancel"];
      const found = recordFields.parse(await redis.hmget(key(`try:${id}`), ...fields));
      const [state, data, answer, thinking, progress, cancel] = found;
      const attempt = data === null ? undefined : readTry(data);
      if (state === null || attempt === undefined) return undefined;
      return {
        try: attempt,
        answer: answer ?? "",
        thinking: thinking ?? "",
        ended: state === "ended",
        state,
        progress: readProgress(progress ?? ""),
        cancel: endReason.safeParse(cancel).data,
      };
    },
    counts: async (): Promise<TryCounts> => {
      const [running, waiting] = await Promise.all([redis.zcard(key("running")), redis.zcard(key("waiting"))]);
      return { running, waiting };
    },
    idsOf: (person: string): Promise<string[]> => redis.zrange(key(`person:${person}`), "0", "-1"),
    forget: async (person: string, ids: readonly string[]): Promise<number> =>
      z.number().parse(await run(scripts.FORGET, person, ...ids)),
    /** Ids whose deadline was before, in ms since 1970. */
    expired: (before: number): Promise<string[]> => idsOf("deadlines", before),
    /** Ended before, and the last word not shown. */
    unshown: (before: number): Promise<string[]> => idsOf("unshown", before),
    /** Running, and not heard of since. */
    silent: (since: number): Promise<string[]> => idsOf("running", since),
    waiting: (): Promise<string[]> => redis.zrange(key("waiting"), "0", "-1"),
    isPast: async (id: string, time: number): Promise<boolean> =>
      Number((await redis.zscore(key("deadlines"), id)) ?? Number.POSITIVE_INFINITY) < time,
    /** Lets go of an id whose try is not kept any more, or whose admission came to nothing. */
    drop: async (id: string): Promise<void> => void (await run(scripts.DROP, id, RESERVED_MS)),
    /** The newest try counts a quarter. */
    recordSpeed: async (model: string, tokensPerSecond: number): Promise<void> => {
      const seen = Number((await redis.hget(key("speeds"), model)) ?? tokensPerSecond);
      await redis.hset(key("speeds"), model, String(seen * 0.75 + tokensPerSecond * 0.25));
      await redis.pexpire(key("speeds"), SPEEDS_KEPT_MS);
    },
    speeds: async (): Promise<Map<string, number>> =>
      new Map(Object.entries(await redis.hgetall(key("speeds"))).map(([model, speed]) => [model, Number(speed)])),
    /** Holds a lock around what must not happen twice at a time; false, and nothing is done, where somebody else has it. */
    locked: async (name: string, act: () => Promise<void>): Promise<boolean> => {
      const holder = randomUUID();
      if ((await redis.set(key(`lock:${name}`), holder, "PX", LOCK_MS, "NX")) === null) return false;
      const renew = (): void => void run(scripts.RELOCK, name, holder, LOCK_MS).catch(() => {});
      const renewal = setInterval(renew, LOCK_RENEW_MS);
      try {
        await act();
        return true;
      } finally {
        clearInterval(renewal);
        await run(scripts.UNLOCK, name, holder).catch(() => {});
      }
    },
    publish: (channel: string, message: string): Promise<number> => redis.publish(key(channel), message),
  };
}
