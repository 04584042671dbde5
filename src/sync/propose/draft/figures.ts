import { isDeepStrictEqual } from "node:util";
import { memoByObject } from "#src/base/memo.ts";
import { licensesOf } from "#src/catalog/entry/of-variant.ts";
import type { Quantization } from "#src/catalog/entry/precision.ts";
import type { Entry, License, Variant } from "#src/catalog/entry/schema.ts";
import { weightsUrl } from "#src/catalog/entry/urls.ts";
import { countOf, languagePartOf } from "#src/sync/facts/config.ts";
import { fileGbOf } from "#src/sync/facts/files.ts";
import { type LicenseReadings, licenseOf, licenseReadings } from "#src/sync/facts/license.ts";
import { architectureOf, baseModelOf, languagesOf, modalitiesOf, releasedOf } from "#src/sync/facts/model.ts";
import { precisionOf } from "#src/sync/facts/quantization.ts";
import { type Shape, shapeOf } from "#src/sync/facts/shape.ts";
import { sizeOf, storedParametersOf } from "#src/sync/facts/size.ts";
import { type ModelFacts, modelName, organizationOf } from "#src/sync/hubs/hub.ts";
import { organizationsOf } from "#src/sync/names/known-names.ts";
import type { Place } from "#src/sync/names/place.ts";
import type { PlacedModel } from "#src/sync/sources/candidate.ts";
import type { StatedQuantization } from "./labels.ts";
import { type Sizes, sizesOfSameShape } from "./same-shape.ts";

/** What is known of one model, in the catalog's terms; undefined is what is not known. */
export type Figures = {
  [Field in
    | "parametersB"
    | "activeParametersB"
    | "architecture"
    | "contextTokens"
    | "released"
    | "modalities"
    | "attention"
    | "embeddings"
    | "storedParametersB"
    | "baseModel"]: Variant[Field] | undefined;
} & {
  quantization: StatedQuantization;
  /** GB of the weight files, by the catalog's key of their precision. */
  fileGb: NonNullable<Variant["fileGb"]> | undefined;
  license: License | undefined;
  languages: string[] | undefined;
  /** The sizes are those of a model of the same shape. */
  infersSize: boolean;
  /** The size is counted from files that hold layers for speculative decoding too, which makers leave out. */
  doubtsSize: boolean;
  /** The maker may name another context than the one that its config states. */
  doubtsContext: boolean;
};

/** A placed model with what is known of it. */
export type Filled = { placed: PlacedModel; name: string; figures: Figures };

const readingsOf: (entries: readonly Entry[]) => LicenseReadings = memoByObject(licenseReadings);

/** Reads what the hub says of a model; without that its name still tells size and precision. */
export function filled(placed: PlacedModel, entries: readonly Entry[]): Filled {
  const name = modelName(placed.candidate.model.id);
  const facts = placed.facts.state === "found" ? placed.facts.facts : undefined;
  const known = facts ?? nothingOf(placed);
  const shape = shapeOf(facts?.config);
  const own = sizeFor(known, name, placed.place);
  const alike = facts && sizesLike(facts, { shape, name, own }, entries);
  const named = sizeFor({ ...known, stored: undefined }, name, placed.place);
  const size = { ...own, ...alike, ...named };
  const quantization = precisionOf(known, name);
  return {
    placed,
    name,
    figures: {
      parametersB: size.parametersB,
      activeParametersB: size.activeParametersB,
      storedParametersB: size.storedParametersB,
      architecture: architectureOf(facts?.config) ?? (size.activeParametersB === undefined ? undefined : "moe"),
      contextTokens: shape.contextTokens,
      infersSize: alike !== undefined && !isDeepStrictEqual({ ...own, ...alike, ...named }, { ...own, ...named }),
      doubtsSize: named.parametersB === undefined && alike === undefined && hasDraftLayers(facts?.config),
      doubtsContext: shape.contextDoubt !== undefined,
      released: releasedOf(known),
      modalities: facts && modalitiesOf(facts),
      attention: shape.attention && facts && { ...shape.attention, source: [configUrl(facts)] },
      embeddings: shape.embeddings,
      baseModel: facts && baseModelOf(facts, entries),
      quantization: quantization ?? {},
      fileGb: facts && fileSizesOf(facts, quantization),
      license: facts && withSource(licenseOf(facts, siblingLicenses(facts.id, entries), readingsOf(entries)), facts),
      languages: facts && languagesOf(facts),
    },
  };
}

