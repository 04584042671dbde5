import type { Text } from "#src/base/locale.ts";
import { visibleLine } from "#src/sync/github/quoted.ts";
import { shortHash } from "#src/sync/propose/marker.ts";
import { MAX_NAME } from "./dashboard-groups.ts";
import { fitMemory, packMarker, splitDashboard } from "./dashboard-marker.ts";
import { type DashboardInput, dashboardBody } from "./dashboard-text.ts";
import type { Decisions } from "./decisions.ts";

/** The dashboard as it was read. */
export type ObservedDashboard = { number: number; url: string; body: string; state: "open" | "closed" };

export type DashboardPlan =
  | { kind: "create"; title: string; body: string }
  /** `before` is the text that was read: whoever changed it in the meantime is heard first. */
  | { kind: "update"; number: number; url: string; body: string; before: string };

export type DashboardState = {
  input: DashboardInput;
  decisions: Decisions;
  /** YYYY-MM-DD in UTC. */
  today: string;
};

/** Characters of the whole text at most; GitHub takes 65,536. */
const MAX_BODY = 60_000;
/** What our part takes at least; it takes all that people's own text and the marker leave. */
const MIN_ROOM = 4000;
/** The frame of our part, which no list is cut for. */
const FRAME = 3000;

/**
 * Works out what to write to the dashboard: undefined where it says so already (what the run took is no reason), and where a
 * person closed it. Pure.
 */
export function planDashboard(
  state: DashboardState,
  observed: ObservedDashboard | undefined,
  text: Text,
): DashboardPlan | undefined {
  if (observed?.state === "closed") return undefined;
  const seen = splitDashboard(observed?.body ?? "");
  const made = compose(state, seen.own, text);
  if (made === undefined) return undefined;
  if (observed === undefined) return { kind: "create", title: text("dashboard.title"), body: made.body };
  const { marker } = seen;
  // A box that somebody ticked, or anything else that somebody changed, makes the text another one than we wrote.
  const isOurs = marker !== undefined && seen.text !== undefined && shortHash(seen.text) === marker.text;
  if (isOurs && marker.digest === made.digest) return undefined;
  const { number, url, body: before } = observed;
  return { kind: "update", number, url, body: made.body, before };
}

/** Whether a name is in its id, but for the case of its letters. */
const tellsName = (id: string, name: string): boolean => id.toLowerCase().endsWith(name.toLowerCase());

/** The whole text; undefined where what people wrote leaves no room. */
function compose(
  { input, decisions, today }: DashboardState,
  own: string,
  text: Text,
): { body: string; digest: string } | undefined {
  const since = new Map(input.noticed.map(({ id }) => [id, decisions.noticed.get(id) ?? today]));
  const { memory, forgotten } = fitMemory({
    ...decisions.memory,
    // What a run did not see may be seen by the next one.
    noticed: [...new Map([...[...decisions.noticed].filter(([id]) => !since.has(id)), ...since])],
    names: input.declined.flatMap(({ id, name }) => (tellsName(id, name) ? [] : [[id, visibleLine(name, MAX_NAME)]])),
  });
  const packed = packMarker({ v: 1, digest: "0".repeat(16), text: "0".repeat(16), ...memory }).length;
  const room = MAX_BODY - own.length - packed - FRAME;
  if (room < MIN_ROOM) return undefined;
  const write = (shown: DashboardInput): string => dashboardBody(shown, { noticed: since, forgotten }, text, room);
  const written = write(input);
  const cost = { requests: 0, points: 0, hubRequests: 0 };
  const digest = shortHash(JSON.stringify([write({ ...input, cost }), memory.ignored, memory.wishes]));
  const marker = packMarker({ v: 1, digest, text: shortHash(written), ...memory });
  return { body: `${own === "" ? "" : `${own}\n\n`}${written}\n\n${marker}`, digest };
}
