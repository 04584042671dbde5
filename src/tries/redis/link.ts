import { once } from "node:events";
import { Redis, type RedisOptions } from "ioredis";
import type { Log } from "#src/base/log.ts";
import { UserError } from "#src/base/user-error.ts";

/** The connections of one process to Redis. They reconnect by themselves; what cannot be sent now fails at once. */
export type Link = {
  commands: Redis;
  /** BullMQ's: it wants to decide for itself how often a command is tried. */
  queues: Redis;
  /** Does nothing but listen to channels. */
  listener: Redis;
  /** Whether commands can be sent; waits a moment for a connection that is being made. */
  ready: () => Promise<boolean>;
  close: () => void;
};

const CONNECT_TIMEOUT_MS = 3000;
const COMMAND_TIMEOUT_MS = 2000;
const QUEUE_TIMEOUT_MS = 5000;
const RECONNECT_MOST_MS = 1000;
const READY_MS = 1500;
const PING_MS = 3000;

/** Called when Redis begins or ceases to answer. Must not throw. */
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
  const listener = new Redis(url, { ...base, enableOfflineQueue: true, maxRetriesPerRequest: null });
  for (const redis of [queues, listener]) redis.on("error", () => {});
  logConnection(commands, log);
  const pings = reportConnection(commands, onConnected);
  return {
    commands,
    queues,
    listener,
    ready: async () => {
      if (commands.status !== "ready")
        await once(commands, "ready", { signal: AbortSignal.timeout(READY_MS) }).catch(() => {});
      return commands.status === "ready";
    },
    close: () => {
      clearInterval(pings);
      for (const redis of [commands, queues, listener]) redis.disconnect();
    },
  };
}

/** Logs one line when Redis is lost, and one when it is there. */
function logConnection(redis: Redis, log: Log): void {
  let isAway = false;
  redis.on("error", (error: Error & { code?: string }) => {
    // Of a refusal the first word alone: WRONGPASS, NOAUTH, LOADING.
    const reason = error.code ?? (error.name === "ReplyError" ? error.message.split(" ", 1)[0] : error.name);
    if (!isAway) log.warn({ reason }, "Redis is out of reach");
    isAway = true;
  });
  redis.on("ready", () => {
    if (isAway) log.info("Redis is there again");
    isAway = false;
    checkPolicy(redis, log).catch(() => {});
  });
}

/** Reports when the connection is made or lost, and pings now and then: a Redis that hangs keeps its connections. */
function reportConnection(redis: Redis, onConnected: OnConnected): NodeJS.Timeout {
  let connections = 0;
  redis.on("ready", () => {
    connections += 1;
    onConnected(true);
  });
  redis.on("close", () => onConnected(false));
  const ask = async (): Promise<void> => {
    if (redis.status !== "ready") return;
    const asked = connections;
    const answers = await redis.ping().then(
      () => true,
      (error: unknown) => !isAway(error),
    );
    // What was asked on a connection that has gone says nothing of the next.
    if (asked === connections && redis.status === "ready") onConnected(answers);
  };
  return setInterval(() => void ask(), PING_MS).unref();
}

/** BullMQ loses jobs where Redis throws keys away to save memory (docs.bullmq.io, going to production). */
async function checkPolicy(redis: Redis, log: Log): Promise<void> {
  const policy = /^maxmemory_policy:(\S+)/m.exec(await redis.info("memory"))?.[1];
  if (policy !== undefined && policy !== "noeviction")
    log.warn({ policy }, "Redis should be set to maxmemory-policy noeviction: else queued tries may be lost");
}

/** Whether a command failed because Redis is away or not ready, and not because it was wrong. */
export const isAway = (error: unknown): boolean =>
  error instanceof Error &&
  (error.name !== "ReplyError" || /^(?:LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|BUSY)\b/.test(error.message));

/** Runs what a person asks for and needs Redis. Throws UserError where it is away. */
export async function needingRedis<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof UserError) && isAway(error)) throw new UserError("tryQueueAway");
    throw error;
  }
}
