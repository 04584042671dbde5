import { type ChainableCommander, Redis, type RedisOptions } from "ioredis";
import { z } from "zod";
import { withDeadline } from "#src/base/deadline.ts";
import type { Log } from "#src/base/log.ts";
import { StoreAway } from "#src/base/store-away.ts";
import { RedisUnusable } from "#src/tries/redis-unusable.ts";
import { evaluate, PREFIX, PROBE } from "./scripts.ts";

/** The connections of one process to Redis. They reconnect by themselves; what cannot be sent now fails at once. */
export type Link = {
  commands: Redis;
  /** BullMQ's: it wants to decide for itself how often a command is tried. */
  queues: Redis;
  /** Since when Redis can be written to, by performance.now(); undefined where it cannot. */
  writableSince: () => number | undefined;
  /** Whether Redis can be written to; waits a moment for a connection that is being made. */
  ready: () => Promise<boolean>;
  /** Asks Redis something. Rejects with StoreAway where it is out of reach or refuses it for now. */
  ask: <T>(act: () => Promise<T>) => Promise<T>;
  /** ms since 1970 by this machine's clock, as the clock of Redis has them, which is that of all processes. */
  toShared: (ms: number) => number;
  toLocal: (ms: number) => number;
  /** Listens to a channel, by its name without the prefix. */
  listen: (channel: string, listener: (message: string) => void) => void;
  /** Called when messages may have been missed: Redis is there (again), and is listened to. */
  onGap: (listener: () => void) => void;
  /** Resolves where this Redis can never be used. */
  refused: Promise<RedisUnusable>;
  close: () => void;
};

const CONNECT_TIMEOUT_MS = 3000;
const COMMAND_TIMEOUT_MS = 2000;
const QUEUE_TIMEOUT_MS = 5000;
const RECONNECT_MOST_MS = 1000;
/** Less than until a slow answer is acknowledged, so that the refusal can still be for one person alone. */
const READY_MS = 1000;
const PROBE_MS = 3000;
const CLOCK_MS = 60_000;
/** Less than what messages take on their way, at times, is no difference of clocks. */
const SAME_CLOCK_MS = 100;
const CLOCK_WARNING_MS = 10_000;
const OLDEST_VERSION = [6, 2] as const;

/** Called when Redis can be written to, and when it cannot. Must not throw. */
export type OnConnected = (connected: boolean) => void;

