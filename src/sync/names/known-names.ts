import { everyWeights } from "#src/catalog/entry/editions.ts";
import type { Entry, Variant } from "#src/catalog/entry/schema.ts";
import { modelName } from "#src/sync/hubs/hub.ts";
import { type Features, featuresOf } from "./features.ts";
import { type ModelWords, wordsOf } from "./model-words.ts";

/** A name under which the catalog knows a model or an entry. */
export type KnownName = {
  entry: Entry;
  /** Where the name is of a variant, or of weights that stand in one. */
  variant: Variant | undefined;
  source: "weights" | "variant" | "entry";
  /** Whether the size is of a variant's facts, because its name has none. */
  isUnsized: boolean;
  /** Words in brackets behind a variant's name, such as the editions that it has. */
  inBrackets: readonly string[];
  features: Features;
};

/** An entry with the names by which it is known. */
export type KnownEntry = { entry: Entry; names: readonly KnownName[]; id: Features };

/** What was read of an entry, which never changes. */
const wordsRead = new WeakMap<Entry, Map<string, ModelWords>>();
const organizations = new WeakMap<Entry, Set<string>>();
const leads = new WeakMap<Entry, { made: string[]; family: string | undefined }>();

/** Organisations on the hubs whose models an entry has, in lower case. */
export function organizationsOf(entry: Entry): ReadonlySet<string> {
  const found = organizations.get(entry) ?? readOrganizations(entry);
  organizations.set(entry, found);
  return found;
}

const readOrganizations = (entry: Entry): Set<string> =>
  new Set(
    [
      ...(entry.sync?.hubOrgs ?? []),
      ...everyWeights(entry).flatMap(({ row: { id, formerId } }) =>
        [id, formerId].flatMap((name) => (name === undefined ? [] : [name.slice(0, name.indexOf("/"))])),
      ),
    ].map((name) => name.toLowerCase()),
  );

/** Every name of an entry: of its weights, its variants, itself. */
export function knownEntry(entry: Entry, isBase: (word: string) => boolean): KnownEntry {
  const features = (name: string): Features => featuresOf(readWords(entry, name), isBase);
  const names: KnownName[] = everyWeights(entry).flatMap(({ row: { id, formerId }, variant }) =>
    [...new Set([id, formerId].flatMap((name) => (name === undefined ? [] : [modelName(name)])))].map(
      (name): KnownName => ({
        entry,
        variant,
        source: "weights",
        isUnsized: false,
        inBrackets: [],
        features: features(name),
      }),
    ),
  );
  for (const variant of entry.variants ?? [])
    for (const name of namesIn(variant.name)) {
      const read = features(name);
      // A variant's name may leave out its size.
      const isUnsized = read.size === "" && variant.parametersB !== undefined;
      const size = isUnsized ? `${variant.parametersB}b` : read.size;
      names.push({
        entry,
        variant,
        source: "variant",
        isUnsized,
        inBrackets: bracketed(variant.name),
        features: { ...read, size },
      });
    }
  for (const name of [...namesIn(entry.name), ...entry.aliases, entry.id])
    names.push({
      entry,
      variant: undefined,
      source: "entry",
      isUnsized: false,
      inBrackets: [],
      features: features(name),
    });
  return { entry, names, id: features(entry.id) };
}

function readWords(entry: Entry, name: string): ModelWords {
  const read = wordsRead.get(entry) ?? new Map<string, ModelWords>();
  wordsRead.set(entry, read);
  const words = read.get(name) ?? wordsOf(name);
  read.set(name, words);
  return words;
}

const bracketed = (text: string): string[] =>
  [...text.matchAll(/[(（]([^)）]*)[)）]/g)].flatMap(({ 1: inside = "" }) =>
    inside
      .toLowerCase()
      .split(/[\s/、，,]+/)
      .filter((word) => word !== ""),
  );

/** `Aquila2-7B / AquilaChat2-7B (base)` → two names, without what stands in brackets. */
function namesIn(text: string): string[] {
  const names = text
    .replace(/[(（][^)）]*[)）]/g, " ")
    .split(/\s+\/\s+/)
    .map((name) => name.trim())
    .filter((name) => name !== "");
  const inBrackets = [...text.matchAll(/[(（]([A-Za-z][^)）/、]*)[)）]/g)].flatMap(({ 1: name }) => name ?? []);
  return [...names, ...inBrackets];
}

/**
 * Words that name models of other makers than `own`: families of the catalog, and what its entries say they were made
 * from.
 */
export function baseWords(entries: readonly Entry[], own: readonly Entry[]): Set<string> {
  const words = new Set<string>();
  const read = (entry: Entry): { made: string[]; family: string | undefined } => {
    const found = leads.get(entry) ?? leadsOf(entry);
    leads.set(entry, found);
    return found;
  };
  for (const entry of entries) {
    const { made, family } = read(entry);
    for (const word of made) words.add(word);
    if (family !== undefined) words.add(family);
  }
  for (const entry of own) words.delete(read(entry).family ?? "");
  words.delete("from");
  return words;
}

function leadsOf(entry: Entry): { made: string[]; family: string | undefined } {
  const lead = (name: string): string[] => {
    const word = featuresOf(wordsOf(name), () => false).lead;
    return /^[a-z]{3,}$/.test(word) ? [word] : [];
  };
  const made = [entry.baseModel, ...(entry.variants ?? []).map(({ baseModel }) => baseModel)];
  return { made: made.flatMap((name) => (name === undefined ? [] : lead(name))), family: lead(entry.family)[0] };
}
