import type { Text } from "#src/base/locale.ts";
import { code, link, table } from "#src/base/markdown.ts";
import type { Change, SignalSubject } from "#src/sync/propose/kinds/kind.ts";
import { type FollowedRepository, nameOf } from "#src/sync/sources/followed.ts";
import type { Notice, Signal, SignalKind } from "#src/sync/sources/signal.ts";
import { byKind, rulesOf } from "./signal-kinds.ts";

/** Labels by which people steer: `again` on a closed one, `hold` on an open one. */
export const LABELS = { ours: "mulu", review: "needs-review", again: "mulu:again", hold: "mulu:hold" } as const;

/** What a text holds at most, in rows, parts and lines; GitHub takes 65,536 characters in all. */
const MAX_ROWS = 100;
const MAX_DETAILS = 3;
const MAX_NOTICES = 50;
/** What GitHub shows of a title. */
const MAX_TITLE = 200;

const REBASE_BOX = "<!-- mulu:rebase -->";

/** Whether a person ticked the box that asks for the branch to be made anew: the last one, as quoted notes may hold others. */
export const asksRebase = (body: string): boolean =>
  [...body.matchAll(new RegExp(`^- \\[(.)\\] ${REBASE_BOX}`, "gm"))].at(-1)?.[1]?.toLowerCase() === "x";

/** Outside text for titles and commit messages, where GitHub reads mentions, references and "fixes #1". */
const harmless = (text: string): string => text.replace(/\s+/g, " ").replace(/[@#](?=\S)/g, "$&\u200b");

/** One line that says what is proposed for a repository. */
export function titleOf(followed: FollowedRepository, signals: readonly Signal[], text: Text): string {
  const { entries, observation } = followed;
  const repository = observation.state === "found" ? observation.repository : undefined;
  const subject: SignalSubject = { entries, repository, name: nameOf(followed) };
  const parts = [
    ...signals.flatMap((signal) => ownTitle(signal, subject, text)),
    ...byKind(signals, ({ title }, own) => ("together" in title ? title.together(own, subject, text) : [])).flat(),
  ];
  return harmless(parts.join("; ")).slice(0, MAX_TITLE);
}

function ownTitle<Kind extends SignalKind>(signal: Signal<Kind>, subject: SignalSubject, text: Text): string[] {
  const { title } = rulesOf<Kind>(signal.kind);
  return "each" in title ? [title.each(signal, subject, text)] : [];
}

export type BodyParts = {
  changes: readonly Change[];
  signals: readonly Signal[];
  notices: readonly { repository: string; notice: Notice }[];
};

/** The text of a pull request; everything from outside is inside code or escaped, so that nobody is pinged and nothing linked. */
export function bodyOf({ changes, signals, notices }: BodyParts, text: Text): string {
  const rows = changes
    .slice(0, MAX_ROWS)
    .map(({ entry, field, before, after, evidence }) => [
      code(entry),
      field === ""
        ? text("proposal.newEntry", { name: code(after) })
        : `${code(field)}: ${before === undefined ? "" : `${code(before)} → `}${code(after)}`,
      evidence === undefined ? "" : link(text("proposal.see"), evidence),
    ]);
  const columns = [text("proposal.columnEntry"), text("proposal.columnChange"), text("proposal.columnEvidence")];
  const noted = notices
    .slice(0, MAX_NOTICES)
    .map(({ repository, notice }) => `- ${code(repository)}: ${noticeText(notice, text)}`);
  const isFirstSight = signals.some(({ kind }) => rulesOf(kind).isFirstSight);
  return [
    text("proposal.intro"),
    table(columns, rows),
    changes.length > MAX_ROWS ? text("proposal.more", { count: changes.length - MAX_ROWS }) : "",
    ...byKind(signals, ({ note }) => note(text)),
    noted.length > 0 ? `### ${text("proposal.noticesHeading")}\n\n${noted.join("\n")}` : "",
    ...(isFirstSight ? [] : detailsOf(signals, text)),
    controls(text),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** Parts of their own for the first signals that have any. */
const detailsOf = (signals: readonly Signal[], text: Text): string[] =>
  signals
    .filter(({ kind }) => rulesOf(kind).details !== undefined)
    .slice(0, MAX_DETAILS)
    .map((signal) => detailOf(signal, text));

const detailOf = <Kind extends SignalKind>(signal: Signal<Kind>, text: Text): string =>
  rulesOf<Kind>(signal.kind).details?.(signal, text) ?? "";

/** What was noticed, for a person to judge. */
export function noticeText(notice: Notice, text: Text): string {
  const { kind, ...params } = notice;
  const quoted = Object.fromEntries(Object.entries(params).map(([key, value]) => [key, code(String(value))]));
  return text(`proposal.notice.${kind}`, quoted);
}

function controls(text: Text): string {
  return [
    "---",
    `**${text("proposal.controls")}**`,
    "",
    `- ${text("proposal.controlMerge")}`,
    `- ${text("proposal.controlClose")}`,
    `- ${text("proposal.controlAgain", { label: LABELS.again })}`,
    `- ${text("proposal.controlHold", { label: LABELS.hold })}`,
    `- ${text("proposal.controlEdit")}`,
    "",
    `- [ ] ${REBASE_BOX} ${text("proposal.rebase")}`,
  ].join("\n");
}
