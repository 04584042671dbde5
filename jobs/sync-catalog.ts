import { setTimeout as wait } from "node:timers/promises";
import { createTask } from "node-cron";
import { textIn } from "#src/chat/locale.ts";
import type { Config } from "#src/config.ts";
import type { Log } from "#src/log.ts";
import { repeat } from "#src/schedule.ts";
import type { ClientOptions } from "#src/sync/github.ts";
import { explainGithubError } from "#src/sync/github-failure.ts";
import { readLastRun } from "#src/sync/last-run.ts";
import { SyncBusy } from "#src/sync/lock.ts";
import { recordedSync } from "#src/sync/recorded-sync.ts";

/** So that not every bot of the world asks GitHub in the same minute. */
const JITTER_MS = 300_000;
/** A missed run is made up for this long after the start, when the bot has settled. */
const CATCH_UP_AFTER_MS = 60_000;

type Pace = { jitterMs?: number; catchUpAfterMs?: number; pace?: ClientOptions["pace"] };

/**
 * Opens pull requests for what changed upstream, when `SYNC_CRON` says so, until the signal is raised; at once where the
 * last run is further back than the time between two.
 */
export async function syncCatalog(
  config: Config,
  log: Log,
  signal: AbortSignal,
  { jitterMs = JITTER_MS, catchUpAfterMs = CATCH_UP_AFTER_MS, pace }: Pace = {},
): Promise<void> {
  const { cron } = config.github;
  const once = async (ended: AbortSignal): Promise<void> => {
    try {
      const report = await recordedSync({
        ...config,
        mode: "pr",
        text: textIn(config.locale),
        log,
        signal: ended,
        ...(pace && { pace }),
      });
      log.info(
        { seen: report.seen, unreached: report.unreached.length, actions: report.done, cost: report.cost },
        "looked for changes upstream",
      );
    } catch (error) {
      if (ended.aborted) return;
      if (error instanceof SyncBusy) log.info("another sync is running; this run is left out");
      else log.error({ err: explainGithubError(error) ?? error }, "the sync failed");
    }
  };
  const last = await readLastRun(config.dataDir);
  if (last === undefined || Date.now() - Date.parse(last.at) > intervalOf(cron)) {
    await wait(catchUpAfterMs, undefined, { signal }).catch(() => {});
    if (!signal.aborted) await once(signal);
  }
  await repeat(once, { cron, jitterMs }, log, signal);
}

/** Milliseconds between the next two runs of a schedule. */
function intervalOf(cron: string): number {
  const task = createTask(cron, () => {}, { timezone: "UTC" });
  const [first, second] = task.getNextRuns(2);
  void task.destroy();
  return first && second ? second.getTime() - first.getTime() : 0;
}
