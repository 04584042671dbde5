import type { Variant } from "#src/catalog/entry/schema.ts";
import { type Aspect, differences, type Features, isSameWithoutMaker, onlyDifference } from "./features.ts";
import type { KnownEntry, KnownName } from "./known-names.ts";
import { isStage } from "./model-words.ts";

/** Where in an entry weights belong: in a variant, beside the entry's own weights, or in a new variant. */
export type VariantFit =
  | { kind: "there"; variant: Variant | undefined }
  | { kind: "new"; like: Variant | undefined; sibling: KnownName | undefined };

/** How often names that differ in one aspect only stand in one variant, and how often in two. */
export type Habits = Partial<Record<Aspect, { together: number; apart: number }>>;

/** Without another habit, models that differ in these only share a variant. */
const TOGETHER: ReadonlySet<Aspect> = new Set<Aspect>(["stage", "revision"]);
/** Models of an entry without variants that differ in these only need none. */
const NEEDS_NO_VARIANT: ReadonlySet<Aspect> = new Set<Aspect>(["stage", "revision", "date"]);

/** Finds the variant of an entry that a model is of, by how the entry, else its organisation, cuts its variants. */
export function fittingVariant(model: Features, item: KnownEntry, organization: () => Habits): VariantFit {
  const variants = item.entry.variants ?? [];
  const { rows, habits: own, bySizeAlone } = readVariants(item);
  const exact = rows.find(({ features }) => features.plain === model.plain);
  if (exact?.variant !== undefined) return { kind: "there", variant: exact.variant };
  const siblings = rows
    .map((row) => ({ row, differing: differing(model, row) }))
    .toSorted((a, b) => cost(a.differing) - cost(b.differing));
  if (variants.length === 0) {
    const mixed = mixedAspects(rows);
    const fits =
      siblings.length === 0 ||
      siblings.some(({ differing }) => differing.every((one) => NEEDS_NO_VARIANT.has(one) || mixed.has(one)));
    return fits ? { kind: "there", variant: undefined } : { kind: "new", like: undefined, sibling: siblings[0]?.row };
  }
  const named = new Map(
    variants.map((variant) => [
      variant,
      rows.filter((row) => row.source === "variant" && row.variant === variant).map(({ features }) => features),
    ]),
  );
  const isTogether = (aspect: Aspect, { variant }: KnownName): boolean => {
    if (aspect === "late" && bySizeAlone && model.size !== "") return true;
    const names = variant === undefined ? [] : (named.get(variant) ?? []);
    const says = names.length > 0 && names.every((name) => saysOther(name, model, aspect));
    return together(aspect, own) ?? (says ? false : (together(aspect, organization()) ?? TOGETHER.has(aspect)));
  };
  const fitting = siblings.filter(({ row, differing }) => differing.every((aspect) => isTogether(aspect, row)));
  const best = fitting.find(({ row }) => row.variant !== undefined) ?? fitting[0];
  if (best !== undefined) return { kind: "there", variant: best.row.variant };
  const open = emptyVariant(model, rows);
  if (open !== undefined) return { kind: "there", variant: open };
  // A repository of several sizes is of no variant that is of one.
  const isPlain = (["size", "late", "base", "tier", "preview"] as const).every((aspect) => model[aspect] === "");
  if (
    isPlain &&
    item.entry.weights !== undefined &&
    rows.every(({ source, features, isUnsized }) => source !== "variant" || (features.size !== "" && !isUnsized))
  )
    return { kind: "there", variant: undefined };
  const sibling = siblings.find(({ row }) => row.variant !== undefined);
  return { kind: "new", like: sibling?.row.variant, sibling: sibling?.row };
}

/** In what models of an entry without variants differ already; sizes and words of the series are always told apart. */
function mixedAspects(rows: readonly KnownName[]): Set<Aspect> {
  const mixed = new Set(
    rows.flatMap(({ features: a }, index) => rows.slice(index + 1).flatMap(({ features: b }) => differences(a, b))),
  );
  for (const aspect of ["series", "version", "base", "late", "size", "tier"] as const) mixed.delete(aspect);
  return mixed;
}

type ReadVariants = { rows: readonly KnownName[]; habits: Habits; bySizeAlone: boolean };
const variantsRead = new WeakMap<KnownEntry, ReadVariants>();

/** What an entry's variants are, read once for all models that are placed. */
function readVariants(item: KnownEntry): ReadVariants {
  const known = variantsRead.get(item);
  if (known !== undefined) return known;
  const rows = settled(item);
  const found = { rows, habits: habitsOf(rows), bySizeAlone: isCutBySizeAlone(rows) };
  variantsRead.set(item, found);
  return found;
}

