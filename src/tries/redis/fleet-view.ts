import { setTimeout as wait } from "node:timers/promises";
import { ignoreAway, StoreAway } from "#src/base/store-away.ts";
import type { Backend } from "#src/inference/backend.ts";
import { isFailing } from "#src/inference/failing.ts";
import type { Fleet, Host } from "#src/inference/fleet.ts";
import { createLookAgain } from "#src/inference/look-again.ts";
import { usableModels } from "#src/inference/usable.ts";
import { type Heartbeats, WORKERS, type WorkerState } from "./heartbeats.ts";
import type { Link } from "./link.ts";

const POLL_MS = 5000;
/** Workers that do not tell by then what they have are not waited for. */
const LOOK_MS = 1600;
/** The last answer is used for so long: what has changed since is told. */
const FRESH_MS = POLL_MS + 1000;

export type FleetView = Fleet & {
  /** Tells whether a host of another worker than that one has the model and does not fail with it. */
  isHealthy: (model: string, except: string) => boolean;
  /** The hosts of other workers than that one, which knows its own better than from what it last told. */
  hostsBeside: (worker: string) => readonly Host[];
};

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
}): FleetView {
  let workers: readonly WorkerState[] = [];
  let hosts: readonly Host[] = [];
  let known = "";
  let readAt = Number.NEGATIVE_INFINITY;
  const listeners = new Set<() => void>();

  const read = async (): Promise<void> => {
    try {
      workers = await heartbeats.read();
      hosts = workers.flatMap((worker) => worker.hosts);
      readAt = performance.now();
    } catch (error) {
      if (!(error instanceof StoreAway)) throw error;
    }
    const now = JSON.stringify(hosts.map((host) => [host, [...host.loaded]]));
    if (now === known) return;
    known = now;
    for (const listener of listeners) listener();
  };

  const hostsBeside = (worker: string): readonly Host[] =>
    workers.filter(({ id }) => id !== worker).flatMap((other) => other.hosts);

  const lookAgain = createLookAgain<Link>(async () => {
    await heartbeats
      .look(
        workers.map(({ id }) => id),
        LOOK_MS,
      )
      .catch(ignoreAway);
    await read();
  });

  return {
    backend,
    get hosts() {
      return hosts;
    },
    remote: true,
    installed: () => usableModels(hosts, allowCloud),
    isLoaded: (model) => hosts.some((host) => host.up && host.loaded.has(backend.normalName(model))),
    acquire: () => undefined,
    free: () => [],
    isElsewhere: () => false,
    others: () => [],
    judge: () => {},
    isHealthy: (model, except) =>
      hostsBeside(except).some(
        (host) =>
          host.up && !isFailing(host, model) && usableModels([host], allowCloud).some(({ name }) => name === model),
      ),
    hostsBeside,
    takeOut: () => {},
    check: read,
    lookAgain: () => lookAgain([link]),
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
