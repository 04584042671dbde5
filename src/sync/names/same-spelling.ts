import type { Place } from "./place.ts";

/**
 * The same places, in order, where new entries and variants whose names are written in several ways have the way that most
 * of them have: `MiniCPM-4.1` and `MiniCPM4.1` are one entry, `LLaMA2-70B` and `LLaMA-2-70B` one variant.
 */
export function inOneSpelling(places: readonly Place[]): Place[] {
  const names = usual(places, (place) =>
    place.kind === "series" ? { key: plain(place.id), value: { id: place.id, name: place.name } } : undefined,
  );
  const ofSeries = places.map(
    (place): Place => (place.kind === "series" ? { ...place, ...names.get(plain(place.id)) } : place),
  );
  const variants = usual(ofSeries, (place) =>
    place.kind === "weights" ? undefined : { key: variantKey(place), value: variantOf(place) },
  );
  return ofSeries.map((place) => {
    if (place.kind === "weights") return place;
    const name = variants.get(variantKey(place)) ?? variantOf(place);
    return place.kind === "series" ? { ...place, variant: name } : { ...place, name };
  });
}

type NewPlace = Exclude<Place, { kind: "weights" }>;

/** Names that differ in their signs and their case only are one. */
const plain = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}.]+/gu, "");
const variantOf = (place: NewPlace): string => (place.kind === "series" ? place.variant : place.name);
const variantKey = (place: NewPlace): string =>
  `${place.kind === "series" ? place.id : place.entry.id} ${plain(variantOf(place))}`;

/** The value that most places of a key have; of several the first. */
function usual<Value>(
  places: readonly Place[],
  of: (place: Place) => { key: string; value: Value } | undefined,
): Map<string, Value> {
  const counts = new Map<string, Map<string, { value: Value; count: number }>>();
  for (const item of places.flatMap((place) => of(place) ?? [])) {
    const values = counts.get(item.key) ?? new Map<string, { value: Value; count: number }>();
    counts.set(item.key, values);
    const written = JSON.stringify(item.value);
    values.set(written, { value: item.value, count: (values.get(written)?.count ?? 0) + 1 });
  }
  return new Map(
    [...counts].flatMap(([key, values]) => {
      const [most] = [...values.values()].toSorted((a, b) => b.count - a.count);
      return most === undefined ? [] : [[key, most.value] as const];
    }),
  );
}
