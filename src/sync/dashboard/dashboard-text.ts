import type { Text } from "#src/base/locale.ts";
import { link, table } from "#src/base/markdown.ts";
import { quoted } from "#src/sync/github/quoted.ts";
import { box } from "#src/sync/propose/boxes.ts";
import { LIMITS } from "#src/sync/propose/plan.ts";
import { grouped, itemsWithin, MAX_NAME, more, type NamedSignal, type ShownGroups } from "./dashboard-groups.ts";
import { DASHBOARD_START } from "./dashboard-marker.ts";

/** Why an organisation, a host or a repository was not looked at. */
export type SilenceReason = "away" | "limit" | "refused" | "unreadable" | "empty" | "quota" | "failed";

/** What the dashboard shows. Texts from outside come as they are; those of ours (`remark`, `what`) are Markdown of one line. */
export type DashboardInput = {
  /** Pull requests that are open. */
  open: readonly { title: string; url: string }[];
  /** What is wanted, but not now; the address of its pull request where it has one. */
  waiting: readonly {
    title: string;
    reason: "limit" | "branchTaken" | "held" | "facts";
    url?: string | undefined;
  }[];
  /** What a person may judge: `about` is where it was seen. `propose`: whether a wish for it can be met. */
  noticed: readonly (NamedSignal & {
    about?: string | undefined;
    remark?: string | undefined;
    url?: string | undefined;
    propose: boolean;
  })[];
  /** What a rule of catalog/watch.yaml left out, by its id and what it says these are, newest first; `propose` as above. */
  leftOut: readonly { rule: string; what: string; models: readonly NamedSignal[]; propose: boolean }[];
  /** What was made before `since` and is in no entry, by organisation, newest first. */
  older: { since: string; byOrganization: readonly { organization: string; models: readonly NamedSignal[] }[] };
  declined: readonly NamedSignal[];
  failed: readonly { name: string; reason: SilenceReason }[];
  /** What the run took: GitHub's requests and points, and hub requests; `pointsLeft` where GitHub said so. */
  cost: { requests: number; points: number; hubRequests: number; pointsLeft?: number | undefined };
};

/** What the text takes from memory: when things were first noticed, and how many decisions were forgotten. */
export type DashboardMemoir = { noticed: ReadonlyMap<string, string>; forgotten: number };

const MAX_TITLE = 200;
const MAX_URL = 300;
/** Characters of the whole text. */
const MAX_TEXT = 40_000;
/** How much of it a list that has something to say is sure to have, whatever stands before it. */
const LEAST = { noticed: 0.15, declined: 0.1, failed: 0.05, leftOut: 0.15, older: 0.15 } as const;

/**
 * The dashboard's text without its marker: what there is to do first, what is only for the books folded. At most `room`
 * characters whatever comes (but for some hundreds of the frame). A list takes what those that matter more leave; what a
 * rule or its age keeps out shares the rest. Each is cut between its items, with a count.
 */
export function dashboardBody(
  input: DashboardInput,
  { noticed, forgotten }: DashboardMemoir,
  text: Text,
  room: number = MAX_TEXT,
): string {
  let left = room;
  const keptFor = (...later: (keyof typeof LEAST)[]): number =>
    later.reduce((sum, name) => sum + (isEmpty(input, name) ? 0 : LEAST[name] * room), 0);
  const next = (later: (keyof typeof LEAST)[], write: (own: number) => string): string => {
    const written = write(left - keptFor(...later));
    left -= written.length;
    return written;
  };
  const proposed = next(["noticed", "declined", "failed", "leftOut", "older"], (own) => proposals(input, own, text));
  const seen = next(["declined", "failed", "leftOut", "older"], (own) =>
    folded(
      text("dashboard.noticed", { count: input.noticed.length }),
      list(
        input.noticed.map((item) => noticedItem(item, noticed.get(item.id), text)),
        own,
        text,
      ),
    ),
  );
  const declined = next(["failed", "leftOut", "older"], (own) =>
    folded(text("dashboard.declined", { count: input.declined.length }), list(input.declined.map(takeBack), own, text)),
  );
  const failed = next(["leftOut", "older"], (own) =>
    folded(
      text("dashboard.failed", { count: input.failed.length }),
      list(
        input.failed.map(({ name, reason }) => `- ${quoted(name, MAX_NAME)}: ${text(`dashboard.silence.${reason}`)}`),
        own,
        text,
      ),
    ),
  );
  // Half of the rest for either; what one does not need is the other's.
  const ruled = leftOut(input, left - Math.min(left / 2, older(input, left / 2, text).length), text);
  const old = older(input, left - ruled.length, text);
  return [
    `${DASHBOARD_START}\n${text("dashboard.intro")}`,
    forgotten > 0 ? `**${text("dashboard.forgotten", { count: forgotten })}**` : "",
    proposed,
    box("look-again", undefined, text("dashboard.lookAgain")) ?? "",
    ...[seen, ruled, old, declined, failed],
    costText(input, text),
  ]
    .filter((part) => part !== "")
    .join("\n\n");

  function takeBack({ id, name }: NamedSignal): string {
    const shown = quoted(name, MAX_NAME);
    return box("propose", id, text("dashboard.takeBack", { name: shown })) ?? `- ${shown}`;
  }
}

