import { describe, expect, test } from "vitest";
import {
  architectureOf,
  baseLicenseOf,
  baseModelOf,
  languagesOf,
  modalitiesOf,
  releasedOf,
} from "#src/sync/facts/model.ts";
import type { BaseModel } from "#src/sync/hubs/hub.ts";
import { realCatalog } from "#tests/real-catalog.ts";
import { KNOWN } from "./configs.ts";
import { modelFacts } from "./model-facts.ts";

describe("what else a hub says of a model", () => {
  test.each([
    ["2025-04-27T03:42:21.000Z", "2025-04-27"],
    ["2022-03-02T23:29:04.000Z", undefined],
    ["2022-03-03T00:00:00.000Z", "2022-03-03"],
    ["2025-13-27T00:00:00.000Z", undefined],
    ["2025-04", undefined],
    ["yesterday", undefined],
    [undefined, undefined],
  ])("made at %s is released %s", (createdAt, expected) => {
    expect(releasedOf({ createdAt })).toBe(expected);
  });

  test("has languages by their ISO codes, each once", () => {
    const languages = [
      "zh",
      "en",
      "zh",
      "zho",
      "eng",
      "code",
      "multilingual",
      "zh-Hant",
      "EN",
      "zh-CN",
      "<b>",
      "constructor",
      "__proto__",
    ];
    expect(languagesOf({ languages })).toEqual(["zh", "en", "zh-Hant"]);
    expect(languagesOf({ languages: Array(1_000_000).fill("de") })).toEqual(["de"]);
  });

  test("has the base model by the catalog's entry, else by another maker's name", () => {
    const base = (id: string, baseModels: BaseModel[]) => baseModelOf({ id, baseModels }, realCatalog.entries);
    const on = (id: string, relation?: BaseModel["relation"]): BaseModel => ({ id, relation });
    expect(base("Example/Model", [on("Qwen/Qwen3-8B")])).toBe("qwen3");
    expect(base("Example/Model", [on("qwen/qwen3-8b", "finetune")])).toBe("qwen3");
    expect(base("Example/Model", [on("Qwen/Qwen3-8B"), on("Qwen/Qwen3-8B", "adapter")])).toBe("qwen3");
    expect(base("Example/Model", [on("meta-llama/Llama-9-8B", "finetune")])).toBe("Llama-9-8B");
    expect(base("Example/Model-Instruct", [on("example/Model-Base", "finetune")])).toBeUndefined();
    expect(base("Example/Model-FP8", [on("Qwen/Qwen3-8B", "quantized")])).toBeUndefined();
    expect(base("Example/Model", [on("Qwen/Qwen3-8B", "merge")])).toBeUndefined();
    expect(base("Example/Model", [on("Qwen/Qwen3-8B"), on("Qwen/Qwen3-14B")])).toBeUndefined();
    expect(base("Example/Model", [])).toBeUndefined();
  });

  test("has the licence of the base model's variant", () => {
    const license = (id: string) => baseLicenseOf({ baseModels: [{ id, relation: "finetune" }] }, realCatalog.entries);
    expect(license("Qwen/Qwen2.5-3B-Instruct")?.commercial).toBe("no");
    expect(license("Qwen/Qwen2.5-7B-Instruct")?.commercial).toBe("yes");
    expect(license("Example/None")).toBeUndefined();
  });

  test.each([
    ["text-generation", {}, ["text"]],
    ["image-text-to-text", {}, ["text", "vision"]],
    ["audio-text-to-text", {}, ["text", "audio"]],
    ["text-generation", { vision_config: { depth: 27 } }, ["text", "vision"]],
    [
      "any-to-any",
      { thinker_config: { vision_config: { a: 1 }, audio_config: { a: 1 } } },
      ["text", "vision", "audio"],
    ],
    ["any-to-any", {}, undefined],
    [undefined, { vision_config: {} }, undefined],
    [undefined, { visual: { depth: 27 } }, ["text", "vision"]],
    ["text-to-image", {}, undefined],
    ["constructor", {}, undefined],
  ])("takes in by the task %s and the config %o: %o", (pipelineTag, config, expected) => {
    expect(modalitiesOf({ pipelineTag, config })).toEqual(expected);
  });

  test("is a mixture of experts where its config counts experts, as the catalog has it", () => {
    const byEntry = new Map(realCatalog.entries.map((entry) => [entry.id, entry]));
    for (const { model, in: place, config } of KNOWN) {
      const [id = "", name] = place;
      const entry = byEntry.get(id);
      const expected = entry?.variants?.find((variant) => variant.name === name)?.architecture ?? entry?.architecture;
      expect(architectureOf(config), model).toBe(expected);
    }
  });

  test("is dense, moe or rwkv only where the config describes a language model", () => {
    const llama = { model_type: "llama", num_hidden_layers: 32 };
    expect(architectureOf(llama)).toBe("dense");
    expect(architectureOf({ ...llama, num_experts: 0, n_routed_experts: null })).toBe("dense");
    expect(architectureOf({ ...llama, moe_num_experts: [64, 64] })).toBe("moe");
    expect(architectureOf({ ...llama, num_experts: "64" })).toBeUndefined();
    expect(architectureOf({ model_type: "rwkv7", num_hidden_layers: 2 })).toBe("rwkv");
    expect(architectureOf({ model_type: "llama" })).toBeUndefined();
    expect(architectureOf({})).toBeUndefined();
    expect(architectureOf(undefined)).toBeUndefined();
    expect(modalitiesOf(modelFacts())).toBeUndefined();
  });
});
