import type { Variant } from "#src/catalog/entry/schema.ts";
import { statedParts, whenStated } from "#src/catalog/entry/stated.ts";
import { formatBillions, formatSize, formatTokens } from "#src/catalog/entry/units.ts";
import { licenseName } from "./licenses.ts";
import { baseModelText, type EntryLinks } from "./links.ts";
import { escapeText, note } from "./markdown.ts";
import { ARCHITECTURE, COMMERCIAL, MODALITY, SECONDARY } from "./words.ts";

/** One size or edition of an entry. */
export function variantText(variant: Variant, links: EntryLinks): string {
  const { license } = variant;
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
    license?.code && `代码许可 ${licenseName(license.code, license.codeUrl)}`,
    license?.weights && `权重许可 ${licenseName(license.weights, license.weightsUrl)}`,
    license?.data && `数据许可 ${escapeText(license.data)}`,
    license && COMMERCIAL[license.commercial] + note(license.note),
    variant.note && escapeText(variant.note),
  ]);
  return `${escapeText(variant.name)}${details.length > 0 ? `：${details.join("，")}` : ""}`;
}
