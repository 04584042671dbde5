import { memoByObject } from "#src/base/memo.ts";
import type { Entry, OllamaModel, Variant } from "#src/catalog/entry/schema.ts";
import { fold, foldName } from "#src/catalog/entry/text.ts";
import { type Offer, offersOf } from "#src/catalog/memory/offers.ts";
import type { NamedEntry, NameKind, Names } from "./names.ts";
import { type Bearer, indexReferences, prepareReferences } from "./references.ts";
import { namedWithSize, prepareSizedNames } from "./sized-name.ts";
import { MAX_TYPED_NAME, readWrittenName, stemsOf, type WrittenName, withoutEdition } from "./written-name.ts";

/** An entry or one of its variants, as a person means it by a name. */
export type Subject = { entry: Entry; variant: Variant | undefined };

export type NamedSubject = {
  subject: Subject;
  /**
   * Whose name it is; a family's name means the newest of the family. `reference`: what a hub or a program calls it;
   * `size`: a name of several and a size.
   */
  kind: NameKind | "reference" | "size";
  /** What else it may mean, the likeliest first. */
  others: readonly Subject[];
  /** The newest first, those whose family goes by the same name. */
  family?: readonly Subject[];
  /** The model in Ollama whose name it is. */
  ollama?: OllamaModel;
};

/** The catalog in which names are looked up. */
export type NamedCatalog = { entries: readonly Entry[]; names: Names };

export const subjectName = ({ entry, variant }: Subject): string => variant?.name ?? entry.name;

/** Whether two subjects are the same; two variants of one entry are not. */
export const isSameSubject = (a: Subject, b: Subject): boolean => a.entry === b.entry && a.variant === b.variant;

/** Made with the first name that no entry bears as it is typed. */
const referencesOf = memoByObject(indexReferences);

/** Makes in steps what the first name that no entry bears as it is typed would have to wait for. */
export function* prepareNames({ entries, names }: NamedCatalog): Generator<unknown, void> {
  for (const entry of entries) yield prepareReferences(entry);
  yield referencesOf(entries);
  for (const entry of entries) yield prepareSizedNames(entry);
  yield names.near("qwne", 1);
}

/**
 * What a name means, or undefined where nothing bears it. Everything is a name that Mulu or the hubs print: an entry's or
 * a variant's own, a family's, a model in Ollama (`qwen3:8b`, `ollama run qwen3:8b`), weights on a hub
 * (`Qwen/Qwen3-8B-GGUF`, `hf.co/…:Q4_K_M`), the page of either or of a repository, a file (`Qwen3-8B-Q4_K_M.gguf`), a
 * name and a size (`qwen 7b`: the newest of that size). Nothing that may be typed makes it throw.
 */
export function subjectNamed(typed: string, catalog: NamedCatalog): NamedSubject | undefined {
  if (typed.length > MAX_TYPED_NAME) return undefined;
  const exact = exactly(typed, catalog.names);
  if (exact !== undefined) return newestOfSize(typed, exact, catalog) ?? exact;
  const written = readWrittenName(typed);
  return (
    exactly(written.text, catalog.names) ??
    printed(written.text, catalog) ??
    addressed(written, catalog) ??
    inWords(written.last, catalog) ??
    (written.site === undefined ? inWords(written.text, catalog) : undefined)
  );
}

/**
 * Who has exactly this name. A variant's name picks the variant, also where the entry has it as an alias; only the
 * entry's own id and name stand for the entry although a variant may be called the same.
 */
function exactly(name: string, names: Names): NamedSubject | undefined {
  const bearers = names.exact(name);
  const [best] = bearers;
  if (best === undefined) return undefined;
  const subjects = (isOfFamily: boolean): Subject[] =>
    bearers.filter(({ kind }) => (kind === "family") === isOfFamily).map((bearer) => subjectOf(bearer, foldName(name)));
  const family = subjects(true);
  const found = together(best.kind === "family" ? family : subjects(false), best.kind);
  return found && best.kind !== "family" && family.length > 0 ? { ...found, family } : found;
}

function subjectOf({ entry, kind }: NamedEntry, wanted: string): Subject {
  const whole = kind === "family" || [entry.id, entry.name].some((own) => foldName(own) === wanted);
  return { entry, variant: whole ? undefined : variantCalled(wanted, entry) };
}