/** Connects in the background. The address holds a password and is never logged. */
export function openLink(url: string, log: Log, onConnected: OnConnected): Link {
  const base = {
    connectTimeout: CONNECT_TIMEOUT_MS,
    retryStrategy: (times: number) => Math.min(50 * 2 ** Math.min(times, 8), RECONNECT_MOST_MS),
    enableOfflineQueue: false,
    // Nobody knows whether a command was carried out whose answer was lost: who sent it decides what to do then.
    autoResendUnfulfilledCommands: false,
  } satisfies RedisOptions;
  const commands = new Redis(url, { ...base, maxRetriesPerRequest: 1, commandTimeout: COMMAND_TIMEOUT_MS });
  const queues = new Redis(url, { ...base, maxRetriesPerRequest: null, commandTimeout: QUEUE_TIMEOUT_MS });
  const listener = new Redis(url, { ...base, autoResubscribe: false, maxRetriesPerRequest: null });
  const refused = Promise.withResolvers<RedisUnusable>();
  const gapListeners: (() => void)[] = [];
  const gap = (): void => {
    for (const told of gapListeners) told();
  };
  const state = createState(log, (writable) => {
    onConnected(writable);
    if (writable) gap();
  });
  const clock = createClock(commands, log);

  let connections = 0;
  let unusable = false;
  /** Whether it can be written to is the question: one that is out of memory or hangs keeps its connections. */
  const probe = async (): Promise<void> => {
    const asked = connections;
    // What was asked on a connection that has gone says nothing of the next.
    const isPast = (): boolean => unusable || asked !== connections || commands.status !== "ready";
    if (isPast()) return;
    try {
      await clock.measure();
      await evaluate(commands, PROBE, [`${PREFIX}probe`], [PROBE_MS]);
      if (!isPast()) state.writable();
    } catch (error) {
      if (!isPast()) state.fails(error);
    }
  };
  const inspect = async (): Promise<void> => {
    const info = await commands.info();
    const reason = unusableFor(info);
    unusable = reason !== undefined;
    if (reason) refused.resolve(reason);
    checkPolicy(info, log);
  };
  commands.on("error", (error) => state.fails(error));
  commands.on("close", () => state.lost());
  commands.on("ready", () => {
    connections += 1;
    clock.reset();
    void inspect()
      .catch(() => {})
      .then(probe);
  });
  const probes = setInterval(() => void probe(), PROBE_MS).unref();

  const channels = new Map<string, ((message: string) => void)[]>();
  for (const redis of [queues, listener]) redis.on("error", () => {});
  listener.on("message", (channel: string, message: string) => {
    for (const told of channels.get(channel) ?? []) told(message);
  });
  listener.on("ready", () => {
    if (channels.size > 0) listener.subscribe(...channels.keys()).then(gap, () => {});
  });

  return {
    commands,
    queues,
    writableSince: state.since,
    ready: async () => {
      if (state.since() === undefined) await withDeadline(READY_MS, state.whenWritable());
      return state.since() !== undefined;
    },
    ask: async (act) => {
      try {
        return await act();
      } catch (error) {
        if (!isAway(error)) throw error;
        if (isReply(error)) state.fails(error);
        throw new StoreAway(reasonOf(error), { cause: error });
      }
    },
    toShared: (ms) => ms + clock.offset(),
    toLocal: (ms) => ms - clock.offset(),
    listen: (name, told) => {
      const channel = `${PREFIX}${name}`;
      channels.set(channel, [...(channels.get(channel) ?? []), told]);
      if (listener.status === "ready") listener.subscribe(channel).then(gap, () => {});
    },
    onGap: (told) => void gapListeners.push(told),
    refused: refused.promise,
    close: () => {
      clearInterval(probes);
      for (const redis of [commands, queues, listener]) redis.disconnect();
    },
  };
}

/** Whether Redis can be written to, with one line in the log when it cannot, and one when it can again. */
function createState(log: Log, onChange: OnConnected) {
  let since: number | undefined;
  let told: string | undefined;
  let whenWritable = Promise.withResolvers<void>();
  const lost = (): void => {
    if (since === undefined) return;
    since = undefined;
    whenWritable = Promise.withResolvers();
    onChange(false);
  };
  return {
    since: () => since,
    whenWritable: () => whenWritable.promise,
    lost,
    fails: (error: unknown): void => {
      const message = faultOf(error);
      if (told !== message) log.warn({ reason: reasonOf(error) }, message);
      told = message;
      lost();
    },
    writable: (): void => {
      if (since !== undefined) return;
      if (told !== undefined) log.info(told === REFUSED ? "Redis takes writes again" : "Redis is there again");
      told = undefined;
      since = performance.now();
      whenWritable.resolve();
      onChange(true);
    },
  };
}

/** How far the clock of Redis is from this one. A small difference counts for none, so that times come back as they were. */
function createClock(redis: Redis, log: Log) {
  let offset = 0;
  let measuredAt = Number.NEGATIVE_INFINITY;
  let isTold = false;
  return {
    offset: () => offset,
    reset: () => {
      measuredAt = Number.NEGATIVE_INFINITY;
    },
    measure: async (): Promise<void> => {
      if (performance.now() - measuredAt < CLOCK_MS) return;
      const before = Date.now();
      const [seconds, microseconds] = await redis.time();
      const measured = Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000) - (before + Date.now()) / 2;
      measuredAt = performance.now();
      if (Math.abs(measured) < SAME_CLOCK_MS) offset = 0;
      else if (Math.abs(measured - offset) >= SAME_CLOCK_MS) offset = Math.round(measured);
      const isFar = Math.abs(offset) > CLOCK_WARNING_MS;
      if (isFar && !isTold)
        log.warn({ seconds: Math.round(offset / 1000) }, "the clock of Redis is so far ahead of this machine's");
      isTold = isFar;
    },
  };
}

