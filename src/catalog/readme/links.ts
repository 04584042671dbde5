import { escapeText, link } from "./markdown.ts";

/** Leads from the page that is being written to the section of an entry; undefined for what is no entry's id. */
export type EntryLinks = (id: string) => { name: string; address: string } | undefined;

/** A base with an entry of its own leads there. */
export function baseModelText(base: string, links: EntryLinks): string {
  const known = links(base);
  if (known !== undefined) return link(known.name, known.address);
  return base === "from scratch" ? "从头训练" : escapeText(base);
}
