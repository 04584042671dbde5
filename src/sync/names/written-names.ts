import { ENTRY_ID } from "#src/catalog/entry/patterns.ts";
import type { Entry, Variant } from "#src/catalog/entry/schema.ts";
import { foldName } from "#src/catalog/entry/text.ts";
import { basesOf, type Features } from "./features.ts";
import type { KnownEntry, KnownName } from "./known-names.ts";
import { type NameWord, wordsOf } from "./model-words.ts";

/** What a new variant's or entry's name is made of. */
type Written = {
  words: readonly NameWord[];
  model: Features;
  /** Whether other makers' models tell entries of such names apart: `chinese-mixtral`. */
  withBase: boolean;
};

/** Parts that a variant's name has where its siblings' names have them. */
const EDITIONS = ["stage", "thinking", "date", "revision"] as const;
/** Parts that a variant's name has, whatever its siblings are called. */
const OF_VARIANT: ReadonlySet<NameWord["kind"]> = new Set([
  "series",
  "version",
  "size",
  "tier",
  "context",
  "preview",
] as const);

/**
 * The name of a new variant: as its nearest sibling is called, with what the model's own name says instead. `taken` are
 * the names that the entry has.
 */
export function variantName(
  model: Features,
  item: KnownEntry,
  like: Variant | undefined,
  sibling: KnownName | undefined,
): string {
  // What stands in brackets tells nobody two variants apart who reads the rest.
  const taken = new Set(
    (item.entry.variants ?? [])
      .flatMap(({ name }) => [name, name.replace(/\s*[(（].*$/, "")])
      .map((name) => name.toLowerCase()),
  );
  const casing = casingOf([...(item.entry.variants ?? []).map(({ name }) => name), item.entry.name]);
  const kinds = new Set(OF_VARIANT);
  const isAlike = sibling !== undefined && (sibling.features.context !== "") === (model.context !== "");
  const shown = isAlike && like !== undefined ? [like] : (item.entry.variants ?? []);
  for (const kind of EDITIONS) if (showsMostly(shown, kind)) kinds.add(kind);
  if (kinds.has("stage") || kinds.has("thinking")) kinds.add("stage").add("thinking");
  if (shown.length === 0) kinds.add("date").add("thinking");
  const full = new Set<NameWord["kind"]>([...OF_VARIANT, ...EDITIONS]);
  const prefix = like === undefined || sibling === undefined ? undefined : prefixOf(model, like, sibling);
  const names = [kinds, full].map((chosen) => {
    const words = model.words.all.filter(({ kind }) => chosen.has(kind));
    return prefix === undefined ? joined(words, casing, model) : joinedBehind(prefix, words, casing, model);
  });
  return names.find((name) => !taken.has(name.toLowerCase())) ?? joined(model.words.all, casing, model);
}

const showsMostly = (variants: readonly Variant[], kind: NameWord["kind"]): boolean =>
  variants.filter(({ name }) => wordsOf(name).all.some((word) => word.kind === kind)).length * 2 > variants.length;

/** What a sibling of the same series has before its size: `XComposer2-VL` for `internlm-xcomposer2-vl-7b`. */
function prefixOf(model: Features, like: Variant, sibling: KnownName): string | undefined {
  const { source, features } = sibling;
  if (
    source !== "weights" ||
    features.version !== model.version ||
    features.base !== model.base ||
    features.late !== model.late ||
    /[/(（]/.test(like.name)
  )
    return undefined;
  const words = wordsOf(like.name).all;
  const end = words.findIndex(({ kind }) => kind !== "series" && kind !== "version");
  const last = words[end < 0 ? words.length - 1 : end - 1];
  const own = model.words.all;
  const first = own.findIndex(({ kind }) => kind !== "series" && kind !== "version");
  const behind = first < 0 ? [] : own.slice(first);
  return last === undefined || behind.some(({ kind }) => kind === "version") ? undefined : like.name.slice(0, last.end);
}

function joinedBehind(prefix: string, words: readonly NameWord[], casing: Casing, model: Features): string {
  const first = words.findIndex(({ kind }) => kind !== "series" && kind !== "version");
  const behind = first < 0 ? [] : words.slice(first);
  return behind.length === 0 ? prefix : `${prefix}-${joined(behind, casing, model)}`;
}

/** How the catalog writes words: `internlm` → `InternLM`, and whether it writes sizes as `7b`. */
type Casing = { words: ReadonlyMap<string, string>; smallSizes: boolean; largeTiers: boolean };

function casingOf(names: readonly string[]): Casing {
  const words = new Map<string, string>();
  const all = names.flatMap((name) => wordsOf(name).all);
  for (const { text } of all) if (!words.has(text.toLowerCase())) words.set(text.toLowerCase(), text);
  const sizes = all.filter(({ kind }) => kind === "size");
  return {
    words,
    smallSizes: sizes.length > 0 && sizes.every(({ text }) => text === text.toLowerCase()),
    largeTiers: all.some(({ kind, text }) => kind === "tier" && text !== text.toLowerCase()),
  };
}

/** Words as people write them; what stood together in the model's name stands together. */
function joined(words: readonly NameWord[], casing: Casing, model: Features): string {
  const isSmall = model.words.all.every(({ text }) => text === text.toLowerCase());
  let text = "";
  for (const [index, word] of words.entries()) {
    const before = words[index - 1];
    const part = cased(word, casing, isSmall);
    text += before === undefined || (before.end === word.start && before.kind !== "size") ? part : `-${part}`;
  }
  return text;
}

function cased({ kind, text }: NameWord, { words, smallSizes, largeTiers }: Casing, isSmall: boolean): string {
  if (kind === "size") return smallSizes ? text : text.replace(/[abt]/gi, (letter) => letter.toUpperCase());
  const known = words.get(text.toLowerCase());
  if (known !== undefined) return known;
  if (!isSmall || smallSizes) return text;
  if (kind === "context") return text.toUpperCase();
  return kind === "tier" && largeTiers ? `${text[0]?.toUpperCase()}${text.slice(1)}` : text;
}

/** Id and name of a new entry, and the name of the model's variant there. */
export type SeriesNames = { id: string; name: string; variant: string };

/**
 * Names a new series: what a model's name says without its size, its training and what it was made from, but with what
 * tells entries of its organisation apart. The id is none of `taken`, folded names.
 */
export function seriesNames(
  model: Features,
  organization: string,
  known: readonly KnownEntry[],
  taken: ReadonlySet<string>,
): SeriesNames {
  const casing = casingOf(
    known.flatMap(({ entry }) => [entry.name, ...(entry.variants ?? []).map(({ name }) => name)]),
  );
  const all = model.words.all;
  const withBase = known.some(({ id }) => id.lead === model.lead && basesOf(id).length > 0);
  const written = { words: all, model, withBase };
  const alike = known.filter(({ id }) => id.version === model.version);
  const isCutBy = (aspect: "size" | "date", least: number): boolean =>
    new Set(alike.map(({ id }) => id[aspect]).filter((part) => part !== "")).size >= least;
  // A single entry of a size says little of the next: `Hunyuan-A13B` beside all sizes of Hunyuan.
  const cut: NameWord["kind"][] = [
    ...(isCutBy("size", 2) ? ["size" as const] : []),
    ...(isCutBy("date", 1) ? ["date" as const] : []),
  ];
  const namedWith = (aspects: readonly NameWord["kind"][]): readonly NameWord[] => {
    const kept = all.filter((word) => isOfSeries(word, written) || aspects.includes(word.kind));
    return kept.length > 0 ? kept : all;
  };
  const plain = namedWith(cut);
  const plainId = idOf(joined(plain, casing, model));
  // What tells the model apart from the organisation's own entry of that name.
  const apart = known.flatMap((item) =>
    isCalled(item.entry, plainId) ? toldApart(model, item, item.entry.id === plainId) : [],
  );
  const words = apart.length > 0 ? namedWith([...cut, ...apart]) : plain;
  const name = joined(words, casing, model) || organization;
  const variant = joined(
    all.filter(({ kind }) => OF_VARIANT.has(kind) || kind === "date"),
    casing,
    model,
  );
  return { id: freeId(joined(words, casing, model), organization, taken), name, variant: variant || name };
}

/** Whether an entry's id or one of its aliases is `id`. */
export const isCalled = ({ id: own, aliases }: Entry, id: string | undefined): boolean =>
  id !== undefined && (own === id || aliases.some((alias) => foldName(alias) === foldName(id)));

/** By which words a model of no entry's is told from one that has its name. */
function toldApart(model: Features, item: KnownEntry, isOfId: boolean): NameWord["kind"][] {
  if (item.id.size !== "" && model.size !== "" && item.id.size !== model.size) return ["size"];
  const own = item.names.filter(({ source }) => source !== "entry");
  return isOfId && own.length > 0 && own.every(({ features }) => features.tier !== model.tier) ? ["tier"] : [];
}

function isOfSeries(word: NameWord, { words, model, withBase }: Written): boolean {
  const first = words.findIndex(
    ({ kind }) => kind === "size" || kind === "stage" || kind === "thinking" || kind === "preview" || kind === "date",
  );
  const early = first < 0 ? words : words.slice(0, first);
  if (word.kind === "version") {
    const before = words.slice(0, words.indexOf(word)).findLast(({ kind }) => kind === "series");
    return before === undefined || isOfSeries(before, { words, model, withBase });
  }
  if (word.kind === "series")
    return early.includes(word) && (withBase || model.seriesWords.includes(word.word) || word === words[0]);
  if (word.kind !== "tier" || !early.includes(word)) return false;
  const isVersioned = words.some(({ version }) => version !== undefined);
  return !isVersioned || early.slice(early.indexOf(word)).some(({ kind }) => kind === "series");
}

/** Names of devices, which no file may have on Windows, whatever its ending. */
const isReserved = (id: string): boolean => /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/.test(id);

/** An entry's id made of a name: another where that one is taken, the organisation's where the name gives none. */
function freeId(name: string, organization: string, taken: ReadonlySet<string>): string {
  const own = idOf(name) ?? idOf(`${name}-${organization}`) ?? idOf(organization) ?? "series";
  if (!taken.has(foldName(own))) return own;
  return numberedId(idOf(`${own}-${organization}`) ?? own, (id) => taken.has(foldName(id)));
}

/** The id, or with the first number behind it that makes it one that is not taken. */
export function numberedId(id: string, isTaken: (id: string) => boolean): string {
  for (let number = 1; ; number++) {
    const numbered = number === 1 ? id : `${id}-${number}`;
    if (!isTaken(numbered)) return numbered;
  }
}

function idOf(name: string): string | undefined {
  const id = name
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, "-")
    .replace(/-?\.-?(?![0-9a-z])|(?<![0-9a-z])-?\./g, "-")
    .replace(/^[.-]+|[.-]+$/g, "");
  return ENTRY_ID.test(id) && !isReserved(id) ? id : undefined;
}