function unusableFor(info: string): RedisUnusable | undefined {
  if (/^cluster_enabled:1/m.test(info)) return new RedisUnusable("cluster");
  const [, major, minor] = /^redis_version:(\d+)\.(\d+)/m.exec(info) ?? [];
  const isOld =
    Number(major) < OLDEST_VERSION[0] || (Number(major) === OLDEST_VERSION[0] && Number(minor) < OLDEST_VERSION[1]);
  return isOld ? new RedisUnusable("version") : undefined;
}

/** BullMQ loses jobs where Redis throws keys away to save memory (docs.bullmq.io, going to production). */
function checkPolicy(info: string, log: Log): void {
  const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1];
  if (policy !== undefined && policy !== "noeviction")
    log.warn({ policy }, "Redis should be set to maxmemory-policy noeviction: else queued tries may be lost");
}

const isReply = (error: unknown): error is Error => error instanceof Error && error.name === "ReplyError";
/** Redis 6 says in a longer sentence what a script was refused for. */
const SCRIPT = "(?:ERR Error running script[^]*?[ @-])?";
const WRITES = "OOM|MISCONF|READONLY|NOREPLICAS";
const REFUSES_WRITES = new RegExp(`^${SCRIPT}(?:${WRITES})\\b`);
const FOR_NOW = new RegExp(`^${SCRIPT}(?:${WRITES}|LOADING|MASTERDOWN|CLUSTERDOWN|BUSY|TRYAGAIN|NOAUTH|WRONGPASS)\\b`);

/** Of the user that came in, or under the names that an operator gave to commands; scripts say it otherwise. */
const FORBIDS = /^NOPERM\b|\bunknown (?:redis )?command\b|\buser executing the script can't run\b/i;

const REFUSED = "Redis refuses writes";
function faultOf(error: unknown): string {
  if (!isReply(error)) return "Redis is out of reach";
  if (FORBIDS.test(error.message)) return "Redis forbids commands that tries need";
  return REFUSES_WRITES.test(error.message) ? REFUSED : "Redis is out of reach";
}

/** Whether a command failed because Redis is away or refuses it for now, and not because it was wrong. */
export function isAway(error: unknown): boolean {
  if (isReply(error)) return FOR_NOW.test(error.message) || FORBIDS.test(error.message);
  if (!(error instanceof Error) || error instanceof z.ZodError) return false;
  // Those of JavaScript, and those of BullMQ, whose codes are numbers, are faults.
  return (
    !["TypeError", "RangeError", "SyntaxError", "ReferenceError"].includes(error.name) &&
    typeof codeOf(error) !== "number"
  );
}

/** The code that an error of the system or of BullMQ has. */
export const codeOf = (error: unknown): string | number | undefined =>
  z.object({ code: z.union([z.string(), z.number()]) }).safeParse(error).data?.code;

/** A short word for the log: ECONNREFUSED, WRONGPASS, OOM, timeout. What Redis says beyond it may name secrets. */
function reasonOf(error: unknown): string {
  if (isReply(error) && FORBIDS.test(error.message)) return "NOPERM";
  if (isReply(error)) return /[A-Z]{3,}(?=\s(?!Error))/.exec(error.message)?.[0] ?? "refused";
  return String(codeOf(error) ?? (String(error).includes("timed out") ? "timeout" : "closed"));
}

/** Sends commands at once and gives their answers in order. Throws the first that failed. */
export async function answers(pipeline: ChainableCommander): Promise<unknown[]> {
  const results = (await pipeline.exec()) ?? [];
  return results.map(([error, answer]) => {
    if (error) throw error;
    return answer;
  });
}
