import { licenseGroups, licenseOf } from "#src/catalog/entry/of-variant.ts";
import type { Entry, Variant } from "#src/catalog/entry/schema.ts";
import { statedParts, whenStated } from "#src/catalog/entry/stated.ts";
import { formatBillions, formatSize, formatTokens } from "#src/catalog/entry/units.ts";
import { licenseName } from "./licenses.ts";
import { baseModelText, type EntryLinks } from "./links.ts";
import { escapeText } from "./markdown.ts";
import { ownFacts } from "./variant-facts.ts";
import { ARCHITECTURE, COMMERCIAL, MODALITY, SECONDARY } from "./words.ts";

/** One size or edition of an entry. */
export function variantText(entry: Entry, variant: Variant, links: EntryLinks): string {
  const license = licenseGroups(entry).length > 1 ? licenseOf(entry, variant) : undefined;
  const details = statedParts([
    variant.confidence && SECONDARY,
    variant.parametersB === undefined
      ? whenStated(variant.activeParametersB, (billions) => `激活 ${formatBillions(billions)}`)
      : formatSize(variant.parametersB, variant.activeParametersB),
    variant.architecture && ARCHITECTURE[variant.architecture],
    whenStated(variant.contextTokens, (tokens) => `上下文 ${formatTokens(tokens)}`),
    variant.modalities?.map((modality) => MODALITY[modality]).join("、"),
    variant.baseModel && `基座 ${baseModelText(variant.baseModel, links)}`,
    variant.pretrainingTokens && `预训练 ${escapeText(variant.pretrainingTokens)} tokens`,
    variant.released,
    ...ownFacts(entry, variant),
    license?.weights && licenseName(license.weights, license.weightsUrl),
    license && COMMERCIAL[license.commercial],
    variant.note && escapeText(variant.note),
  ]);
  return `${escapeText(variant.name)}${details.length > 0 ? `：${details.join("，")}` : ""}`;
}
