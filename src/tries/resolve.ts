import { everyOllamaModel } from "#src/catalog/entry/editions.ts";
import type { Entry, OllamaModel } from "#src/catalog/entry/schema.ts";
import type { Catalog } from "#src/catalog/search/search.ts";
import { type Backend, type InstalledModel, listedName } from "#src/inference/backend.ts";
import { referencedModel } from "./model-reference.ts";
import type { ResolvedModel } from "./try.ts";

export type Resolution =
  | { kind: "ready"; target: ResolvedModel }
  /** Nothing is installed, but this could be pulled. */
  | { kind: "pullable"; entry: Entry; model: OllamaModel }
  /** Ollama has nothing for this entry; these relatives run here. */
  | { kind: "impossible"; entry: Entry; relatives: Entry[] }
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
 * Finds the model that runs here for a name that a person typed. An own name or variant picks its entry, a family's name the
 * newest of its entries that can run; a literal name of an installed model is taken as it is.
 */
export function resolveModel(name: string, options: ResolveOptions): Resolution {
  const literal = literalModel(name, options);
  const named = options.catalog.names.exact(name);
  const own = named.filter(({ kind }) => kind !== "family").map(({ entry }) => entry);
  if (literal && own.length === 0) return ready(literal, entryWith(literal.name, options), false);
  const candidates = own.length > 0 ? own : named.map(({ entry }) => entry);
  const [first] = candidates;
  if (first === undefined) return { kind: "unknown", near: options.catalog.names.near(name, 5) };
  for (const entry of candidates) {
    const found = installedFor(entry, name, options);
    if (found) return found;
  }
  for (const entry of candidates) {
    const model = pullableFor(entry, name, options);
    if (model) return { kind: "pullable", entry, model };
  }
  return { kind: "impossible", entry: first, relatives: relativesOf(first, options) };
}

/** The installed model of that name, or of those with that name and any tag the loaded one, else the largest. */
function literalModel(name: string, { installed, isLoaded, normalName }: ResolveOptions): InstalledModel | undefined {
  const wanted = normalName(referencedModel(name.trim(), installed.map(listedName)));
  const exact = installed.find((model) => model.name === wanted);
  const base = `${name.trim().toLowerCase()}:`;
  const tagged = installed.filter((model) => model.name.startsWith(base));
  return exact ?? loadedOrLargest(tagged, isLoaded);
}

const loadedOrLargest = (
  models: readonly InstalledModel[],
  isLoaded: ResolveOptions["isLoaded"],
): InstalledModel | undefined =>
  models.toSorted((a, b) => Number(isLoaded(b.name)) - Number(isLoaded(a.name)) || b.sizeBytes - a.sizeBytes)[0];

const ready = (model: InstalledModel, entryId: string | undefined, standIn: boolean): Resolution => {
  const listed = listedName(model);
  const target = { model: model.name, entryId, standIn };
  return { kind: "ready", target: listed === model.name ? target : { ...target, listedName: listed } };
};

/** The entry's models in Ollama, those of the variant that was named alone. */
function ollamaModels(entry: Entry, name: string, { catalog, allowCloud }: ResolveOptions): OllamaModel[] {
  const folded = (text: string): string => text.toLowerCase().replace(/[\s_-]+/g, "");
  const variant = entry.variants?.find((item) => folded(item.name) === folded(name));
  const isVariant = variant?.ollama !== undefined && catalog.names.exact(name).some(({ kind }) => kind === "variant");
  const models = isVariant ? (variant.ollama ?? []) : everyOllamaModel(entry).map(({ row }) => row);
  return models.filter((model) => allowCloud || !model.cloud);
}

/** The largest loaded of the exact ones, else the largest; then the same of the stand-ins. The operator's model first. */
function installedFor(entry: Entry, name: string, options: ResolveOptions): Resolution | undefined {
  const alias = options.aliases.get(entry.id);
  const own = alias === undefined ? undefined : options.normalName(alias);
  const aliased = options.installed.find((model) => model.name === own);
  if (aliased) return ready(aliased, entry.id, false);
  const models = ollamaModels(entry, name, options);
  for (const exact of [true, false]) {
    const wanted = models.filter((model) => model.exact === exact);
    const isWanted = ({ name: model }: InstalledModel): boolean =>
      wanted.some((item) => isBuildOf(model, options.normalName(item.model)));
    const here = loadedOrLargest(options.installed.filter(isWanted), options.isLoaded);
    if (here) return ready(here, entry.id, !exact);
  }
  return undefined;
}

/** `qwen3:8b-q8_0` is a build of `qwen3:8b`. */
const isBuildOf = (installed: string, name: string): boolean => installed === name || installed.startsWith(`${name}-`);

/** Picks what to pull: an exact model before a stand-in, an official before a community one. */
function pullableFor(entry: Entry, name: string, options: ResolveOptions): OllamaModel | undefined {
  return ollamaModels(entry, name, options)
    .filter((model) => !model.cloud)
    .toSorted((a, b) => Number(b.exact) - Number(a.exact) || Number(b.official) - Number(a.official))[0];
}

function relativesOf(entry: Entry, options: ResolveOptions): Entry[] {
  return options.catalog.entries
    .filter(
      (other) =>
        other !== entry && other.family === entry.family && installedFor(other, other.id, options) !== undefined,
    )
    .slice(0, 5);
}

function entryWith(model: string, { catalog, normalName }: ResolveOptions): string | undefined {
  const has = (entry: Entry): boolean =>
    everyOllamaModel(entry).some(({ row }) => row.exact && isBuildOf(model, normalName(row.model)));
  return catalog.entries.find(has)?.id;
}
