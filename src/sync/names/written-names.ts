import { ENTRY_ID } from "#src/catalog/entry/patterns.ts";
import type { Variant } from "#src/catalog/entry/schema.ts";
import { foldName } from "#src/catalog/entry/text.ts";
import type { Features } from "./features.ts";
import type { KnownEntry, KnownName } from "./known-names.ts";
import { type NameWord, wordsOf } from "./model-words.ts";

/** What a new variant's or entry's name is made of. */
type Written = { words: readonly NameWord[]; model: Features };

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
  if (shown.length === 0) kinds.add("date");
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
 * Names a new series: what a model's name says without its size, its training and what it was made from. `withAspects`
 * are those by which its organisation tells entries apart. The id is none of `taken`, folded names.
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
  const written = { words: all, model };
  const cut = (["size", "date"] as const).filter((aspect) =>
    known.some(({ id }) => id.version === model.version && id[aspect] !== ""),
  );
  const kept = all.filter((word) => isOfSeries(word, written) || cut.some((aspect) => aspect === word.kind));
  const words = kept.length > 0 ? kept : all;
  const name = joined(words, casing, model) || organization;
  const variant = joined(
    all.filter(({ kind }) => OF_VARIANT.has(kind) || kind === "date"),
    casing,
    model,
  );
  return { id: freeId(joined(words, casing, model), organization, taken), name, variant: variant || name };
}

function isOfSeries(word: NameWord, { words, model }: Written): boolean {
  const first = words.findIndex(
    ({ kind }) => kind === "size" || kind === "stage" || kind === "thinking" || kind === "preview" || kind === "date",
  );
  const early = first < 0 ? words : words.slice(0, first);
  if (word.kind === "version") {
    const before = words.slice(0, words.indexOf(word)).findLast(({ kind }) => kind === "series");
    return before === undefined || isOfSeries(before, { words, model });
  }
  if (word.kind === "series")
    return early.includes(word) && (model.seriesWords.includes(word.word) || word === words[0]);
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
  const longer = idOf(`${own}-${organization}`) ?? own;
  for (let number = 1; ; number++) {
    const id = number === 1 ? longer : `${longer}-${number}`;
    if (!taken.has(foldName(id))) return id;
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
