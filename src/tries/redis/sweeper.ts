import type { Log } from "#src/base/log.ts";
import type { Progress } from "#src/tries/try.ts";
import { type Heartbeats, modelsOf } from "./heartbeats.ts";
import type { Ledger, TryRecord } from "./ledger.ts";
import type { Queues } from "./queues.ts";
import { type OpenGuarded, showEnd } from "./show-end.ts";

type SweeperOptions = {
  ledger: Ledger;
  queues: Queues;
  heartbeats: Heartbeats;
  open: OpenGuarded;
  log: Log;
  /** How long a try waits for a worker with its model. */
  orphanMs?: number;
};

const EVERY_MS = 2000;
const ORPHAN_MS = 60_000;
/** The worker that runs a try ends it at its deadline; so long after it nobody has. */
const DEADLINE_GRACE_MS = 8000;
/** Whoever ended a try shows that; so long after it nobody has. */
const SHOW_GRACE_MS = 20_000;
/** A try that was not heard of for so long has lost its worker. */
const SILENT_MS = 5000;
/** By then its job must have stalled and been given to another worker. */
const LOST_MS = 25_000;
/** Between a try being written and its job being added. */
const QUEUED_AFTER_MS = 5000;
const MOST_AT_ONCE = 100;

/**
 * Ends what nobody else will end any more, and shows what nobody has shown. Every process sweeps, one at a time; each end
 * is written once, so that it is said once.
 */
export function createSweeper({ ledger, queues, heartbeats, open, log, orphanMs = ORPHAN_MS }: SweeperOptions) {
  /** Since when no live worker has had the model of a waiting try. performance.now(). */
  const orphans = new Map<string, number>();
  const showing = new Set<string>();

  const show = (id: string): void => {
    if (showing.has(id)) return;
    showing.add(id);
    showEnd(id, ledger, open, log)
      .catch((error: unknown) => log.debug({ err: error, try: id }, "an end could not be shown yet"))
      .finally(() => showing.delete(id));
  };
  const end = async (id: string, record: TryRecord, how: Omit<Progress, "text" | "thinking">): Promise<void> => {
    const progress: Progress = { ...how, text: record.answer, thinking: record.thinking };
    const { state } = record;
    if (state !== "waiting" && state !== "running") return;
    if ((await ledger.end(id, progress, { state })) !== "ok") return;
    // Without a worker for its model nobody else would ever take it.
    await queues.remove(record.try.target.model, id).catch(() => {});
    show(id);
  };
  const each = async (ids: readonly string[], act: (id: string, record: TryRecord) => Promise<void>): Promise<void> => {
    for (const id of ids.slice(0, MOST_AT_ONCE)) {
      const record = await ledger.find(id);
      if (record) await act(id, record);
      else await ledger.drop(id);
    }
  };

  const expire = async (): Promise<void> =>
    each(await ledger.expired(Date.now()), async (id, record) => {
      const isLate = await ledger.isPast(id, Date.now() - DEADLINE_GRACE_MS);
      if (record.state === "waiting" || isLate) await end(id, record, { phase: "expired" });
    });

  /** Waiting tries whose model nobody has, and those whose job got lost. */
  const sweepWaiting = async (models: ReadonlySet<string>): Promise<void> => {
    const ids = await ledger.waiting();
    for (const id of orphans.keys()) if (!ids.includes(id)) orphans.delete(id);
    await each(ids, async (id, record) => {
      const { model } = record.try.target;
      if (record.state !== "waiting") return;
      if (models.has(model)) orphans.delete(id);
      else orphans.set(id, orphans.get(id) ?? performance.now());
      const since = orphans.get(id);
      if (since !== undefined && performance.now() - since > orphanMs)
        return end(id, record, { phase: "failed", failure: "unreachable", hostLabel: model });
      if (Date.now() - record.try.createdAt > QUEUED_AFTER_MS) await queues.ensure(model, id);
    });
  };

  /** Running tries whose worker has died: stopped meanwhile, without another worker, or with their job lost. */
  const sweepRunning = async (models: ReadonlySet<string>): Promise<void> => {
    const lost = new Set(await ledger.silent(Date.now() - LOST_MS));
    await each(await ledger.silent(Date.now() - SILENT_MS), async (id, record) => {
      const { model } = record.try.target;
      if (record.state !== "running") return ledger.drop(id);
      if (record.cancel !== undefined) return end(id, record, { phase: record.cancel });
      if (!lost.has(id)) return;
      if (!models.has(model)) return end(id, record, { phase: "interrupted" });
      await queues.ensure(model, id);
    });
  };

  return {
    everyMs: EVERY_MS,
    sweep: async (): Promise<void> => {
      await ledger.locked("sweep", async () => {
        const models = modelsOf(await heartbeats.read());
        await expire();
        await sweepWaiting(models);
        await sweepRunning(models);
        for (const id of (await ledger.unshown(Date.now() - SHOW_GRACE_MS)).slice(0, MOST_AT_ONCE)) show(id);
      });
    },
  };
}
