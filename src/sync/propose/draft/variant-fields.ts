import { sizeInName } from "#src/catalog/entry/edition-match.ts";
import type { Entry, License, Variant } from "#src/catalog/entry/schema.ts";
import type { NewEntry } from "#src/sync/propose/kinds/kind.ts";
import { sameValue, statedFields } from "./fields.ts";
import type { Figures, Filled } from "./figures.ts";
import { type Beside, figuresFirst, weightsRows } from "./weights-rows.ts";

/** What is known of a new variant, from all of its models: the figures of the one as it was trained, where it has them. */
export type VariantFacts = {
  name: string;
  models: readonly Filled[];
  figures: Omit<Figures, "quantization" | "fileGb"> & { fileGb: NonNullable<Variant["fileGb"]> };
};

export function variantFacts(name: string, models: readonly Filled[]): VariantFacts {
  const ordered = figuresFirst(models, name);
  const first = <Field extends keyof Figures>(field: Field): Figures[Field] | undefined =>
    ordered.map(({ figures }) => figures[field]).find((value) => value !== undefined);
  const dates = ordered.flatMap(({ figures }) => figures.released ?? []).toSorted();
  return {
    name,
    models,
    figures: {
      parametersB: first("parametersB"),
      activeParametersB: first("activeParametersB"),
      architecture: first("architecture"),
      contextTokens: first("contextTokens"),
      doubtsContext: ordered.find(({ figures }) => figures.contextTokens !== undefined)?.figures.doubtsContext ?? false,
      doubtsSize: ordered.find(({ figures }) => figures.parametersB !== undefined)?.figures.doubtsSize ?? false,
      infersSize: ordered.some(({ figures }) => figures.infersSize),
      released: dates[0],
      modalities: first("modalities"),
      attention: first("attention"),
      embeddings: first("embeddings"),
      storedParametersB: first("storedParametersB"),
      baseModel: first("baseModel"),
      license: first("license"),
      languages: first("languages"),
      fileGb: fileSizes(ordered),
    },
  };
}

/** GB by precision, of the first model that has a size for it. */
export function fileSizes(models: readonly Filled[]): NonNullable<Variant["fileGb"]> {
  const sizes: NonNullable<Variant["fileGb"]> = {};
  for (const { figures } of models)
    for (const [kind, gb] of Object.entries(figures.fileGb ?? {})) if (!Object.hasOwn(sizes, kind)) sizes[kind] = gb;
  return sizes;
}

/** What an entry says of all its variants, so that a variant states what differs. */
export type Common = Pick<Entry, "architecture" | "released" | "license" | "baseModel"> & {
  modalities: Entry["modalities"] | undefined;
  /** Every variant has its own: one that states none would be taken for the strictest of them. */
  statesLicenses: boolean;
};

/** A new variant as its entry's file has it. */
export function variantFields({ name, models, figures }: VariantFacts, common: Common, beside: Beside): NewEntry {
  const { license, ...own } = figures;
  const differing = <Field extends "architecture" | "released" | "modalities" | "baseModel">(field: Field) =>
    sameValue(own[field], common[field]) ? undefined : own[field];
  return statedFields({
    name,
    parametersB: own.parametersB,
    activeParametersB: own.activeParametersB,
    architecture: differing("architecture"),
    baseModel: differing("baseModel"),
    contextTokens: own.contextTokens,
    released: differing("released"),
    modalities: differing("modalities"),
    attention: own.attention,
    embeddings: own.embeddings,
    storedParametersB: own.storedParametersB,
    fileGb: own.fileGb,
    license: licenseFields(license, common),
    weights: weightsRows(models, beside).map(([row]) => row),
  });
}

function licenseFields(own: License | undefined, common: Common): License | undefined {
  if (common.statesLicenses === true) return own ?? { commercial: "unknown" };
  return own === undefined || common.license === undefined || sameTerms(own, common.license) ? undefined : own;
}

/** Whether two licences of weights are the same, wherever that is written. */
export function sameTerms(a: License, b: License): boolean {
  const [one, other] = [plainName(a.weights), plainName(b.weights)];
  return a.commercial === b.commercial && (one.includes(other) || other.includes(one));
}

/** A licence's name without remarks such as （二手）. */
const plainName = (name = "unknown"): string =>
  name
    .replace(/[（(].*$/u, "")
    .trim()
    .toLowerCase();

/** Whether a licence's text names a variant or its size, as that of several sizes does: then each variant states its own. */
export function isNamedIn({ name, figures: { parametersB } }: VariantFacts, license: License): boolean {
  const { weights = "", note = "", clause } = license;
  const text = `${weights} ${note} ${clause?.zh ?? ""} ${clause?.en ?? ""}`;
  const sizes = [...text.matchAll(/(?<![A-Za-z0-9.-])(\d+(?:\.\d+)?)\s?([BT])(?![A-Za-z0-9])/gi)].map(
    ([, size, unit]) => Number(size) * (/t/i.test(unit ?? "") ? 1000 : 1),
  );
  const named = sizeInName(name) ?? (parametersB === undefined ? undefined : Math.round(parametersB));
  return text.includes(name) || (named !== undefined && sizes.includes(named));
}
