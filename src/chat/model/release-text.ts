import { link, plain } from "#src/base/markdown.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { releaseUrl } from "#src/catalog/entry/urls.ts";
import type { Context } from "#src/chat/command.ts";
import { catalogText } from "#src/chat/traditional.ts";

/** Names in one line; the rest is counted. */
const NAMES = 4;

/** Names of an entry's variants or weights, the first few of them. */
export function namesText(names: readonly string[], { text, locale }: Pick<Context, "text" | "locale">): string {
  const shown = names
    .slice(0, NAMES)
    .map((name) => plain(catalogText(name, locale)))
    .join(text("facts.listComma"));
  return names.length > NAMES ? text("updates.namesMore", { names: shown, count: names.length }) : shown;
}

/** An entry's newest release with a link to it, where there is a page. */
export function releaseText(entry: Entry): string {
  const { latestRelease } = entry;
  if (latestRelease === undefined) return "";
  const url = releaseUrl(entry);
  return url === undefined ? plain(latestRelease.tag) : link(latestRelease.tag, url);
}
