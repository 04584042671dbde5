import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Shape, shapeOf } from "#src/sync/facts/shape.ts";
import { KNOWN, WITHOUT_SHAPE } from "./configs.ts";

const common = {
  model_type: "llama",
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  head_dim: 128,
};

describe("the shape of a model's cache by its config.json", () => {
  test.each(KNOWN.map((known) => [known.model, known] as const))("is that of the catalog for %s", (_model, known) => {
    const { attention = {}, embeddings = {}, reason } = shapeOf(known.config);
    expect(reason).toBeUndefined();
    expect(attention).toMatchObject(known.attention ?? {});
    // Heads of latent attention are often left out in the catalog, and nothing else.
    const more = Object.keys(attention).filter((key) => !Object.hasOwn(known.attention ?? {}, key));
    expect(["kvHeads", "headDim", "valueHeadDim"]).toEqual(expect.arrayContaining(more));
    const { tied: _tied, ...figures } = known.embeddings ?? {};
    expect(embeddings).toMatchObject(Object.hasOwn(embeddings, "tied") ? (known.embeddings ?? {}) : figures);
  });

  test.each(WITHOUT_SHAPE.map(({ model, config }) => [model, config] as const))(
    "is not guessed for %s",
    (_model, config) => {
      const { attention, reason, embeddings } = shapeOf(config);
      expect({ attention, reason }).toEqual({ attention: undefined, reason: "unusual" });
      expect(embeddings?.width).toBeGreaterThan(0);
    },
  );

  test("is read of an unknown type only where the common keys are all there", () => {
    const unknown = { ...common, model_type: "brand_new" };
    expect(shapeOf(unknown).attention).toEqual({ layers: 32, kvHeads: 8, headDim: 128 });
    const { num_key_value_heads: _heads, ...withoutHeads } = unknown;
    expect(shapeOf(withoutHeads).reason).toBe("unknownType");
    expect(shapeOf({ ...withoutHeads, model_type: "internlm" }).attention?.kvHeads).toBe(32);
    const { head_dim: _size, ...withoutSize } = unknown;
    expect(shapeOf(withoutSize).reason).toBe("incomplete");
    expect(shapeOf({ ...withoutSize, hidden_size: 4096 }).attention?.headDim).toBe(128);
  });

  test.each([
    ["window", { sliding_window: 4096 }],
    ["linear_num_value_heads", { linear_num_value_heads: 32 }],
    ["mamba", { mamba_d_state: 16 }],
    ["chunks", { attention_chunk_size: 8192 }],
    ["values of another size", { v_head_dim: 64 }],
    ["shared keys", { num_kv_shared_layers: 4 }],
    ["kinds of layers that no shape has", { layer_types: Array(32).fill("chunked_attention") }],
    ["an encoder", { is_encoder_decoder: true }],
  ])("is not guessed where a config of an unknown type speaks of %s", (_what, keys) => {
    expect(shapeOf({ ...common, model_type: "brand_new", ...keys })).toMatchObject({ reason: "unusual" });
    const unused = Object.fromEntries(Object.keys(keys).map((key) => [key, null]));
    expect(shapeOf({ ...common, model_type: "brand_new", ...unused }).reason).toBeUndefined();
  });

  test("has linear layers of an unknown type only where all their sizes are stated, and which layers they are", () => {
    const layer_types = Array.from({ length: 32 }, (_, index) =>
      index % 4 === 3 ? "full_attention" : "linear_attention",
    );
    const sizes = { linear_num_value_heads: 32, linear_key_head_dim: 128, linear_value_head_dim: 128 };
    const unknown = { ...common, model_type: "brand_new", layer_types, ...sizes };
    const hybrid = { kind: "hybrid", fullLayers: 8, linearLayers: 24, stateValues: 24 * 32 * 128 * 128 };
    expect(shapeOf(unknown).attention).toMatchObject(hybrid);
    expect(shapeOf({ ...unknown, linear_key_head_dim: null }).reason).toBe("unusual");
    expect(shapeOf({ ...unknown, layer_types: null }).reason).toBe("unusual");
    expect(shapeOf({ ...unknown, kv_lora_rank: 512, qk_rope_head_dim: 64 }).reason).toBe("unusual");
  });

  test("counts a window of Qwen2 only where it is switched on, and only its later layers", () => {
    const qwen = { ...common, model_type: "qwen2", sliding_window: 4096, max_window_layers: 28 };
    expect(shapeOf({ ...qwen, use_sliding_window: false }).attention?.kind).toBeUndefined();
    expect(shapeOf(qwen).attention?.kind).toBeUndefined();
    const windowed = { kind: "sliding", window: 4096, fullLayers: 28, layers: 32 };
    expect(shapeOf({ ...qwen, use_sliding_window: true }).attention).toMatchObject(windowed);
    const allFull = shapeOf({ ...qwen, use_sliding_window: true, max_window_layers: 32 });
    expect(allFull.attention).toEqual({ layers: 32, kvHeads: 8, headDim: 128 });
  });

  test("tells Mistral's window from none, and says nothing where the file leaves it to the class", () => {
    const mistral = { ...common, model_type: "mistral" };
    expect(shapeOf(mistral).reason).toBe("incomplete");
    expect(shapeOf({ ...mistral, sliding_window: null }).attention).toEqual({ layers: 32, kvHeads: 8, headDim: 128 });
    expect(shapeOf({ ...mistral, sliding_window: 4096 }).attention).toMatchObject({ kind: "sliding", fullLayers: 0 });
  });

  test("counts layers that share keys and values once", () => {
    const large = { model_type: "hunyuan", hidden_size: 6400, num_attention_heads: 80, num_key_value_heads: 8 };
    const shared = { ...large, num_hidden_layers: 64, cla_share_factor: 2 };
    expect(shapeOf({ ...shared, use_cla: true }).attention).toEqual({ layers: 32, kvHeads: 8, headDim: 80 });
    expect(shapeOf({ ...shared, use_cla: false }).attention).toMatchObject({ layers: 64 });
    expect(shapeOf({ ...shared, use_cla: true, use_mla: true }).reason).toBe("unusual");
  });

  test("takes the layers beyond the last whole group of Ling as full ones", () => {
    const ling = { ...common, model_type: "bailing_moe_linear", layer_group_size: 5 };
    expect(shapeOf(ling).attention).toMatchObject({ kind: "hybrid", fullLayers: 8, linearLayers: 24 });
    expect(shapeOf({ ...ling, num_hidden_layers: 30 }).attention).toMatchObject({ fullLayers: 6, linearLayers: 24 });
  });

  test("has Baichuan-M1's windows only where all heads are of one size", () => {
    const baichuan = { ...common, model_type: "baichuan_m1", sliding_window: 8192, sliding_window_layers: [1, 3, 5] };
    const sameSize = { ...baichuan, num_swa_attention_heads: 16, num_swa_key_value_heads: 4 };
    expect(shapeOf(sameSize).attention).toMatchObject({
      kind: "sliding",
      fullLayers: 29,
      windowKvHeads: 4,
      window: 8192,
    });
    const { head_dim: _size, ...shared } = { ...sameSize, hidden_size: 4096 };
    expect(shapeOf(shared).reason).toBe("unusual");
    expect(shapeOf({ ...sameSize, sliding_window_layers: [1, 3, 32] }).reason).toBe("unreadable");
  });

  test("reads the language model's part, and what only the top says", () => {
    const nested = { model_type: "internvl_chat", llm_config: common, vision_config: { num_hidden_layers: 24 } };
    const shape = shapeOf({ ...nested, tie_word_embeddings: true, llm_config: { ...common, hidden_size: 4096 } });
    expect(shape.attention).toEqual({ layers: 32, kvHeads: 8, headDim: 128 });
    expect(shape.embeddings).toEqual({ width: 4096, tied: true });
    // MiniCPM-o has a small part beside its flat keys.
    expect(shapeOf({ ...common, text_config: { vocab_size: 9 } }).attention?.layers).toBe(32);
  });
});

