import { developerName } from "#src/catalog/entry/developer-name.ts";
import { factOfAll, purposesOf, thinkingOf } from "#src/catalog/entry/of-variant.ts";
import type { Entry, Variant } from "#src/catalog/entry/schema.ts";
import { type CacheGrowth, cacheGrowth } from "#src/catalog/memory/cache-growth.ts";
import type { Context } from "#src/chat/command.ts";
import { catalogText } from "#src/chat/traditional.ts";

type FactContext = Pick<Context, "text" | "locale">;

/** The name of a developer in the reader's language, without Markdown. */
export const developerText = (developer: Entry["developers"][number], locale: Context["locale"]): string =>
  catalogText(developerName(developer, locale === "en-US" ? "en" : "zh"), locale);

/** What a variant is made for, or its entry; undefined where nothing is stated. */
function purposesText(entry: Entry, variant: Variant | undefined, { text }: FactContext): string | undefined {
  const purposes = purposesOf(entry, variant);
  if (purposes.length === 0) return undefined;
  return purposes.map((purpose) => text(`purpose.${purpose}`)).join(text("facts.listComma"));
}

/** Whether it thinks before it answers; undefined where that is not known. */
function thinkingText(entry: Entry, variant: Variant | undefined, { text }: FactContext): string | undefined {
  const thinking = thinkingOf(entry, variant);
  return thinking && text(`thinking.${thinking}`);
}

/** GB that are too few to speak of, beside what grows with the text. */
const LEAST_GB = 0.05;

/** How its key-value cache grows, in words that say what it costs: `每 1K tokens 约 0.14 GB`; undefined where that is not known. */
function cacheText(entry: Entry, variant: Variant | undefined, { text }: FactContext): string | undefined {
  const growth = cacheGrowth(entry, variant);
  if (growth === undefined) return undefined;
  const remark = growth.confidence && text(`cache.${growth.confidence}`);
  const value = growthText(growth, text);
  return remark === undefined ? value : text("facts.withRemark", { value, remark });
}

function growthText({ gbPer1K, fixedGb }: CacheGrowth, text: FactContext["text"]): string {
  const fixed = about(fixedGb);
  if (gbPer1K === 0) return fixedGb < LEAST_GB ? text("cache.constant") : text("cache.constantOf", { size: fixed });
  const size = about(gbPer1K);
  return fixedGb < LEAST_GB ? text("cache.grows", { size }) : text("cache.growsBeside", { size, fixed });
}

/** Two significant digits: caches of a token differ by a factor of hundreds. */
const about = (gb: number): string => `${Number(gb.toPrecision(2))} GB`;

/** How the caches of an entry's variants grow, from the least to the most where they differ. */
function cacheOfAll(entry: Entry, context: FactContext): string | undefined {
  const { value, varies } = factOfAll(entry, (variant) => cacheText(entry, variant, context));
  if (!varies) return value;
  const known = eachOnce(entry, (variant) => cacheGrowth(entry, variant)?.gbPer1K);
  if (known.length === 0) return undefined;
  const [least, most] = [Math.min(...known), Math.max(...known)].map((gb) => Number(gb.toPrecision(2)));
  return context.text("cache.grows", { size: least === most ? `${most} GB` : `${least}–${most} GB` });
}

/** What the variants of an entry say, each value once. */
const eachOnce = <Value>({ variants = [] }: Entry, read: (variant: Variant) => Value | undefined): Value[] => [
  ...new Set(variants.flatMap((variant) => read(variant) ?? [])),
];

/** A fact of the entry as a whole; says so where variants differ from it. */
const ofAll =
  (read: Read) =>
  (entry: Entry, context: FactContext): string | undefined => {
    const { value, varies } = factOfAll(entry, (variant) => read(entry, variant, context));
    if (!varies) return value;
    const said = value ?? eachOnce(entry, (variant) => read(entry, variant, context)).join(" / ");
    return context.text("facts.withRemark", { value: said, remark: context.text("facts.variantsDiffer") });
  };

type Read = (entry: Entry, variant: Variant | undefined, context: FactContext) => string | undefined;

type VariantFact = {
  name: "purposes" | "thinking" | "cache";
  /** Of a variant. */
  read: Read;
  /** Of the entry as a whole. */
  ofAll: (entry: Entry, context: FactContext) => string | undefined;
};

/** Facts that stand with the entry as far as its variants share them, and with each variant that differs. */
export const VARIANT_FACTS: readonly VariantFact[] = [
  { name: "purposes", read: purposesText, ofAll: ofAll(purposesText) },
  { name: "thinking", read: thinkingText, ofAll: ofAll(thinkingText) },
  { name: "cache", read: cacheText, ofAll: cacheOfAll },
];

/** A fact of a variant where it is not that of the entry as a whole. */
export function ownText(entry: Entry, variant: Variant, read: Read, context: FactContext): string | undefined {
  const own = read(entry, variant, context);
  return own === factOfAll(entry, (of) => read(entry, of, context)).value ? undefined : own;
}
