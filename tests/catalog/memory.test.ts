import { describe, expect, test } from "vitest";
import { editionOf } from "#src/catalog/entry/edition-match.ts";
import { parseEntry } from "#src/catalog/entry/parse.ts";
import { quantizationLabel } from "#src/catalog/entry/precision.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { buildOf } from "#src/catalog/memory/build.ts";
import { estimateGb } from "#src/catalog/memory/estimate.ts";
import { isOurEstimate, type Offer, offersOf } from "#src/catalog/memory/offers.ts";
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
    expect(said(entry)).toEqual(["7 BF16 15", "7 INT8 9", "7 GPTQ-Int4 ≈6.1"]);
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
    expect(said(entry).filter((text) => text.includes("GGUF"))).toEqual(["7 GGUF Q4_K_M ≈5.9", "7 GGUF Q8_0 ≈9.1"]);
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
    const { build, vramGb, leastGb } = offer(entry, "GGUF Q4_K") ?? {};
    expect(build?.fileGb).toBe(24.6);
    expect(leastGb).toBeGreaterThan(24.6 / 1.0737);
    expect(vramGb).toBeGreaterThan(leastGb ?? 0);
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

describe("a mention that tells nothing new", () => {
  const rows = (...labels: string[]): string =>
    labels.map((label) => `\n  - {${label}, hub: huggingface, id: a/b}`).join("");

  test("is dropped; another kind and another size are new, another context is one more figure of the same", () => {
    const kinds = rows("label: G, precision: gguf, quant: q4_k_m", "label: G, precision: gguf, quant: q8_0");
    expect(said(entryOf({ parametersB: "7", weights: kinds, quantizations: "[gguf]" }))).toHaveLength(2);
    const sizes = rows("label: 7B, precision: bf16", "label: 14B, precision: bf16", "label: 7B again, precision: bf16");
    expect(said(entryOf({ weights: sizes })).map((text) => text.split(" ")[0])).toEqual(["7", "14"]);
    const measured =
      "\n  - {precision: bf16, vramInferenceGb: 15}\n  - {precision: bf16, vramInferenceGb: 18, contextTokens: 8192}";
    expect(said(entryOf({ ...SEVEN, requirements: measured }))).toEqual(["7 BF16 15", "7 GPTQ-Int4 ≈6.1"]);
  });

  test("is not a model in Ollama, nor graphics memory where only main memory was known", () => {
    const kind = "precision: gguf, quant: q4_k_m";
    const ollama = '\n  - {model: "a:7b-q4_K_M", official: true, exact: true}';
    const measured = entryOf({ parametersB: "7", requirements: `\n  - {${kind}, vramInferenceGb: 6}`, ollama });
    expect(offersOf(measured).map((item) => item.ollama?.model)).toEqual([undefined, "a:7b-q4_K_M"]);
    const inRam = { requirements: `\n  - {${kind}, ramGb: 8}`, weights: rows(`label: G, ${kind}`) };
    const offers = offersOf(entryOf({ parametersB: "7", ...inRam }));
    expect(offers.map(({ ramGb, vramGb }) => [ramGb, vramGb !== undefined])).toEqual([
      [8, false],
      [undefined, true],
    ]);
  });

  const alike = `
  - {name: A-7B-Chat, parametersB: 7, weights: [{label: W, precision: gguf, quant: q4_k_m, hub: huggingface, id: a/b}]}
  - {name: A-7B-Code, parametersB: 7}`;

  test("is that of a variant where a source measured its size, not where it is only another row of the size", () => {
    const requirements = '\n  - {precision: gguf, quant: q4_k_m, variant: "7B", vramInferenceGb: 6}';
    expect(said(entryOf({ variants: alike, requirements }))).toEqual(["7B GGUF Q4_K_M 6"]);
    const ollama = '\n  - {model: "a:7b-q4_K_M", official: true, exact: true}';
    expect(said(entryOf({ variants: alike, ollama })).map((text) => text.split(" ")[0])).toEqual(["7", "A-7B-Chat"]);
  });
});

describe("our estimate", () => {
  const estimateOf = (parametersB: string): number =>
    offer(entryOf({ ...SEVEN, parametersB }), "BF16")?.vramGb ?? Number.NaN;
  const rawOf = (parametersB: string): number => {
    const entry = entryOf({ ...SEVEN, parametersB });
    const found = offer(entry, "BF16");
    const build = found && buildOf(entry, found);
    return (build && estimateGb(build, { engine: "transformers", tokens: 4096 })?.high) ?? Number.NaN;
  };

  test.each([
    ["7", 10],
    ["7.1", 10],
    ["45", 10],
    ["60", 1],
    ["61", 1],
  ])("of %sB is rounded up to one part in %d of a GB, never down", (parametersB, parts) => {
    expect(estimateOf(parametersB)).toBe(Math.ceil(rawOf(parametersB) * parts) / parts);
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
    ["Qwen1.5-7B-Chat-1M GGUF", "Qwen1.5-7B-Chat-1M", 7],
    ["ChatLaw2-MoE (4x7B) 33B", "ChatLaw2-MoE (4x7B)", 33],
  ])("%s", (text, variant, size) => {
    const edition = editionOf(qwen, undefined, text);
    expect(edition.variant?.name).toBe(variant);
    expect(edition.parametersB).toBe(size);
  });
});

describe("a row is not taken for a variant that it may not mean", () => {
  const variantOf = (variants: string[], text: string): string | undefined =>
    editionOf(entryOf({ variants: variants.map((fields) => `\n  - {${fields}}`).join("") }), undefined, text).variant
      ?.name;

  test.each<[what: string, variants: string[], text: string, variant: string | undefined]>([
    ["a name in front of a remark", ["name: Qwen-7B (Base)"], "Qwen-7B", "Qwen-7B (Base)"],
    ["unless another begins with it", ["name: Qwen-7B (Base)", "name: Qwen-7B-Chat"], "Qwen-7B", undefined],
    ["the end of one name", ["name: A-Chat-Long", "name: B-Code-Long"], "Chat-Long", "A-Chat-Long"],
    ["unless two names end so", ["name: A-Chat-Long", "name: B-Chat-Long"], "Chat-Long", undefined],
    ["and the text is long enough to tell", ["name: A-Chat", "name: B-Code"], "Chat", undefined],
    ["one of two names", ["name: Yi / Other-Model"], "Other-Model", "Yi / Other-Model"],
    ["unless it is too short", ["name: Yi / Other-Model"], "Yixin", undefined],
    ["a name of its size", ["name: Large, parametersB: 14"], "Large 14B", "Large"],
    ["unless the size is another", ["name: Large, parametersB: 7"], "Large 14B", undefined],
    ["a size that rounds", ["name: A, parametersB: 7.6", "name: B, parametersB: 3"], "7B", "A"],
    ["unless it is a tenth off", ["name: A, parametersB: 7.8", "name: B, parametersB: 3"], "7B", undefined],
    ["the only one of its size", ["name: A-7B-Chat", "name: B-14B-Chat"], "7B", "A-7B-Chat"],
    ["unless there are two", ["name: A-7B-Chat", "name: B-7B-Code"], "7B", undefined],
    ["and none is called by it alone", ["name: A-7B-Chat", "name: B-7B"], "7B", "B-7B"],
  ])("%s", (_what, variants, text, variant) => {
    expect(variantOf(variants, text)).toBe(variant);
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
});
