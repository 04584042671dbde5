import { memoByObject } from "#src/base/memo.ts";
import { everyOllamaModel, everyWeights } from "#src/catalog/entry/editions.ts";
import type { Entry, OllamaModel } from "#src/catalog/entry/schema.ts";
import type { Catalog } from "#src/catalog/search/search.ts";
import { type NamedSubject, type Subject, subjectNamed } from "#src/catalog/search/subject.ts";
import { readWrittenName } from "#src/catalog/search/written-name.ts";
import { type Backend, type InstalledModel, listedName } from "#src/inference/backend.ts";

/** `qwen3:8b-q8_0` is a build of `qwen3:8b`. */
export const isBuildOf = (installed: string, name: string): boolean =>
  installed === name || installed.startsWith(`${name}-`);

type Naming = { catalog: Catalog; normalName: Backend["normalName"] };

/**
 * What an installed model is, where no row of the catalog says so: a new entry has none yet. By its name without a namespace,
 * `qwen4:8b` or `qwen4-8b`, or as weights of the entry's own organisations on a hub, `hf.co/Qwen/Qwen4-8B-GGUF`. What stands
 * in another namespace may be anything; a name that is a family's, or of several entries, tells nothing. Several variants
 * where the name is theirs alike.
 */
export const unlistedSubjects = (model: InstalledModel, { catalog, normalName }: Naming): Subject[] => {
  const known = subjectsOf(catalog);
  const subjects = known.get(model) ?? subjectsIn(model, { catalog, normalName });
  known.set(model, subjects);
  return subjects;
};

/** What was worked out of models, as long as the catalog and they are the same. */
const subjectsOf = memoByObject((_catalog: Catalog) => new WeakMap<InstalledModel, Subject[]>());

function subjectsIn(model: InstalledModel, { catalog, normalName }: Naming): Subject[] {
  const isListed = catalog.entries.some((entry) =>
    everyOllamaModel(entry).some(({ row }) => isBuildOf(model.name, normalName(row.model))),
  );
  if (isListed) return [];
  const name = listedName(model);
  const found = subjectNamed(name, catalog);
  if (found === undefined || found.kind === "family") return [];
  const { entry, variant } = found.subject;
  const subjects = [found.subject, ...found.others];
  if (subjects.some((other) => other.entry !== entry)) return [];
  // `qwen3:4bit` is a Qwen3 of a size that nobody knows.
  if (variant === undefined && !/^[^:]*(?::latest)?$/i.test(name) && (entry.variants?.length ?? 0) > 1) return [];
  return isCalledLike(name, found, catalog) ? subjects : [];
}

function isCalledLike(name: string, { subject: { entry }, kind }: NamedSubject, catalog: Catalog): boolean {
  const { site, id } = readWrittenName(name);
  if (name.includes("/")) return site === "hub" && isOwnOrganization(id, entry);
  // `qwen4-abliterated:8b` is read as a Qwen4 of that size, and is none.
  return kind === "own" || kind === "variant" || isOwnName(name.replace(/:.*$/s, ""), entry, catalog);
}

/** The row that the catalog would have of such a model; the same one each time. */
export const unlistedRow = memoByObject(
  (model: InstalledModel): OllamaModel => ({
    model: listedName(model),
    official: false,
    exact: true,
    ...(model.cloud && { cloud: true }),
  }),
);

const isOwnName = (name: string, entry: Entry, { names }: Catalog): boolean =>
  names.exact(name).some((bearer) => bearer.entry === entry && bearer.kind !== "family");

function isOwnOrganization(id: string, entry: Entry): boolean {
  const organizationOf = (modelId: string): string => modelId.toLowerCase().replace(/\/.*$/s, "");
  const own = [...(entry.sync?.hubOrgs ?? []), ...everyWeights(entry).flatMap(({ row }) => row.id ?? [])].map(
    organizationOf,
  );
  return own.includes(organizationOf(id));
}