const variantCalled = (folded: string, { variants }: Entry): Variant | undefined =>
  variants?.find(({ name }) => foldName(name) === folded);

/** A size behind a space or a Chinese name, as in `qwen 7b` and `千问7b`; `qwen-7b` is the name of one model. */
const APART = /[^\s](?:\s+|(?<=\p{Script=Han}))\d+(?:\.\d+)?\s?b(?![a-z0-9])/iu;

/** `qwen 7b` is what an old model is called, and asks for the newest Qwen of that size. */
function newestOfSize(typed: string, exact: NamedSubject, catalog: NamedCatalog): NamedSubject | undefined {
  const text = fold(typed.trim());
  if (exact.kind === "family" || !APART.test(text)) return undefined;
  const { entry, variant } = exact.subject;
  const spelled = [entry.id, entry.name, ...entry.aliases, variant?.name ?? ""];
  if (spelled.some((name) => fold(name) === text)) return undefined;
  const { found, ofFamily } = namedWithSize(text, catalog.entries, catalog.names);
  return ofFamily ? together(found, "size") : undefined;
}

/** The parts of a line that Mulu prints: `Qwen3 · Qwen3-8B · INT4`. */
function printed(text: string, { names }: NamedCatalog): NamedSubject | undefined {
  const [first = "", ...more] = text.split(" · ").map((part) => part.replace(/ *⚠.*$/u, ""));
  const found = more.length > 0 ? exactly(first, names) : undefined;
  if (found === undefined) return undefined;
  const { entry } = found.subject;
  const [variant] = more.flatMap((part) => variantCalled(foldName(part), entry) ?? []);
  return variant ? { subject: { entry, variant }, kind: "variant", others: [] } : found;
}

/** What a hub, Ollama or GitHub has under an address or a name of its own. */
function addressed(written: WrittenName, catalog: NamedCatalog): NamedSubject | undefined {
  const { text, site, id } = written;
  const references = referencesOf(catalog.entries);
  const isOf = (asked: WrittenName["site"]): boolean => site === undefined || site === asked;
  return (
    // Ollama runs weights of a hub by the hub's name for them: `hf.co/Qwen/QwQ-32B-GGUF:Q4_K_M`.
    (isOf("ollama") || site === "hub" ? inOllama(site === "hub" ? text : id, catalog) : undefined) ??
    (isOf("hub") ? onHub(id, catalog) : undefined) ??
    (isOf("github") ? inRepository(id, catalog) : undefined) ??
    together(references.page(text), "reference")
  );
}

/** Weights on a hub, also where the hub has them stored in another way than the catalog says. */
function onHub(id: string, { entries }: NamedCatalog): NamedSubject | undefined {
  const { weights } = referencesOf(entries);
  const stems = stemsOf(id);
  const known = [...stems, ...stems.map(withoutEdition)].find((name) => weights(name).length > 0);
  return known === undefined ? undefined : together(weights(known), "reference");
}

/** Of several entries in a repository the one that is called like it, else the newest. */
function inRepository(id: string, { entries, names }: NamedCatalog): NamedSubject | undefined {
  const bearers = referencesOf(entries).repository(id);
  return together(calledFirst(id.slice(id.indexOf("/") + 1), bearers, names), "reference");
}

/** The bearers again, first those of them that have the name themselves. */
function calledFirst(name: string, bearers: readonly Bearer[], names: Names): Bearer[] {
  const called = names.exact(name).filter(({ kind }) => kind !== "family");
  return [...bearers.filter(({ entry }) => called.some((item) => item.entry === entry)), ...bearers];
}

