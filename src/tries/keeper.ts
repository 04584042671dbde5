import type { Log } from "#src/base/log.ts";
import type { RunCoordinator } from "#src/base/schedule.ts";
import type { InstalledModel } from "#src/inference/backend.ts";
import { endTry, KEEPERS, type LastWordParts, showEnd } from "./last-word.ts";
import { every } from "./periodic.ts";
import type { TryQueue } from "./queue.ts";
import { endedFor, failedFor, hasEnded, isPast, nextModel, otherVersion, type Progress, type Try } from "./try.ts";

export type KeeperOptions = Omit<LastWordParts, "queue"> & {
  queue: TryQueue;
  /** The models that hosts have, in whatever process. */
  installed: () => readonly Pick<InstalledModel, "name">[];
  /** Decides which process shows what several can; absent in a single one. */
  coordinator?: RunCoordinator;
  log: Log;
  /** How long a try waits for a host with its model, in ms. */
  orphanMs?: number;
};

const SWEEP_MS = 800;
const ORPHAN_MS = 60_000;
/** Whoever ends a try shows that; so long after it nobody has. */
const SHOW_MS = 20_000;
/** So long the end of a try is one process's to show, should several reach the place. */
const SHOW_ALONE_MS = 15_000;
/** A try that somebody runs is ended by its runner; so much later it is looked at again. */
const RUNNER_MS = 5000;
const MOST_AT_ONCE = 100;

/**
 * Ends what nobody else ends: tries past their deadline, admitted and never begun, waiting for a model that no host has,
 * or left by a process that died; and shows what nobody has shown. Every process keeps, one at a time.
 */
export function createKeeper(options: KeeperOptions) {
  const { queue, records, open, installed, coordinator, log, orphanMs = ORPHAN_MS } = options;
  /** Since when no host has had a model that tries wait for. performance.now(). */
  const orphans = new Map<string, number>();
  const underWay = new Map<string, Promise<void>>();

  /** Shows in the background: an edit may take long. */
  const inBackground = (id: string, act: () => Promise<void>): void => {
    if (underWay.has(id)) return;
    const work = act()
      .catch((error: unknown) => log.debug({ err: error, try: id }, "an end could not be shown yet"))
      .finally(() => underWay.delete(id));
    underWay.set(id, work);
  };

  const showLate = async (attempt: Try, progress: Progress): Promise<void> => {
    await queue.postpone(attempt.id, SHOW_MS);
    inBackground(attempt.id, async () => {
      if (await showEnd(attempt, progress, { records, open })) await queue.forget(attempt.id);
    });
  };

  /** Shows what the process that asked and whoever ended it cannot, where this one can. */
  const showForOthers = async (id: string): Promise<void> => {
    const found = await records.find(id);
    if (found?.kind !== "try" || found.shown || !hasEnded(found.progress)) return;
    const output = open(found.try);
    if (output === undefined) return;
    const isMine = (await coordinator?.shouldRun(`show:${id}`, SHOW_ALONE_MS)) ?? true;
    if (!isMine) return output.leave();
    if (await showEnd(found.try, found.progress, { records, open: () => output })) await queue.forget(id);
  };

  /** Ends a try where nobody runs it. */
  const end = async (attempt: Try, model: string, how: Progress): Promise<void> => {
    if (!(await queue.remove({ id: attempt.id, model }))) return queue.postpone(attempt.id, RUNNER_MS);
    inBackground(attempt.id, async () => void (await endTry(attempt, how, options)));
  };

  const lookAt = async (id: string): Promise<void> => {
    const found = await records.find(id);
    if (found === undefined) return queue.forget(id);
    if (found.kind === "unreadable") return endUnreadable(id, found.rest);
    const { try: attempt, progress, shown, cancel } = found;
    if (hasEnded(progress)) {
      // Whoever ended it may have died before the person's place was free.
      await queue.leave(id, attempt.person);
      return shown ? queue.forget(id) : showLate(attempt, progress);
    }
    const reason = cancel ?? (isPast(attempt) ? "expired" : "interrupted");
    await end(attempt, nextModel(attempt, progress), endedFor(progress, reason));
  };
  const endUnreadable = async (id: string, rest: Try | undefined): Promise<void> => {
    log.warn({ try: id }, "a try of another version is ended");
    if (rest) return end(rest, rest.targets[0].model, otherVersion(rest));
    await records.endUnreadable(id);
    await queue.forget(id);
  };

  const endOrphans = async (): Promise<void> => {
    const here = new Set(installed().map(({ name }) => name));
    const wanted = (await queue.wanted()).filter((model) => !here.has(model));
    for (const model of orphans.keys()) if (!wanted.includes(model)) orphans.delete(model);
    for (const model of wanted) {
      const since = orphans.get(model) ?? performance.now();
      orphans.set(model, since);
      if (performance.now() - since < orphanMs) continue;
      for (const id of (await queue.waiting(model)).slice(0, MOST_AT_ONCE)) await endOrphan(id, model);
    }
  };
  const endOrphan = async (id: string, model: string): Promise<void> => {
    const found = await records.find(id);
    if (found?.kind === "try" && !hasEnded(found.progress)) {
      const { try: attempt, progress, cancel } = found;
      // Hosts that have other models can be reached.
      const failure = installed().length > 0 ? "modelMissing" : "unreachable";
      const how = cancel ? endedFor(progress, cancel) : failedFor(progress, failure, model);
      return end(attempt, model, how);
    }
    if (found === undefined) log.warn({ try: id }, "nothing is kept of a queued try: it is taken out");
    // There is nothing left of it to be run, and in the queue it would stay for ever.
    if (await queue.remove({ id, model })) await lookAt(id);
  };

  /** Ends and shows what has to be. */
  const sweep = async (): Promise<void> => {
    if (!(await queue.keep())) return;
    for (const id of (await queue.due()).slice(0, MOST_AT_ONCE)) await lookAt(id);
    await endOrphans();
  };

  return {
    sweep,
    run: async (signal: AbortSignal): Promise<void> => {
      records.onNotice(KEEPERS, ({ id }) => inBackground(id, () => showForOthers(id)));
      await every(SWEEP_MS, sweep, log, signal);
      await Promise.allSettled(underWay.values());
    },
  };
}
