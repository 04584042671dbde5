import { editionOf, isOfSize } from "#src/catalog/entry/edition-match.ts";
import { everyOllamaModel } from "#src/catalog/entry/editions.ts";
import type { Entry, OllamaModel } from "#src/catalog/entry/schema.ts";
import type { Catalog } from "#src/catalog/search/search.ts";
import { type NamedSubject, type Subject, subjectNamed } from "#src/catalog/search/subject.ts";
import { readWrittenName } from "#src/catalog/search/written-name.ts";
import { type Backend, type InstalledModel, listedName } from "#src/inference/backend.ts";
import { referencedModel } from "./model-reference.ts";
import type { ResolvedModel } from "./try.ts";
import { isBuildOf, unlistedRow, unlistedSubjects } from "./unlisted.ts";

export type Resolution =
  | { kind: "ready"; target: ResolvedModel }
  /** Nothing is installed, but this could be pulled. */
  | { kind: "pullable"; entry: Entry; model: OllamaModel; wanted?: string }
  /** Ollama has nothing for this entry; these relatives run here. */
  | { kind: "impossible"; entry: Entry; relatives: Entry[]; wanted?: string }
  | { kind: "unknown"; near: Entry[] };

export type ResolveOptions = {
  catalog: Catalog;
  installed: readonly InstalledModel[];
  isLoaded: (model: string) => boolean;
  normalName: Backend["normalName"];
  /** The operator's own models by entry id. */
  aliases: ReadonlyMap<string, string>;
  allowCloud: boolean;
};

/**
 * Finds the model that runs here for a name that a person typed. An own name or variant picks its entry or variant, a
 * family's name or a size in it the newest that can run; a literal name of an installed model is taken as it is. Where a
 * variant is named and only another of its entry runs here, that stands in for it, and is named as such.
 */
export function resolveModel(name: string, options: ResolveOptions): Resolution {
  const literal = literalModel(name, options);
  const found = subjectNamed(name, options.catalog);
  const isNamed = options.catalog.names.exact(name).some(({ kind }) => kind !== "family");
  if (literal && !isNamed) return ready(targetOf(literal, { entryId: entryWith(literal, options), standIn: false }));
  if (found === undefined) return { kind: "unknown", near: options.catalog.names.near(name, 5) };
  return readyFor(name, found, options) ?? notHere(found, options);
}

function readyFor(name: string, found: NamedSubject, options: ResolveOptions): Resolution | undefined {
  const isOneOf = found.others.length > 0 || found.family !== undefined;
  for (const candidate of candidatesOf(found, options)) {
    const target = installedFor(candidate, options);
    if (target) return ready(isOneOf ? { ...target, chosenFor: name.trim() } : target);
  }
  const other = installedAmong(otherModels(found, options), options);
  return (
    other && ready(targetOf(other, { entryId: found.subject.entry.id, standIn: true, ...wantedOf(found.subject) }))
  );
}

function notHere(found: NamedSubject, options: ResolveOptions): Resolution {
  for (const { own, ...subject } of candidatesOf(found, options)) {
    const model = toPull(own);
    if (model) return { kind: "pullable", entry: subject.entry, model, ...wantedOf(subject) };
  }
  const { entry } = found.subject;
  const other = toPull(otherModels(found, options));
  return other
    ? { kind: "pullable", entry, model: { ...other, exact: false }, ...wantedOf(found.subject) }
    : { kind: "impossible", entry, relatives: relativesOf(entry, options), ...wantedOf(found.subject) };
}

const wantedOf = ({ variant }: Subject): { wanted?: string } => (variant === undefined ? {} : { wanted: variant.name });

/** What may answer for a name, with the models in Ollama that are it. */
type Candidate = Subject & { own: readonly OllamaModel[] };

/** The subject of a name; where that is one of several that bear it, the others too. */
function candidatesOf({ subject, others, kind, ollama }: NamedSubject, options: ResolveOptions): Candidate[] {
  if (ollama === undefined) {
    const subjects = kind === "reference" ? [subject] : [subject, ...others];
    return subjects.map((item) => ({ ...item, own: ownModels(item, options) }));
  }
  const asked = { ...subject, own: isAllowed(ollama, options) ? [ollama] : [] };
  return ollama.exact && subject.variant !== undefined
    ? [asked, { ...subject, own: ownModels(subject, options) }]
    : [asked];
}

const isAllowed = (model: OllamaModel, { allowCloud }: ResolveOptions): boolean => allowCloud || !model.cloud;

/** The models in Ollama of an entry, or of one of its variants: those of that variant or, where that is not said, of its size. */
function ownModels(subject: Subject, options: ResolveOptions): OllamaModel[] {
  return [...listedModels(subject), ...unlistedModels(subject, options)].filter((row) => isAllowed(row, options));
}

