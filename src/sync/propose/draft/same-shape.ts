import { memoByObject } from "#src/base/memo.ts";
import { everyWeights } from "#src/catalog/entry/editions.ts";
import { attentionOf, embeddingsOf } from "#src/catalog/entry/of-variant.ts";
import type { Attention, Embeddings, Entry, Variant } from "#src/catalog/entry/schema.ts";
import { organizationOf } from "#src/sync/hubs/hub.ts";
import { canonical } from "./fields.ts";

/** Sizes in billions of parameters, as the catalog has them. */
export type Sizes = Pick<Variant, "parametersB" | "activeParametersB">;

/** A model of the catalog with the shape of its cache. */
type Shaped = Sizes & { storedParametersB: number | undefined };

/** Files count draft heads and scales of quantised numbers too (DeepSeek-V3: 685 for 671, GLM-4.5-Air: 110.5 for 106). */
const STORED_TOLERANCE = 0.05;
/** Names round what the maker counts: `30B-A3B` is 30.5 and 3.3. */
const NAME_TOLERANCE = 0.12;

/**
 * The makers' figures for another model of theirs that has the same attention, the same width and as many numbers in its
 * files: a later training of the same design, as GLM-4.6 is of GLM-4.5. Where such models differ, what most of them have
 * counts. Undefined where there is none, or where what the name says (`named`) or the files hold (`storedB`) is another
 * size.
 */
export function sizesOfSameShape(
  {
    id,
    attention,
    embeddings,
  }: { id: string; attention: Omit<Attention, "source">; embeddings: Embeddings | undefined },
  { named, storedB }: { named: Sizes; storedB: number | undefined },
  entries: readonly Entry[],
): Sizes | undefined {
  const alike = shapes(entries).get(keyOf(organizationOf(id), attention, embeddings)) ?? [];
  const fitting = alike.filter(
    (other) =>
      isNear(other.parametersB, named.parametersB, NAME_TOLERANCE) &&
      isNear(other.activeParametersB, named.activeParametersB, NAME_TOLERANCE) &&
      [other.storedParametersB, other.parametersB].some((size) => isNear(size, storedB, STORED_TOLERANCE)),
  );
  const [most, next] = [
    ...Map.groupBy(fitting, (other) => `${other.parametersB} ${other.activeParametersB}`).values(),
  ].toSorted((a, b) => b.length - a.length);
  const first = most?.[0];
  if (first === undefined || most?.length === next?.length) return undefined;
  return { parametersB: first.parametersB, activeParametersB: first.activeParametersB };
}

const isNear = (size: number | undefined, stated: number | undefined, tolerance: number): boolean =>
  stated === undefined || (size !== undefined && Math.abs(size - stated) <= stated * tolerance);

/** The models of all entries by maker and shape. */
const shapes = memoByObject((entries: readonly Entry[]): Map<string, Shaped[]> => {
  const found = new Map<string, Shaped[]>();
  for (const { key, shaped } of entries.flatMap(shapedOf)) found.set(key, [...(found.get(key) ?? []), shaped]);
  return found;
});

function shapedOf(entry: Entry): { key: string; shaped: Shaped }[] {
  const organizations = [...organizationsOf(entry)];
  const all: (Variant | undefined)[] = entry.variants ?? [undefined];
  return all.flatMap((variant) => {
    const attention = attentionOf(entry, variant);
    const { parametersB, activeParametersB, storedParametersB } = variant ?? entry;
    if (attention === undefined || parametersB === undefined) return [];
    return organizations.map((organization) => ({
      key: keyOf(organization, attention, embeddingsOf(entry, variant)),
      shaped: { parametersB, activeParametersB, storedParametersB },
    }));
  });
}

const organizationsOf = (entry: Entry): Set<string> =>
  new Set([
    ...(entry.sync?.hubOrgs ?? []).map((name) => name.toLowerCase()),
    ...everyWeights(entry).flatMap(({ row: { id } }) => (id === undefined ? [] : [organizationOf(id).toLowerCase()])),
  ]);

function keyOf(
  organization: string,
  { kind, layers, kvHeads, headDim, latentRank, window, fullLayers, linearLayers }: Omit<Attention, "source">,
  embeddings: Embeddings | undefined,
): string {
  const shape = { kind, layers, latentRank, window, fullLayers, linearLayers };
  // Heads of MLA are stated by some and not by others.
  const heads = latentRank === undefined ? { kvHeads, headDim } : {};
  return `${organization.toLowerCase()} ${embeddings?.width} ${canonical({ ...shape, ...heads })}`;
}
