import { setTimeout as wait } from "node:timers/promises";
import type { Backend } from "#src/inference/backend.ts";
import { type Fleet, type Host, usableModels } from "#src/inference/fleet.ts";
import { StoreAway } from "#src/tries/queue.ts";
import { type Heartbeats, WORKERS } from "./heartbeats.ts";
import type { Link } from "./link.ts";

const POLL_MS = 5000;
/** How long the last answer is used before it is asked for again. */
const FRESH_MS = 1000;

/**
 * The hosts of all workers, as their heartbeats have them. Nothing is reached from here; while Redis is away, what was last known
 * stays.
 */
export function createFleetView({
  backend,
  link,
  heartbeats,
  allowCloud,
}: {
  backend: Backend;
  link: Link;
  heartbeats: Heartbeats;
  allowCloud: boolean;
}): Fleet {
  let hosts: readonly Host[] = [];
  let known = "";
  let readAt = Number.NEGATIVE_INFINITY;
  const listeners = new Set<() => void>();

  const read = async (): Promise<void> => {
    try {
      hosts = (await heartbeats.read()).flatMap((worker) => worker.hosts);
      readAt = performance.now();
    } catch (error) {
      if (!(error instanceof StoreAway)) throw error;
    }
    const now = JSON.stringify(hosts.map((host) => [host, [...host.loaded]]));
    if (now === known) return;
    known = now;
    for (const listener of listeners) listener();
  };

  return {
    backend,
    get hosts() {
      return hosts;
    },
    remote: true,
    installed: () => usableModels(hosts, allowCloud),
    isLoaded: (model) => hosts.some((host) => host.up && host.loaded.has(backend.normalName(model))),
    acquire: () => undefined,
    takeOut: () => {},
    check: read,
    ready: async () => {
      if (hosts.length > 0 && performance.now() - readAt < FRESH_MS) return;
      await link.ready();
      await read();
    },
    run: async (signal) => {
      link.listen(WORKERS, () => void (signal.aborted ? undefined : read().catch(() => {})));
      while (!signal.aborted) {
        await read();
        await wait(POLL_MS, undefined, { signal }).catch(() => {});
      }
    },
    onChange: (listener) => {
      listeners.add(listener);
    },
  };
}
