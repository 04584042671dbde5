import type { Text } from "#src/base/locale.ts";
import { code, link, table } from "#src/base/markdown.ts";
import type { Change } from "./changes.ts";
import { modelName, seriesOf } from "./hub-names.ts";
import type { Followed, Notice, Signal } from "./signals.ts";

/** Labels by which people steer: `again` on a closed one, `hold` on an open one. */
export const LABELS = { ours: "mulu", review: "needs-review", again: "mulu:again", hold: "mulu:hold" } as const;

/** Rows of the table and characters of release notes that a text holds; GitHub takes 65,536 characters in all. */
const MAX_ROWS = 100;
const MAX_NOTES = 8000;
const MAX_RELEASES = 3;
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
export function titleOf({ entries, observation }: Followed, signals: readonly Signal[], text: Text): string {
  const repository = observation.state === "found" ? observation.repository.name : observation.asked;
  const parts = signals.flatMap((signal): string[] => {
    switch (signal.kind) {
      case "release":
        return [text("proposal.title.release", { name: signal.entry.name, tag: signal.release.tag })];
      case "tag":
        return [text("proposal.title.release", { name: signal.entry.name, tag: signal.tag.name })];
      case "renamed":
        return [text("proposal.title.renamed", { from: signal.from, to: signal.to })];
      case "missing":
      case "reused":
      case "archived":
      case "returned":
        return [text(`proposal.title.${signal.kind}`, { name: repository })];
      default:
        return [];
    }
  });
  const weights = signals.filter((signal) => signal.kind === "weights");
  const series = [...new Set(weights.flatMap(({ entry, model }) => (entry ? [] : seriesOf(modelName(model.id)))))];
  const fitting = weights.filter(({ entry }) => entry !== undefined);
  const several = (kind: "series" | "weights", count: number): "series" | "seriesMore" | "weights" | "weightsMore" =>
    count > 1 ? `${kind}More` : kind;
  const [name] = series;
  if (name !== undefined)
    parts.push(text(`proposal.title.${several("series", series.length)}`, { name, count: series.length }));
  const first = fitting[0];
  if (first)
    parts.push(
      text(`proposal.title.${several("weights", fitting.length)}`, {
        name: first.entry?.name ?? entries[0]?.name ?? repository,
        model: modelName(first.model.id),
        count: fitting.length,
      }),
    );
  return harmless(parts.join("; ")).slice(0, MAX_TITLE);
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
  const kinds = new Set(signals.map(({ kind }) => kind));
  return [
    text("proposal.intro"),
    table(columns, rows),
    changes.length > MAX_ROWS ? text("proposal.more", { count: changes.length - MAX_ROWS }) : "",
    kinds.has("reused") ? text("proposal.reusedNote") : "",
    kinds.has("missing") ? text("proposal.missingNote") : "",
    noted.length > 0 ? `### ${text("proposal.noticesHeading")}\n\n${noted.join("\n")}` : "",
    ...(kinds.has("baseline")
      ? []
      : signals
          .filter(({ kind }) => kind === "release")
          .slice(0, MAX_RELEASES)
          .map((signal) => releaseNotes(signal, text))),
    controls(text),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** What was noticed, for a person to judge. */
export function noticeText(notice: Notice, text: Text): string {
  const { kind, ...params } = notice;
  const quoted = Object.fromEntries(Object.entries(params).map(([key, value]) => [key, code(String(value))]));
  return text(`proposal.notice.${kind}`, quoted);
}

/** Inside a code block GitHub reads no mention, no reference and no HTML; the fence is longer than any in the notes. */
function releaseNotes(signal: Signal, text: Text): string {
  if (signal.kind !== "release" || signal.release.notes.trim() === "") return "";
  const { notes, tag } = signal.release;
  const shown = notes.replace(/\r\n?/g, "\n").trim();
  const cut = shown.length > MAX_NOTES ? `${shown.slice(0, MAX_NOTES)}\n${text("proposal.truncated")}` : shown;
  const longest = Math.max(2, ...[...cut.matchAll(/~+/g)].map(([run]) => run.length));
  const fence = "~".repeat(longest + 1);
  const summary = text("proposal.releaseNotes", { tag: tag.replace(/[<>&@#]/g, "") });
  return `<details><summary>${summary}</summary>\n\n${fence}text\n${cut}\n${fence}\n\n</details>`;
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
