import { memoByObject } from "#src/base/memo.ts";
import { sizeInName } from "#src/catalog/entry/edition-match.ts";
import { purposesOf } from "#src/catalog/entry/of-variant.ts";
import type { Entry, Variant } from "#src/catalog/entry/schema.ts";
import { isGeneral } from "#src/catalog/entry/suitability.ts";
import { fold } from "#src/catalog/entry/text.ts";
import { type NamedEntry, type Names, namesOfEntry } from "./names.ts";

/** What has a name and a size (`qwen 7b`), best first. */
export type Sized = {
  found: readonly { entry: Entry; variant: Variant | undefined }[];
  /** Whether the name is one of a whole family. */
  ofFamily: boolean;
  /** Whether a size was named. */
  hasSize: boolean;
};

/** Billions of parameters in a name, of which so many are active for a token, and the words around them. */
type SizedName = { size: number | undefined; active: number | undefined; words: string[] };

const ACTIVE = /(?<![a-z0-9])a(\d{1,3}(?:\.\d{1,2})?)b(?![a-z0-9])/;
const SIZE = /(?<![\d.]|\dx)(\d{1,4}(?:\.\d{1,3})?) ?([bt])(?![a-z0-9])/g;
const MILLIONS = /(?<![\d.])(\d{2,3})m(?![a-z0-9])/;
const BETWEEN_WORDS = /[\s_\-–—·・/,，、:：()（）]+/u;
/** Words that tell no model from another. */
const FILLERS = new Set(["模型", "大模型", "版", "版本", "参数", "model"]);
/** What an edition for conversation is called. */
const EDITIONS = new Set(["instruct", "chat", "it", "hf", "sft", "dpo"]);

const wordsIn = (folded: string): string[] =>
  folded.split(BETWEEN_WORDS).filter((word) => word !== "" && !FILLERS.has(word));

function readSizedName(text: string): SizedName {
  const folded = fold(text);
  const active = ACTIVE.exec(folded);
  const rest = active === null ? folded : folded.replace(ACTIVE, " ");
  const whole = [...rest.matchAll(SIZE)].at(-1) ?? MILLIONS.exec(rest);
  const [matched = "", figure, unit] = whole ?? [];
  const factor = unit === "t" ? 1000 : unit === "b" ? 1 : 0.001;
  const at = whole?.index ?? 0;
  const around = whole ? `${rest.slice(0, at)} ${rest.slice(at + matched.length)}` : rest;
  return {
    size: figure === undefined ? undefined : Number(figure) * factor,
    active: active === null ? undefined : Number(active[1]),
    words: wordsIn(around),
  };
}

/** People round sizes as names do: `7b` is 7.6 too. */
const TOLERANCE = 0.1;
const isNear = (own: number | undefined, wanted: number): boolean =>
  own !== undefined && Math.abs(own - wanted) <= wanted * TOLERANCE;

/** A variant, or an entry as a whole, with the words of its names. */
type Item = {
  entry: Entry;
  variant: Variant | undefined;
  called: number | undefined;
  own: ReadonlySet<string>;
  ofEntry: ReadonlySet<string>;
};

const itemsOf = memoByObject((entry: Entry): Item[] => {
  const ofEntry = new Set(namesOfEntry(entry).flatMap((name) => wordsIn(fold(name))));
  const item = (name: string, variant: Variant | undefined): Item => ({
    entry,
    variant,
    called: sizeInName(name),
    own: new Set(wordsIn(fold(name))),
    ofEntry,
  });
  return [item(entry.name, undefined), ...(entry.variants ?? []).map((variant) => item(variant.name, variant))];
});

/** Reads the names of an entry ahead. */
export const prepareSizedNames = (entry: Entry): unknown => itemsOf(entry);

/**
 * What a name and a size mean: the variants of that size of the entry or family that bears the name, and of those whose
 * names have every other word. First what bears the name itself, then who is called by that size exactly, then general
 * assistants, then the newest. Without a size, entries; there the name must be known and followed by words.
 */
export function namedWithSize(text: string, entries: readonly Entry[], names: Names): Sized {
  const asked = readSizedName(text);
  const withEditions = rank(asked, entries, names);
  if (withEditions.found.length > 0) return withEditions;
  const words = asked.words.filter((word) => !EDITIONS.has(word) && word !== "base");
  return words.length < asked.words.length ? rank({ ...asked, words }, entries, names) : withEditions;
}

type Match = Item & { key: readonly number[]; tier: number };

