import { describe, expect, test } from "vitest";
import { newerInFamily } from "#src/catalog/search/names.ts";
import { smallCatalog } from "./small-catalog.ts";

const named = (...names: string[]) =>
  smallCatalog(Object.fromEntries(names.map((name, at) => [`entry-${at}`, { name, family: name }]))).names;

describe("a mistyped word stands for a known name", () => {
  test.each<[what: string, names: string[], typed: string, meant: string | undefined]>([
    ["one error in four letters", ["mega"], "megs", "mega"],
    ["two errors in four letters", ["mega"], "mexs", undefined],
    ["three letters are too few", ["meg"], "mes", undefined],
    ["also where they are the start of a name", ["mega"], "meg", undefined],
    ["four are the start of a name", ["megatron"], "mega", "megatron"],
    ["two errors in five letters", ["orion"], "oriss", "orion"],
    ["three errors in five letters", ["orion"], "orsss", undefined],
    ["a letter too few", ["orion"], "oron", "orion"],
    ["two letters too many", ["orion"], "orrionn", "orion"],
    ["three letters too many", ["orion"], "orrionnn", undefined],
    ["two swapped letters are one error", ["mega"], "mgea", "mega"],
    ["two other wrong letters are two", ["mega"], "mgxa", undefined],
    ["the first two swapped", ["mega"], "emga", "mega"],
    ["another first letter", ["mega"], "nega", undefined],
    ["the second letter first, and not swapped", ["mega"], "eega", undefined],
    ["the name with the fewest errors", ["oraan", "orion"], "oriun", "orion"],
    ["the shortest of the names that begin so", ["orion abc", "orion z"], "orion", "orionz"],
    ["a name that begins so before one that is mistyped", ["orium", "orionabc"], "orion", "orionabc"],
    ["a number is no mistyped name", ["1ega"], "1egs", undefined],
    ["Chinese of another sound", ["千问"], "千里", undefined],
    ["Chinese of the same sound", ["智谱"], "智普", "智谱"],
    ["Chinese of the same sound with a number", ["智谱2"], "智普2", "智谱2"],
    ["pinyin with a number", ["智谱2"], "zhipu2", "智谱2"],
    ["the shortest of the spellings that begin so", ["智谱清", "智谱言"], "zhipu", "智谱言"],
    ["pinyin", ["智谱"], "zhipu", "智谱"],
    ["the start of pinyin", ["智谱"], "zhip", "智谱"],
    ["the initials of four characters", ["通义千问"], "tyqw", "通义千问"],
    ["the initials of fewer are nothing", ["智谱清"], "zpqx", undefined],
  ])("%s", (_what, names, typed, meant) => {
    expect(named(...names).correct(typed)).toBe(meant);
  });
});

describe("entries near a name", () => {
  const catalog = smallCatalog({
    family: { family: "zeta", released: "'2026'" },
    variant: { released: "'2025'", variants: "\n  - {name: zeta}" },
    own: { name: "zeta", family: "other", released: "'2023'" },
    beginning: { name: "zeta-2", released: "'2024'" },
    "beginning-newer": { name: "zeta-1", released: "'2025'" },
    containing: { name: "a-zeta", released: "'2026'" },
    another: { name: "alpha", released: "'2026'" },
  });
  const near = (typed: string, limit = 10): string[] => catalog.names.near(typed, limit).map(({ id }) => id);

  test("who has the name, then whose names begin with it, then whose contain it", () => {
    expect(near("zeta")).toEqual(["own", "variant", "family", "beginning-newer", "beginning", "containing"]);
    expect(catalog.names.exact("Zeta").map(({ kind }) => kind)).toEqual(["own", "variant", "family"]);
  });

  test("no more than are wanted", () => {
    expect(near("zeta", 4)).toEqual(["own", "variant", "family", "beginning-newer"]);
    expect(near("zeta", 1)).toEqual(["own"]);
  });

  test("of a mistyped name the bearers, and of a longer text the longest names in it", () => {
    expect(near("zeat")).toEqual(["own", "variant", "family", "beginning-newer", "beginning"]);
    expect(near("my-zeta-2-build")).toEqual(["beginning"]);
  });

  test("two letters inside a name mean nothing, a letter and a number do", () => {
    const { names } = smallCatalog({
      first: { name: "ling-plus" },
      second: { name: "light-r1" },
      third: { name: "light-r1.5" },
    });
    expect(names.near("pl", 10)).toEqual([]);
    expect(named("智谱").near("谱", 10)).toEqual([]);
    expect(named("智谱清").near("谱清", 10)).toHaveLength(1);
    expect(names.near("plu", 10).map(({ id }) => id)).toEqual(["first"]);
    expect(names.near("r1", 10).map(({ id }) => id)).toEqual(["second"]);
  });

  test("nothing typed is near nothing", () => {
    expect(near(" - ")).toEqual([]);
  });
});

