import { describe, expect, test } from "vitest";
import { usableShare } from "#src/catalog/memory/engines.ts";
import { findFits } from "#src/catalog/memory/fit.ts";
import type { FitRequest } from "#src/catalog/memory/ways.ts";
import { entriesOf, gguf, ids, requestFor } from "./fit-catalog.ts";

const heads = (kvHeads: number): string =>
  `{layers: 32, kvHeads: ${kvHeads}, headDim: 128, source: ['https://example.org/config.json']}`;

describe("the order", () => {
  test("for a purpose puts a general model of today that lists it before a specialist of a year and a half ago", async () => {
    const general = gguf(9, "2026-02", { purposes: "[chat, reasoning, code]" });
    const list = await entriesOf({
      "coder-8b": gguf(8, "2024-11", { purposes: "[code]" }),
      "general-9b": general,
      "silent-9b": gguf(9, "2026-02", { purposes: "[chat]" }),
    });
    expect(ids(findFits(list, requestFor("12", { purpose: "code" })))).toEqual(["general-9b", "coder-8b"]);
    const alike = await entriesOf({ "a-general": general, "coder-9b": gguf(9, "2026-02", { purposes: "[code]" }) });
    expect(ids(findFits(alike, requestFor("12", { purpose: "code" })))).toEqual(["coder-9b", "a-general"]);
  });

  test("puts what takes less first of what can do as much, whatever its name", async () => {
    const list = await entriesOf({
      "a-wide": gguf(8, "2025-04", { attention: heads(32) }),
      "b-narrow": gguf(8, "2025-04", { attention: heads(2) }),
    });
    const [first, second] = findFits(list, requestFor("24")).fits;
    expect(first?.score).toBe(second?.score);
    expect([first?.entry.id, second?.entry.id]).toEqual(["b-narrow", "a-wide"]);
    expect(first?.needGb).toBeLessThan(second?.needGb ?? 0);
    const alike = await entriesOf({
      "b-second": gguf(8, "2025-04", { attention: heads(2) }),
      "a-first": gguf(8, "2025-04", { attention: heads(2) }),
    });
    expect(ids(findFits(alike, requestFor("24")))).toEqual(["a-first", "b-second"]);
  });
});

describe("room for the cache", () => {
  test("of a model whose attention nobody states is for the most that it may be", async () => {
    const list = await entriesOf({ some: gguf(8, "2025-04", { contextTokens: "131072" }) });
    const asked = { contextTokens: 32_768 };
    const [fit] = findFits(list, requestFor("80", asked)).fits;
    if (fit === undefined) throw new Error("it fits");
    expect(fit.needGb - fit.leastGb).toBeGreaterThan(3);
    const cardGb = fit.needGb / usableShare(fit.engine);
    expect(ids(findFits(list, requestFor(`${(cardGb + 0.01).toFixed(3)}g`, asked)))).toEqual(["some"]);
    expect(ids(findFits(list, requestFor(`${(cardGb - 0.01).toFixed(3)}g`, asked)))).toEqual([]);
  });

  test("is less with a narrower one, where the program has it", async () => {
    const list = await entriesOf({ some: gguf(8, "2025-04", { contextTokens: "131072" }) });
    const needGb = (cacheKind?: FitRequest["cacheKind"]): number =>
      findFits(list, requestFor("80", { contextTokens: 131_072, cacheKind })).fits[0]?.needGb ?? Number.NaN;
    expect(needGb("q8_0")).toBeLessThan(needGb() * 0.7);
    expect(needGb("q4_0")).toBeLessThan(needGb("q8_0"));
    expect(needGb("fp8")).toBe(needGb());
  });
});

