import { byStrictness, licenseOf } from "#src/catalog/entry/of-variant.ts";
import { bitsPerWeight } from "#src/catalog/entry/precision.ts";
import type { Entry, Variant } from "#src/catalog/entry/schema.ts";
import { statedParts, whenStated } from "#src/catalog/entry/stated.ts";
import { formatSize } from "#src/catalog/entry/units.ts";
import { weightsUrl } from "#src/catalog/entry/urls.ts";
import type { NewEntry } from "#src/sync/propose/kinds/kind.ts";
import type { Addition } from "./additions.ts";
import type { OpenPoint } from "./draft.ts";
import { sameValue, statedFields } from "./fields.ts";
import type { Filled } from "./figures.ts";
import { openOfVariant, pointsWhere } from "./open-points.ts";
import { readmeAddress } from "./series-fields.ts";
import { fileSizes, isNamedIn, sameTerms, type VariantFacts, variantFacts, variantFields } from "./variant-fields.ts";
import { figuresFirst, weightsRows } from "./weights-rows.ts";

/** What an entry that is there gets: weights of its variants, new variants, and what these make necessary. */
export function additionsFor(entry: Entry, models: readonly Filled[]): { additions: Addition[]; open: OpenPoint[] } {
  const weights = models.filter(({ placed: { place } }) => place.kind === "weights");
  const variants = [
    ...Map.groupBy(
      models.filter(({ placed: { place } }) => place.kind === "variant"),
      ({ placed: { place }, name }) => (place.kind === "variant" ? place.name : name),
    ),
  ].map(([name, own]) => variantFacts(name, own));
  const isUnseen = weights.some(({ placed }) => placed.facts.state === "absent");
  return {
    additions: [...newWeights(entry, weights), ...newVariants(entry, variants)],
    open: [...pointsWhere({ pageNotSeen: isUnseen }), ...variants.flatMap(openOfVariant)],
  };
}

/** Where a model was seen: the README that names it, else its page. */
export function evidenceOf({ placed: { candidate } }: Filled): string | undefined {
  const [first] = candidate.named;
  return first === undefined ? weightsUrl(candidate.model) : readmeAddress(first);
}

function newWeights(entry: Entry, models: readonly Filled[]): Addition[] {
  const byVariant = Map.groupBy(models, ({ placed: { place } }) =>
    place.kind === "weights" ? place.variant?.name : undefined,
  );
  return [...byVariant].flatMap(([name, own]) => {
    const at = entry.variants?.findIndex((variant) => variant.name === name) ?? -1;
    const variant = entry.variants?.[at];
    const holder: (string | number)[] = variant === undefined ? [] : ["variants", at];
    const field = (key: string): string => (variant === undefined ? key : `variants.${variant.name}.${key}`);
    const path = [...holder, "weights"];
    const count = (variant ?? entry).weights?.length ?? 0;
    const rows = weightsRows(own, { entry, variant, holder: variant?.name ?? entry.name });
    return [
      ...rows.map(
        ([value, model], index): Addition => ({
          kind: "append",
          path,
          at: [...path, count + index],
          value,
          about: { field: field("weights"), after: modelOf(value), evidence: evidenceOf(model) },
        }),
      ),
      ...newFileSizes(entry, variant, own).map(
        ([kind, gb, model]): Addition => ({
          kind: "set",
          path: [...holder, "fileGb", kind],
          at: [...holder, "fileGb", kind],
          value: gb,
          about: {
            field: field(`fileGb.${kind}`),
            after: String(gb),
            evidence: weightsUrl(model.placed.candidate.model),
          },
        }),
      ),
    ];
  });
}

const modelOf = ({ hub, id }: NewEntry): string => (hub === "huggingface" ? String(id) : `${hub}:${id}`);

/** Sizes that nobody stated. A variant's first would hide the ones that its entry states for all variants. */
function newFileSizes(
  entry: Entry,
  variant: Variant | undefined,
  models: readonly Filled[],
): [string, number, Filled][] {
  if (variant !== undefined && variant.fileGb === undefined && entry.fileGb !== undefined) return [];
  if (variant === undefined && (entry.variants ?? []).length > 0) return [];
  const stated = (variant ?? entry).fileGb ?? {};
  const ordered = figuresFirst(models, variant?.name ?? entry.name);
  return Object.entries(fileSizes(ordered)).flatMap(([kind, gb]): [string, number, Filled][] => {
    const model = ordered.find(({ figures }) => figures.fileGb?.[kind] === gb);
    if (stated[kind] !== undefined || model === undefined || !isPlausible(gb, model, variant ?? entry)) return [];
    return [[kind, gb, model]];
  });
}

/** Files hold scales, embeddings and draft heads beside; what differs by more is another model's. */
const LARGEST_FACTOR = 2;

/** Whether files can be those of a model of that size. */
function isPlausible(gb: number, { figures: { quantization } }: Filled, { parametersB }: Sized): boolean {
  const { precision, quant } = quantization;
  const bits = precision && bitsPerWeight({ precision, quant });
  if (parametersB === undefined || bits === undefined) return true;
  const expected = (parametersB * bits) / 8;
  return gb < expected * LARGEST_FACTOR && gb > expected / LARGEST_FACTOR;
}

