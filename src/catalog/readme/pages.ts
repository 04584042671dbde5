import type { Entry } from "#src/catalog/entry/schema.ts";
import { renderDocument } from "./document.ts";
import { FAMILY_FOLDER, type FamilyPage, familiesOf, familyPages } from "./families.ts";
import type { EntryLinks } from "./links.ts";
import { escapeText, link } from "./markdown.ts";
import { renderSection } from "./section.ts";
import { GENERATED } from "./words.ts";

/** A generated page: its path below the catalog's folder, and its Markdown. */
export type Page = { file: string; text: string };

/** Bytes of a page; GitHub shows no more than the first 512,000 of one. */
export const MOST_PAGE_BYTES = 400_000;

/** Whether a text was generated, and may therefore be removed. */
export const isGenerated = (text: string): boolean => text.startsWith(GENERATED);

/** The list with its table, and the pages of families with a section per entry. */
export function catalogPages(entries: readonly Entry[]): Page[] {
  const families = familiesOf(entries);
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  // Where a link leads changes little of how long a section is.
  const nearby: EntryLinks = (id) => linkTo(byId.get(id), "");
  const pages = familyPages(families, (entry) => Buffer.byteLength(renderSection(entry, nearby)));
  const fileOf = new Map(pages.flatMap(({ file, members }) => members.map(({ id }) => [id, file])));
  const fromList: EntryLinks = (id) => linkTo(byId.get(id), fileOf.get(id));
  const fromFamily =
    (own: string): EntryLinks =>
    (id) => {
      const file = fileOf.get(id) ?? own;
      return linkTo(byId.get(id), file === own ? "" : file.slice(FAMILY_FOLDER.length + 1));
    };
  return [
    { file: "README.md", text: renderDocument(families, fromList) },
    ...pages.map((page) => ({ file: page.file, text: familyText(page, pages, fromFamily(page.file)) })),
  ];
}

const linkTo = (entry: Entry | undefined, file = ""): ReturnType<EntryLinks> =>
  entry && { name: entry.name, address: `${file}#${entry.id}` };

function familyText(page: FamilyPage, pages: readonly FamilyPage[], links: EntryLinks): string {
  const { name, members, part } = page;
  const others = pages.filter((other) => other.name === name && other !== page);
  return `${[
    GENERATED,
    `# ${escapeText(name)} 家族${part === undefined ? "" : `（${part.number} / ${part.of}）`}`,
    [
      `[全部模型](../README.md) · 共 ${members.length} 个系列，新的在前${part === undefined ? "" : "，其余在另页"}。`,
      ...others.map((other) => `- ${partLink(other)}`),
    ].join("\n"),
    ...members.map((entry) => renderSection(entry, links)),
  ].join("\n\n")}\n`;
}

function partLink({ members, file, part }: FamilyPage): string {
  const names = [members.at(-1), members[0]].map((entry) => entry?.name ?? "");
  return link(`第 ${part?.number} 部分：${[...new Set(names)].join(" 至 ")}`, file.slice(FAMILY_FOLDER.length + 1));
}
