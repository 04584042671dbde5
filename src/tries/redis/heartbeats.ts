import { randomUUID } from "node:crypto";
import { z } from "zod";
import { withDeadline } from "#src/base/deadline.ts";
import { parseJson } from "#src/base/parse-json.ts";
import { FAILURE_REASONS } from "#src/inference/backend.ts";
import type { Host } from "#src/inference/fleet.ts";
import { answers, type Link } from "./link.ts";
import { PREFIX } from "./scripts.ts";

/** A worker that has not been heard of for so long is gone. */
const LIFE_MS = 15_000;
/** Workers are to say so often that they live, in ms. */
export const HEARTBEAT_MS = 4000;
/** Channel on which a worker tells that what it has is another now. */
export const WORKERS = "workers";
/** Channels on which workers are told to look at their hosts, and tell that they have. */
const LOOK = "look";
const LOOKED = "looked";

const fault = z.object({ reason: z.enum(FAILURE_REASONS), said: z.string(), status: z.number().optional() });
const beat = z.object({
  id: z.string(),
  /** Name of the machine. */
  name: z.string(),
  hosts: z.array(
    z.object({
      label: z.string(),
      /** Where the worker reaches it, for administrators; workers of older versions do not say. */
      url: z.string().optional(),
      up: z.boolean(),
      version: z.string().optional(),
      installed: z.array(
        z.object({
          name: z.string(),
          listedName: z.string().optional(),
          sizeBytes: z.number(),
          digest: z.string(),
          parameterSize: z.string().optional(),
          quantization: z.string().optional(),
          cloud: z.boolean(),
          capabilities: z.array(z.string()).optional(),
          contextTokens: z.number().optional(),
        }),
      ),
      /** Names of the models in memory with bytes of graphics memory, as the versions before have it. */
      loaded: z.array(z.tuple([z.string(), z.number()])),
      /** What else is known of those. */
      memory: z
        .record(z.string(), z.object({ sizeBytes: z.number(), contextTokens: z.number().optional() }))
        .default({}),
      busy: z.number(),
      /** Models that it fails for just now. */
      failing: z.array(z.string()).default([]),
      fault: fault.optional().catch(undefined),
      lastFailure: fault.extend({ model: z.string(), at: z.number() }).optional().catch(undefined),
    }),
  ),
});

/** A worker as it describes itself every few seconds. */
export type WorkerState = { id: string; name: string; hosts: readonly Host[] };

export type Heartbeats = {
  /** Tells all others what a worker has, and that it lives. */
  publish: (worker: WorkerState) => Promise<void>;
  /** Likewise, where something has changed that others decide by; how busy its hosts are comes with the next beat. */
  publishChange: (worker: WorkerState) => Promise<void>;
  /** Tells all others that a worker takes no more. */
  withdraw: (id: string) => Promise<void>;
  /** The workers that live. */
  read: () => Promise<WorkerState[]>;
  /** Has these workers look at their hosts; resolves when all have told what they have, or after so many ms. */
  look: (ids: readonly string[], ms: number) => Promise<void>;
  /** Called when somebody wants a worker to look at its hosts and to publish what it has. */
  onLook: (id: string, act: () => Promise<void>) => void;
};

