import { tickedBoxes } from "#src/sync/propose/boxes.ts";
import { declinedIn, type Marker, splitMarker } from "#src/sync/propose/marker.ts";
import { LABELS } from "#src/sync/propose/proposal-text.ts";
import type { PullRequest } from "#src/sync/propose/repository-state.ts";
import { type DashboardMemory, NO_MEMORY, splitDashboard } from "./dashboard-marker.ts";

/** What people decided by the boxes of the dashboard and of pull requests. Ids are of signals. */
export type Decisions = {
  /** Not to be proposed, and not to be mentioned. None of these is wanted. */
  declined: ReadonlySet<string>;
  /** To be proposed, whatever a rule, their age or an earlier no says. */
  wanted: ReadonlySet<string>;
  /** Everything is to be looked at without caches. */
  lookAgain: boolean;
  /** The day (YYYY-MM-DD) on which each was first noticed. */
  noticed: ReadonlyMap<string, string>;
  /** What the next dashboard is to remember. */
  memory: DashboardMemory;
};

/**
 * Reads the decisions. A wish outlives every earlier no; it ends when its signal is ticked in an open pull request, or when a
 * pull request that is newer than the wish and holds the signal is merged or closed by a person.
 */
export function decisionsIn(
  pulls: readonly PullRequest[],
  dashboard: { body: string; state: "open" | "closed" } | undefined,
): Decisions {
  const { text, marker } = splitDashboard(dashboard?.body ?? "");
  const before: DashboardMemory = marker ?? NO_MEMORY;
  const ticked = tickedBoxes(text ?? "");
  const asked = (verb: string): Set<string> =>
    new Set(ticked.flatMap((item) => (item.verb === verb && item.id !== undefined ? [item.id] : [])));
  const newWishes = asked("propose");
  const decided = pulls.flatMap((pull) => pullDecisions(pull) ?? []);
  const newest = Math.max(0, ...pulls.map(({ number }) => number));

  const wishes = new Map(before.wishes);
  for (const id of asked("ignore")) wishes.delete(id);
  // What is ticked in a closed one is never noted with a number: any pull request that was decided ends it.
  if (dashboard?.state === "closed") for (const id of newWishes) wishes.set(id, wishes.get(id) ?? 0);
  for (const [id, since] of wishes) if (decided.some((pull) => ends(pull, id, since))) wishes.delete(id);
  if (dashboard?.state === "open") {
    for (const id of newWishes) {
      wishes.delete(id);
      wishes.set(id, newest);
    }
  }
  const ignored = [...new Set([...before.ignored, ...asked("ignore")])].filter((id) => !wishes.has(id));
  const declined = [...ignored, ...decided.flatMap(({ declined: own }) => [...own])].filter((id) => !wishes.has(id));
  return {
    declined: new Set(declined),
    wanted: new Set(wishes.keys()),
    lookAgain: ticked.some(({ verb }) => verb === "look-again"),
    noticed: new Map(before.noticed),
    memory: { ignored, wishes: [...wishes], noticed: before.noticed, names: before.names },
  };
}

/** What a pull request says of decisions; undefined without a marker, and where it is wanted again as a whole. */
type PullDecisions = Pick<PullRequest, "number" | "state"> & { marker: Marker; declined: ReadonlySet<string> };

function pullDecisions({ number, state, labels, body }: PullRequest): PullDecisions | undefined {
  const { marker } = splitMarker(body);
  if (marker === undefined || (state !== "open" && labels.includes(LABELS.again))) return undefined;
  return { number, state, marker, declined: declinedIn(body) };
}

/** Whether a pull request ends a wish that was made when `since` was the newest one. */
function ends({ number, state, marker, declined }: PullDecisions, id: string, since: number): boolean {
  // Its own memory holds what was ticked before; whoever ticks anew after the wish means it.
  if (state === "open") return declined.has(id) && marker.declined?.includes(id) !== true;
  return number > since && marker.closed !== true && (marker.signals.includes(id) || declined.has(id));
}
