import type { Text } from "#src/base/locale.ts";
import { code, link, table } from "#src/base/markdown.ts";
import type { Card } from "#src/catalog/entry/reference.ts";
import { harmlessLine } from "#src/sync/github/harmless.ts";
import { quoted as quotedLine } from "#src/sync/github/quoted.ts";
import type { Draft } from "#src/sync/propose/draft/draft.ts";
import { evidenceFiles, evidenceText } from "#src/sync/propose/draft/evidence.ts";
import { openText } from "#src/sync/propose/draft/open-text.ts";
import { previewText } from "#src/sync/propose/draft/preview.ts";
import type { Change, SignalSubject } from "#src/sync/propose/kinds/kind.ts";
import type { FollowedRepository } from "#src/sync/sources/followed.ts";
import type { Notice, Signal, SignalKind } from "#src/sync/sources/signal.ts";
import { type Declinable, declineBoxes } from "./boxes.ts";
import { subjectOf } from "./catalog-edits.ts";
import { byKind, rulesOf } from "./signal-kinds.ts";
import { type Part, withinRoom } from "./text-room.ts";

/** Labels by which people steer: `again` on a closed one, `hold` on an open one. */
export const LABELS = {
  ours: "mulu",
  review: "needs-review",
  again: "mulu:again",
  hold: "mulu:hold",
  /** Only facts that need no judgement: what a merge without a person may go by. */
  facts: "mulu:facts",
  /** The one issue that lists everything; only people with write access can set a label. */
  dashboard: "mulu:dashboard",
} as const;

/** What a text holds at most, in rows, parts and lines. */
const MAX_ROWS = 100;
/** Characters of the table's rows, of a value in it, and of an address that is linked, at most. */
const MAX_TABLE = 16_000;
const MAX_VALUE = 300;
const MAX_ADDRESS = 500;
/** Characters of the whole text at most where nobody says otherwise; GitHub takes 65,536 with the marker. */
const MAX_BODY = 60_000;
const MAX_DETAILS = 3;
const MAX_NOTICES = 50;
/** What GitHub shows of a title. */
const MAX_TITLE = 200;

const REBASE_BOX = "<!-- mulu:rebase -->";

/** Whether a person ticked the box that asks for the branch to be made anew: the last one, as quoted notes may hold others. */
export const asksRebase = (body: string): boolean =>
  [...body.matchAll(new RegExp(`^- \\[(.)\\] ${REBASE_BOX}`, "gm"))].at(-1)?.[1]?.toLowerCase() === "x";

/** Outside text as code, in which GitHub reads nothing; nor does it where the text becomes a commit message. */
const quoted = (text: string): string => quotedLine(text, MAX_VALUE);

/** One line that says what is proposed. */
export function titleOf(followed: FollowedRepository | undefined, signals: readonly Signal[], text: Text): string {
  const subject = subjectOf(followed);
  const parts = [
    ...signals.flatMap((signal) => ownTitle(signal, subject, text)),
    ...byKind(signals, ({ title }, own) => ("together" in title ? title.together(own, subject, text) : [])).flat(),
  ];
  return harmlessLine(parts.join("; ")).slice(0, MAX_TITLE).toWellFormed();
}

function ownTitle<Kind extends SignalKind>(signal: Signal<Kind>, subject: SignalSubject, text: Text): string[] {
  const { title } = rulesOf<Kind>(signal.kind);
  return "each" in title ? [title.each(signal, subject, text)] : [];
}

export type BodyParts = {
  changes: readonly Change[];
  signals: readonly Signal[];
  notices: readonly { repository: string; notice: Notice }[];
  drafts: readonly Draft[];
  /** Whole new texts of the entries' files. */
  files: readonly { file: string; text: string }[];
  cards: readonly Card[];
};

/**
 * The text of a pull request; everything from outside is inside code or escaped, so that nobody is pinged and nothing
 * linked. It has `room` characters at most: what a person can do without goes first, what they steer by stays.
 */