/** Whether layers that predict further tokens are stored beside the model's own (MTP). */
function hasDraftLayers(config: ModelFacts["config"]): boolean {
  const model = config && languagePartOf(config);
  return ((model && countOf(model, "num_nextn_predict_layers", "mtp_num_hidden_layers")) ?? 0) > 0;
}

/** By the model's name, else by that of the variant that it is placed under; files are counted where neither says it. */
function sizeFor(facts: ModelFacts, name: string, place: Place): ReturnType<typeof sizeOf> {
  const variant =
    place.kind === "weights" ? place.variant?.name : place.kind === "variant" ? place.name : place.variant;
  const byName = sizeOf({ stored: undefined }, name);
  return sizeOf(facts, byName.parametersB === undefined && variant !== undefined ? variant : name);
}

/** The sizes of a model of the same maker and shape; what its name says of its own is not gainsaid. */
function sizesLike(
  facts: ModelFacts,
  { shape, name, own }: { shape: Shape; name: string; own: Sizes },
  entries: readonly Entry[],
): Sizes | undefined {
  if (shape.attention === undefined) return undefined;
  const { parametersB, activeParametersB } = sizeOf({ stored: undefined }, name);
  const found = sizesOfSameShape(
    { id: facts.id, attention: shape.attention, embeddings: shape.embeddings },
    { named: { parametersB, activeParametersB }, storedB: storedParametersOf(facts) },
    entries,
  );
  return found?.activeParametersB === undefined && own.parametersB !== undefined ? undefined : found;
}

/** The files of GGUF and its likes have many sizes, of which none is that of the precision alone. */
function fileSizesOf(facts: ModelFacts, quantization: Quantization | undefined): Figures["fileGb"] {
  const sizes = fileGbOf(facts, quantization);
  return sizes && Object.keys(sizes).length > 0 ? sizes : undefined;
}

/** The address of a config.json at the commit that was read. */
function configUrl({ hub, id, sha }: ModelFacts): string {
  return hub === "huggingface"
    ? `https://huggingface.co/${id}/blob/${sha ?? "main"}/config.json`
    : `https://modelscope.cn/models/${id}/file/view/${sha ?? "master"}/config.json`;
}

function withSource(license: License | undefined, facts: ModelFacts): License | undefined {
  const page = weightsUrl(facts);
  return license && page !== undefined ? { ...license, source: [page] } : license;
}

/** What all entries of the same organisation state. */
const siblingLicenses = (id: string, entries: readonly Entry[]): License[] =>
  licensesByOrganization(entries).get(organizationOf(id).toLowerCase()) ?? [];

const licensesByOrganization = memoByObject((entries: readonly Entry[]): Map<string, License[]> => {
  const found = new Map<string, License[]>();
  for (const entry of entries)
    for (const organization of organizationsOf(entry))
      found.set(organization, [...(found.get(organization) ?? []), entry.license, ...licensesOf(entry)]);
  return found;
});

/** A model of which only a name is known, or what a listing has of it. */
const nothingOf = ({ candidate: { model, listed } }: PlacedModel): ModelFacts => ({
  ...(listed ?? {
    createdAt: undefined,
    lastModified: undefined,
    sha: undefined,
    pipelineTag: undefined,
    library: undefined,
    tags: [],
    architectures: [],
    gated: false,
  }),
  ...model,
  license: { tag: undefined, name: undefined, link: undefined },
  baseModels: [],
  languages: [],
  stored: undefined,
  files: [],
  config: undefined,
});
