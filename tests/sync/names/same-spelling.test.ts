import { expect, test } from "vitest";
import type { Place } from "#src/sync/names/place.ts";
import { inOneSpelling } from "#src/sync/names/same-spelling.ts";
import { realCatalog } from "#tests/real-catalog.ts";

const [entry, other] = realCatalog.entries;
if (entry === undefined || other === undefined) throw new Error("the catalog is empty");
const series = (id: string, name: string, variant: string): Place => ({
  kind: "series",
  id,
  name,
  variant,
  like: undefined,
});
const variant = (name: string, of = entry): Place => ({ kind: "variant", entry: of, name, like: undefined });

test("a new entry whose name is written in two ways has the way that most models have", () => {
  const most = series("minicpm4.1", "MiniCPM4.1", "MiniCPM4.1-8B");
  const [first, ...others] = inOneSpelling([series("minicpm-4.1", "MiniCPM-4.1", "MiniCPM-4.1-8B"), most, most]);
  expect(first).toEqual(most);
  expect(others).toEqual([most, most]);
});

test("of two ways that are as many the first counts", () => {
  const [first, second] = [series("a-1", "A-1", "A-1"), series("a1", "A1", "A1")];
  expect(inOneSpelling([first, second])).toEqual([first, first]);
  expect(inOneSpelling([second, first])).toEqual([second, second]);
});

test("a new variant too, in each entry by itself", () => {
  const places = inOneSpelling([variant("LLaMA-2-70B"), variant("LLaMA2-70B"), variant("LLaMA2-70B", other)]);
  expect(places).toEqual([variant("LLaMA-2-70B"), variant("LLaMA-2-70B"), variant("LLaMA2-70B", other)]);
});

test("versions, sizes and weights stay as they are", () => {
  const places: Place[] = [
    ...[series("a1.5", "A1.5", "A1.5-7B"), series("a15", "A15", "A15-7B")],
    ...[variant("A-7B"), variant("A-70B"), { kind: "weights", entry, variant: undefined } satisfies Place],
  ];
  expect(inOneSpelling(places)).toEqual(places);
});
