import { html } from "hono/html";
import { type Locale, type Text, textIn } from "#src/base/locale.ts";
import { quantizationLabel } from "#src/catalog/entry/precision.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { formatGb } from "#src/catalog/entry/units.ts";
import { type MeasuredOffer, measuredOffers } from "#src/catalog/memory/measured-offers.ts";
import { offersOf } from "#src/catalog/memory/offers.ts";
import { catalogText } from "#src/chat/traditional.ts";
import type { Html } from "#src/web/html/page.ts";
import { bar, gbRemarks, gbText } from "./memory-text.ts";

/** Beyond this factor between the largest and the smallest the small ones would be invisible on an even scale. */
const EVEN_FACTOR = 20;

type Scale = { from: number; to: number; logarithmic: boolean };

/** Graphics memory of each variant at each precision as bars on one scale; undefined where no source states any. */
export function memoryBars(entry: Entry, locale: Locale): Html | undefined {
  const measured = measuredOffers(offersOf(entry));
  if (measured.length === 0) return undefined;
  const text = textIn(locale);
  const scale = scaleFor(measured);
  const groups = Map.groupBy(measured, ({ variant }) => variant);
  const only = groups.size === 1;
  return html`<div class="bars">
${[...groups].map(([variant, offers]) => groupHtml(only ? undefined : variantName(variant, text, locale), offers, { text, scale }))}</div>
<p class="quiet">${measured.some(({ estimated }) => estimated) ? text("web.entry.memoryStated") : ""} ${scaleText(scale, text)}</p>`;
}

const variantName = (variant: string | undefined, text: Text, locale: Locale): string =>
  variant === undefined ? text("web.entry.wholeSeries") : catalogText(variant, locale);

function groupHtml(
  name: string | undefined,
  offers: readonly MeasuredOffer[],
  { text, scale }: { text: Text; scale: Scale },
): Html {
  return html`<table class="group">${name === undefined ? "" : html`<caption>${name}</caption>`}
${offers.map(
  (offer) =>
    html`<tr><th scope="row">${quantizationLabel(offer)}</th><td class="length">${bar(placeOn(scale, offer.vramGb), offer)}</td><td class="gb">${gbText(offer)}${remarkHtml(offer, text)}</td></tr>
`,
)}</table>
`;
}

function remarkHtml(offer: MeasuredOffer, text: Text): Html | "" {
  const remarks = gbRemarks(offer, text);
  return remarks.length === 0 ? "" : html` <small>${remarks.join(" · ")}</small>`;
}

function scaleFor(measured: readonly MeasuredOffer[]): Scale {
  const figures = measured.map(({ vramGb }) => vramGb);
  const [least, most] = [Math.min(...figures), Math.max(...figures)];
  // The smallest bar must have a length too.
  return most > least * EVEN_FACTOR
    ? { from: least / 1.5, to: most, logarithmic: true }
    : { from: 0, to: most, logarithmic: false };
}

const placeOn = ({ from, to, logarithmic }: Scale, gb: number): number =>
  100 * (logarithmic ? Math.log(gb / from) / Math.log(to / from) : gb / to);

const scaleText = ({ from, to, logarithmic }: Scale, text: Text): string =>
  logarithmic
    ? text("web.entry.logarithmic", { from: formatGb(from), size: formatGb(to) })
    : text("web.entry.even", { size: formatGb(to) });