describe("the context by a config.json", () => {
  const context = (keys: object): Pick<Shape, "contextTokens" | "contextDoubt"> => {
    const { contextTokens, contextDoubt } = shapeOf({ ...common, ...keys });
    return { ...(contextTokens && { contextTokens }), ...(contextDoubt && { contextDoubt }) };
  };

  test("is what is stated, never multiplied", () => {
    expect(context({ max_position_embeddings: 32768 })).toEqual({ contextTokens: 32768 });
    const yarn = { rope_type: "yarn", factor: 4, original_max_position_embeddings: 32768 };
    const before = context({ max_position_embeddings: 32768, rope_scaling: yarn });
    expect(before).toEqual({ contextTokens: 32768, contextDoubt: "stretchable" });
    const after = context({ max_position_embeddings: 131072, rope_parameters: yarn });
    expect(after).toEqual({ contextTokens: 131072, contextDoubt: "stretched" });
    const alpha = context({ max_position_embeddings: 32768, rope_scaling: { type: "dynamic", alpha: 1000 } });
    expect(alpha).toEqual({ contextTokens: 32768, contextDoubt: "stretchable" });
  });

  test("is doubted where it is no power of two, as room for the answer may be counted in", () => {
    expect(context({ max_position_embeddings: 40960 })).toEqual({ contextTokens: 40960, contextDoubt: "odd" });
    expect(context({ max_position_embeddings: 32769 }).contextDoubt).toBe("odd");
    expect(context({ max_position_embeddings: 32767 }).contextDoubt).toBe("odd");
    expect(context({ max_position_embeddings: 65536 })).toEqual({ contextTokens: 65536 });
  });

  test.each([
    ["chatglm", { seq_length: 8192, max_position_embeddings: 2048 }, 8192],
    ["baichuan", { model_max_length: 4096 }, 4096],
    ["baichuan", { max_position_embeddings: 4096, model_max_length: 8192 }, 4096],
    ["xverse", { max_sequence_length: 2048, max_position_embeddings: 8192 }, 2048],
    ["kimi_linear", { model_max_length: 1048576 }, 1048576],
    ["step3p5", { max_seq_len: 262144 }, 262144],
    ["minimax_m1", { max_position_embeddings: 10240000 }, undefined],
    ["brand_new", { model_max_length: 4096 }, undefined],
    ["llama", { max_position_embeddings: "4096" }, undefined],
    ["llama", { max_position_embeddings: 1e30 }, undefined],
    ["llama", { max_position_embeddings: 0 }, undefined],
  ])("of %s by %o is %s", (model_type, keys, expected) => {
    expect(context({ model_type, ...keys }).contextTokens).toBe(expected);
  });
});

