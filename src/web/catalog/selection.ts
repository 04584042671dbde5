import type { Entry } from "#src/catalog/entry/schema.ts";
import { leastMemory, type Offer, offersOf } from "#src/catalog/memory/offers.ts";
import { askedContext, type FactCriterion, withAskedContext } from "#src/catalog/search/criteria.ts";
import { asksMemory, compareMemory } from "#src/catalog/search/criterion-ranks.ts";
import type { HitGroup } from "#src/catalog/search/ranking.ts";
import { meetInOneVariant } from "#src/catalog/search/same-variant.ts";
import type { Catalog, SearchResult } from "#src/catalog/search/search.ts";
import { shownOffers } from "#src/catalog/search/shown-offers.ts";
import { FILTER_NAMES, type FilterName, type FilterTest, passes } from "./filters.ts";
import type { ListRequest } from "./request.ts";

export type Row = {
  entry: Entry;
  /** What it has in common with the rows around it; absent in a list that is in no groups. */
  group?: HitGroup;
  /** The way to run it that answers the request best; where none was asked for, the one that takes the least memory. */
  offer: Offer | undefined;
};

/** A part of a request, and how many entries there would be without it. */
type Obstacle = { name: "q" | FilterName | "vram"; without: number };

export type Selection = {
  rows: Row[];
  /** Whether a precision or an amount of memory was asked for, in words or by choice. */
  asksForMemory: boolean;
  /** The context that the memory is for, where one was asked beside it. */
  contextTokens: number | undefined;
  /** How the query was understood. */
  found: SearchResult;
  /** With no rows: the parts without any one of which there would be some. */
  obstacles: Obstacle[];
};

/** The entries that meet the query and every choice together, in the order asked for. */
export function select(catalog: Catalog, request: ListRequest): Selection {
  const found = catalog.search(request.query, { sort: request.sort });
  const rows = rowsOf(found, request);
  const asked = withAskedContext([...found.query.criteria, ...chosenCriteria(request)]);
  const asksForMemory = asksMemory(asked, "fits", "least", "amount");
  return {
    rows,
    asksForMemory,
    contextTokens: askedContext(asked),
    found,
    obstacles: rows.length === 0 ? obstacles(catalog, request) : [],
  };
}

/** An entry of which nothing in particular was asked. */
export const plainRow = (entry: Entry): Row => ({
  entry,
  offer: leastMemory(entry) ?? offersOf(entry).toSorted(compareMemory)[0],
});

function rowsOf(found: SearchResult, request: ListRequest): Row[] {
  const tests = testsOf(request);
  const chosen = chosenCriteria(request);
  const all = withAskedContext([...found.query.criteria, ...chosen]);
  const withoutWishes = all.filter((criterion) => !found.wishes.includes(criterion));
  const rows = found.hits.flatMap(({ entry, group }): Row[] => {
    const criteria = group === "others" ? withoutWishes : all;
    const meets =
      tests.every((test) => passes(entry, test)) && (chosen.length === 0 || meetInOneVariant(criteria, entry));
    if (!meets) return [];
    const [best] = shownOffers(criteria, entry);
    return [{ ...(best === undefined ? plainRow(entry) : { entry, offer: best }), group }];
  });
  // The search ordered by all that an entry offers; what is shown may be other than the least of that.
  if (request.sort !== "memory") return rows;
  const groups = Map.groupBy(rows, ({ group }) => group);
  return [...groups.values()].flatMap((list) => list.toSorted((a, b) => compareMemory(a.offer, b.offer)));
}

const chosenCriteria = (request: ListRequest): FactCriterion[] =>
  testsOf(request).flatMap((test) => ("criterion" in test ? test.criterion : []));

function testsOf({ chosen, vramGb }: ListRequest): FilterTest[] {
  return [
    ...FILTER_NAMES.flatMap((name) => chosen[name]?.test ?? []),
    ...(vramGb === undefined
      ? []
      : [{ criterion: { kind: "memory" as const, device: "vram" as const, gb: { max: vramGb } } }]),
  ];
}

function obstacles(catalog: Catalog, request: ListRequest): Obstacle[] {
  const { query, chosen, vramGb } = request;
  const without = (name: Obstacle["name"], left: ListRequest): Obstacle => ({
    name,
    without: rowsOf(catalog.search(left.query), left).length,
  });
  const all = [
    ...(query === "" ? [] : [without("q", { ...request, query: "" })]),
    ...FILTER_NAMES.filter((name) => chosen[name] !== undefined).map((name) => {
      const { [name]: _left, ...others } = chosen;
      return without(name, { ...request, chosen: others });
    }),
    ...(vramGb === undefined ? [] : [without("vram", { ...request, vramGb: undefined })]),
  ];
  return all.filter((obstacle) => obstacle.without > 0);
}
