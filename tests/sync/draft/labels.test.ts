import { describe, expect, it } from "vitest";
import { everyWeights } from "#src/catalog/entry/editions.ts";
import { modelName } from "#src/sync/hubs/hub.ts";
import { type LabelledWeights, labelOf, type NamedWeights } from "#src/sync/propose/draft/labels.ts";
import { realCatalog } from "#tests/real-catalog.ts";

const weights = (model: string, label: string, precision: LabelledWeights["quantization"]["precision"] = "bf16") => ({
  model,
  holder: "Qwen3-4B-2507",
  label,
  quantization: { precision },
});

describe("the label of new weights", () => {
  const own = (model: string, precision: LabelledWeights["quantization"]["precision"] = "bf16"): NamedWeights => ({
    model,
    holder: "Qwen3-4B-2507",
    quantization: { precision },
  });

  it("names the model where its siblings do", () => {
    const siblings = [weights("Qwen3-4B-Instruct-2507", "BF16 (Qwen3-4B-Instruct-2507)")];
    expect(labelOf(own("Qwen3-4B-Thinking-2507"), siblings)).toBe("BF16 (Qwen3-4B-Thinking-2507)");
    expect(labelOf(own("Qwen3-4B-Thinking-2507-FP8", "fp8"), siblings)).toBe("FP8 (Qwen3-4B-Thinking-2507-FP8)");
  });

  it("is the edition where its siblings are called by theirs", () => {
    const siblings = [weights("Qwen3-4B-Instruct-2507", "Instruct")];
    expect(labelOf(own("Qwen3-4B-Thinking-2507"), siblings)).toBe("Thinking");
    expect(labelOf(own("Qwen3-4B-Thinking-2507-AWQ", "awq"), siblings)).toBe("Thinking AWQ");
  });

  it("is the precision where nothing has to be told apart", () => {
    expect(labelOf(own("Qwen3-4B-2507"), [])).toBe("BF16");
    expect(labelOf(own("Qwen3-4B-2507-GPTQ-Int4", "gptq-int4"), [])).toBe("GPTQ-INT4");
    expect(labelOf(own("Qwen3-4B-Instruct-2507"), [])).toBe("BF16");
  });

  it("names the model where another edition of the precision comes along", () => {
    const beside = [own("Qwen3-4B-Instruct-2507"), own("Qwen3-4B-Thinking-2507")];
    expect(labelOf(own("Qwen3-4B-Instruct-2507"), [], beside)).toBe("BF16 (Qwen3-4B-Instruct-2507)");
  });

  it("calls base weights Base", () => {
    expect(labelOf(own("Qwen3-4B-2507-Base"), [weights("Qwen3-4B-2507", "BF16")])).toBe("Base");
    expect(labelOf(own("Qwen3-4B-2507-Base-FP8", "fp8"), [])).toBe("Base FP8");
  });

  it("writes a precision as its siblings do", () => {
    expect(labelOf(own("Qwen3-4B-2507-int4", "int4"), [weights("Qwen3-4B-2507-Int4", "int4", "int4")])).toBe("int4");
  });
});

/** Of the labels that people wrote since 2025; the rest has a word of its own (蒸馏, 官方权重, 社区). */
const LEAST_SHARE = 0.9;

it("gives most weights of the catalog the label that people gave them", () => {
  const outcomes = realCatalog.entries
    .filter(({ released = "" }) => released >= "2025")
    .flatMap((entry) => {
      const rows = everyWeights(entry).flatMap(({ row, variant }): LabelledWeights[] =>
        row.id === undefined || row.hub !== "huggingface"
          ? []
          : [
              {
                model: modelName(row.id),
                holder: variant?.name ?? entry.name,
                quantization: { precision: row.precision, quant: row.quant },
                label: row.label,
              },
            ],
      );
      return rows.map((row) => {
        const others = rows.filter((other) => other !== row);
        const own = others.filter(({ holder }) => holder === row.holder);
        return labelOf(row, [...own, ...others.filter((other) => !own.includes(other))]) === row.label;
      });
    });
  expect(outcomes.length).toBeGreaterThan(500);
  expect(outcomes.filter((right) => right).length / outcomes.length).toBeGreaterThan(LEAST_SHARE);
});
