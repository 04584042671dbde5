import { describe, expect, it } from "vitest";
import type { ModelFacts } from "#src/sync/hubs/hub.ts";
import { draftsOf } from "#src/sync/propose/draft/drafts.ts";
import { factsOf, foundOn, placedAt, realContext, realEntry } from "./candidates.ts";

const openOf = (model: string, facts: Partial<ModelFacts>): readonly string[] => {
  const place = { kind: "series" as const, id: "new-1", name: "New-1", variant: model, like: realEntry("qwen3.8") };
  const [draft] = draftsOf([placedAt(`Qwen/${model}`, place, { facts: foundOn(factsOf(`Qwen/${model}`, facts)) })], {
    ...realContext,
  });
  return draft?.open ?? [];
};
const config = factsOf("x/y").config;

describe("sizes that a person looks at", () => {
  const moe = (billions: number): Partial<ModelFacts> => ({
    stored: { total: billions * 1e9, byType: { BF16: billions * 1e9 } },
    config: {
      ...config,
      model_type: "qwen3_moe",
      num_experts: 128,
      ...{ num_hidden_layers: 94, num_attention_heads: 64, num_key_value_heads: 4, head_dim: 128, hidden_size: 4096 },
    },
  });

  it("are none where the name states both, though a model of the same shape is known", () => {
    expect(openOf("New-1-235B-A22B", moe(235))).not.toContain("activeSize");
  });

  it("are those of another model of the same shape", () => {
    expect(openOf("New-1", moe(235))).toContain("activeSize");
  });

  it("are those counted from files with layers for further tokens, where the name states none", () => {
    const withLayers = (layers: number) => ({ config: { ...config, num_nextn_predict_layers: layers } });
    expect(openOf("New-1", withLayers(1))).toContain("size");
    expect(openOf("New-1", withLayers(0))).not.toContain("size");
    expect(openOf("New-1-8B", withLayers(1))).not.toContain("size");
  });
});

describe("terms of commercial use", () => {
  it("are open where a licence has some and the catalog does not tell them", () => {
    const terms = { license: { tag: "other", name: "modified-mit", link: undefined } };
    expect(openOf("New-1-8B", terms)).toContain("clause");
    expect(openOf("New-1-8B", {})).not.toContain("clause");
  });
});
