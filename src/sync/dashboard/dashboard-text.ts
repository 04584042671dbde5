import type { Text } from "#src/base/locale.ts";
import { link, table } from "#src/base/markdown.ts";
import { quoted } from "#src/sync/github/quoted.ts";
import { box } from "#src/sync/propose/boxes.ts";
import { LIMITS } from "#src/sync/propose/plan.ts";
import { DASHBOARD_START } from "./dashboard-marker.ts";

/** A model or repository by the id of its signal; `name` is how people know it. Both are from outside. */
export type NamedSignal = { id: string; name: string };

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
  /** What a rule of catalog/watch.yaml left out, by its id and what it says these are; `propose` as above. */
  leftOut: readonly { rule: string; what: string; models: readonly NamedSignal[]; propose: boolean }[];
  /** What was made before `since` and is in no entry, by organisation. */
  older: { since: string; byOrganization: readonly { organization: string; models: readonly NamedSignal[] }[] };
  declined: readonly NamedSignal[];
  failed: readonly { name: string; reason: SilenceReason }[];
  /** What the run took: GitHub's requests and points, and hub requests; `pointsLeft` where GitHub said so. */
  cost: { requests: number; points: number; hubRequests: number; pointsLeft?: number | undefined };
};

/** What the text takes from memory: when things were first noticed, and how many decisions were forgotten. */
export type DashboardMemoir = { noticed: ReadonlyMap<string, string>; forgotten: number };

const MAX_NAME = 120;
const MAX_TITLE = 200;
const MAX_URL = 300;
/** Boxes of one group, and names in one line. */
const MAX_NAMES = 40;
/** Characters of the whole text. */
const MAX_TEXT = 40_000;
/** How much of it each list takes at most. */
const SHARES = {
  proposals: 0.2,
  noticed: 0.2,
  leftOut: 0.2,
  older: 0.15,
  declined: 0.15,
  failed: 0.05,
} as const;

/**
 * The dashboard's text without its marker: what there is to do first, what is only for the books folded. At most `room`
 * characters whatever comes (but for the few hundred of the frame); each list is cut between its items, with a count.
 */
export function dashboardBody(
  input: DashboardInput,
  { noticed, forgotten }: DashboardMemoir,
  text: Text,
  room: number = MAX_TEXT,
): string {
  const share = (name: keyof typeof SHARES): number => SHARES[name] * room;
  return [
    `${DASHBOARD_START}\n${text("dashboard.intro")}`,
    forgotten > 0 ? `**${text("dashboard.forgotten", { count: forgotten })}**` : "",
    proposals(input, share("proposals"), text),
    box("look-again", undefined, text("dashboard.lookAgain")) ?? "",
    folded(
      text("dashboard.noticed", { count: input.noticed.length }),
      list(
        input.noticed.map((item) => noticedItem(item, noticed.get(item.id), text)),
        share("noticed"),
        text,
      ),
    ),
    leftOut(input, share("leftOut"), text),
    older(input, share("older"), text),
    folded(
      text("dashboard.declined", { count: input.declined.length }),
      list(
        input.declined.map(({ id, name }) => {
          const shown = quoted(name, MAX_NAME);
          return box("propose", id, text("dashboard.takeBack", { name: shown })) ?? `- ${shown}`;
        }),
        share("declined"),
        text,
      ),
    ),
    folded(
      text("dashboard.failed", { count: input.failed.length }),
      list(
        input.failed.map(({ name, reason }) => `- ${quoted(name, MAX_NAME)}: ${text(`dashboard.silence.${reason}`)}`),
        share("failed"),
        text,
      ),
    ),
    costText(input, text),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

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
  return folded(text("dashboard.leftOut", { count }), grouped(groups, room, text), text("dashboard.leftOutHint"));
}

function older({ older: { since, byOrganization } }: DashboardInput, room: number, text: Text): string {
  const count = byOrganization.reduce((sum, { models }) => sum + models.length, 0);
  const groups = byOrganization.map(({ organization, models }) => ({
    title: `${quoted(organization, MAX_NAME)} (${models.length})`,
    models,
    propose: true,
  }));
  const summary = text("dashboard.older", { count, since: since.replace(/[^\d-]/g, "") });
  return folded(summary, grouped(groups, room, text), text("dashboard.olderHint"));
}

type Group = { title: string; models: readonly NamedSignal[]; propose: boolean };

/** Models in groups: those that fit with a box to have them proposed, more of them by name, the others counted. */
function grouped(groups: readonly Group[], room: number, text: Text): string {
  const filled = groups.filter(({ models }) => models.length > 0);
  const blocks: string[] = [];
  let left = room;
  for (const [at, group] of filled.entries()) {
    const block = groupBlock(group, left / (filled.length - at), text);
    left -= block.length + 1;
    if (left < 0) break;
    blocks.push(block);
  }
  const rest = filled.slice(blocks.length).reduce((sum, { models }) => sum + models.length, 0);
  return [blocks.join("\n"), more(rest, text)].filter((part) => part !== "").join("\n\n");
}

/** What boxes take of a group's room where not all of its models can have one. */
const BOXES_SHARE = 0.6;

function groupBlock({ title, models, propose }: Group, room: number, text: Text): string {
  const boxes = (propose ? models : [])
    .slice(0, MAX_NAMES)
    .map(({ id, name }) => `  ${box("propose", id, quoted(name, MAX_NAME)) ?? `- ${quoted(name, MAX_NAME)}`}`);
  const lengthOf = (line: string): number => line.length + 1;
  const free = room - title.length;
  const all = itemsWithin(boxes, free, lengthOf);
  const shown = all.length === models.length ? all : itemsWithin(boxes, free * BOXES_SHARE, lengthOf);
  const others = models.slice(shown.length, shown.length + MAX_NAMES).map(({ name }) => quoted(name, MAX_NAME));
  const used = shown.reduce((sum, line) => sum + lengthOf(line), 0);
  const named = itemsWithin(others, free - used, (name) => name.length + 2);
  const rest = models.length - shown.length - named.length;
  const names = named.join(", ");
  const last = rest > 0 ? (names === "" ? more(rest, text) : text("dashboard.names", { names, count: rest })) : names;
  return [`- ${title}`, ...shown, ...(last === "" ? [] : [`  - ${last}`])].join("\n");
}

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

const more = (count: number, text: Text): string => (count > 0 ? text("dashboard.more", { count }) : "");

/** The first items that fit into so many characters. */
function itemsWithin<Item>(items: readonly Item[], room: number, lengthOf: (item: Item) => number): Item[] {
  let left = room;
  const end = items.findIndex((item) => {
    left -= lengthOf(item);
    return left < 0;
  });
  return items.slice(0, end === -1 ? items.length : end);
}
