import { factOfAll, purposesOf, thinkingOf } from "#src/catalog/entry/of-variant.ts";
import type { Entry, Variant } from "#src/catalog/entry/schema.ts";
import { cacheGrowth } from "#src/catalog/memory/cache-growth.ts";
import { PURPOSE, SECONDARY, THINKING } from "./words.ts";

type Read = (entry: Entry, variant: Variant | undefined) => string | undefined;

/** Facts that stand with the entry where its variants share them, and with each variant that differs. */
const FACTS: readonly { label: string; read: Read }[] = [
  { label: "用途", read: purposes },
  { label: "思考", read: thinking },
  { label: "缓存", read: cache },
];

/** What holds for an entry as a whole; says so where variants differ from it. */
export const factsOfAll = (entry: Entry): [label: string, value: string | undefined][] =>
  FACTS.map(({ label, read }) => {
    const { value, varies } = factOfAll(entry, (variant) => read(entry, variant));
    if (!varies) return [label, value];
    if (read === cache) return [label, cacheSpan(entry)];
    const said = (entry.variants ?? []).flatMap((variant) => read(entry, variant) ?? []);
    return [label, `${value ?? [...new Set(said)].join(" / ")}（部分版本不同）`];
  });

/** What is a variant's own. */
export const ownFacts = (entry: Entry, variant: Variant): string[] =>
  FACTS.flatMap(({ label, read }) => {
    const own = read(entry, variant);
    const { value } = factOfAll(entry, (of) => read(entry, of));
    return own === undefined || own === value ? [] : [`${label}：${own}`];
  });

function purposes(entry: Entry, variant: Variant | undefined): string | undefined {
  const known = purposesOf(entry, variant);
  return known.length === 0 ? undefined : known.map((purpose) => PURPOSE[purpose]).join("、");
}

function thinking(entry: Entry, variant: Variant | undefined): string | undefined {
  const known = thinkingOf(entry, variant);
  return known && THINKING[known];
}

/** GB that are too few to speak of, beside what grows with the text. */
const LEAST_GB = 0.05;
const BASIS = { base: "（按基座的结构）", secondary: `（${SECONDARY}）` };

/** How the key-value cache grows, at 16 bits a value. */
function cache(entry: Entry, variant: Variant | undefined): string | undefined {
  const growth = cacheGrowth(entry, variant);
  if (growth === undefined) return undefined;
  const { gbPer1K, fixedGb, confidence } = growth;
  const basis = confidence === undefined ? "" : BASIS[confidence];
  const fixed = fixedGb < LEAST_GB ? undefined : about(fixedGb);
  if (gbPer1K === 0) return (fixed === undefined ? "不随长度增长" : `约 ${fixed}，不随长度增长`) + basis;
  return `每 1K tokens 约 ${about(gbPer1K)}${fixed === undefined ? "" : `，另有不再增长的 ${fixed}`}${basis}`;
}

/** From the variant whose cache grows the least to the one whose grows the most. */
function cacheSpan(entry: Entry): string | undefined {
  const known = (entry.variants ?? []).flatMap((variant) => cacheGrowth(entry, variant)?.gbPer1K ?? []);
  if (known.length === 0) return undefined;
  const [least, most] = [about(Math.min(...known)), about(Math.max(...known))];
  return `每 1K tokens 约 ${least === most ? most : `${least.replace(" GB", "")}–${most}`}`;
}

/** Two significant digits: caches of a token differ by a factor of hundreds. */
const about = (gb: number): string => `${Number(gb.toPrecision(2))} GB`;
