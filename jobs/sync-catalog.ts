import { setTimeout as wait } from "node:timers/promises";
import { createTask } from "node-cron";
import type { Log } from "#src/base/log.ts";
import { type RunCoordinator, repeat } from "#src/base/schedule.ts";
import type { Config } from "#src/config.ts";
import type { ClientOptions } from "#src/sync/github/client.ts";
import { explainGithubError } from "#src/sync/github/failure.ts";
import { readLastRun } from "#src/sync/last-run.ts";
import { SyncBusy } from "#src/sync/lock.ts";
import { recordedSync } from "#src/sync/recorded-sync.ts";
import { ArchiveRefused } from "#src/sync/refresh/archive.ts";
import type { SyncOptions, SyncRun } from "#src/sync/run.ts";

/** So that not every bot of the world asks GitHub in the same minute. */
const JITTER_MS = 300_000;
/** A missed run is made up for this long after the start, when the bot has settled. */
const CATCH_UP_AFTER_MS = 60_000;
const NAME = "sync";
/** Longer than any run, whose requests all have limits. */
const LEASE_MS = 3_600_000;

type SyncJobOptions = {
  jitterMs?: number;
  catchUpAfterMs?: number;
  pace?: ClientOptions["pace"];
  upstream?: ClientOptions["upstream"];
  hubUpstreams?: SyncOptions["hubUpstreams"];
  /** Told how each run went that the signal did not end. */
  onRun?: (run: SyncRun) => void;
  /** Lets only one of several processes run. */
  coordinator?: RunCoordinator | undefined;
};

/**
 * Opens pull requests for what changed upstream, when `SYNC_CRON` says so, until the signal is raised; at once where the
 * last run is further back than the time between two.
 */
export async function syncCatalog(
  config: Config,
  log: Log,
  signal: AbortSignal,
  {
    jitterMs = JITTER_MS,
    catchUpAfterMs = CATCH_UP_AFTER_MS,
    pace,
    upstream,
    hubUpstreams,
    onRun,
    coordinator,
  }: SyncJobOptions = {},
): Promise<void> {
  const { cron } = config.github;
  const once = async (ended: AbortSignal): Promise<void> => {
    const began = performance.now();
    const seconds = (): number => (performance.now() - began) / 1000;
    try {
      const report = await recordedSync({
        ...config,
        mode: "pr",
        log,
        signal: ended,
        upstream,
        hubUpstreams,
        ...(pace && { pace }),
      });
      log.info(
        { seen: report.seen, unreached: report.unreached.length, actions: report.done, cost: report.cost },
        "looked for changes upstream",
      );
      onRun?.({ outcome: "done", seconds: seconds(), report });
    } catch (error) {
      if (ended.aborted) return;
      if (error instanceof SyncBusy) {
        log.info("another sync is running; this run is left out");
        onRun?.({ outcome: "busy" });
      } else {
        log.error(causeOf(error), "the sync failed");
        onRun?.({ outcome: "failed", seconds: seconds() });
      }
    }
  };
  const last = await readLastRun(config.dataDir);
  if (last === undefined || Date.now() - Date.parse(last.at) > intervalOf(cron)) {
    await wait(catchUpAfterMs, undefined, { signal }).catch(() => {});
    const isOurs =
      coordinator === undefined || (await coordinator.shouldRun(`${NAME}:catch-up`, Math.max(1, intervalOf(cron))));
    if (!signal.aborted && isOurs) await once(signal);
  }
  const shared = coordinator && { name: NAME, coordinator, leaseMs: LEASE_MS };
  await repeat(once, { cron, jitterMs, shared }, log, signal);
}

/** What GitHub said, or its archive is refused for, is a line; only what nobody expects shows where it came from. */
function causeOf(error: unknown): { reason: string } | { err: unknown } {
  const known = explainGithubError(error) ?? (error instanceof ArchiveRefused ? error : undefined);
  return known === undefined ? { err: error } : { reason: known.message };
}

/** Milliseconds between the next two runs of a schedule. */
function intervalOf(cron: string): number {
  const task = createTask(cron, () => {}, { timezone: "UTC" });
  const [first, second] = task.getNextRuns(2);
  void task.destroy();
  return first && second ? second.getTime() - first.getTime() : 0;
}