export function bodyOf(
  { changes, signals, notices, drafts, files, cards }: BodyParts,
  text: Text,
  room: number = MAX_BODY,
): string {
  const told = changes.filter(({ field }) => field !== NUMBER_FIELD);
  const rows = rowsWithin(
    told
      .slice(0, MAX_ROWS)
      .map(({ entry, field, before, after, evidence }) => [
        code(entry),
        field === ""
          ? text("proposal.newEntry", { name: quoted(after) })
          : `${code(field)}: ${before === undefined ? "" : `${quoted(before)} → `}${quoted(after)}`,
        evidence === undefined || evidence.length > MAX_ADDRESS ? "" : link(text("proposal.see"), evidence),
      ]),
  );
  const columns = [text("proposal.columnEntry"), text("proposal.columnChange"), text("proposal.columnEvidence")];
  const noted = notices
    .slice(0, MAX_NOTICES)
    .map(({ repository, notice }) => `- ${code(repository)}: ${noticeText(notice, text)}`);
  const parts: Part[] = [
    { text: text("proposal.intro") },
    { text: table(columns, rows) },
    { text: told.length > rows.length ? text("proposal.more", { count: told.length - rows.length }) : "" },
    { text: numbersText(changes, text), spared: 2 },
    ...byKind(signals, ({ note }) => ({ text: note(text) })),
    ...drafts.map((draft) => ({ text: previewText(draft, textOf(files, draft), { cards, text }), spared: 3 })),
    {
      text: evidenceText(
        drafts.flatMap(({ models }) => models),
        text,
      ),
      spared: 1,
    },
    { text: openText([...new Set(drafts.flatMap(({ open }) => open))], text) },
    { text: noted.length > 0 ? `### ${text("proposal.noticesHeading")}\n\n${noted.join("\n")}` : "", spared: 2 },
    ...detailsOf(signals, text).map((detail) => ({ text: detail, spared: 4 })),
    { text: declineBoxes(signals.map(declinable), text) },
    { text: controls(text) },
  ];
  return withinRoom(parts, room, text("proposal.leftForRoom"));
}

/** The first rows that fit into the table's room. */
function rowsWithin(rows: readonly string[][]): string[][] {
  let left = MAX_TABLE;
  const end = rows.findIndex((row) => {
    left -= row.join(" | ").length + 5;
    return left < 0;
  });
  return rows.slice(0, end === -1 ? rows.length : end);
}

/** Noted in passing: nobody needs to judge it. */
const NUMBER_FIELD = "repository.id";

/** One line for all entries whose repository's number is noted in passing. */
function numbersText(changes: readonly Change[], text: Text): string {
  const entries = changes.flatMap(({ field, entry }) => (field === NUMBER_FIELD ? [code(entry)] : []));
  const names = `${entries.slice(0, MAX_ROWS).join(", ")}${entries.length > MAX_ROWS ? " …" : ""}`;
  return entries.length === 0 ? "" : `<sub>${text("proposal.numbers", { field: code(NUMBER_FIELD), names })}</sub>`;
}

/** A text of `bodyOf` that has, in place of the lines that READMEs say, the files in which they stand. */
export function contentOf(body: string, { drafts }: Pick<BodyParts, "drafts">, text: Text): string {
  const models = drafts.flatMap((draft) => draft.models);
  return body.replace(evidenceText(models, text), () => evidenceFiles(models).join("\n"));
}

const textOf = (files: BodyParts["files"], { entry }: Draft): string =>
  files.find(({ file }) => file === `${entry}.yaml`)?.text ?? "";

/** Parts of their own for the first signals that have any. */
const detailsOf = (signals: readonly Signal[], text: Text): string[] =>
  signals
    .filter(({ kind }) => rulesOf(kind).details !== undefined)
    .slice(0, MAX_DETAILS)
    .map((signal) => detailOf(signal, text));

const detailOf = <Kind extends SignalKind>(signal: Signal<Kind>, text: Text): string =>
  rulesOf<Kind>(signal.kind).details?.(signal, text) ?? "";

const declinable = <Kind extends SignalKind>(signal: Signal<Kind>): Declinable => ({
  id: signal.id,
  label: rulesOf<Kind>(signal.kind).label(signal),
});

/** What was noticed, for a person to judge. */
export function noticeText(notice: Notice, text: Text): string {
  const { kind, ...params } = notice;
  const shown = Object.fromEntries(Object.entries(params).map(([key, value]) => [key, quoted(String(value))]));
  return text(`proposal.notice.${kind}`, shown);
}

function controls(text: Text): string {
  return [
    "---",
    `**${text("proposal.controls")}**`,
    "",
    `- ${text("proposal.controlMerge")}`,
    `- ${text("proposal.controlClose")}`,
    `- ${text("proposal.controlDecline")}`,
    `- ${text("proposal.controlAgain", { label: LABELS.again })}`,
    `- ${text("proposal.controlHold", { label: LABELS.hold })}`,
    `- ${text("proposal.controlEdit")}`,
    "",
    `- [ ] ${REBASE_BOX} ${text("proposal.rebase")}`,
  ].join("\n");
}
