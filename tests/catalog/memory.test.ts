import { describe, expect, test } from "vitest";
import { editionOf } from "#src/catalog/entry/edition-match.ts";
import { parseEntry } from "#src/catalog/entry/parse.ts";
import { quantizationLabel } from "#src/catalog/entry/precision.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { isOurEstimate, leastMemory, memoryAt, type Offer, offersOf } from "#src/catalog/memory/offers.ts";
import { renderReadme } from "#src/catalog/readme/document.ts";
import { realCatalog } from "#tests/real-catalog.ts";
import { smallEntry } from "#tests/temporary-catalog.ts";

function entryOf(fields: Record<string, string>, id = "small"): Entry {
  const { entry, problems } = parseEntry(`${id}.yaml`, smallEntry(fields));
  if (entry === undefined) throw new Error(JSON.stringify(problems));
  return entry;
}

const said = (entry: Entry): string[] =>
  offersOf(entry).map((offer) => {
    const memory = offer.vramGb === undefined ? "?" : `${isOurEstimate(offer) ? "≈" : ""}${offer.vramGb}`;
    return `${offer.variant ?? offer.parametersB ?? ""} ${quantizationLabel(offer)} ${memory}`.trim();
  });
const offer = (entry: Entry, label: string): Offer | undefined =>
  offersOf(entry).find((item) => quantizationLabel(item) === label);

const SEVEN = {
  parametersB: "7",
  released: "'2025-01'",
  contextTokens: "32768",
  weights:
    "\n  - {label: BF16, precision: bf16, hub: huggingface, id: a/b}\n  - {label: Int4, precision: gptq-int4, hub: huggingface, id: a/c}",
};

describe("the ways to run an entry", () => {
  test("what a source states comes first, and what it does not is estimated and marked", () => {
    const entry = entryOf({
      ...SEVEN,
      requirements:
        "\n  - {precision: bf16, vramInferenceGb: 15}\n  - {precision: int8, vramInferenceGb: 9, estimated: true}",
    });
    expect(said(entry)).toEqual(["7 BF16 15", "7 INT8 9", "7 GPTQ-Int4 ≈6"]);
    expect(offer(entry, "BF16")).toMatchObject({ stated: true, estimated: false });
    expect(offer(entry, "INT8")).toMatchObject({ stated: true, estimated: true });
    expect(offer(entry, "GPTQ-Int4")).toMatchObject({ stated: false, estimated: true, contextTokens: 4096 });
    expect(offersOf(entry)).toBe(offersOf(entry));
  });

  test("a model in Ollama is one where it is exact and runs here; its file tells better than its parameters", () => {
    const entry = entryOf({
      ...SEVEN,
      ollama: `
  - {model: "small:7b", official: true, exact: true, sizeGb: 4.7, note: = 7b-instruct-q4_K_M}
  - {model: "small:7b-q8_0", official: true, exact: true}
  - {model: "small:cloud", official: true, exact: true, cloud: true}
  - {model: "other:7b", official: true, exact: false}`,
    });
    expect(said(entry).filter((text) => text.includes("GGUF"))).toEqual(["7 GGUF Q4_K_M ≈5.5", "7 GGUF Q8_0 ≈8.1"]);
    expect(offer(entry, "GGUF Q4_K_M")?.ollama?.model).toBe("small:7b");
  });

  test("nothing is made up: no precision that cannot be had, no memory without a size, none for adapters", () => {
    expect(said(entryOf({ parametersB: "7" }))).toEqual([]);
    expect(said(entryOf({ weights: "\n  - {label: BF16, precision: bf16, hub: huggingface, id: a/b}" }))).toEqual([
      "BF16 ?",
    ]);
    const adapter = entryOf({
      parametersB: "7",
      weights: "\n  - {label: LoRA, precision: lora, hub: huggingface, id: a/b}",
      quantizations: "[qlora-int4]",
    });
    expect(said(adapter)).toEqual(["7 LoRA ?", "7 QLoRA-Int4 ?"]);
    const several = entryOf({
      variants: "\n  - {name: A-7B, parametersB: 7}\n  - {name: A-14B, parametersB: 14}",
      quantizations: "[int4]",
    });
    expect(said(several)).toEqual(["INT4 ?"]);
  });

  test("of a file whose size is stated the estimate is of the file; MLX takes the memory of Apple's chips", () => {
    const entry = entryOf({
      requirements: "\n  - {precision: gguf, quant: q4_k, fileGb: 24.6}",
      parametersB: "46.7",
      weights: "\n  - {label: MLX, precision: mlx, quant: 4bit, hub: huggingface, id: a/b}",
    });
    expect(offer(entry, "GGUF Q4_K")?.vramGb).toBeCloseTo(24.6 / 1.0737 + 2.5, 0);
    expect(offer(entry, "MLX 4BIT")).toMatchObject({ ramGb: expect.any(Number), estimated: true });
    expect(offer(entry, "MLX 4BIT")).not.toHaveProperty("vramGb");
  });

  test("second-hand variants keep their mark, and a short context is not exceeded", () => {
    const entry = entryOf({
      variants: `
  - name: Small-7B
    confidence: secondary
    parametersB: 7
    contextTokens: 2048
    weights:
      - {label: BF16, precision: bf16, hub: huggingface, id: a/b}`,
    });
    expect(offersOf(entry)).toMatchObject([{ secondary: true, contextTokens: 2048, variant: "Small-7B" }]);
  });
});

