import { describe, expect, test } from "vitest";
import { smallCatalog, weights } from "./small-catalog.ts";

describe("the offers of a hit", () => {
  const variant = (name: string, billions: number, requirements: string): string =>
    `\n  - name: ${name}\n    parametersB: ${billions}\n    requirements:${requirements}`;
  const need = (precision: string, gb: number, more = ""): string =>
    `\n      - {precision: ${precision}, vramInferenceGb: ${gb}${more}}`;
  const offers = (query: string, variants: string) =>
    smallCatalog({ small: { variants } })
      .search(query)
      .hits[0]?.offers.map(({ variant: name, precision, vramGb }) => `${name} ${precision} ${vramGb}`);

  test("where nothing in particular was asked there are none", () => {
    expect(offers("small", variant("small-7b", 7, need("int4", 6)))).toEqual([]);
  });

  test("the exact precision comes before a relative, then the least memory", () => {
    const variants =
      variant("small-7b", 7, `${need("awq", 5)}${need("int4", 9)}`) + variant("small-6b", 6, need("int4", 7));
    expect(offers("int4", variants)).toEqual(["small-6b int4 7", "small-7b int4 9", "small-7b awq 5"]);
  });

  test("what must fit is the largest that does, then the measured, then the widest", () => {
    const variants =
      variant("small-3b", 3, need("int8", 4)) +
      variant("small-7b", 7, `${need("int4", 5)}${need("int8", 8)}${need("fp16", 16)}`);
    expect(offers("8g", variants)).toEqual(["small-7b int8 8", "small-7b int4 5", "small-3b int8 4"]);
    const estimated = variant("small-7b", 7, `${need("int8", 8, ", estimated: true")}${need("int4", 5)}`);
    expect(offers("8g", estimated)).toEqual(["small-7b int4 5", "small-7b int8 8"]);
    const other = variant("small-7b", 7, `${need("int8", 8)}${need("int4", 5, ", estimated: true")}`);
    expect(offers("8g", other)).toEqual(["small-7b int8 8", "small-7b int4 5"]);
  });

  test("what must fit is of the exact precision before any other", () => {
    const variants = variant("small-3b", 3, need("int4", 4)) + variant("small-7b", 7, need("awq", 6));
    expect(offers("int4 8g", variants)).toEqual(["small-3b int4 4", "small-7b awq 6"]);
  });

  test("what is shown is of a variant that meets the rest too", () => {
    const licensed = (permit: string): string => `\n    license: {commercial: ${permit}}`;
    const variants =
      variant("small-3b", 3, need("int8", 4) + licensed("'yes'")) +
      variant("small-7b", 7, need("int8", 8) + licensed("'no'"));
    expect(offers("8g", variants)).toEqual(["small-7b int8 8", "small-3b int8 4"]);
    expect(offers("8g 商用", variants)).toEqual(["small-3b int8 4"]);
  });

  test("what must fit beside a context fits with that much of it, and is shown with what it takes then", () => {
    // 64 layers of 8 heads of 128 keep 256 KiB a token: 31.25 GiB at 128,000.
    const attention = "{layers: 64, kvHeads: 8, headDim: 128, source: [https://example.com/]}";
    const catalog = smallCatalog({
      long: { parametersB: "7", contextTokens: "131072", attention, weights: weights("int4") },
    });
    const [at4K] = catalog.search("24g").hits[0]?.offers ?? [];
    expect(at4K?.contextTokens).toBe(4096);
    expect(at4K?.vramGb).toBeLessThan(24);
    expect(catalog.search("24g 128k").hits).toEqual([]);
    const [at128K] = catalog.search("48g 128k").hits[0]?.offers ?? [];
    expect(at128K?.contextTokens).toBe(128_000);
    expect((at128K?.vramGb ?? 0) - (at4K?.vramGb ?? 0)).toBeGreaterThan(30);
    const [alone] = catalog.search("128k int4").hits[0]?.offers ?? [];
    expect(alone?.vramGb).toBe(at4K?.vramGb);
  });

  test("a named variant is shown alone", () => {
    const variants = variant("small-3b", 3, need("int8", 4)) + variant("small-7b", 7, need("int8", 8));
    expect(offers("small-7b", variants)).toEqual(["small-7b int8 8"]);
    expect(offers("small-7b int8", variants)).toEqual(["small-7b int8 8"]);
  });

  test("what the entry is called itself means all of it, though a variant is called so too", () => {
    const variants = variant("small", 3, need("int8", 4)) + variant("small-7b", 7, need("int8", 8));
    expect(offers("small", variants)).toEqual([]);
    expect(offers("small int8", variants)).toHaveLength(2);
  });
});
