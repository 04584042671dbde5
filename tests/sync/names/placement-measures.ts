import { everyWeights } from "#src/catalog/entry/editions.ts";
import type { Entry, Variant, Weights } from "#src/catalog/entry/schema.ts";
import { sizesInName } from "#src/sync/names/model-words.ts";
import type { Place } from "#src/sync/names/place.ts";
import { openPlacement, type PlaceModel } from "#src/sync/names/placement.ts";

/** A model of an own organisation as the catalog files it. */
export type Filed = { id: string; entry: Entry; variant: Variant | undefined; row: Weights };

/** What came of placing some models again: of how many, how many rightly, and what was not. */
export type Measure = { of: number; right: number; misses: string[] };

const owner = (id: string): string => id.slice(0, id.indexOf("/")).toLowerCase();
const nameOf = (id: string): string => id.slice(id.indexOf("/") + 1).toLowerCase();

/** Every model that stands under an organisation of the catalog's own, each name once in its entry. */
export function filedModels(entries: readonly Entry[]): Filed[] {
  const own = new Set(entries.flatMap(({ sync }) => sync?.hubOrgs ?? []).map((name) => name.toLowerCase()));
  return entries.flatMap((entry) => {
    const seen = new Set<string>();
    return everyWeights(entry).flatMap(({ row, variant }) => {
      const { id, hub } = row;
      if (id === undefined || (hub !== "huggingface" && hub !== "modelscope") || !own.has(owner(id))) return [];
      if (seen.has(nameOf(id))) return [];
      seen.add(nameOf(id));
      return [{ id, entry, variant, row }];
    });
  });
}

/** The entry without the rows that `isLeftOut` says. */
function without(entry: Entry, isLeftOut: (row: Weights) => boolean): Entry {
  const kept = (rows: Weights[] | undefined): Weights[] | undefined => rows?.filter((row) => !isLeftOut(row));
  return {
    ...entry,
    weights: kept(entry.weights),
    variants: entry.variants?.map((variant) => ({ ...variant, weights: kept(variant.weights) })),
  };
}

export const placing = (entries: readonly Entry[]): PlaceModel =>
  openPlacement({ entries, sameOrganization: () => [] });

/** The catalog as it is after a proposal of that place was merged. */
function applied(entries: readonly Entry[], id: string, place: Place, hubOrgs: readonly string[] = []): Entry[] {
  const row: Weights = { label: nameOf(id), hub: "huggingface", id };
  if (place.kind === "series") {
    const sizes = sizesInName(nameOf(id));
    const there = entries.find((entry) => entry.id === place.id);
    const created: Entry = there ?? {
      id: place.id,
      name: place.name,
      aliases: [],
      familyAliases: [],
      family: place.like?.family ?? place.name,
      summary: { zh: "-", en: "-" },
      developers: [{ name: "-" }],
      languages: [],
      modalities: ["text"],
      license: { commercial: "unknown" },
      sources: ["https://example.org"],
      sync: { hubOrgs: [...hubOrgs] },
    };
    const variants = created.variants ?? [];
    const variant = variants.find(({ name }) => name === place.variant);
    const next: Variant =
      variant === undefined
        ? {
            name: place.variant,
            ...(sizes.parametersB !== undefined && { parametersB: sizes.parametersB }),
            weights: [row],
          }
        : { ...variant, weights: [...(variant.weights ?? []), row] };
    const entry = {
      ...created,
      variants: variant === undefined ? [...variants, next] : variants.map((item) => (item === variant ? next : item)),
    };
    return there === undefined ? [...entries, entry] : entries.map((item) => (item === there ? entry : item));
  }
  return entries.map((entry) => {
    if (entry !== place.entry) return entry;
    if (place.kind === "variant")
      return { ...entry, variants: [...(entry.variants ?? []), { name: place.name, weights: [row] }] };
    if (place.variant === undefined) return { ...entry, weights: [...(entry.weights ?? []), row] };
    return {
      ...entry,
      variants: entry.variants?.map((variant) =>
        variant === place.variant ? { ...variant, weights: [...(variant.weights ?? []), row] } : variant,
      ),
    };
  });
}

/** Whether a variant is clearly of a model's size. */
export function isOfSize({ name, parametersB }: Variant, id: string): boolean {
  const wanted = sizesInName(nameOf(id));
  const own = sizesInName(name);
  if (wanted.parametersB === undefined && wanted.experts === undefined) return true;
  const size = own.parametersB ?? parametersB;
  return (
    (wanted.parametersB !== undefined && size !== undefined && Math.abs(size / wanted.parametersB - 1) < 0.1) ||
    (wanted.experts !== undefined && own.experts === wanted.experts)
  );
}