describe("memory at another context", () => {
  const entry = entryOf({
    ...SEVEN,
    requirements: "\n  - {precision: bf16, vramInferenceGb: 15, contextTokens: 2048}",
  });
  const [stated, estimated] = [offer(entry, "BF16"), offer(entry, "GPTQ-Int4")];

  test("grows with the cache; a stated figure is never made smaller", () => {
    if (!stated || !estimated) throw new Error("both are offered");
    const each = stated.cacheGbPerToken ?? 0;
    expect(memoryAt(stated, 2048)).toBe(15);
    expect(memoryAt(stated, 100)).toBe(15);
    expect(memoryAt(stated, 32_768)).toBeCloseTo(15 + (32_768 - 2048) * each);
    expect(memoryAt(estimated, 4096)).toBe(estimated.vramGb);
    expect(memoryAt(estimated, 1024)).toBeLessThan(estimated.vramGb ?? 0);
  });

  test("is not known where the size is not", () => {
    const unknown = entryOf({ requirements: "\n  - {precision: bf16, vramInferenceGb: 15}" });
    const [only] = offersOf(unknown);
    expect(only && memoryAt(only, 1024)).toBe(15);
    expect(only && memoryAt(only, 8192)).toBeUndefined();
  });
});

describe("which variant and size a row is about", () => {
  const qwen = entryOf({
    variants: `
  - {name: Qwen1.5-0.5B, parametersB: 0.5}
  - {name: Qwen1.5-7B, parametersB: 7}
  - {name: Qwen1.5-7B-Chat-1M, parametersB: 7}
  - {name: Qwen1.5-14B, parametersB: 14}
  - {name: Qwen1.5-MoE-A2.7B, parametersB: 14}
  - {name: BELLE-VL (多模态)}
  - {name: ChatLaw2-MoE (4x7B)}
  - {name: V2-Lite, parametersB: 16}
  - {name: V2, parametersB: 236}`,
  });

  test.each<[text: string, variant: string | undefined, size: number | undefined]>([
    ["7B Chat 4bits", "Qwen1.5-7B", 7],
    ["qwen 7b", "Qwen1.5-7B", 7],
    ["7B Chat 1M", "Qwen1.5-7B-Chat-1M", 7],
    ["14B Chat", "Qwen1.5-14B", 14],
    ["qwen1.5 0.5b-chat", "Qwen1.5-0.5B", 0.5],
    ["BELLE-VL", "BELLE-VL (多模态)", undefined],
    ["ChatLaw2-MoE", "ChatLaw2-MoE (4x7B)", undefined],
    ["deepseek-v2 16b", "V2-Lite", 16],
    ["bloom-7b1", undefined, 7.1],
    ["30B", undefined, 30],
    ["Yi-6B/9B", undefined, undefined],
    ["Chat", undefined, undefined],
  ])("%s", (text, variant, size) => {
    const edition = editionOf(qwen, undefined, text);
    expect(edition.variant?.name).toBe(variant);
    expect(edition.parametersB).toBe(size);
  });
});

describe("the whole catalog", () => {
  test("every memory is stated or marked as an estimate, and no adapter has one of ours", () => {
    for (const entry of realCatalog.entries) {
      for (const item of offersOf(entry)) {
        const known = item.vramGb !== undefined || item.ramGb !== undefined;
        expect(known && !item.stated && !item.estimated, `${entry.id} ${quantizationLabel(item)}`).toBe(false);
        if (item.precision === "lora" || item.precision === "qlora-int4") expect(isOurEstimate(item)).toBe(false);
        if (isOurEstimate(item)) expect(item.contextTokens, entry.id).toBeLessThanOrEqual(4096);
      }
    }
  });

  test("most of what can be had has a memory", () => {
    const offers = realCatalog.entries.flatMap(offersOf).filter(({ precision }) => !precision.includes("lora"));
    const known = offers.filter(({ vramGb, ramGb }) => vramGb !== undefined || ramGb !== undefined);
    expect(known.length / offers.length).toBeGreaterThan(0.93);
  });

  test("the generated list shows only what sources state", () => {
    const entry = entryOf({ ...SEVEN, ollama: '\n  - {model: "small:7b", official: true, exact: true, sizeGb: 4.7}' });
    expect(leastMemory(entry)?.vramGb).toBe(5.5);
    const row =
      renderReadme([entry])
        .split("\n")
        .find((line) => line.startsWith("| [Small]")) ?? "";
    expect(row.split("|").at(-3)?.trim()).toBe("未注明");
    const stated = entryOf({ ...SEVEN, requirements: "\n  - {precision: bf16, vramInferenceGb: 15}" });
    expect(leastMemory(stated)).toMatchObject({ vramGb: 15, stated: true });
  });
});
