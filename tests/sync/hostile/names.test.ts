import { describe, expect, it, test } from "vitest";
import { ENTRY_ID } from "#src/catalog/entry/patterns.ts";
import { releasedOf } from "#src/sync/facts/model.ts";
import { texts, word } from "#src/sync/hubs/shapes.ts";
import { storedByIndex } from "#src/sync/hubs/stored-numbers.ts";
import type { Place } from "#src/sync/names/place.ts";
import { openPlacement } from "#src/sync/names/placement.ts";
import { seriesApart } from "#src/sync/names/series-apart.ts";
import { tags } from "#src/sync/sources/tags.ts";
import { newestVersions } from "#src/sync/sources/versions.ts";
import { placedAt, realContext, realEntry } from "#tests/sync/draft/candidates.ts";
import { entryOf, repositoryOf } from "#tests/sync/samples.ts";

const placeOf = openPlacement({ entries: realContext.entries, sameOrganization: (name) => [name] });
const idOf = (place: Place): string | undefined => (place.kind === "series" ? place.id : undefined);

describe("the id of a new entry", () => {
  it.each(["con", "NUL", "aux-8B", "com1", "lpt9-7B", "prn"])("is no name of a device: Qwen/%s", (name) => {
    const id = idOf(placeOf(`Qwen/${name}`)) ?? "";
    expect(id).toMatch(ENTRY_ID);
    expect(id).not.toMatch(/^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/);
    expect(id).toMatch(/qwen/);
  });
  it.each(["constructor", "__proto__", "toString", "hasOwnProperty", "new-..", "a..b", "foo.lock", "x~1", "1e3"])(
    "can be a file and a branch whatever a model is called: Qwen/%s",
    (name) => {
      const id = idOf(placeOf(`Qwen/${name}`)) ?? "";
      expect(id).toMatch(ENTRY_ID);
      expect(id).not.toMatch(/\.lock$|\.\./);
    },
  );
});

describe("new series of one name by several organisations", () => {
  const options = {
    sameOrganization: (name: string) => [name],
    taken: new Set<string>(),
    dateOf: (): string | undefined => undefined,
  };
  const idsOf = (...ids: string[]) =>
    seriesApart(
      ids.map((id) => placedAt(id, placeOf(id))),
      options,
    ).map(({ place }) => idOf(place));

  it("are two entries, and the family's own keeps the name, in whatever order they come", () => {
    expect(idsOf("deepseek-ai/Qwen4-8B", "Qwen/Qwen4-8B")).toEqual(["qwen4-deepseek-ai", "qwen4"]);
    expect(idsOf("Qwen/Qwen4-8B", "deepseek-ai/Qwen4-8B")).toEqual(["qwen4", "qwen4-deepseek-ai"]);
  });
  it("leave the name to the oldest, whose family it ever is", () => {
    const dates = new Map([
      ["deepseek-ai/Qwen4-8B", "2026-01-01"],
      ["Qwen/Qwen4-8B", "2026-01-02"],
    ]);
    const placed = [...dates.keys()].map((id) => placedAt(id, placeOf(id)));
    const dated = { ...options, dateOf: (item: (typeof placed)[number]) => dates.get(item.candidate.model.id) };
    expect(seriesApart(placed, dated).map(({ place }) => idOf(place))).toEqual(["qwen4", "qwen4-qwen"]);
  });
  it("of one organisation stay one, under any of its names and letters", () => {
    expect(idsOf("Qwen/Qwen4-8B", "qwen/Qwen4-14B")).toEqual(["qwen4", "qwen4"]);
    const same = { ...options, sameOrganization: () => ["zai-org", "THUDM"] };
    const place = { kind: "series", id: "glm9", name: "GLM-9", variant: "GLM-9", like: realEntry("qwen3") } as const;
    const found = seriesApart([placedAt("zai-org/GLM-9", place), placedAt("THUDM/GLM-9-9B", place)], same);
    expect(found.map((item) => idOf(item.place))).toEqual(["glm9", "glm9"]);
  });
  it("take no id that is taken", () => {
    const taken = new Set(["qwen4-deepseek-ai"]);
    const placed = ["deepseek-ai/Qwen4-8B", "Qwen/Qwen4-8B"].map((id) => placedAt(id, placeOf(id)));
    expect(seriesApart(placed, { ...options, taken }).map(({ place }) => idOf(place))).toEqual([
      "qwen4-deepseek-ai-2",
      "qwen4",
    ]);
  });
});

test("a hub's words hold nothing that is not seen", () => {
  const odd = ["a\u0000b", "a\u202eb", "a\u2028b", "a\ud800", "a\u200bb", "a\tb"];
  expect(texts.parse([...odd, "通义 license", "a-b 😀"])).toEqual(["通义 license", "a-b 😀"]);
  for (const each of odd) expect(word.parse(each)).toBeUndefined();
});

test.each(["constructor", "__proto__", "toString", "float64"])("a type of numbers called %s has no size", (dtype) => {
  const files = [{ path: "model.safetensors", bytes: 100 }];
  const metadata = { total_size: 100, total_parameters: undefined };
  expect(storedByIndex({ metadata }, { config: { dtype }, files })).toBeUndefined();
  expect(storedByIndex({ metadata }, { config: { dtype: "float16" }, files })?.total).toBe(50);
});

test("a pattern of many stars is tried on a long tag in no time", () => {
  const entry = entryOf("model", { sync: { mode: "tags", include: [`${"*a".repeat(40)}*b`] } });
  const tag = (name: string) => ({ name, commit: "c".repeat(40), date: "2026-01-01T00:00:00Z" });
  const found = (...names: string[]) =>
    newestVersions([tags])
      .find(
        { entries: [entry], repository: repositoryOf("o/r", { tags: names.map(tag) }) },
        { now: Date.parse("2026-11-01T00:00:00Z") },
      )
      .signals.map(({ kind }) => kind);
  expect(found("a".repeat(250))).toEqual([]);
  expect(found("a".repeat(250), `${"a".repeat(250)}b`)).toEqual(["tag"]);
});

test.each([
  "1970-01-01T00:00:00.000Z",
  "2015-12-31T00:00:00.000Z",
  "2100-01-01T00:00:00.000Z",
  "9999-12-31T00:00:00.000Z",
])("a model that a hub dates %s has no date", (createdAt) => {
  expect(releasedOf({ createdAt })).toBeUndefined();
  for (const day of ["2016-01-01", "2099-12-31"]) expect(releasedOf({ createdAt: `${day}T00:00:00.000Z` })).toBe(day);
});
