import { explainGithubError, oneLine } from "#src/sync/github/failure.ts";
import { countProposed } from "#src/sync/propose/action.ts";
import { type LastRun, writeLastRun } from "./last-run.ts";
import { withSyncLock } from "./lock.ts";
import { runSync, type SyncOptions, type SyncReport } from "./run.ts";

/**
 * Runs the sync while no other run does, and notes how it went, where the disk takes that. Throws what `runSync` throws, and
 * SyncBusy.
 */
export function recordedSync(options: SyncOptions): Promise<SyncReport> {
  const { dataDir, mode, signal, log } = options;
  const work = async (): Promise<SyncReport> => {
    const at = new Date((options.now ?? Date.now)()).toISOString();
    const record = async (run: Omit<LastRun, "at">): Promise<void> => {
      if (mode !== "pr" || signal.aborted) return;
      await writeLastRun(dataDir, { at, ...run }).catch((error: unknown) =>
        log.warn({ reason: reasonOf(error) }, "how the sync went could not be stored"),
      );
    };
    try {
      const report = await runSync(options);
      await record(summaryOf(report));
      return report;
    } catch (error) {
      await record({ ok: false, seen: 0, unreached: 0, proposed: 0, detail: reasonOf(error) });
      throw error;
    }
  };
  return withSyncLock(dataDir, work, log);
}

function summaryOf({ seen, unreached, plan, done }: SyncReport): Omit<LastRun, "at"> {
  const failed = done.filter(({ outcome }) => outcome === "failed");
  const detail = failed[0]?.detail;
  return {
    ok: failed.length === 0,
    seen,
    unreached: unreached.length,
    proposed: countProposed(plan?.actions ?? []),
    ...(detail !== undefined && { detail: oneLine(detail) }),
  };
}

function reasonOf(error: unknown): string {
  const failure = explainGithubError(error);
  return oneLine(failure?.message ?? (error instanceof Error ? error.message : String(error)));
}
