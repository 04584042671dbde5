import { html } from "hono/html";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { type Offer, offersOf, sizesOf } from "#src/catalog/memory/offers.ts";
import { isOfferCriterion, offerRank } from "#src/catalog/search/criterion-ranks.ts";
import type { Html } from "#src/web/html/page.ts";
import { FILTER_NAMES, type FilterName, type Filters, type Option, passes } from "./filters.ts";
import { formHtml } from "./form.ts";
import { type ListContext, listFrame, listPageContext, tableHtml } from "./list-page.ts";
import { rowHtml } from "./row.ts";
import { plainRow } from "./selection.ts";

/** Between the values of one attribute; no value contains it. */
const BETWEEN = "|";

/**
 * The whole list as a file: `assets/catalog.mjs` shows the form and hides the rows that do not meet it, by what their
 * attributes say. Without scripts the whole list is there.
 */
export function staticListPage(context: ListContext): Html {
  const drawn = listPageContext({}, context);
  const rows = context.catalog
    .search("")
    .hits.map(({ entry }) => plainRow(entry))
    .map((row) => rowHtml(row, { ...drawn, vramGb: undefined }, attributes(row.entry, row.offer, context.filters)));
  return listFrame(
    context,
    html`<div id="asking" hidden>
${formHtml({}, drawn.request, { ...drawn, scripted: true })}
<p role="status"><output id="count"></output> <span id="none" hidden>${drawn.text("web.list.filterNone")}</span></p>
</div>
${tableHtml(rows, false, drawn)}`,
    ["catalog.mjs"],
  );
}

function attributes(entry: Entry, offer: Offer | undefined, filters: Filters): Html {
  const chosenBy = (name: FilterName): string =>
    filters[name]
      .filter(({ test }) => passes(entry, test))
      .map(({ value }) => value)
      .join(BETWEEN);
  const offers = offersOf(entry).map((item) => JSON.stringify(offerFacts(entry, item, filters)));
  const names = [
    entry.id,
    ...entry.aliases,
    ...entry.familyAliases,
    entry.family,
    ...entry.developers.map(({ name }) => name),
  ];
  return html` ${FILTER_NAMES.map((name) => html`data-${name}="${chosenBy(name)}" `)}data-offers="[${[...new Set(offers)].join(",")}]" data-names="${names.join(" ")}" data-gb="${offer?.vramGb ?? ""}" data-billions="${sizesOf(entry)[0] ?? ""}" data-released="${entry.released ?? ""}"`;
}

/** What the menus and the memory ask of one way to run an entry: they must meet in the same. */
function offerFacts(entry: Entry, offer: Offer, { size, precision }: Filters) {
  const meets = ({ test }: Option): boolean =>
    "criterion" in test && isOfferCriterion(test.criterion) && offerRank(test.criterion, offer, entry) !== undefined;
  return [
    offer.vramGb ?? null,
    size.filter(meets).map(({ value }) => value),
    precision.filter(meets).map(({ value }) => value),
  ];
}