function rank(asked: SizedName, entries: readonly Entry[], names: Names): Sized {
  const { words } = asked;
  const hasSize = asked.size !== undefined || asked.active !== undefined;
  // A foreign base and a size is none of the models that were made from it.
  if (words.length < (hasSize ? 1 : 2) || names.isBase(words.join(" "))) return { found: [], ofFamily: false, hasSize };
  const bearers = bearersOf(words, names);
  const items = entries.flatMap((entry) => (hasSize || bearers.has(entry) ? itemsOf(entry) : []));
  const matches = items.flatMap((item) => matchOf(item, asked, bearers.get(item.entry)) ?? []).toSorted(compare);
  const [best] = matches;
  const alike = best === undefined ? [] : alternatives(best, matches);
  return { found: alike.map(({ entry, variant }) => ({ entry, variant })), ofFamily: best?.tier === 1, hasSize };
}

/**
 * The best, then of what may be meant as well the newer ones (they may see or hear besides), those that converse before
 * others, then the rest.
 */
function alternatives(best: Match, matches: readonly Match[]): Match[] {
  const alike = matches.filter((match) => match !== best && isAlike(match, best));
  const isNewer = ({ entry }: Match): boolean =>
    best.tier === 1 && dateOf(entry.released) > dateOf(best.entry.released);
  const converses = ({ entry, variant }: Match): number => Number(purposesOf(entry, variant).includes("chat"));
  const newer = alike
    .filter(isNewer)
    .toSorted((a, b) => converses(b) - converses(a) || dateOf(b.entry.released) - dateOf(a.entry.released));
  return [best, ...newer, ...alike.filter((match) => !isNewer(match))];
}

/** Whether it may be meant as well: of the entry whose own name it is, only what has no further word in its name. */
const isAlike = ({ tier, key }: Match, best: Match): boolean =>
  tier === best.tier && key[CALLED] === best.key[CALLED] && (tier > 0 || key[EXTRA] === best.key[EXTRA]);

function matchOf(item: Item, { size, active, words }: SizedName, bearer: Borne | undefined): Match | undefined {
  if (!isOfSize(item, size, active)) return undefined;
  const rest = words.slice(bearer?.length ?? 0);
  if (!rest.every((word) => item.own.has(word) || item.ofEntry.has(word))) return undefined;
  const tier = bearer === undefined ? 2 : bearer.kind === "family" ? 1 : 0;
  return { ...item, tier, key: keyOf(item, { size, words, rest, tier }) };
}

type Borne = { kind: NamedEntry["kind"]; length: number };

/** The entries that the first words name, each by as many words as possible. A foreign base's name is no family's. */
function bearersOf(words: readonly string[], names: Names): Map<Entry, Borne> {
  const bearers = new Map<Entry, Borne>();
  for (let length = words.length; length > 0; length--) {
    const prefix = words.slice(0, length).join(" ");
    for (const { entry, kind } of names.meant(prefix)) {
      if (bearers.has(entry) || (kind === "family" && names.isBase(prefix))) continue;
      bearers.set(entry, { kind, length });
    }
  }
  return bearers;
}

function isOfSize({ entry, variant, called }: Item, size: number | undefined, active: number | undefined): boolean {
  if (size === undefined && active === undefined) return variant === undefined;
  // An entry stands for its variants only where it has none.
  if (variant === undefined && (entry.variants?.length ?? 0) > 0) return false;
  const { parametersB, activeParametersB } = variant ?? entry;
  if (active !== undefined && !isNear(activeParametersB, active)) return false;
  return size === undefined || isNear(called, size) || isNear(parametersB, size);
}

type Wanted = { size: number | undefined; words: readonly string[]; rest: readonly string[]; tier: number };

/** Where in a key it stands whether the size is the one in the name, and how many words more than asked the name has. */
const [CALLED, EXTRA] = [2, 5];

/** What a match is ranked by, the weightiest first; less is better. */
function keyOf(item: Item, { size, words, rest, tier }: Wanted): number[] {
  const { entry, variant, called, own, ofEntry } = item;
  const isAsked = (word: string): boolean => words.some((asked) => word.startsWith(asked));
  const extra = [...own].filter((word) => !ofEntry.has(word) && !isAsked(word) && !EDITIONS.has(word));
  return [
    tier,
    -(tier === 1 ? rest : words).filter((word) => own.has(word)).length,
    (called ?? Math.round(variant?.parametersB ?? entry.parametersB ?? 0)) === size ? 0 : 1,
    isGeneral(entry, variant) ? 0 : 1,
    -dateOf(entry.released),
    extra.length,
    -dateOf(variant?.released),
    own.size,
  ];
}

/** A date as a number that grows with it: 2025-04 is less than 2025-04-29. */
const dateOf = (date = ""): number => Number(date.replaceAll("-", "").padEnd(8, "0"));

function compare(a: Match, b: Match): number {
  for (const [at, value] of a.key.entries()) if (value !== b.key[at]) return value - (b.key[at] ?? 0);
  return 0;
}
