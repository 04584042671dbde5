import type { Locale, Text } from "#src/base/locale.ts";
import { type Fact, singles } from "#src/catalog/search/criteria.ts";
import type { Hit, HitGroup } from "#src/catalog/search/ranking.ts";
import type { SearchResult } from "#src/catalog/search/search.ts";
import { criterionText, quoted } from "./criterion-text.ts";

/** How many of some hits meet all that was asked. */
export const countFull = (hits: readonly Pick<Hit, "group">[]): number =>
  hits.filter(({ group }) => group !== "others").length;

/**
 * What stands above the hits of a group, in Markdown. `first` is the group that the list begins with: of names it need not
 * be said what they are where there is nothing else. Undefined where nothing is to be said.
 */
export function dividerText(
  group: HitGroup,
  first: HitGroup,
  { query, wishes }: Pick<SearchResult, "query" | "wishes">,
  text: Text,
  locale: Locale,
): string | undefined {
  const said = (criteria: SearchResult["wishes"]): string =>
    criteria.map((criterion) => criterionText(criterion, text, locale)).join(" · ");
  switch (group) {
    case "full":
      return undefined;
    case "wider":
      return group === first ? undefined : text("list.group.wider", { words: abouts(query, text) });
    case "makers":
      return group === first
        ? undefined
        : text("list.group.makers", { names: said(query.criteria.filter(({ kind }) => kind === "word")) });
    case "doesToo":
      return text("list.group.doesToo", {
        criteria: said(singles(query.criteria).flatMap((item) => (item.kind === "purpose" ? withoutAbout(item) : []))),
      });
    case "others":
      return text("list.group.others", { criteria: said(wishes) });
    default:
      return group === first ? undefined : text(`list.group.${group}`);
  }
}

/** The narrower words that were typed for purposes. */
const abouts = ({ criteria }: SearchResult["query"], text: Text): string =>
  singles(criteria)
    .flatMap((item) => (item.kind === "purpose" && item.about !== undefined ? quoted(item.about, text) : []))
    .join(text("facts.listComma"));

const withoutAbout = ({ kind, purpose }: Fact<"purpose">): Fact<"purpose"> => ({ kind, purpose });
