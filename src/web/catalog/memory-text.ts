import { html } from "hono/html";
import type { Text } from "#src/base/locale.ts";
import type { MeasuredOffer } from "#src/catalog/memory/measured-offers.ts";
import { aboutGb } from "#src/chat/model/labels.ts";
import type { Html } from "#src/web/html/page.ts";

/** `6 GB`, or `≈ 5.4–6.1 GB` where that is our estimate. */
export const gbText = (offer: MeasuredOffer): string => aboutGb(offer, offer.vramGb);

/** What makes a figure of a source less than measured by the makers; our estimates bear their sign already. */
export const gbRemarks = ({ estimated, stated, secondary }: MeasuredOffer, text: Text): string[] => [
  ...(estimated && stated ? [text("facts.estimated")] : []),
  ...(secondary ? [text("facts.secondary")] : []),
];

/** Where the bars of the whole list begin and end: from the smallest models to a rack of cards. */
const LEAST_GB = 0.5;
const MOST_GB = 2048;
/** Cards that the list marks on its scale. */
export const MARKED_GB = [8, 24, 80];

/** A place on the scale of the list, from 0 to 100; equal steps are equal factors. */
export function scalePercent(gb: number): number {
  const place = Math.log(gb / LEAST_GB) / Math.log(MOST_GB / LEAST_GB);
  return 100 * Math.min(1, Math.max(0.01, place));
}

/** A bar of 0 to 100; the figure always stands beside it as text. */
export const bar = (length: number, { estimated, marks = [] }: { estimated: boolean; marks?: number[] }): Html =>
  html`<svg class="bar${estimated ? " estimated" : ""}" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect width="${length.toFixed(1)}" height="8"/>${marks.map((mark) => html`<path d="M${mark.toFixed(1)} 0v8"/>`)}</svg>`;
