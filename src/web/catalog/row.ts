import { html } from "hono/html";
import type { Locale, Text } from "#src/base/locale.ts";
import { commercialOf, licenseGroups } from "#src/catalog/entry/of-variant.ts";
import { quantizationLabel } from "#src/catalog/entry/precision.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { formatGb, formatTokens } from "#src/catalog/entry/units.ts";
import type { Offer } from "#src/catalog/memory/offers.ts";
import { sizesText } from "#src/chat/model/labels.ts";
import { commercialText } from "#src/chat/model/license-text.ts";
import { marks } from "#src/chat/model/list.ts";
import { developerText } from "#src/chat/model/variant-facts.ts";
import { catalogText } from "#src/chat/traditional.ts";
import { clip } from "#src/chat/view.ts";
import type { Html } from "#src/web/html/page.ts";
import type { ListLinks } from "./links.ts";
import { bar, gbRemarks, gbText, MARKED_GB, scalePercent } from "./memory-text.ts";
import type { Row } from "./selection.ts";

export type RowContext = {
  text: Text;
  locale: Locale;
  links: ListLinks;
  /** The card that the bars are measured against; without it they stand on the scale of the whole list. */
  vramGb: number | undefined;
};

/** Characters in a row; the whole is on the entry's page. */
const MOST = { developers: 36, license: 26 };

const MARKS = MARKED_GB.map(scalePercent);

/** An entry as a row of the list. */
export function rowHtml({ entry, offer }: Row, context: RowContext): Html {
  const { text, links } = context;
  const { contextTokens, released } = entry;
  const silent = html`<span class="quiet">${text("facts.notStated")}</span>`;
  return html`<tr>
<th scope="row"><a href="${links.entry(entry.id)}">${entry.name}</a>${markHtml(entry, text)}<small>${developers(entry, context)}</small></th>
<td class="size">${sizesText(entry, text)}</td>
<td class="memory">${memory(offer, context)}</td>
<td class="context" data-label="${text("facts.context")}">${contextTokens === undefined ? silent : formatTokens(contextTokens)}</td>
<td class="permit">${entryPermitHtml(entry, context)}<small>${licenseText(entry, context)}</small></td>
<td class="date">${released ?? silent}</td>
</tr>
`;
}

const markHtml = (entry: Entry, text: Text): Html => html`<span class="mark">${marks(entry, text)}</span>`;

/** Whether an entry may be used commercially; the colour repeats what the words say. */
export const permitHtml = (permit: Entry["license"]["commercial"], text: Text): Html =>
  html`<span class="permit-${permit}">${text(`commercial.${permit}`)}</span>`;

/** Likewise of an entry, where it may depend on the variant. */
export function entryPermitHtml(entry: Entry, context: Pick<RowContext, "text" | "locale">): Html {
  const { mixed, freest } = commercialOf(entry);
  return mixed
    ? html`<span class="permit-mixed">${commercialText(entry, context)}</span>`
    : permitHtml(freest, context.text);
}

function developers({ developers }: Entry, { text, locale }: RowContext): string {
  const names = developers.map((developer) => developerText(developer, locale));
  return clip(names.join(text("facts.listComma")), MOST.developers);
}

/** The licences of the weights, the freest first. */
function licenseText(entry: Entry, { text, locale }: RowContext): string {
  const names = licenseGroups(entry).flatMap(({ value: { weights } }) =>
    weights === undefined ? [] : weights === "unknown" ? text("facts.unknown") : catalogText(weights, locale),
  );
  return clip([...new Set(names)].join(text("facts.listComma")), MOST.license);
}

function memory(offer: Offer | undefined, { text, vramGb, locale }: RowContext): Html {
  if (offer?.vramGb === undefined) {
    const ram = offer?.ramGb === undefined ? undefined : `${text("facts.ram")} ${formatGb(offer.ramGb)}`;
    return html`<span class="quiet">${ram ?? text("facts.notStated")}</span>`;
  }
  const known = { ...offer, vramGb: offer.vramGb };
  const drawn =
    vramGb === undefined
      ? bar(scalePercent(known.vramGb), { ...known, marks: MARKS })
      : bar((100 * known.vramGb) / vramGb, known);
  const remarks = [
    quantizationLabel(offer),
    ...(offer.variant === undefined ? [] : [catalogText(offer.variant, locale)]),
    ...gbRemarks(known, text),
  ];
  return html`${drawn}<span class="gb">${gbText(known)}</span><small>${remarks.join(" · ")}</small>`;
}