/** Names of weights and variants; weights beside the variants count to the one that comes nearest to their name. */
function settled({ names }: KnownEntry): KnownName[] {
  const variants = names.filter(({ source }) => source === "variant");
  const named = names.filter(({ source }) => source !== "entry");
  return named.map((row) => {
    if (row.variant !== undefined) return row;
    const own = variants
      .map((item) => ({ item, differing: differing(row.features, item) }))
      .filter(({ differing: found }) => !found.some((aspect) => SETTLES.has(aspect)))
      .toSorted((a, b) => cost(a.differing) - cost(b.differing))[0];
    return own === undefined ? row : { ...row, variant: own.item.variant };
  });
}

/** What a row beside the variants must share with the variant that it is of. */
const SETTLES: ReadonlySet<Aspect> = new Set<Aspect>(["series", "version", "size", "tier", "base"]);

/** A variant's name may leave out its series and its stage, and be written in Chinese. */
function differing(model: Features, { features, source, isUnsized, inBrackets }: KnownName): Aspect[] {
  const found = differences(model, features).filter(
    (aspect) =>
      !(aspect === "size" && isUnsized && model.size === "") &&
      !((aspect === "series" || aspect === "base") && isSameWithoutMaker(model, features)),
  );
  if (source === "weights") return found;
  const isChinese = /\p{Script=Han}/u.test(features.lead) && versions(features) === versions(model);
  return found.filter(
    (aspect) =>
      !(aspect === "stage" && features.stage === "" && !inBrackets.some(isStage)) &&
      !(features[aspect] === "" && inBrackets.includes(model[aspect])) &&
      !(aspect === "series" && (features.seriesWords.length === 0 || isChinese)) &&
      !(aspect === "late" && /\p{Script=Han}/u.test(features.late)) &&
      !(aspect === "base" && features.seriesWords.length === 0),
  );
}

const versions = ({ words }: Features): string => words.all.map(({ version }) => version ?? "").join("");

const WEIGHT: Record<Aspect, number> = {
  series: 64,
  version: 32,
  base: 24,
  size: 16,
  tier: 16,
  late: 12,
  context: 10,
  date: 4,
  preview: 4,
  thinking: 3,
  revision: 2,
  stage: 1,
};
const cost = (aspects: readonly Aspect[]): number => aspects.reduce((sum, aspect) => sum + WEIGHT[aspect], 0);

/** A variant that is called "Thinking" is of nothing else, and one that is called "Instruct" does not think. */
const saysOther = (name: Features, model: Features, aspect: Aspect): boolean =>
  (name[aspect] !== "" && name[aspect] !== model[aspect]) ||
  (aspect === "thinking" && name.stage !== "" && model.thinking !== "" && name.thinking === "");

/** Whether the entry has one variant for each size, so that other words than the size make no new one. */
function isCutBySizeAlone(rows: readonly KnownName[]): boolean {
  const names = rows.filter(({ source }) => source === "variant");
  const variants = new Set(names.map(({ variant }) => variant));
  const sizes = new Set(names.map(({ features }) => features.size));
  return variants.size > 1 && sizes.size === variants.size && !sizes.has("");
}

/** The only variant of that size and context that has no weights yet. */
function emptyVariant(model: Features, rows: readonly KnownName[]): Variant | undefined {
  const full = new Set(rows.filter(({ source }) => source === "weights").map(({ variant }) => variant));
  const empty = rows.filter(
    ({ source, variant, features }) =>
      source === "variant" &&
      !full.has(variant) &&
      model.size !== "" &&
      features.size === model.size &&
      features.context === model.context,
  );
  const [only, ...others] = new Set(empty.map(({ variant }) => variant));
  return others.length > 0 ? undefined : only;
}

/** Counts the habits of names, each within its entry. */
export function habitsOf(names: readonly KnownName[]): Habits {
  const habits: Habits = {};
  // The same model on another hub says nothing more.
  const models = new Map(
    names
      .filter(({ source, variant }) => source === "weights" && variant !== undefined)
      .map((name) => [`${name.entry.id} ${name.features.plain} ${name.variant?.name}`, name]),
  );
  const rowsOf = Map.groupBy(models.values(), ({ entry }) => entry);
  for (const rows of rowsOf.values()) {
    for (const [index, a] of rows.entries())
      for (const b of rows.slice(index + 1)) {
        const aspect = onlyDifference(a.features, b.features);
        if (aspect === undefined) continue;
        const habit = habits[aspect] ?? { together: 0, apart: 0 };
        habits[aspect] = habit;
        habit[a.variant === b.variant ? "together" : "apart"] += 1;
      }
  }
  return habits;
}

function together(aspect: Aspect, habits: Habits): boolean | undefined {
  const habit = habits[aspect];
  return habit === undefined ? undefined : habit.together > habit.apart;
}
