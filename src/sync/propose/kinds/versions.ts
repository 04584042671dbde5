import type { Text } from "#src/base/locale.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { repositoryUrl } from "#src/catalog/entry/urls.ts";
import { harmless } from "#src/sync/github/harmless.ts";
import { visibleLine } from "#src/sync/github/quoted.ts";
import type { Release } from "#src/sync/sources/observation.ts";
import { type ExplainedEdit, type SignalRules, type SignalSubject, setField, USUAL } from "./kind.ts";

/** Characters of release notes that a pull request's text holds. */
const MAX_NOTES = 8000;
/** What is not seen, or turns the direction of writing; emoji are joined by one of these. */
const UNSEEN = /[^\P{C}\n\t\u200d]+/gu;
/** Characters of a tag that are shown above them. */
const MAX_TAG = 200;

const VERSION = {
  ...USUAL,
  // A person may have written another tag, or none.
  settledByMerge: true,
  isFact: true,
} as const;

export const release: SignalRules<"release"> = {
  ...VERSION,
  date: ({ release: { publishedAt } }) => publishedAt,
  label: ({ entry, release: { tag } }) => `${entry.name} ${tag}`,
  edits: ({ entry, release: { tag, publishedAt } }, subject) => latestRelease(entry, tag, publishedAt, subject),
  title: { each: ({ entry, release: { tag } }, _, text) => text("proposal.title.release", { name: entry.name, tag }) },
  details: ({ release: published }, text) => releaseNotes(published, text),
};

export const tag: SignalRules<"tag"> = {
  ...VERSION,
  date: ({ tag: { date } }) => date,
  label: ({ entry, tag: { name } }) => `${entry.name} ${name}`,
  edits: ({ entry, tag: { name, date } }, subject) => latestRelease(entry, name, date, subject),
  title: {
    each: ({ entry, tag: { name } }, _, text) => text("proposal.title.release", { name: entry.name, tag: name }),
  },
};

/** The address is made from the tag: what an answer says of itself is not followed. */
function latestRelease(
  entry: Entry,
  newTag: string,
  date: string | undefined,
  { repository }: SignalSubject,
): ExplainedEdit[] {
  if (repository === undefined) return [];
  const before = entry.latestRelease;
  const url = `${repositoryUrl(repository.name)}/releases/tag/${newTag.split("/").map(encodeURIComponent).join("/")}`;
  const day = date?.slice(0, "YYYY-MM-DD".length);
  return [
    setField(entry, ["latestRelease", "tag"], newTag, { before: before?.tag, evidence: url }),
    ...(day === undefined
      ? []
      : [setField(entry, ["latestRelease", "date"], day, { before: before?.date, evidence: url })]),
    setField(entry, ["latestRelease", "url"], url, { before: before?.url, evidence: url }),
  ];
}

/** Inside a code block GitHub reads no Markdown and no HTML; the fence is longer than any in the notes. */
function releaseNotes({ notes, tag: name }: Release, text: Text): string {
  if (notes.trim() === "") return "";
  const shown = harmless(
    notes
      .replace(/\r\n?|[\u2028\u2029]/g, "\n")
      .replace(UNSEEN, "")
      .trim(),
  );
  const cut = shown.length > MAX_NOTES ? `${shown.slice(0, MAX_NOTES)}\n${text("proposal.truncated")}` : shown;
  const longest = Math.max(2, ...[...cut.matchAll(/~+/g)].map(([run]) => run.length));
  const fence = "~".repeat(longest + 1);
  const summary = text("proposal.releaseNotes", { tag: harmless(visibleLine(name.replace(/[<>&]/g, ""), MAX_TAG)) });
  return `<details><summary>${summary}</summary>\n\n${fence}text\n${cut}\n${fence}\n\n</details>`;
}
