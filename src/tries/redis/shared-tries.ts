import type { Log } from "#src/base/log.ts";
import { UserError } from "#src/base/user-error.ts";
import type { Backend } from "#src/inference/backend.ts";
import type { AccessLists } from "#src/tries/access.ts";
import { checkRequest, mayStop, newTryId, takeQuota, tryOf } from "#src/tries/admission.ts";
import type { Quotas } from "#src/tries/quotas.ts";
import type { Tries } from "#src/tries/tries.ts";
import { type Delivery, deadlineOf, type Try } from "#src/tries/try.ts";
import type { Heartbeats } from "./heartbeats.ts";
import type { Ledger } from "./ledger.ts";
import { isAway, type Link, needingRedis } from "./link.ts";
import { every } from "./periodic.ts";
import type { Queues } from "./queues.ts";
import { type OpenGuarded, showEnd, whenFree } from "./show-end.ts";
import { createSweeper } from "./sweeper.ts";
import { createWatch, type WatchOptions } from "./watch.ts";

export type SharedTriesOptions = {
  link: Link;
  ledger: Ledger;
  queues: Queues;
  heartbeats: Heartbeats;
  quotas: Quotas;
  access: AccessLists;
  queueMax: number;
  promptMax: number;
  normalName: Backend["normalName"];
  holder: string;
  open: OpenGuarded;
  count: WatchOptions["count"];
  log: Log;
};

const SPEEDS_MS = 10_000;

/** The tries of all processes: asked for here, run by workers, kept in Redis. */
export function createSharedTries(options: SharedTriesOptions): { tries: Tries; close: () => Promise<void> } {
  const { link, ledger, queues, heartbeats, open, log } = options;
  const watch = createWatch(options);
  let speeds: ReadonlyMap<string, number> = new Map();
  let watching: Promise<void> | undefined;
  const ended = new AbortController();
  /** A program that answers one command does not run tries for long, but has to see its own. */
  const beginWatching = (): void => {
    watching ??= watch.run(ended.signal);
  };

  const available = async (): Promise<void> => {
    if (!(await link.ready())) throw new UserError("tryQueueAway");
  };

  /** Asks Redis once the connection is there, which a program that answers one command has only begun to make. */
  const asking = <T>(act: () => Promise<T>): Promise<T> =>
    needingRedis(async () => {
      await link.ready();
      return act();
    });

  /** A try that waits is ended here and now; a running one by its worker. */
  const stop = async (id: string): Promise<void> => {
    const state = await ledger.cancel(id, "stopped");
    if (state !== "waiting") return;
    const record = await ledger.find(id);
    if (record === undefined) return;
    watch.stopped(id);
    const progress = { phase: "stopped", text: record.answer, thinking: record.thinking } as const;
    if ((await ledger.end(id, progress, { state: "waiting" })) !== "ok") return;
    await queues.remove(record.try.target.model, id).catch(() => {});
    await whenFree(ledger, id, async () => {});
    await showEnd(id, ledger, open, log);
  };

  const keep = (attempt: Try): Promise<void> =>
    needingRedis(() => ledger.begin(attempt, options.holder, deadlineOf(attempt.delivery)));

  const close = async (): Promise<void> => {
    ended.abort();
    await watching;
  };
  const tries: Tries = {
    submit: async (request) => {
      checkRequest(request, options);
      const { person, target } = request;
      const id = newTryId();
      const admitted = await needingRedis(async () => {
        await available();
        const admission = await ledger.admit(id, person.id, target.model, options.queueMax);
        if (admission === "ok") await takeQuota(options.quotas, person).catch(withdrawing(request, id));
        return admission;
      });
      if (admitted === "person") throw new UserError("tryOneAtATime");
      if (admitted === "full") throw new UserError("tryQueueFull", { count: options.queueMax });
      let attempt: Try | undefined;
      // Written before Discord is told that an answer will come: should this process die then, a sweeper queues it.
      const accept = async (delivery: Delivery): Promise<void> => {
        attempt = tryOf(request, id, delivery);
        await keep(attempt);
      };
      const delivery = await request.begin(accept).catch(withdrawing(request, id));
      if (attempt === undefined) {
        attempt = tryOf(request, id, delivery);
        await keep(attempt);
      }
      beginWatching();
      watch.add(attempt);
      // Should this be lost, a sweeper finds that the try has no job.
      await queues
        .add(target.model, id)
        .then(() => ledger.publish("changes", target.model))
        .catch((error: unknown) => log.warn({ err: error, try: id }, "a try could not be queued yet"));
      return attempt;
    },
    stop: async (id, person) =>
      asking(async () => {
        const record = await ledger.find(id);
        if (record === undefined || record.ended) return "ended";
        if (!mayStop(person, record.try)) return "forbidden";
        await stop(id);
        return "stopped";
      }),
    find: (id) => asking(() => ledger.find(id)),
    counts: async () => {
      try {
        return await ledger.counts();
      } catch (error) {
        if (isAway(error)) return undefined;
        throw error;
      }
    },
    forget: (person) =>
      asking(async () => {
        const ids = await ledger.idsOf(person);
        await Promise.all(ids.map(stop));
        return ledger.forget(person, ids);
      }),
    available,
    speed: (model) => speeds.get(model),
    run: async (signal) => {
      beginWatching();
      const sweeper = createSweeper({ ledger, queues, heartbeats, open, log });
      await Promise.all([
        every(sweeper.everyMs, sweeper.sweep, log, signal),
        every(
          SPEEDS_MS,
          async () => {
            speeds = await ledger.speeds();
          },
          log,
          signal,
        ),
      ]);
      await close();
    },
  };
  return { tries, close };

  function withdrawing(
    { person, target }: Parameters<Tries["submit"]>[0],
    id: string,
  ): (error: unknown) => Promise<never> {
    return async (error) => {
      await ledger.withdraw(id, person.id, target.model).catch(() => {});
      throw error;
    };
  }
}