describe("a hostile config.json", () => {
  test("gives no shape where figures are of the wrong kind, or cannot be true", () => {
    for (const wrong of ["32", -1, 1.5, 0, Number.NaN, 1e15, {}, [32], true]) {
      for (const key of ["num_hidden_layers", "num_key_value_heads", "head_dim"]) {
        expect(shapeOf({ ...common, [key]: wrong }).attention, `${key} ${String(wrong)}`).toBeUndefined();
      }
    }
    expect(shapeOf({ ...common, num_hidden_layers: 2000 }).attention?.layers).toBe(2000);
    expect(shapeOf({ ...common, num_hidden_layers: 2001 }).attention).toBeUndefined();
    expect(shapeOf(undefined)).toEqual({ reason: "noConfig" });
    expect(shapeOf({})).toEqual({ reason: "unknownType" });
  });

  test("gives nothing for lists of a million layers, deep nests, and keys of the prototype", () => {
    const long = { ...common, model_type: "qwen3_next", layer_types: Array(1_000_000).fill("full_attention") };
    expect(shapeOf(long).attention).toBeUndefined();
    const lines = Array.from({ length: 10_000 }, () => `{"text_config":`);
    const deep: unknown = JSON.parse(`${lines.join("")}1${"}".repeat(lines.length)}`);
    expect(shapeOf(deep as Record<string, unknown>).attention).toBeUndefined();
    const poisoned = JSON.parse(`{"__proto__": ${JSON.stringify(common)}, "constructor": {"num_hidden_layers": 3}}`);
    expect(shapeOf(poisoned).attention).toBeUndefined();
    expect(shapeOf(Object.create(common)).attention).toBeUndefined();
  });

  test("gives nothing for so many keys, or such long ones, that no config has", () => {
    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`key${index}`, index]));
    expect(shapeOf({ ...common, ...many(4_995) }).attention?.layers).toBe(32);
    expect(shapeOf({ ...common, ...many(4_996) }).reason).toBe("unusual");
    expect(shapeOf({ ...common, [`${"share".repeat(1_000_000)}`]: 1 }).reason).toBe("unusual");
  });

  test("never throws, whatever stands in place of what", () => {
    const keys = [
      ...new Set(KNOWN.flatMap(({ config }) => [...Object.keys(config), ...Object.keys(config.text_config ?? {})])),
    ];
    const types = KNOWN.map(({ config }) => config.model_type).concat("brand_new", "baichuan_m1", "mistral");
    const value = fc.oneof(
      fc.integer(),
      fc.constantFrom(1, 2, 4, 32, 128),
      fc.jsonValue(),
      fc.array(fc.constantFrom(0, 1, "full_attention")),
    );
    const change = fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: 6 });
    const cases = fc.record({ known: fc.constantFrom(...KNOWN), change, type: fc.constantFrom(...types) });
    fc.assert(
      fc.property(cases, ({ known, change, type }) => {
        const { attention, reason } = shapeOf({ ...known.config, ...change, model_type: type });
        return (attention === undefined) !== (reason === undefined);
      }),
      { numRuns: 2000 },
    );
  });
});
