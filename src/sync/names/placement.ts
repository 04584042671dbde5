import type { Entry } from "#src/catalog/entry/schema.ts";
import { foldName } from "#src/catalog/entry/text.ts";
import { fittingKnownEntry } from "./entry-fit.ts";
import { differences, type Features, featuresOf } from "./features.ts";
import { baseWords, type KnownEntry, knownEntry, organizationsOf } from "./known-names.ts";
import { wordsOf } from "./model-words.ts";
import type { Place } from "./place.ts";
import { fittingVariant, type Habits, habitsOf } from "./variant-fit.ts";
import { isCalled, seriesNames, variantName } from "./written-names.ts";

/** What a placement looks at. */
export type PlacementContext = {
  entries: readonly Entry[];
  /** Every name of an organisation on the hubs, its own among them. */
  sameOrganization: (organization: string) => readonly string[];
};

/** What is known of a model beside its name. */
export type PlacementHints = { baseModels?: readonly string[] };

/** `(id, hints) => Place`, as `placeModel`. */
export type PlaceModel = (id: string, hints?: PlacementHints) => Place;

/**
 * Prepares to place many models of `organisation/name` against the same entries; each organisation's names are read
 * once.
 */
export function openPlacement(context: PlacementContext): PlaceModel {
  const { entries } = context;
  const names = new Map(entries.map((entry) => [entry, organizationsOf(entry)]));
  const taken = new Set(entries.flatMap(({ id, aliases }) => [id, ...aliases]).map(foldName));
  const organizations = new Map<string, Organization>();
  const organizationOf = (name: string): Organization => {
    const key = name.toLowerCase();
    const found = organizations.get(key) ?? openOrganization(key, context, names);
    organizations.set(key, found);
    return found;
  };
  return (id, hints = {}) => {
    const slash = id.indexOf("/");
    const organization = id.slice(0, slash);
    return place(id.slice(slash + 1), organization, organizationOf(organization), taken, hints);
  };
}

/**
 * Where `organisation/name` belongs: only entries of the same organisation count, and what tells is its nearest sibling
 * among all names that these have. A word that none of them has is a new series.
 */
export const placeModel = (id: string, context: PlacementContext, hints?: PlacementHints): Place =>
  openPlacement(context)(id, hints);

type Organization = {
  known: readonly KnownEntry[];
  /** Entries that say no organisation, which only their very name tells. */
  ofNone: readonly Entry[];
  read: (name: string) => Features;
  /** How its entries cut their variants. */
  habits: () => Habits;
};

function openOrganization(
  name: string,
  { entries, sameOrganization }: PlacementContext,
  organizations: ReadonlyMap<Entry, ReadonlySet<string>>,
): Organization {
  const own = new Set([name, ...sameOrganization(name).map((other) => other.toLowerCase())]);
  for (const { sync } of entries) {
    const orgs = (sync?.hubOrgs ?? []).map((org) => org.toLowerCase());
    if (orgs.includes(name)) for (const org of orgs) own.add(org);
  }
  const isOfIt = (entry: Entry): boolean => [...(organizations.get(entry) ?? [])].some((org) => own.has(org));
  const ofIt = entries.filter(isOfIt);
  const words = baseWords(entries, ofIt);
  const isBase = (word: string): boolean => words.has(word);
  const ofNone = entries.filter((entry) => entry.sync?.hubOrgs === undefined && !isOfIt(entry));
  const known = ofIt.map((entry) => knownEntry(entry, isBase));
  let habits: Habits | undefined;
  return {
    known,
    habits: () => (habits ??= habitsOf(known.flatMap(({ names }) => names))),
    ofNone,
    read: (text) => featuresOf(wordsOf(text), isBase),
  };
}

function place(
  name: string,
  organization: string,
  { known, ofNone, read, habits }: Organization,
  taken: ReadonlySet<string>,
  hints: PlacementHints,
): Place {
  const model = read(name);
  const asWritten = featuresOf(model.words, noBase);
  const unplaced = ofNone.find((entry) =>
    asItself(entry).names.some(({ features }) => isSameModel(features, asWritten)),
  );
  const named = unplaced && asItself(unplaced);
  const own = named ?? fittingKnownEntry(model, known, organization);
  const base = own === undefined ? knownBase(model, known, read, hints) : undefined;
  const item = own ?? base?.item ?? ofSameId(model, organization, known);
  if (item === undefined) {
    const like = nearestEntry(model, known);
    return { kind: "series", ...seriesNames(model, organization, known, taken), like: like?.entry };
  }
  const { entry } = item;
  const fit = fittingVariant(base?.features ?? model, item, habits);
  if (fit.kind === "there") return { kind: "weights", entry, variant: fit.variant };
  return { kind: "variant", entry, name: variantName(model, item, fit.like, fit.sibling), like: fit.like };
}

const noBase = (): boolean => false;
const readAsItself = new WeakMap<Entry, KnownEntry>();

/** An entry's names whatever organisation asks. */
function asItself(entry: Entry): KnownEntry {
  const found = readAsItself.get(entry) ?? knownEntry(entry, noBase);
  readAsItself.set(entry, found);
  return found;
}

/** The entry whose id or alias a new series of the model would have. */
function ofSameId(model: Features, organization: string, known: readonly KnownEntry[]): KnownEntry | undefined {
  const { id } = seriesNames(model, organization, known, new Set());
  return known.find(({ entry }) => entry.id === id) ?? known.find(({ entry }) => isCalled(entry, id));
}

const isSameModel = (a: Features, b: Features): boolean =>
  differences(a, b).every((aspect) => aspect === "stage" || aspect === "revision");

/** The known model that this one is a stored form of, where its name alone does not tell. */
function knownBase(
  model: Features,
  known: readonly KnownEntry[],
  read: (name: string) => Features,
  { baseModels = [] }: PlacementHints,
): { item: KnownEntry; features: Features } | undefined {
  if (!model.words.all.some(({ kind }) => kind === "precision")) return undefined;
  const bases = new Set(baseModels.map((id) => read(id.slice(id.indexOf("/") + 1)).plain));
  for (const item of known)
    for (const { source, features } of item.names)
      if (source === "weights" && bases.has(features.plain)) return { item, features };
  return undefined;
}

/** The newest entry that shares the most words. */
function nearestEntry(model: Features, known: readonly KnownEntry[]): KnownEntry | undefined {
  const own = new Set(model.seriesWords);
  const shared = ({ names }: KnownEntry): number =>
    Math.max(0, ...names.map(({ features }) => features.seriesWords.filter((word) => own.has(word)).length));
  return known.toSorted(
    (a, b) => shared(b) - shared(a) || (b.entry.released ?? "").localeCompare(a.entry.released ?? "", "en"),
  )[0];
}