function listedModels({ entry, variant }: Subject): OllamaModel[] {
  const rows = everyOllamaModel(entry);
  if (variant === undefined) return rows.map(({ row }) => row);
  const only = entry.variants?.length === 1;
  return rows
    .filter(({ row, variant: stated }) => {
      const edition = editionOf(entry, stated, row.model.replace(/[:/]/g, " "));
      if (edition.variant !== undefined) return edition.variant === variant;
      return only || (edition.parametersB !== undefined && isOfSize(variant, edition.parametersB));
    })
    .map(({ row }) => row);
}

/** The installed ones that are called like it. */
function unlistedModels({ entry, variant }: Subject, options: ResolveOptions): OllamaModel[] {
  const only = (entry.variants?.length ?? 0) <= 1;
  return options.installed
    .filter((model) =>
      unlistedSubjects(model, options).some(
        (subject) =>
          subject.entry === entry &&
          (variant === undefined || subject.variant === variant || (subject.variant === undefined && only)),
      ),
    )
    .map(unlistedRow);
}

/** The models of the same entry that are none of what was named. */
function otherModels(found: NamedSubject, options: ResolveOptions): OllamaModel[] {
  const { entry } = found.subject;
  const own = candidatesOf(found, options).flatMap((candidate) => candidate.own);
  return ownModels({ entry, variant: undefined }, options).filter((row) => !own.includes(row));
}

/** The installed model of that name, or of those with that name and any tag the loaded one, else the largest. */
function literalModel(name: string, { installed, isLoaded, normalName }: ResolveOptions): InstalledModel | undefined {
  const { text, site, id } = readWrittenName(name);
  const names = [name.trim(), text, site === undefined || site === "ollama" ? id : ""].filter((item) => item !== "");
  for (const item of new Set(names)) {
    const wanted = normalName(referencedModel(item, installed.map(listedName)));
    const base = `${item.toLowerCase()}:`;
    const found =
      installed.find((model) => model.name === wanted) ??
      loadedOrLargest(
        installed.filter((model) => model.name.startsWith(base)),
        isLoaded,
      );
    if (found) return found;
  }
  return undefined;
}

const loadedOrLargest = (
  models: readonly InstalledModel[],
  isLoaded: ResolveOptions["isLoaded"],
): InstalledModel | undefined =>
  models.toSorted((a, b) => Number(isLoaded(b.name)) - Number(isLoaded(a.name)) || b.sizeBytes - a.sizeBytes)[0];

const ready = (target: ResolvedModel): Resolution => ({ kind: "ready", target });

function targetOf(model: InstalledModel, rest: Omit<ResolvedModel, "model" | "listedName">): ResolvedModel {
  const listed = listedName(model);
  return { model: model.name, ...(listed !== model.name && { listedName: listed }), ...rest };
}

/**
 * The operator's model, else the largest loaded of the exact ones, else the largest; then the same of those that are only
 * called like it, and of the stand-ins.
 */
function installedFor({ entry, own }: Candidate, options: ResolveOptions): ResolvedModel | undefined {
  const alias = options.aliases.get(entry.id);
  const aliased = options.installed.find(({ name }) => alias !== undefined && name === options.normalName(alias));
  if (aliased) return targetOf(aliased, { entryId: entry.id, standIn: false });
  const listed = new Set(everyOllamaModel(entry).map(({ row }) => row));
  const exact = own.filter((item) => item.exact);
  const model =
    installedAmong(
      exact.filter((item) => listed.has(item)),
      options,
    ) ?? installedAmong(exact, options);
  if (model) return targetOf(model, { entryId: entry.id, standIn: false });
  const other = installedAmong(own, options);
  return other && targetOf(other, { entryId: entry.id, standIn: true });
}

/** Of the installed builds of some models the loaded one, else the largest. */
function installedAmong(models: readonly OllamaModel[], options: ResolveOptions): InstalledModel | undefined {
  const names = models.map(({ model }) => options.normalName(model));
  const builds = options.installed.filter(({ name }) => names.some((wanted) => isBuildOf(name, wanted)));
  return loadedOrLargest(builds, options.isLoaded);
}

/** Picks what to pull: an exact model before a stand-in, an official before a community one. */
const toPull = (models: readonly OllamaModel[]): OllamaModel | undefined =>
  models
    .filter((model) => !model.cloud)
    .toSorted((a, b) => Number(b.exact) - Number(a.exact) || Number(b.official) - Number(a.official))[0];

function relativesOf(entry: Entry, options: ResolveOptions): Entry[] {
  return options.catalog.entries
    .filter((other) => other !== entry && other.family === entry.family && runsHere(other, options))
    .slice(0, 5);
}

function runsHere(entry: Entry, options: ResolveOptions): boolean {
  const subject = { entry, variant: undefined };
  return installedFor({ ...subject, own: ownModels(subject, options) }, options) !== undefined;
}

function entryWith(model: InstalledModel, options: ResolveOptions): string | undefined {
  const { catalog, normalName } = options;
  const has = (entry: Entry): boolean =>
    everyOllamaModel(entry).some(({ row }) => row.exact && isBuildOf(model.name, normalName(row.model)));
  return (catalog.entries.find(has) ?? unlistedSubjects(model, options)[0]?.entry)?.id;
}
