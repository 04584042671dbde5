import type { Offer } from "#src/catalog/memory.ts";
import { sizesOf } from "#src/catalog/memory.ts";
import { quantizationLabel } from "#src/catalog/precision.ts";
import type { Entry } from "#src/catalog/schema.ts";
import { formatBillions, formatGb, formatSize } from "#src/catalog/units.ts";
import type { Locale, Text } from "./locale.ts";
import { plain } from "./markdown.ts";

/** `中文`, `英文`: the name of a language in the reader's language. */
export function languageName(tag: string, locale: Locale): string {
  return new Intl.DisplayNames([locale], { type: "language" }).of(tag) ?? tag;
}

/** All sizes of an entry: `7B / 13B`, a span from four on, `671B-A37B` for a single mixture of experts. */
export function sizesText(entry: Entry, text: Text): string {
  const sizes = sizesOf(entry);
  const [only] = sizes;
  if (only === undefined) return text("facts.notStated");
  if (sizes.length === 1) return formatSize(only, entry.activeParametersB);
  return sizes.length <= 3
    ? sizes.map(formatBillions).join(" / ")
    : `${formatBillions(only)}–${formatBillions(sizes.at(-1) ?? only)}`;
}

/** The memory of an offer with its precision: `6 GB`, `5.4 GB（GPTQ-Int4，LLaMA-7B）`; marks estimates and main memory. */
export function offerText(offer: Offer | undefined, text: Text, options: { precision: boolean }): string {
  if (offer === undefined) return text("facts.notStated");
  const memory =
    offer.vramGb !== undefined
      ? formatGb(offer.vramGb)
      : offer.ramGb !== undefined
        ? `${text("facts.ram")} ${formatGb(offer.ramGb)}`
        : text("facts.notStated");
  const remarks = [
    options.precision ? quantizationLabel(offer) : "",
    offer.variant === undefined ? "" : plain(offer.variant),
    offer.estimated ? text("facts.estimated") : "",
  ].filter((remark) => remark !== "");
  return remarks.length === 0
    ? memory
    : text("facts.withRemark", { value: memory, remark: remarks.join(text("facts.comma")) });
}