const isEmpty = (input: DashboardInput, name: keyof typeof LEAST): boolean =>
  (name === "older" ? input.older.byOrganization : input[name]).length === 0;

/** The line that tells what a run took: the only one whose change alone is worth no new text. */
function costText({ cost: { pointsLeft, ...cost } }: DashboardInput, text: Text): string {
  const left = pointsLeft === undefined ? "" : ` ${text("dashboard.left", { points: pointsLeft })}`;
  return `<sub>${text("dashboard.cost", cost)}${left}</sub>`;
}

function proposals({ open, waiting }: DashboardInput, room: number, text: Text): string {
  if (open.length + waiting.length === 0) return text("dashboard.noProposals");
  const elsewhere = new Set(waiting.flatMap(({ url }) => url ?? []));
  const toRead = open.filter(({ url }) => !elsewhere.has(url)).toSorted(byNumber);
  const rows = [
    ...toRead.map(({ title, url }) => [linked(title, url), text("dashboard.open")]),
    ...waiting.map(({ title, url, reason }) => [linked(title, url), text(`dashboard.waiting.${reason}`, LIMITS)]),
  ];
  const fitting = itemsWithin(rows, room, (row) => row.join(" | ").length + 5);
  return [
    `**${text("dashboard.counts", { open: toRead.length, waiting: waiting.length })}**`,
    table([text("dashboard.columnProposal"), text("dashboard.columnState")], fitting),
    more(rows.length - fitting.length, text),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** A title beside its link: text from outside is inside code, which a link's label does not guard in every reader. */
const linked = (title: string, url: string | undefined): string =>
  `${quoted(title, MAX_TITLE)}${url === undefined || url.length > MAX_URL ? "" : ` ${link(numberOf(url), url)}`}`;

/** The same in every run, in whatever order they were read. */
const byNumber = (a: { url: string }, b: { url: string }): number =>
  Number(numberOf(a.url)) - Number(numberOf(b.url)) || a.url.localeCompare(b.url, "en");

/** `…/pull/12` → `12`. */
const numberOf = (url: string): string => /\/(\d+)$/.exec(url)?.[1] ?? "→";

function noticedItem(item: DashboardInput["noticed"][number], since: string | undefined, text: Text): string {
  const { id, name, about, remark, url, propose } = item;
  const parts = [
    linked(name, url),
    about === undefined ? "" : quoted(about, MAX_NAME),
    remark?.replaceAll("\n", " ").slice(0, 2 * MAX_URL) ?? "",
    since === undefined ? "" : text("dashboard.since", { date: since }),
  ];
  const boxes = [
    propose ? box("propose", id, text("dashboard.propose")) : undefined,
    box("ignore", id, text("dashboard.ignore")),
  ];
  return [
    `- ${parts.filter((part) => part !== "").join(" · ")}`,
    ...boxes.flatMap((line) => (line === undefined ? [] : [`  ${line}`])),
  ].join("\n");
}

function leftOut({ leftOut: rules }: DashboardInput, room: number, text: Text): string {
  const count = rules.reduce((sum, { models }) => sum + models.length, 0);
  const groups = rules.map(({ rule, what, models, propose }) => ({
    propose,
    title: text("dashboard.rule", {
      rule: quoted(rule, MAX_NAME),
      what: quoted(what, MAX_TITLE),
      count: models.length,
    }),
    models,
  }));
  const shown = grouped(groups, room, text);
  const hints = [text("dashboard.leftOutHint"), tickHint(shown, text), unboxedHint("leftOutUnboxed", shown, text)];
  return folded(text("dashboard.leftOut", { count }), shown.markdown, hints.join(""));
}

function older({ older: { since, byOrganization } }: DashboardInput, room: number, text: Text): string {
  const count = byOrganization.reduce((sum, { models }) => sum + models.length, 0);
  const groups = byOrganization.map(({ organization, models }) => ({
    title: `${quoted(organization, MAX_NAME)} (${models.length})`,
    models,
    propose: true,
  }));
  const summary = text("dashboard.older", { count, since: since.replace(/[^\d-]/g, "") });
  const shown = grouped(groups, room, text);
  const hints = [text("dashboard.olderHint"), tickHint(shown, text), unboxedHint("olderUnboxed", shown, text)];
  return folded(summary, shown.markdown, hints.join(""));
}

/** What a box does, where there is one. */
const tickHint = ({ boxes }: ShownGroups, text: Text): string => (boxes > 0 ? text("dashboard.tickHint") : "");

/** How those are proposed for whose boxes there is no room. */
const unboxedHint = (key: "leftOutUnboxed" | "olderUnboxed", { unboxed }: ShownGroups, text: Text): string =>
  unboxed > 0 ? text(`dashboard.${key}`, { count: unboxed }) : "";

/** A part that is folded; nothing where it is empty. The summary is ours. */
const folded = (summary: string, content: string, hint = ""): string =>
  content === ""
    ? ""
    : `<details><summary>${summary}</summary>\n\n${hint === "" ? "" : `${hint}\n\n`}${content}\n\n</details>`;

function list(items: readonly string[], room: number, text: Text): string {
  const fitting = itemsWithin(items, room, (item) => item.length + 1);
  const rest = more(items.length - fitting.length, text);
  return [fitting.join("\n"), rest].filter((part) => part !== "").join("\n\n");
}