type Sized = Pick<Variant, "parametersB">;

/** Fields that an entry states for all variants, as long as none of them states its own. */
const INHERITED = ["contextTokens", "attention", "embeddings", "storedParametersB", "fileGb", "license"] as const;

function newVariants(entry: Entry, variants: readonly VariantFacts[]): Addition[] {
  const siblings = entry.variants ?? [];
  if (variants.length === 0) return [];
  const statesLicenses =
    siblings.some(({ license }) => license !== undefined) ||
    variants.some((variant) => isNamedIn(variant, entry.license)) ||
    variants.some(({ figures: { license } }) => license !== undefined && !sameTerms(license, entry.license));
  const values = variants.map((variant) =>
    withoutInherited(
      entry,
      variantFields(variant, { ...entry, statesLicenses }, { entry, variant: undefined, holder: variant.name }),
    ),
  );
  const appended = values.map(
    (value, index): Addition => ({
      kind: "append",
      path: ["variants"],
      at: ["variants", siblings.length + index],
      value,
      about: { field: "variants", after: titleOf(variants[index]), evidence: evidenceOfVariant(variants[index]) },
    }),
  );
  return [
    ...keptForSiblings(entry, values),
    ...appended,
    ...longestContext(entry, values),
    ...strictestUse(entry, values),
  ];
}

const titleOf = (variant: VariantFacts | undefined): string => {
  if (variant === undefined) return "";
  const { parametersB, activeParametersB } = variant.figures;
  const size = whenStated(parametersB, (billions) => formatSize(billions, activeParametersB));
  return statedParts([variant.name, size, variant.models.map(({ name }) => name).join(", ")]).join(" · ");
};

const evidenceOfVariant = (variant: VariantFacts | undefined): string | undefined =>
  variant?.models.map(evidenceOf).find((address) => address !== undefined);

/** A variant need not repeat what its entry says of all, as long as no variant says its own. */
function withoutInherited(entry: Entry, value: NewEntry): NewEntry {
  const siblings = entry.variants ?? [];
  const repeated = INHERITED.filter(
    (field) =>
      siblings.length > 0 &&
      siblings.every((variant) => variant[field] === undefined) &&
      sameValue(withoutSource(value[field]), withoutSource(entry[field])),
  );
  return Object.fromEntries(Object.entries(value).filter(([key]) => !repeated.some((field) => field === key)));
}

const withoutSource = (value: unknown): NewEntry[string] | undefined => {
  if (typeof value !== "object" || value === null) return typeof value === "number" ? value : undefined;
  return statedFields({
    ...value,
    source: undefined,
    note: undefined,
    confidence: undefined,
    inheritedFrom: undefined,
  });
};

/** What the entry says of all its variants and would no longer, once a new one says its own: said by each of them. */
function keptForSiblings(entry: Entry, values: readonly NewEntry[]): Addition[] {
  const siblings = entry.variants ?? [];
  return INHERITED.flatMap((field) => {
    const isNew = values.some((value) => value[field] !== undefined);
    const common = field === "license" ? commonLicense(entry) : entry[field];
    if (!isNew || common === undefined || siblings.some((variant) => variant[field] !== undefined)) return [];
    const { kept } = statedFields({ kept: common });
    return kept === undefined
      ? []
      : siblings.map((variant, at): Addition => {
          const path = ["variants", at, field];
          const after = typeof kept === "object" ? JSON.stringify(kept) : String(kept);
          return {
            kind: "set",
            path,
            at: path,
            value: kept,
            about: { field: `variants.${variant.name}.${field}`, after },
          };
        });
  });
}

const commonLicense = (entry: Entry) => {
  const { weights, commercial, weightsUrl: url, clause, source } = licenseOf(entry, undefined);
  return { weights, commercial, weightsUrl: url, clause, source };
};

/** An entry's context is the longest of any of its variants. */
function longestContext(entry: Entry, values: readonly NewEntry[]): Addition[] {
  const contexts = values.flatMap(({ contextTokens }) => (typeof contextTokens === "number" ? contextTokens : []));
  const longest = Math.max(...contexts, 0);
  if (entry.contextTokens === undefined || longest <= entry.contextTokens || (entry.variants ?? []).length === 0)
    return [];
  return [replaced("contextTokens", ["contextTokens"], longest, String(entry.contextTokens))];
}

/** An entry's commercial use is as strict as that of its strictest variant. */
function strictestUse(entry: Entry, values: readonly NewEntry[]): Addition[] {
  const uses = values.flatMap(({ license }) =>
    typeof license === "object" && "commercial" in license ? String(license["commercial"]) : [],
  );
  const [strictest] = uses.toSorted((a, b) => byStrictness(b, a));
  if (strictest === undefined || byStrictness(strictest, entry.license.commercial) <= 0) return [];
  return [replaced("license.commercial", ["license", "commercial"], strictest, entry.license.commercial)];
}

const replaced = (field: string, path: string[], value: string | number, before: string): Addition => ({
  kind: "set",
  path,
  at: path,
  value,
  about: { field, before, after: String(value) },
});
