import type { Entry } from "#src/catalog/entry/schema.ts";

/** What tells the copies apart; whoever types one of these means a copy. */
const WORDS =
  "aster birch cedar dahlia elm fern ginkgo hazel iris juniper kelp laurel maple nettle olive poplar quince rowan sage thyme ulex viola willow yarrow zinnia 松 柏 竹 梅 兰 菊 荷 桂 枫 槐 柳 榆".split(
    " ",
  );

/** So many entries: the given ones, then copies of them with other ids, names and families, alike in all else. */
export function manyEntries(entries: readonly Entry[], count: number): Entry[] {
  return Array.from({ length: count }, (_, at) => {
    const entry = entries[at % entries.length];
    if (entry === undefined) throw new Error("there are no entries to vary");
    const copy = Math.floor(at / entries.length);
    return copy === 0 ? entry : varied(entry, copy);
  });
}

function varied(entry: Entry, copy: number): Entry {
  const word = `${WORDS[copy % WORDS.length]}${copy < WORDS.length ? "" : Math.floor(copy / WORDS.length)}`;
  const other = (name: string): string => `${name}${word}`;
  return {
    ...entry,
    id: `${entry.id}-x${copy}`,
    name: other(entry.name),
    aliases: entry.aliases.map(other),
    family: other(entry.family),
    familyAliases: entry.familyAliases.map(other),
    summary: { zh: `${entry.summary.zh}${word}`, en: `${entry.summary.en} ${word}` },
    ...(entry.variants && { variants: entry.variants.map((variant) => ({ ...variant, name: other(variant.name) })) }),
  };
}