test("a name that others of the family have too means the whole family", () => {
  const { names } = smallCatalog({
    first: { name: "Zeta", family: "zeta", released: "'2023'" },
    second: { name: "Zeta-2", family: "zeta", released: "'2025'" },
  });
  expect(names.meant("zeta").map(({ kind }) => kind)).toEqual(["family", "family"]);
  expect(names.exact("zeta").map(({ kind }) => kind)).toEqual(["own", "family"]);
  expect(names.near("zeta", 1).map(({ id }) => id)).toEqual(["second"]);
});

test("newer in the family are those of the same domain that came later, the newest first", () => {
  const { entries, entry } = smallCatalog({
    own: { family: "Zeta", released: "'2024-05'" },
    same: { family: "Zeta", released: "'2024-05'" },
    newer: { family: "Zeta", released: "'2024-06'" },
    newest: { family: "Zeta", released: "'2025'" },
    medical: { family: "Zeta", purposes: "[medical]", released: "'2025'" },
    other: { family: "Other", released: "'2025'" },
    undated: { family: "Zeta" },
  });
  const own = entry("own");
  const newer = (most: number): string[] => (own ? newerInFamily(own, entries, most).map(({ id }) => id) : []);
  expect(newer(5)).toEqual(["newest", "newer"]);
  expect(newer(1)).toEqual(["newest"]);
});

describe("where nothing meets all", () => {
  const nearest = (query: string, files: Record<string, Record<string, string>>): string[] =>
    smallCatalog(files)
      .search(query)
      .nearest.map(({ id }) => id);

  test("a named model before two facts, but not before four", () => {
    const files = {
      named: { name: "zeta", family: "zeta", released: "'2023'" },
      facts: { architecture: "moe", contextTokens: "128000", released: "'2025'" },
    };
    expect(nearest("zeta moe 128k", files)).toEqual(["named", "facts"]);
    const more = {
      named: { ...files.named, released: "'2026'" },
      facts: { ...files.facts, languages: "[ja, ko]" },
    };
    expect(nearest("zeta moe 128k 日语 韩语", more)).toEqual(["facts", "named"]);
  });

  test("a named model before its family, and that before a mention", () => {
    const files = {
      mention: { summary: "{zh: zeta, en: zeta}", released: "'2026'" },
      family: { name: "another", family: "Zetas", released: "'2025'" },
      named: { name: "zeta", family: "Zetas", released: "'2023'" },
    };
    expect(nearest("zeta moe", files)).toEqual(["named", "family", "mention"]);
  });

  test("more that is met before less, better before worse, five at most", () => {
    const moe = { architecture: "moe" };
    const files = {
      one: { languages: "[ja]", released: "'2026'" },
      worse: { ...moe, languages: "[ja]", license: "{commercial: conditional}", released: "'2026'" },
      better: { ...moe, languages: "[ja]", license: "{commercial: 'yes'}", released: "'2023'" },
      ...Object.fromEntries(
        Array.from({ length: 5 }, (_, at) => [`two-${at}`, { ...moe, languages: "[ja]", released: "'2024'" }]),
      ),
    };
    const found = nearest("moe 日语 商用 128k", files);
    expect(found.slice(0, 2)).toEqual(["better", "worse"]);
    expect(found).toHaveLength(5);
    expect(found).not.toContain("one");
    const { one: _one, worse: _worse, ...withBetter } = files;
    expect(nearest("moe 日语 商用 128k", withBetter)[0]).toBe("better");
  });

  test("whose names are alike, where nothing is met", () => {
    expect(nearest("zeta moe", { alpha: {}, beta: { name: "zeta" } })).toEqual(["beta"]);
    expect(nearest("whisper", { alpha: { name: "whisper-x" } })).toEqual([]);
  });
});
