import { everyWeights } from "#src/catalog/entry/editions.ts";
import { attentionOf } from "#src/catalog/entry/of-variant.ts";
import type { Attention, Entry, Variant } from "#src/catalog/entry/schema.ts";
import type { Fault } from "./fault.ts";

type Field = Exclude<keyof Attention, "source">;
const HEADS: readonly Field[] = ["kvHeads", "headDim"];
const LATENT: readonly Field[] = ["latentRank", "ropeDim"];

/** What the cache of each kind is computed from. */
function needs({ kind, latentRank }: Attention): readonly Field[] {
  switch (kind) {
    case "mla":
      return ["layers", ...LATENT];
    case "sliding":
      return ["layers", ...HEADS, "window", "fullLayers"];
    case "hybrid":
      return ["fullLayers", ...(latentRank === undefined ? HEADS : LATENT)];
    case "linear":
      return ["layers"];
    case "compressed":
      return ["valuesPerToken"];
    case "sparse":
    case undefined:
      return ["layers", ...HEADS];
  }
}

/** Since then makers' configurations are public as a rule, and whoever adds a model looks for the shape of its cache. */
const ASKED_SINCE = "2025";

/** Shapes of caches that lack a figure, and models of today that neither state theirs nor say why not. */
export function attentionFaults(entry: Entry): Fault[] {
  const variants = (entry.variants ?? []).map((variant, at) => ({ variant, at: ["variants", at] }));
  const items = [{ item: entry, at: [] }, ...variants.map(({ variant, at }) => ({ item: variant, at }))];
  return [
    ...items.flatMap(({ item, at }) => incomplete(item.attention, at)),
    ...(variants.length > 0 ? variants : [{ variant: undefined, at: [] }])
      .filter(({ variant }) => isAsked(entry, variant) && isSilent(entry, variant))
      .map(({ variant, at }) => ({
        path: [...at, "attention"],
        rule: "noAttention",
        params: { name: variant?.name ?? entry.name },
      })),
  ];
}

function incomplete(attention: Attention | undefined, at: PropertyKey[]): Fault[] {
  if (attention === undefined) return [];
  const missing = needs(attention).filter((field) => attention[field] === undefined);
  if (missing.length === 0) return [];
  return [{ path: [...at, "attention"], rule: "attentionLacks", params: { fields: missing.join(", ") } }];
}

const isAsked = (entry: Entry, variant: Variant | undefined): boolean =>
  entry.unreviewed !== true &&
  (variant?.released ?? entry.released ?? "") >= ASKED_SINCE &&
  everyWeights(entry).some(({ row }) => row.id !== undefined);

const isSilent = (entry: Entry, variant: Variant | undefined): boolean =>
  attentionOf(entry, variant) === undefined && (variant?.attentionMissing ?? entry.attentionMissing) === undefined;