/** Everything rejects with StoreAway where Redis is away. */
export function createHeartbeats(link: Link): Heartbeats {
  const { commands, ask } = link;
  const key = (id: string): string => `${PREFIX}worker:${id}`;
  const index = `${PREFIX}workers`;
  const now = (): number => link.toShared(Date.now());
  let known: string | undefined;
  const looks = new Map<string, { left: Set<string>; done: () => void }>();
  link.listen(LOOKED, (message) => {
    const [look = "", worker = ""] = message.split(" ");
    const waiting = looks.get(look);
    if (waiting?.left.delete(worker) && waiting.left.size === 0) waiting.done();
  });
  const publish = (worker: WorkerState, decisive = decisiveOf(worker)): Promise<void> =>
    ask(async () => {
      const { id, name, hosts } = worker;
      const told = JSON.stringify({ id, name, hosts: hosts.map(toTell) });
      const pipeline = commands
        .pipeline()
        .set(key(id), told, "PX", LIFE_MS)
        .zadd(index, now() + LIFE_MS, id)
        .pexpire(index, LIFE_MS);
      if (decisive !== known) pipeline.zremrangebyscore(index, "-inf", now()).publish(`${PREFIX}${WORKERS}`, id);
      await answers(pipeline);
      known = decisive;
    });
  return {
    publish: (worker) => publish(worker),
    publishChange: async (worker) => {
      const decisive = decisiveOf(worker);
      if (decisive !== known) await publish(worker, decisive);
    },
    withdraw: (id) =>
      ask(async () => {
        known = undefined;
        await answers(commands.pipeline().del(key(id)).zrem(index, id).publish(`${PREFIX}${WORKERS}`, id));
      }),
    read: () =>
      ask(async () => {
        const ids = await commands.zrangebyscore(index, now(), "+inf");
        const told = ids.length === 0 ? [] : await commands.mget(ids.map(key));
        return told.flatMap((text) => (text === null ? [] : (readBeat(text) ?? [])));
      }),
    look: async (ids, ms) => {
      if (ids.length === 0) return;
      const look = randomUUID();
      const { promise, resolve } = Promise.withResolvers<void>();
      looks.set(look, { left: new Set(ids), done: resolve });
      try {
        await ask(() => commands.publish(`${PREFIX}${LOOK}`, look));
        await withDeadline(ms, promise);
      } finally {
        looks.delete(look);
      }
    },
    onLook: (id, act) =>
      link.listen(LOOK, (look) => {
        // Whoever asked does not wait for a worker that cannot tell.
        void act()
          .then(() => ask(() => commands.publish(`${PREFIX}${LOOKED}`, `${look} ${id}`)))
          .catch(() => {});
      }),
  };
}

const toTell = ({ loaded, failing, address, ...host }: Host): object => {
  const { label, up, version, installed, busy, fault: why, lastFailure } = host;
  return {
    ...{ label, url: address.url, up, version, installed, busy, fault: why, lastFailure },
    loaded: [...loaded].map(([model, { vramBytes }]) => [model, vramBytes]),
    memory: Object.fromEntries([...loaded].map(([model, { vramBytes: _, ...rest }]) => [model, rest])),
    failing: [...failing].flatMap(([model, { until }]) => (until > performance.now() ? [model] : [])),
  };
};

/** All that others decide by. */
const decisiveOf = ({ hosts }: WorkerState): string =>
  JSON.stringify(hosts.map((host) => toTell({ ...host, busy: 0 })));

/** A message of a newer or older worker that is not understood counts as none. */
function readBeat(text: string): WorkerState | undefined {
  const { data } = beat.safeParse(parseJson(text));
  if (data === undefined) return undefined;
  const { id, name } = data;
  const until = performance.now() + LIFE_MS;
  const hosts = data.hosts.map(
    ({ label, url = `worker:${id}`, installed, loaded, memory, failing, version, ...host }): Host => ({
      ...host,
      address: { url },
      label: `${name} ${label}`,
      version,
      installed: installed.map(({ parameterSize, quantization, capabilities, contextTokens, ...model }) => ({
        ...model,
        contextTokens,
        parameterSize,
        quantization,
        capabilities,
      })),
      loaded: new Map(
        loaded.map(([model, vramBytes]) => [
          model,
          { vramBytes, sizeBytes: memory[model]?.sizeBytes ?? 0, contextTokens: memory[model]?.contextTokens },
        ]),
      ),
      failures: 0,
      // A version before does not say why.
      fault: host.fault ?? (host.up ? undefined : { reason: "unreachable", said: "" }),
      failing: new Map(failing.map((model) => [model, { until, times: 1 }])),
    }),
  );
  return { id, name, hosts };
}