/** A model in Ollama; one of an unknown tag by what the tag says, and without a tag whatever has that name there. */
function inOllama(name: string, catalog: NamedCatalog): NamedSubject | undefined {
  const { ollama, ollamaBuild, ollamaFamily } = referencesOf(catalog.entries);
  const [known] = ollama(name);
  // `qwen3:4b-2507` is no build of `qwen3:4b`, though it begins like one.
  const exact = known === undefined && name.includes(":") ? exactly(name.replace(":", "-"), catalog.names) : undefined;
  if (exact?.kind === "variant") return exact;
  const model = known ?? ollamaBuild(name)[0];
  if (model) return { subject: subjectIn(model), kind: "reference", others: [], ollama: model.model };
  const bearers = ollamaFamily(name).filter(({ model: { exact } }) => exact);
  const entries = [...new Set(bearers.map(({ entry }) => entry))];
  const [, base = "", tag = "latest"] = /^(?:library\/)?([^:]*)(?::(.*))?$/s.exec(name) ?? [];
  if (entries.length === 0) return undefined;
  if (tag !== "latest")
    return together(namedWithSize(`${base} ${shortest(tag)}`, entries, catalog.names).found, "reference");
  const wholes = entries.map((entry) => ({ entry, variant: undefined }));
  return together(calledFirst(base, wholes, catalog.names), "reference");
}

/** A name with what people and hubs add to it, or a name of several and a size. */
function inWords(text: string, catalog: NamedCatalog): NamedSubject | undefined {
  const { withoutOwner, withoutDots } = referencesOf(catalog.entries);
  const stems = stemsOf(text);
  for (const names of [stems, stems.map(withoutEdition), stems.map(withoutOwner)]) {
    const found = firstBorne(names, catalog);
    if (found !== undefined) return found;
  }
  const { found, hasSize } = namedWithSize(shortest(text), catalog.entries, catalog.names);
  const read = together(found, "size");
  return hasSize && read
    ? read
    : (together(stems.map(withoutDots).find((bearers) => bearers.length > 0) ?? [], "reference") ?? read);
}

const shortest = (text: string): string => stemsOf(text).at(-1) ?? text;

/** Who has one of these names exactly, else whose weights are called so. */
function firstBorne(names: readonly string[], catalog: NamedCatalog): NamedSubject | undefined {
  for (const bearing of [borne, called]) {
    for (const name of names) {
      const found = bearing(name, catalog);
      if (found !== undefined) return newestOfSize(name, found, catalog) ?? found;
    }
  }
  return undefined;
}

/** Who has this name, at the variant that it may be a name of too, and whose weights are called so besides. */
function borne(name: string, catalog: NamedCatalog): NamedSubject | undefined {
  const folded = foldName(name);
  const exact = exactly(name, catalog.names);
  if (exact === undefined || exact.kind === "family") return undefined;
  const weights = referencesOf(catalog.entries).stem(folded);
  const { entry } = exact.subject;
  const own = weights.find((bearer) => bearer.entry === entry);
  const variant = exact.subject.variant ?? variantCalled(folded, entry) ?? own?.variant;
  const other = weights.filter((bearer) => bearer.entry !== entry);
  return together([{ entry, variant }, ...exact.others, ...other], exact.kind);
}

const called = (name: string, { entries }: NamedCatalog): NamedSubject | undefined =>
  together(referencesOf(entries).stem(foldName(name)), "reference");

/** The first of the bearers, with the others once each. */
function together(bearers: readonly Bearer[], kind: NamedSubject["kind"]): NamedSubject | undefined {
  const [first, ...more] = bearers.map(subjectIn);
  if (first === undefined) return undefined;
  const isNew = (subject: Subject, at: number): boolean =>
    ![first, ...more.slice(0, at)].some((other) => isSameSubject(other, subject));
  return { subject: first, kind, others: more.filter(isNew) };
}

const subjectIn = ({ entry, variant }: Bearer): Subject => ({ entry, variant });

/** The offers of a subject. What the entry says of no variant in particular holds for a variant that is the only one. */
export function offersOfSubject({ entry, variant }: Subject): Offer[] {
  const offers = offersOf(entry);
  if (variant === undefined) return offers;
  const only = entry.variants?.length === 1;
  return offers.filter((offer) => offer.variant === variant.name || (only && offer.variant === undefined));
}

/** The name of a variant without its entry's name: `Qwen3-8B` of Qwen3 is `8B`. */
export function shortVariant(variant: string, { entry: { name, id, family } }: Subject): string {
  for (const whole of [name, id, family]) {
    const rest = variant.slice(whole.length);
    if (variant.toLowerCase().startsWith(whole.toLowerCase()) && /^[-_ ]\S/.test(rest)) return rest.slice(1);
  }
  return variant;
}
