import { describe, expect, test } from "vitest";
import type { Attention } from "#src/catalog/entry/schema.ts";
import { cacheOf } from "#src/catalog/memory/cache.ts";
import type { Config } from "#src/sync/facts/config.ts";
import { shapeOf } from "#src/sync/facts/shape.ts";
import { realCatalog } from "#tests/real-catalog.ts";
import { writtenConfig } from "./written-config.ts";

/** Every block of the catalog, without what says where it is from. */
const blocks = realCatalog.entries.flatMap(({ id, attention, variants = [] }) =>
  [attention, ...variants.map((variant) => variant.attention)].flatMap((each) => {
    if (each === undefined) return [];
    const { source: _source, note: _note, confidence: _confidence, inheritedFrom: _from, ...shape } = each;
    return [{ id, shape }];
  }),
);

describe("every attention block of the catalog", () => {
  test("comes back from a config.json that states it by the standard keys", () => {
    const written = blocks.flatMap(({ id, shape }) => {
      const config = writtenConfig(shape);
      return config === undefined ? [] : [{ id, shape, read: shapeOf(config).attention }];
    });
    const wrong = written.filter(({ shape, read }) => !isSame(shape, read));
    expect(wrong).toEqual([]);
    expect(written.length / blocks.length).toBeGreaterThan(0.98);
  });

  test("comes back as the same with any type that has ordinary heads, known or not", () => {
    const ordinary = blocks.flatMap(({ shape }): Config[] => {
      const config = shape.kind === undefined ? writtenConfig(shape) : undefined;
      return config === undefined ? [] : [config];
    });
    const types = ["qwen2", "qwen3_moe", "internlm2", "glm4_moe", "hunyuan_v1_dense", "ernie4_5_moe", "brand_new"];
    const expected = ordinary.map((config) => shapeOf(config));
    for (const model_type of types) {
      expect(ordinary.map((config: Config) => shapeOf({ ...config, model_type }))).toEqual(expected);
    }
  });
});

/** The same figures, and the same cache. */
function isSame(shape: Omit<Attention, "source">, read: Omit<Attention, "source"> | undefined): boolean {
  const cache = (attention: Omit<Attention, "source">) => JSON.stringify(cacheOf({ ...attention, source: [] }));
  if (read === undefined || cache(shape) !== cache(read)) return false;
  return Object.entries(shape).every(([key, value]) => read[key as keyof typeof read] === value);
}
