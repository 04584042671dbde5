import { everyWeights } from "#src/catalog/entry/editions.ts";
import { PRECISIONS } from "#src/catalog/entry/precision.ts";
import type { Entry, Variant } from "#src/catalog/entry/schema.ts";
import { type ModelAddress, modelName } from "#src/sync/hubs/hub.ts";
import type { NewEntry } from "#src/sync/propose/kinds/kind.ts";
import { statedFields } from "./fields.ts";
import type { Filled } from "./figures.ts";
import { type LabelledWeights, labelOf, ownWords } from "./labels.ts";

/** What stands beside new weights: the entry whose labels they follow, and the variant that they come under. */
export type Beside = { entry: Entry | undefined; variant: Variant | undefined; holder: string };

/** Rows of the catalog for new weights of one variant, with the model that each is of; the plain ones first. */
export function weightsRows(models: readonly Filled[], { entry, variant, holder }: Beside): [NewEntry, Filled][] {
  const siblings = entry === undefined ? [] : labelledWeights(entry, variant);
  const hubs = entry === undefined ? [] : pairedHubs(entry);
  const beside = models.map(({ name, figures }) => ({ model: name, holder, quantization: figures.quantization }));
  return inOrder(models).flatMap((model): [NewEntry, Filled][] => {
    const { placed, name, figures } = model;
    const label = labelOf({ model: name, holder, quantization: figures.quantization }, siblings, beside);
    const row = (address: ModelAddress, isSeen: boolean): NewEntry =>
      statedFields({
        label,
        ...figures.quantization,
        hub: address.hub,
        id: address.id,
        status: isSeen ? undefined : "unknown",
        unreviewed: true,
      });
    const { candidate, facts } = placed;
    const also = candidate.also
      .filter(({ hub }) => hubs.includes(hub) && hubs.includes(candidate.model.hub))
      .slice(0, 1);
    return [
      [row(candidate.model, facts.state !== "absent"), model],
      ...also.map((address): [NewEntry, Filled] => [row(address, true), model]),
    ];
  });
}

/** The weights of an entry, those of the variant first, as their labels are learned from. */
function labelledWeights(entry: Entry, own: Variant | undefined): LabelledWeights[] {
  const all = everyWeights(entry).flatMap(({ row: { id, label, precision, quant }, variant }) =>
    id === undefined
      ? []
      : [
          {
            variant,
            model: modelName(id),
            holder: variant?.name ?? entry.name,
            label,
            quantization: { precision, quant },
          },
        ],
  );
  return [...all.filter(({ variant }) => variant === own), ...all.filter(({ variant }) => variant !== own)];
}

/** The hubs that an entry lists the same weights on; none where it lists each once. */
export function pairedHubs(entry: Entry): string[] {
  const rows = everyWeights(entry);
  const pairs = rows.flatMap(({ row, variant }) => {
    const twin = rows.find(
      (other) => other.variant === variant && other.row.label === row.label && other.row.hub !== row.hub,
    );
    return twin === undefined ? [] : [row.hub];
  });
  return [...new Set(pairs)];
}

/** Numbers as they were trained come before what was made of them. */
export function quantizationRank({ precision }: Filled["figures"]["quantization"]): 0 | 1 | 2 {
  if (precision === undefined || precision === "bf16" || precision === "fp16" || precision === "fp32") return 0;
  return /^(?:mx|nv)?fp/.test(precision) ? 1 : 2;
}

/** `PT` is what some makers call a base and others the format of PyTorch: it counts beside models that say no more. */
function baseRank(name: string, holder: string): 0 | 1 | 2 {
  const { edition } = ownWords({ model: name, holder });
  if (edition.some((word) => /^(?:base|pretrain)$/i.test(word))) return 2;
  return edition.some((word) => /^pt$/i.test(word)) ? 1 : 0;
}

/** An edition after the other, base weights last; of each the widest precision first. */
function inOrder(models: readonly Filled[]): Filled[] {
  const edition = ({ name, placed: { place } }: Filled): string => {
    const holder =
      place.kind === "series" ? place.variant : place.kind === "variant" ? place.name : place.variant?.name;
    return ownWords({ model: name, holder: holder ?? "" })
      .edition.join(" ")
      .toLowerCase();
  };
  const isBase = (model: Filled): number => Number(/\bbase\b/.test(edition(model)));
  const rank = ({ figures: { quantization } }: Filled): number =>
    quantization.precision === undefined ? -1 : PRECISIONS.indexOf(quantization.precision);
  return models.toSorted(
    (a, b) =>
      isBase(a) - isBase(b) ||
      edition(a).localeCompare(edition(b), "en") ||
      rank(a) - rank(b) ||
      a.name.localeCompare(b.name, "en"),
  );
}

/** The models of a variant, the one first that its figures come from: as it was trained, and no base. */
export const figuresFirst = (models: readonly Filled[], holder: string): Filled[] =>
  models.toSorted(
    (a, b) =>
      Number(a.placed.facts.state !== "found") - Number(b.placed.facts.state !== "found") ||
      quantizationRank(a.figures.quantization) - quantizationRank(b.figures.quantization) ||
      baseRank(a.name, holder) - baseRank(b.name, holder) ||
      a.name.localeCompare(b.name, "en"),
  );
