import { foldName } from "#src/catalog/entry/text.ts";
import { type ModelAddress, organizationOf } from "#src/sync/hubs/hub.ts";
import type { Place } from "./place.ts";
import { numberedId } from "./written-names.ts";

type Placed = { candidate: { model: ModelAddress }; place: Place };

/**
 * New series that have one id and are of several organisations, told apart: the organisation keeps the id whose model is the
 * oldest, so that no later one takes it; of several the one whose family the name begins with, then the first by name. Those of
 * the others have their organisation's name in the id. `dateOf` gives ISO 8601.
 */
export function seriesApart<Item extends Placed>(
  placed: readonly Item[],
  {
    sameOrganization,
    taken,
    dateOf,
  }: {
    sameOrganization: (name: string) => readonly string[];
    taken: ReadonlySet<string>;
    dateOf: (item: Item) => string | undefined;
  },
): Item[] {
  const makerOf = ({ candidate: { model } }: Placed): string => {
    const organization = organizationOf(model.id);
    return (sameOrganization(organization)[0] ?? organization).toLowerCase();
  };
  const owners = new Map<string, string>();
  const series = placed.filter(({ place }) => place.kind === "series");
  for (const [id, own] of Map.groupBy(series, ({ place }) => (place.kind === "series" ? place.id : ""))) {
    const makers = own.toSorted(
      (a, b) =>
        compare(dateOf(a) ?? UNDATED, dateOf(b) ?? UNDATED) ||
        Number(isOfFamily(b)) - Number(isOfFamily(a)) ||
        compare(makerOf(a), makerOf(b)),
    );
    const [first] = makers;
    if (first !== undefined) owners.set(id, makerOf(first));
  }
  return placed.map((item) => {
    const { place } = item;
    if (place.kind !== "series" || owners.get(place.id) === makerOf(item)) return item;
    return {
      ...item,
      place: { ...place, id: numberedId(`${place.id}-${idPart(makerOf(item))}`, (id) => taken.has(id)) },
    };
  });
}

/** Behind every date. */
const UNDATED = "~";

const isOfFamily = ({ place }: Placed): boolean =>
  place.kind === "series" && place.like !== undefined && foldName(place.name).startsWith(foldName(place.like.family));

const compare = (a: string, b: string): number => Number(a > b) - Number(a < b);

const idPart = (name: string): string => name.replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