describe("a series", () => {
  const file = (quant: string): string => `{label: x, precision: gguf, quant: ${quant}, hub: huggingface, id: a/b}`;
  const variant = (size: number): string =>
    `\n  - {name: A-${size}B, parametersB: ${size}, attention: ${heads(8)}, weights: [${file("q4_k_m")}, ${file("q8_0")}]}`;
  const series = {
    series: {
      released: "'2025-04'",
      contextTokens: "131072",
      license: "{commercial: 'yes'}",
      variants: [8, 14, 32].map(variant).join(""),
    },
  };

  test("is one line, which names the largest variant that fits too where that is not the best", async () => {
    const list = await entriesOf(series);
    const [roomy] = findFits(list, requestFor("48")).fits;
    expect(roomy?.offer.variant).toBe("A-32B");
    expect(roomy).not.toHaveProperty("larger");
    // The 14B would leave no room to spare.
    const [tight] = findFits(list, requestFor("9.6")).fits;
    expect(tight).toMatchObject({
      offer: { variant: "A-8B" },
      larger: { offer: { variant: "A-14B", quant: "q4_k_m" }, contextTokens: 4096 },
    });
    expect(findFits(list, requestFor("8")).fits[0]).not.toHaveProperty("larger");
  });

  test("names a larger variant that fits with a shorter context, and how short", async () => {
    const list = await entriesOf(series);
    const [fit] = findFits(list, requestFor("16", { contextTokens: 65_536 })).fits;
    expect(fit).toMatchObject({ offer: { variant: "A-8B" }, contextTokens: 65_536 });
    expect(fit?.larger).toMatchObject({ offer: { variant: "A-14B" }, contextTokens: 32_768 });
    expect(fit?.larger?.needGb).toBeLessThanOrEqual(16);
  });

  test("has a licence for each variant", async () => {
    const weights = "weights: [{label: x, precision: bf16, hub: huggingface, id: a/b}]";
    const list = await entriesOf({
      series: {
        released: "'2025-04'",
        license: "{commercial: 'no'}",
        variants: `
  - {name: A-2B, parametersB: 2, ${weights}, license: {commercial: 'yes'}}
  - {name: A-3B, parametersB: 3, ${weights}, license: {commercial: 'no'}}`,
      },
    });
    const [any] = findFits(list, requestFor("8")).fits;
    expect(any).toMatchObject({ offer: { variant: "A-3B" }, license: { commercial: "no" } });
    const free = findFits(list, requestFor("8", { commercial: true }));
    expect(free.fits[0]).toMatchObject({ offer: { variant: "A-2B" }, license: { commercial: "yes" } });
    expect(free.excluded).toEqual({ no: 0, unknown: 0 });
  });
});

describe("the machine", () => {
  test("tells the speed where the cards are known, and of main memory it is less", async () => {
    const list = await entriesOf({ "big-30b": gguf(30, "2025-04"), "mid-8b": gguf(8, "2025-04") });
    const named = requestFor("RTX 4060", { ramGb: 32 });
    expect(named.machine.bandwidthGbs).toBeGreaterThan(200);
    const { fits, partial } = findFits(list, named);
    expect(partial[0]?.tokensPerSecond).toBeGreaterThan(1);
    expect(fits[0]?.tokensPerSecond).toBeGreaterThan(partial[0]?.tokensPerSecond ?? Number.POSITIVE_INFINITY);
    expect(findFits(list, requestFor("8")).fits[0]?.tokensPerSecond).toBeUndefined();
  });

  test("takes vLLM's part of each card that a model is spread over", async () => {
    const weights = "\n  - {label: FP8, precision: fp8, hub: huggingface, id: a/b}";
    const list = await entriesOf({ big: gguf(70, "2025-01", { weights }) });
    const [one] = findFits(list, requestFor("96")).fits;
    const [two] = findFits(list, requestFor("2x48")).fits;
    expect((two?.needGb ?? 0) - (one?.needGb ?? 0)).toBeCloseTo(1.5 + 457 / 1024);
  });

  test("with unified memory runs MLX, and few of the formats for CUDA", async () => {
    const [mlx = "", gptq = "", bf16 = ""] = ["mlx, quant: 4bit", "gptq-int4", "bf16"].map(
      (precision) => `\n  - {label: x, precision: ${precision}, hub: huggingface, id: a/b}`,
    );
    const entry = (weights: string): Record<string, string> => gguf(8, "2025-04", { weights });
    const list = await entriesOf({ "a-mlx": entry(mlx), "b-gptq": entry(gptq), "c-bf16": entry(bf16) });
    const on = (unified?: true): string[] =>
      ids(findFits(list, { machine: { cards: 1, cardGb: 48, unified }, commercial: false })).toSorted();
    expect(on()).toEqual(["b-gptq", "c-bf16"]);
    expect(on(true)).toEqual(["a-mlx", "c-bf16"]);
    const [big] = await entriesOf({ big: gguf(70, "2025-04") });
    const partly = (unified?: true): number =>
      findFits(big ? [big] : [], { machine: { cards: 1, cardGb: 24, ramGb: 64, unified }, commercial: false }).partial
        .length;
    expect([partly(), partly(true)]).toEqual([1, 0]);
  });
});
