import type { ActionResult } from "#src/sync/publish/publish.ts";
import type { RefreshOutcome } from "#src/sync/refresh/refresh.ts";
import type { SyncRun } from "#src/sync/run.ts";
import { createCounter, createHistogram, type Family } from "./tally.ts";

export type UpstreamMetrics = {
  synced: (run: SyncRun) => void;
  /** A look for a newer catalog. */
  looked: (outcome: RefreshOutcome) => void;
  /** When the last look reached GitHub, in ms since 1970. */
  lookedAt: () => number | undefined;
  /** What was left of the hour's GraphQL points after the last sync, as far as GitHub said. */
  pointsLeft: () => number | undefined;
};

const RUNS = ["done", "partly", "failed", "busy"] as const;
/** A record, so that a new kind of action cannot be forgotten. */
const ACTIONS: Record<ActionResult["action"], true> = {
  open: true,
  update: true,
  label: true,
  explain: true,
  close: true,
  discard: true,
};
const ACTION_OUTCOMES: readonly ActionResult["outcome"][] = ["done", "changed", "failed"];
const LOOKS: readonly RefreshOutcome[] = ["unchanged", "taken", "refused", "failed"];
/** Seconds. */
const SYNC_BOUNDS = [1, 5, 15, 30, 60, 120, 300, 600, 1800];

/** What is counted of the traffic with GitHub. `now` in ms since 1970. */
export function createUpstreamMetrics(now: () => number): { events: UpstreamMetrics; families: () => Family[] } {
  const runs = createCounter({
    name: "mulu_sync_runs_total",
    help: "Runs of the sync: done, partly (a proposal could not be carried out), failed, busy (another was running).",
    labels: ["outcome"],
  });
  const seconds = createHistogram(
    { name: "mulu_sync_duration_seconds", help: "Time that a run of the sync took.", labels: [] },
    SYNC_BOUNDS,
  );
  const actions = createCounter({
    name: "mulu_sync_actions_total",
    help: "What the sync did to pull requests, by action and outcome.",
    labels: ["action", "outcome"],
  });
  const looks = createCounter({
    name: "mulu_catalog_looks_total",
    help: "Looks for a newer catalog, by outcome.",
    labels: ["outcome"],
  });
  for (const outcome of RUNS) runs.add({ outcome }, 0);
  for (const action of Object.keys(ACTIONS)) for (const outcome of ACTION_OUTCOMES) actions.add({ action, outcome }, 0);
  for (const outcome of LOOKS) looks.add({ outcome }, 0);
  let lookedAt: number | undefined;
  let pointsLeft: number | undefined;
  return {
    events: {
      synced: (run) => {
        const isPartly = run.outcome === "done" && run.report.done.some(({ outcome }) => outcome === "failed");
        runs.add({ outcome: isPartly ? "partly" : run.outcome });
        if (run.outcome !== "busy") seconds.observe({}, run.seconds);
        if (run.outcome !== "done") return;
        for (const { action, outcome } of run.report.done) actions.add({ action, outcome });
        pointsLeft = run.report.cost.remaining;
      },
      looked: (outcome) => {
        looks.add({ outcome });
        if (outcome !== "failed") lookedAt = now();
      },
      lookedAt: () => lookedAt,
      pointsLeft: () => pointsLeft,
    },
    families: () => [runs.family(), seconds.family(), actions.family(), looks.family()],
  };
}