/**
 * Whether a place is where the catalog has the model. Where it has it beside its variants, the variant that clearly is
 * that model is right as well; where none is, so is a new one.
 */
function isRight(place: Place, { entry, variant, id }: Filed): boolean {
  if (place.kind === "series" || place.entry.id !== entry.id) return false;
  if (variant !== undefined) return place.kind === "weights" && place.variant?.name === variant.name;
  if (place.kind === "variant") return !(entry.variants ?? []).some((item) => isOfSize(item, id));
  return place.variant === undefined || isOfSize(place.variant, id);
}

export const told = (place: Place): string =>
  place.kind === "series"
    ? `new ${place.id} | ${place.variant}`
    : `${place.entry.id} | ${place.kind === "weights" ? (place.variant?.name ?? "-") : `+${place.name}`}`;

/** Each model alone taken out and placed again. */
export function leaveOneOut(entries: readonly Entry[], every = 1): Measure {
  const misses: string[] = [];
  const filed = filedModels(entries).filter((_, at) => at % every === 0);
  for (const model of filed) {
    const left = entries.map((entry) =>
      entry === model.entry ? without(entry, ({ id }) => id !== undefined && nameOf(id) === nameOf(model.id)) : entry,
    );
    const place = placing(left)(model.id);
    if (!isRight(place, model))
      misses.push(`${model.id}: ${told(place)} ≠ ${model.entry.id} | ${model.variant?.name ?? "-"}`);
  }
  return { of: filed.length, right: filed.length - misses.length, misses };
}

/** Each variant with its weights taken out: its models come back as one new variant, of the catalog's name. */
export function leaveVariantOut(entries: readonly Entry[], every = 1): { place: Measure; name: Measure } {
  const place: Measure = { of: 0, right: 0, misses: [] };
  const name: Measure = { of: 0, right: 0, misses: [] };
  const byVariant = Map.groupBy(
    filedModels(entries).filter(({ variant }) => variant !== undefined),
    ({ variant }) => variant,
  );
  for (const [at, [variant, models]] of [...byVariant].entries()) {
    if (at % every !== 0) continue;
    const [first] = models;
    if (variant === undefined || first === undefined) continue;
    const { entry } = first;
    const bare = {
      ...entry,
      aliases: entry.aliases.filter((alias) => alias.toLowerCase() !== variant.name.toLowerCase()),
      variants: entry.variants?.filter((item) => item !== variant),
    };
    let catalog: Entry[] = entries.map((item) => (item === entry ? bare : item));
    const made = new Set<string>();
    for (const { id } of models) {
      const found = placing(catalog)(id);
      made.add(told(found).replace(" | +", " | "));
      catalog = applied(catalog, id, found, entry.sync?.hubOrgs);
    }
    place.of += 1;
    name.of += 1;
    const [only = ""] = made;
    const old = entry.variants?.some((item) => item !== variant && `${entry.id} | ${item.name}` === only);
    if (made.size === 1 && only.startsWith(`${entry.id} | `) && !only.endsWith(" | -") && !old) place.right += 1;
    else place.misses.push(`${entry.id} | ${variant.name}: ${[...made].join("; ")}`);
    if (only === `${entry.id} | ${variant.name}`) name.right += 1;
    else name.misses.push(`${entry.id} | ${variant.name}: ${only}`);
  }
  return { place, name };
}

/** Each entry taken out: its models come back as one new series, with the catalog's id. */
export function leaveEntryOut(entries: readonly Entry[], every = 1): { one: Measure; id: Measure } {
  const one: Measure = { of: 0, right: 0, misses: [] };
  const id: Measure = { of: 0, right: 0, misses: [] };
  const byEntry = Map.groupBy(filedModels(entries), ({ entry: item }) => item);
  for (const [at, [entry, models]] of [...byEntry].entries()) {
    if (at % every !== 0) continue;
    let catalog = entries.filter((item) => item !== entry);
    const made = new Set<string>();
    for (const model of models) {
      const found = placing(catalog)(model.id);
      made.add(found.kind === "series" ? found.id : found.entry.id);
      catalog = applied(catalog, model.id, found, [owner(model.id), ...(entry.sync?.hubOrgs ?? [])]);
    }
    const [only = ""] = made;
    one.of += 1;
    id.of += 1;
    if (made.size === 1 && !entries.some((item) => item !== entry && item.id === only)) one.right += 1;
    else one.misses.push(`${entry.id}: ${[...made].join(", ")}`);
    if (made.size === 1 && only === entry.id) id.right += 1;
    else id.misses.push(`${entry.id}: ${[...made].join(", ")}`);
  }
  return { one, id };
}

