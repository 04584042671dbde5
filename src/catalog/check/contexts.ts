import type { Entry } from "#src/catalog/entry/schema.ts";
import type { Fault } from "./fault.ts";

/** Contexts that would be taken for those of other editions. */
export function contextFaults(entry: Entry): Fault[] {
  return [...tooShortContext(entry), ...contextOfNoVariant(entry), ...contextInLabel(entry)];
}

/** An entry's context is the longest of any edition; where it states none, it may leave that to its variants. */
function tooShortContext({ contextTokens, variants = [] }: Entry): Fault[] {
  if (contextTokens === undefined) return [];
  const [longest] = variants.toSorted((a, b) => (b.contextTokens ?? 0) - (a.contextTokens ?? 0));
  if (longest?.contextTokens === undefined || longest.contextTokens <= contextTokens) return [];
  const params = { tokens: contextTokens, longest: longest.contextTokens, name: longest.name };
  return [{ path: ["contextTokens"], rule: "contextOfEdition", params }];
}

/** `13B`, `仅 16k 版`, `另有`: words by which a note tells editions apart. */
const EDITIONS = /(?<![A-Za-z0-9.-])\d+(?:\.\d+)?B(?![A-Za-z0-9])|仅|另有|其余|早期|标准版|基础版|only|edition/i;

/** A variant that states no context has its entry's, unless another one states its own: so the one that is meant must. */
function contextOfNoVariant({ contextTokens, contextNote = "", variants = [] }: Entry): Fault[] {
  if (contextTokens === undefined || variants.length < 2) return [];
  if (variants.some((variant) => variant.contextTokens !== undefined) || !EDITIONS.test(contextNote)) return [];
  return [{ path: ["contextNote"], rule: "contextOfNoVariant", params: {} }];
}

/** `32K`, `1M` in the label of weights. */
const LENGTH = /(?<![A-Za-z0-9.])(\d+)([KM])(?![A-Za-z0-9])/i;
const UNITS = { k: 1024, m: 1024 ** 2 };
/** Makers write 360K for 360,000 tokens too. */
const ROUNDED = 0.95;

/** Weights whose label names a shorter context than that of their entry, which would be taken for theirs. */
function contextInLabel({ contextTokens = 0, variants = [], weights = [] }: Entry): Fault[] {
  if (variants.length > 0) return [];
  return weights.flatMap(({ label }, at) => {
    const [, count, unit] = LENGTH.exec(label) ?? [];
    const tokens = Number(count) * (/m/i.test(unit ?? "") ? UNITS.m : UNITS.k);
    if (count === undefined || tokens >= contextTokens * ROUNDED) return [];
    return [{ path: ["weights", at, "label"], rule: "contextInLabel", params: { label, tokens: contextTokens } }];
  });
}
