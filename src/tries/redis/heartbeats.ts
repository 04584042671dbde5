import type { Redis } from "ioredis";
import { z } from "zod";
import type { Host } from "#src/inference/fleet.ts";
import { parseJson } from "#src/tries/try-shape.ts";
import { PREFIX } from "./scripts.ts";

/** A worker that has not been heard of for so long is gone. */
const LIFE_MS = 15_000;

const beat = z.object({
  id: z.string(),
  /** Name of the machine. */
  name: z.string(),
  hosts: z.array(
    z.object({
      label: z.string(),
      up: z.boolean(),
      version: z.string().optional(),
      installed: z.array(
        z.object({
          name: z.string(),
          sizeBytes: z.number(),
          digest: z.string(),
          parameterSize: z.string().optional(),
          quantization: z.string().optional(),
          cloud: z.boolean(),
          capabilities: z.array(z.string()).optional(),
        }),
      ),
      loaded: z.array(z.tuple([z.string(), z.number()])),
      busy: z.number(),
    }),
  ),
});

/** A worker as it describes itself every few seconds. */
type WorkerState = { id: string; name: string; hosts: Host[] };

export type Heartbeats = {
  /** Tells all others what a worker has. */
  publish: (worker: { id: string; name: string; hosts: readonly Host[] }) => Promise<void>;
  /** Tells all others that a worker takes no more. */
  withdraw: (id: string) => Promise<void>;
  /** The workers that live. */
  read: () => Promise<WorkerState[]>;
};

/** Names of the models on hosts of these workers that answer. */
export const modelsOf = (workers: readonly WorkerState[]): ReadonlySet<string> =>
  new Set(
    workers.flatMap(({ hosts }) =>
      hosts.filter(({ up }) => up).flatMap(({ installed }) => installed.map(({ name }) => name)),
    ),
  );

export function createHeartbeats(redis: Redis): Heartbeats {
  const key = (id: string): string => `${PREFIX}worker:${id}`;
  const index = `${PREFIX}workers`;
  return {
    publish: async ({ id, name, hosts }) => {
      const told = { id, name, hosts: hosts.map((host) => ({ ...host, loaded: [...host.loaded] })) };
      await redis
        .multi()
        .set(key(id), JSON.stringify(told), "PX", LIFE_MS)
        .zadd(index, Date.now() + LIFE_MS, id)
        .zremrangebyscore(index, 0, Date.now())
        .pexpire(index, LIFE_MS)
        .publish(`${PREFIX}workers`, id)
        .exec();
    },
    withdraw: async (id) => {
      await redis.multi().del(key(id)).zrem(index, id).publish(`${PREFIX}workers`, id).exec();
    },
    read: async () => {
      const ids = await redis.zrange(index, "0", "-1");
      const told = ids.length === 0 ? [] : await redis.mget(ids.map(key));
      return told.flatMap((text) => (text === null ? [] : (readBeat(text) ?? [])));
    },
  };
}

/** A message of a newer or older worker that is not understood counts as none. */
function readBeat(text: string): WorkerState | undefined {
  const { data } = beat.safeParse(parseJson(text));
  if (data === undefined) return undefined;
  const { id, name } = data;
  const hosts = data.hosts.map(
    ({ label, up, version, installed, loaded, busy }): Host => ({
      url: `worker:${id}`,
      label: `${name} ${label}`,
      up,
      version,
      installed: installed.map(({ parameterSize, quantization, capabilities, ...model }) => ({
        ...model,
        parameterSize,
        quantization,
        capabilities,
      })),
      loaded: new Map(loaded),
      busy,
      failures: 0,
    }),
  );
  return { id, name, hosts };
}