/** Each dated entry's models beside only what came out before: each is a new series, and of no older entry. */
export function besideOlder(entries: readonly Entry[], date = ""): Measure {
  const misses: string[] = [];
  let of = 0;
  const byEntry = Map.groupBy(filedModels(entries), ({ entry: item }) => item);
  for (const [entry, models] of byEntry) {
    const { released } = entry;
    if (released === undefined || released < date) continue;
    const find = placing(entries.filter((item) => item !== entry && (item.released ?? "9") <= released));
    for (const { id } of models) {
      const place = find(id);
      of += 1;
      if (place.kind !== "series") misses.push(`${id} of ${entry.id}: ${told(place)}`);
    }
  }
  return { of, right: of - misses.length, misses };
}

/**
 * What came out since `date` taken out, and brought back in the order of its entries' dates, each merged before the
 * next. An entry that comes back counts as the catalog's where most of its models are.
 */
export function replay(filed: readonly Filed[], start: readonly Entry[]): { entry: Measure; variant: Measure } {
  let catalog = [...start];
  const places = new Map<Filed, { entry: string; variant: string | undefined }>();
  for (const model of filed) {
    const place = placing(catalog)(model.id);
    places.set(model, {
      entry: place.kind === "series" ? place.id : place.entry.id,
      variant: place.kind === "weights" ? place.variant?.name : place.kind === "variant" ? place.name : place.variant,
    });
    catalog = applied(catalog, model.id, place, [owner(model.id), ...(model.entry.sync?.hubOrgs ?? [])]);
  }
  const entry: Measure = { of: 0, right: 0, misses: [] };
  const variant: Measure = { of: 0, right: 0, misses: [] };
  const remaining = new Set(start.map(({ id }) => id));
  const majority = (counts: Map<string, Filed[]>): Map<string, string> =>
    new Map([...counts].map(([made, models]) => [made, mostOf(models.map((model) => model.entry.id))]));
  const meaning = majority(Map.groupBy(places.keys(), (model) => places.get(model)?.entry ?? ""));
  const first = new Map<string, string>();
  for (const [model, place] of places) {
    const meant = remaining.has(place.entry) ? place.entry : meaning.get(place.entry);
    // One entry that came back as several: only the first of them is it.
    if (meant !== undefined && !first.has(meant)) first.set(meant, place.entry);
    const isRightEntry = meant === model.entry.id && (remaining.has(place.entry) || first.get(meant) === place.entry);
    entry.of += 1;
    variant.of += 1;
    const tell = `${model.id}: ${place.entry} | ${place.variant ?? "-"} ≠ ${model.entry.id} | ${model.variant?.name ?? "-"}`;
    if (isRightEntry) entry.right += 1;
    else entry.misses.push(tell);
    if (isRightEntry && isSameVariant(model, places)) variant.right += 1;
    else if (isRightEntry) variant.misses.push(tell);
  }
  return { entry, variant };
}

/** Whether a model came back beside those that share its variant, and apart from those that do not. */
function isSameVariant(
  model: Filed,
  places: ReadonlyMap<Filed, { entry: string; variant: string | undefined }>,
): boolean {
  const own = places.get(model);
  if (model.variant === undefined) return true;
  return [...places].every(
    ([other, place]) =>
      other.entry !== model.entry ||
      other.variant === undefined ||
      place.entry !== own?.entry ||
      (other.variant === model.variant) === (place.variant === own.variant),
  );
}

function mostOf(items: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return [...counts].toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? "";
}

/** The models of what came out since a date, oldest entries first, and the catalog without them. */
export function since(entries: readonly Entry[], date: string): { filed: Filed[]; start: Entry[] } {
  const later = new Set(entries.filter(({ released }) => (released ?? "") >= date));
  const filed = filedModels(entries)
    .filter(({ entry }) => later.has(entry))
    .toSorted((a, b) =>
      (a.variant?.released ?? a.entry.released ?? "").localeCompare(
        b.variant?.released ?? b.entry.released ?? "",
        "en",
      ),
    );
  return { filed, start: entries.filter((entry) => !later.has(entry)) };
}
