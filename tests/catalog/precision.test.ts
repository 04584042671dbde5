import { expect, test } from "vitest";
import { bitsPerWeight, type Precision, precisionRank, quantizationLabel } from "#src/catalog/entry/precision.ts";

test.each<[Precision, string | undefined, number | undefined]>([
  ["int4", undefined, 4],
  ["gguf", "q4_k_m", 4],
  ["gguf", "iq2_xxs", 2],
  ["gguf", "f16", 16],
  ["ggml", "int4", 4],
  ["exl2", "4bit", 4],
  ["gguf", undefined, undefined],
  ["gptq", undefined, undefined],
])("%s %s has %s bits a weight", (precision, quant, bits) => {
  expect(bitsPerWeight({ precision, quant })).toBe(bits);
});

const asking = (precision: Precision) => ({ kind: "precision", precision }) as const;

test("int4 is also answered by other four-bit integers, after plain int4, and never by four-bit floats", () => {
  const rank = (precision: Precision, quant?: string) => precisionRank(asking("int4"), { precision, quant });
  expect(rank("int4")).toBe(0);
  for (const relative of ["gptq-int4", "awq", "int4-qe", "qlora-int4"] as const) expect(rank(relative)).toBe(1);
  expect(rank("gguf", "q4_0")).toBe(1);
  for (const other of ["int8", "gptq-int8", "mxfp4", "fp4-mixed", "gguf", "fp16"] as const)
    expect(rank(other)).toBeUndefined();
  expect(precisionRank({ kind: "bits", bits: 4 }, { precision: "mxfp4" })).toBe(0);
});

test("a quantisation is written as people write it", () => {
  expect(quantizationLabel({ precision: "gptq-int4" })).toBe("GPTQ-Int4");
  expect(quantizationLabel({ precision: "gguf", quant: "q4_k_m" })).toBe("GGUF Q4_K_M");
  expect(quantizationLabel({ precision: "bitsandbytes" })).toBe("bitsandbytes");
  expect(quantizationLabel({ precision: "fp4-mixed" })).toBe("FP4-MIXED");
});
