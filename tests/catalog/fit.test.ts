import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FIT_PURPOSES, type FitPurpose } from "#src/catalog/entry/purposes.ts";
import { specialtyOf } from "#src/catalog/entry/suitability.ts";
import { CACHE_KINDS } from "#src/catalog/memory/cache.ts";
import { usableShare } from "#src/catalog/memory/engines.ts";
import { findFits, type PartialFit } from "#src/catalog/memory/fit.ts";
import { spareRamGb, totalGb } from "#src/catalog/memory/machine.ts";
import type { Fit, FitRequest } from "#src/catalog/memory/ways.ts";
import { realCatalog } from "#tests/real-catalog.ts";
import { entriesOf, gguf, ids, requestFor } from "./fit-catalog.ts";

const { entries } = realCatalog;
function expectWhole(fit: Fit, total: number, { commercial }: FitRequest): void {
  const { needGb, leastGb, offer, license, ollama, larger, engine, borderline } = fit;
  expect(needGb).toBeLessThanOrEqual(total * (borderline ? 1 : usableShare(engine)));
  if (borderline) expect(needGb).toBeGreaterThan(total * usableShare(engine));
  for (const gb of [ollama?.needGb ?? 0, larger?.needGb ?? 0]) {
    expect(gb).toBeLessThanOrEqual(total * (borderline ? 1 : 0.96));
  }
  expect(leastGb).toBeLessThanOrEqual(needGb);
  expect(offer.precision).not.toMatch(/lora/);
  if (commercial) expect(["yes", "conditional", "registration"]).toContain(license.commercial);
  if (larger) expect(larger.offer.parametersB).toBeGreaterThan(offer.parametersB ?? Number.POSITIVE_INFINITY);
  if (ollama) expect(ollama.offer.ollama).toMatchObject({ exact: true, model: ollama.model });
  expect(ollama?.offer.ollama?.cloud).toBeUndefined();
}

function expectInPart({ needGb, share, inRamGb, offer }: PartialFit, gb: number, { machine }: FitRequest): void {
  const total = gb * usableShare("llama.cpp");
  expect(inRamGb).toBeCloseTo(needGb - total);
  expect(needGb).toBeGreaterThan(total);
  expect(needGb).toBeLessThanOrEqual(total + spareRamGb(machine));
  expect(share).toBeGreaterThan(0);
  expect(share).toBeLessThan(1);
  expect(["gguf", "ggml"]).toContain(offer.precision);
}

describe("what fits", () => {
  const machines = fc.record({
    cards: fc.integer({ min: 1, max: 8 }),
    cardGb: fc.double({ min: 0.1, max: 200, noNaN: true }),
    ramGb: fc.option(fc.double({ min: 0.1, max: 2000, noNaN: true }), { nil: undefined }),
  });
  const requests = fc.record({
    machine: machines,
    contextTokens: fc.option(fc.oneof(fc.integer({ min: 1, max: 2_000_000 }), fc.constant("longest" as const)), {
      nil: undefined,
    }),
    cacheKind: fc.option(fc.constantFrom(...CACHE_KINDS), { nil: undefined }),
    purpose: fc.option(fc.constantFrom(...FIT_PURPOSES), { nil: undefined }),
    commercial: fc.boolean(),
  });

  test("never needs more than there is, each entry once, the best first, always the same", () => {
    fc.assert(
      fc.property(requests, (request) => {
        const found = findFits(entries, request);
        const total = totalGb(request.machine);
        for (const fit of found.fits) expectWhole(fit, total, request);
        for (const fit of found.borderline) expectWhole(fit, total, request);
        for (const way of found.partial) expectInPart(way, total, request);
        const once = [...found.fits, ...found.borderline].map(({ entry }) => entry.id);
        expect(new Set(once).size).toBe(once.length);
        for (const { entry } of found.borderline) expect(found.partial.map((way) => way.entry)).not.toContain(entry);
        const scores = found.fits.map(({ score }) => score);
        expect(scores).toEqual(scores.toSorted((a, b) => b - a));
        if (found.nearest.length > 0)
          expect(found.fits.length + found.borderline.length + found.partial.length).toBe(0);
        expect(ids(findFits(entries.toReversed(), request))).toEqual(ids(found));
      }),
      { numRuns: 60 },
    );
  });

  test("more graphics memory, or less asked for, never takes an entry away", () => {
    fc.assert(
      fc.property(requests, (request) => {
        const { machine } = request;
        const some = new Set(ids(findFits(entries, request)));
        const larger = findFits(entries, { ...request, machine: { ...machine, cardGb: machine.cardGb * 1.5 } });
        for (const id of some) expect(ids(larger)).toContain(id);
        // Where none is asked for it is 4,096 tokens at most.
        const { contextTokens = 4096 } = request;
        if (contextTokens === "longest" || contextTokens < 4096 || request.cacheKind !== undefined) return;
        const anything = findFits(entries, { machine, commercial: false });
        for (const id of some) expect(ids(anything)).toContain(id);
      }),
      { numRuns: 30 },
    );
  });

  test("a newer 14B comes before an old 13B, and room to spare before none", async () => {
    const list = await entriesOf({
      "old-13b": gguf(13, "2023-07"),
      "new-14b": gguf(14, "2025-04"),
      "tiny-1b": gguf(1, "2025-05"),
      "same-14b": gguf(14, "2025-04", { purposes: "[translation]" }),
    });
    expect(ids(findFits(list, requestFor("16")))).toEqual(["new-14b", "old-13b", "same-14b", "tiny-1b"]);
    const close = await entriesOf({ "new-14b": gguf(14, "2025-04"), "new-13b": gguf(13, "2025-04") });
    expect(ids(findFits(close, requestFor("16")))).toEqual(["new-14b", "new-13b"]);
    expect(ids(findFits(close, requestFor("10.2")))).toEqual(["new-13b", "new-14b"]);
  });

  test.each([
    ["8", "qwen3.5"],
    ["12", "qwen3.5"],
    ["24", "qwen3.8"],
  ])("on %s GB a person is shown %s among the first three, with a command to run it", (vram, id) => {
    const found = findFits(entries, requestFor(vram)).fits.slice(0, 3);
    const qwen = found.find(({ entry }) => entry.id === id);
    expect(qwen?.ollama?.model).toMatch(/^qwen3\./);
  });

  test("the first ten of a usual card are of the last years, of at least four bits, and no specialists", () => {
    for (const vram of ["8", "12", "16", "24", "48"]) {
      for (const { entry, offer } of findFits(entries, requestFor(vram)).fits.slice(0, 10)) {
        expect(entry.released?.slice(0, 4), entry.id).toMatch(/202[4-9]/);
        expect(specialtyOf(entry, offer.edition), entry.id).toBeUndefined();
        expect(offer.quant ?? "", entry.id).not.toMatch(/q[23]/);
      }
    }
  });

  test("each purpose finds what is made for it", () => {
    const found = (purpose: (typeof FIT_PURPOSES)[number]) => ids(findFits(entries, requestFor("8", { purpose })));
    expect(found("code")).toContain("qwen2.5-coder");
    expect(found("vision").slice(0, 3)).toContain("qwen3-vl");
    expect(found("vision")).not.toContain("qwen2.5");
    expect(found("reasoning")).toContain("deepseek-r1-distill");
    expect(found("translation")).toContain("hunyuan-mt");
    expect(found("chat")).toContain("qwen3");
    for (const id of ["hunyuan-mt", "disc-medllm"]) expect(found("chat")).not.toContain(id);
  });

  test("a longer context takes more memory, and only models that have it", async () => {
    const list = await entriesOf({
      "long-8b": gguf(8, "2025-04", { contextTokens: "131072" }),
      "short-8b": gguf(8, "2025-04", { contextTokens: "8192" }),
      "silent-8b": gguf(8, "2025-04"),
    });
    expect(ids(findFits(list, requestFor("36"))).toSorted()).toEqual(["long-8b", "short-8b", "silent-8b"]);
    expect(ids(findFits(list, requestFor("36", { contextTokens: 131_072 })))).toEqual(["long-8b"]);
    expect(ids(findFits(list, requestFor("8", { contextTokens: 131_072 })))).toEqual([]);
    expect(ids(findFits(list, requestFor("36", { contextTokens: 128_000 })))).toEqual(["long-8b"]);
    const { fits } = findFits(list, requestFor("36", { contextTokens: "longest" }));
    const lengths = Object.fromEntries(fits.map(({ entry, contextTokens }) => [entry.id, contextTokens]));
    expect(lengths).toEqual({ "long-8b": 131_072, "short-8b": 8192, "silent-8b": 4096 });
  });

  test("a figure that a maker rounds is enough for the context asked for, one that is shorter is not", async () => {
    const list = await entriesOf({
      "rounded-8b": gguf(8, "2025-04", { contextTokens: "125000" }),
      "shorter-8b": gguf(8, "2025-04", { contextTokens: "120000" }),
    });
    expect(ids(findFits(list, requestFor("48", { contextTokens: 131_072 })))).toEqual(["rounded-8b"]);
  });

  test("a model whose context nobody states takes a short text and no more", async () => {
    const list = await entriesOf({ "silent-8b": gguf(8, "2025-04") });
    expect(ids(findFits(list, requestFor("24", { contextTokens: 4096 })))).toEqual(["silent-8b"]);
    expect(ids(findFits(list, requestFor("24", { contextTokens: 5000 })))).toEqual([]);
  });

  // Of the same size, date and memory, so that the id would put the first before the second.
  test.each<[what: string, first: Record<string, string>, second: Record<string, string>, purpose?: FitPurpose]>([
    ["what common programs run before a recurrent model", { architecture: "rwkv" }, {}],
    ["what the maker says before what is known from third parties", { confidence: "secondary" }, {}],
    ["what has a licence before what nobody knows the terms of", { license: "{commercial: unknown}" }, {}],
    ["what a person has checked before what a program added", { unreviewed: "true" }, {}],
    [
      "a model that Ollama can run before one that it has not",
      {},
      { ollama: '\n  - {model: "x/y", official: false, exact: true}' },
    ],
    [
      "a model of Ollama's library before one of a community",
      { ollama: '\n  - {model: "x/y", official: false, exact: true}' },
      { ollama: '\n  - {model: "y", official: true, exact: true}' },
    ],
    [
      "what is made for the purpose before what is for that too",
      { purposes: "[chat, code]" },
      { purposes: "[code, chat]" },
      "code",
    ],
  ])("%s", async (_what, first, second, purpose) => {
    const plain = gguf(8, "2025-04");
    const list = await entriesOf({ first: { ...plain, ...first }, second: { ...plain, ...second } });
    expect(ids(findFits(list, requestFor("24", { purpose })))).toEqual(["second", "first"]);
    const alike = await entriesOf({ first: { ...plain, ...second }, second: { ...plain, ...second } });
    expect(ids(findFits(alike, requestFor("24", { purpose })))).toEqual(["first", "second"]);
  });

  test("a narrower precision costs: nothing at eight bits, little at four, more at three, most at two", async () => {
    const quants = ["q8_0", "q5_k_m", "q4_k_m", "q3_k_m", "q2_k"];
    const list = await entriesOf(
      Object.fromEntries(
        quants.map((quant) => [
          quant.replaceAll("_", "-"),
          gguf(8, "2025-04", {
            weights: `\n  - {label: x, precision: gguf, quant: ${quant}, hub: huggingface, id: a/b}`,
          }),
        ]),
      ),
    );
    const scores = findFits(list, requestFor("48")).fits.map(({ offer, score }) => ({ quant: offer.quant, score }));
    expect(scores.map(({ quant }) => quant)).toEqual(quants);
    const best = scores[0]?.score ?? 0;
    const losses = scores.map(({ score }) => Number((best - score).toFixed(2)));
    expect(losses).toEqual([0, 0.1, 0.25, 1, 2.5]);
  });

  test("ten months of progress are worth twice the parameters", async () => {
    const list = await entriesOf({ "new-8b": gguf(8, "2025-04"), "old-16b": gguf(16, "2024-06") });
    const [one, other] = findFits(list, requestFor("48")).fits;
    expect(one?.score).toBeCloseTo(other?.score ?? 0);
  });

  test("a mixture of experts whose active part nobody states uses an eighth", async () => {
    const moe = { architecture: "moe" };
    const list = await entriesOf({
      silent: gguf(32, "2025-04", moe),
      stated: gguf(32, "2025-04", { ...moe, activeParametersB: "4" }),
      dense: gguf(32, "2025-04"),
    });
    const score = Object.fromEntries(findFits(list, requestFor("80")).fits.map((fit) => [fit.entry.id, fit.score]));
    expect(score["silent"]).toBeCloseTo(score["stated"] ?? 0);
    // A third of three halvings.
    expect((score["dense"] ?? 0) - (score["silent"] ?? 0)).toBeCloseTo(1);
  });

  test("less than a tenth to spare counts against a model, a tenth does not", async () => {
    const list = await entriesOf({ some: gguf(8, "2025-04") });
    const [fit] = findFits(list, requestFor("1000")).fits;
    const scoreOn = (room: number) =>
      findFits(list, requestFor(`${((fit?.needGb ?? 0) * room).toFixed(3)}`)).fits[0]?.score;
    expect(scoreOn(1.12)).toBe(fit?.score);
    expect(scoreOn(1.1)).toBeLessThan(fit?.score ?? 0);
  });

  test("what takes more of a card than its program can count on is borderline: 96 % in llama.cpp, 90 in vLLM", async () => {
    const fp8 = { weights: "\n  - {label: x, precision: fp8, hub: huggingface, id: a/b}" };
    const list = await entriesOf({ "some-8b": gguf(8, "2025-04"), "served-8b": gguf(8, "2025-04", fp8) });
    for (const [id, engine, share] of [
      ["some-8b", "llama.cpp", 0.96],
      ["served-8b", "vllm", 0.9],
    ] as const) {
      const only = list.filter((entry) => entry.id === id);
      const [fit] = findFits(only, requestFor("80")).fits;
      expect(fit?.engine).toBe(engine);
      const on = (gb: number) => {
        const { fits, borderline } = findFits(only, { machine: { cards: 1, cardGb: gb }, commercial: false });
        return [fits.length, borderline.length];
      };
      const need = fit?.needGb ?? 0;
      expect([need / (share + 0.001), need / (share - 0.001), need * 1.001, need * 0.999].map(on)).toEqual([
        [0, 1],
        [1, 0],
        [0, 1],
        [0, 0],
      ]);
    }
  });

  test("what is borderline lies in main memory in part where there is some, and is not named as larger", async () => {
    const list = await entriesOf({ "some-8b": gguf(8, "2025-04") });
    const [fit] = findFits(list, requestFor("80")).fits;
    const machine = { cards: 1, cardGb: (fit?.needGb ?? 0) * 1.01 };
    expect(findFits(list, { machine, commercial: false })).toMatchObject({ fits: [], partial: [] });
    const { borderline, partial } = findFits(list, { machine: { ...machine, ramGb: 32 }, commercial: false });
    expect(borderline).toEqual([]);
    expect(partial).toHaveLength(1);
  });

  test.each([
    ["[medical, reasoning, chat]", "medical"],
    ["[audio, chat]", "audio"],
    ["[translation, chat]", "translation"],
    ["[roleplay, chat]", "roleplay"],
    ["[ocr]", "ocr"],
    ["[code]", "code"],
    ["[chat, medical]", undefined],
    ["[code, chat]", undefined],
    ["[vision, chat]", undefined],
  ])("what is for %s foremost is a specialist for %s", async (purposes, specialty) => {
    const list = await entriesOf({ "a-14b": gguf(14, "2025-04", { purposes }), "b-8b": gguf(8, "2025-04") });
    const [first] = list;
    expect(first && specialtyOf(first, undefined)).toBe(specialty);
    expect(ids(findFits(list, requestFor("24")))[0]).toBe(specialty === undefined ? "a-14b" : "b-8b");
  });

  test("several cards hold what one cannot, less what CUDA takes of each", async () => {
    const list = await entriesOf({ "big-70b": gguf(70, "2025-01") });
    expect(ids(findFits(list, requestFor("24")))).toEqual([]);
    const [one] = findFits(list, requestFor("48")).fits;
    const [two] = findFits(list, requestFor("2x24")).fits;
    expect((two?.needGb ?? 0) - (one?.needGb ?? 0)).toBeCloseTo(457 / 1024);
  });

  test("what does not fit can lie in main memory in part, if that is worth it", async () => {
    const list = await entriesOf({ "big-30b": gguf(30, "2025-04"), "mid-8b": gguf(8, "2025-04") });
    const { fits, partial } = findFits(list, requestFor("8", { ramGb: 32 }));
    expect(fits.map(({ entry }) => entry.id)).toEqual(["mid-8b"]);
    expect(partial.map(({ entry, share }) => [entry.id, share > 0.3 && share < 0.6])).toEqual([["big-30b", true]]);
    expect(findFits(list, requestFor("8", { ramGb: 8 })).partial).toEqual([]);
    expect(findFits(list, requestFor("8")).partial).toEqual([]);
  });

  test("commercial use leaves out what forbids it or does not say, and counts it", async () => {
    const list = await entriesOf({
      free: gguf(7, "2025"),
      closed: gguf(7, "2025", { license: "{commercial: 'no'}" }),
      unclear: gguf(7, "2025", { license: "{commercial: unknown}" }),
      huge: gguf(700, "2025", { license: "{commercial: 'no'}" }),
    });
    const found = findFits(list, requestFor("8", { commercial: true }));
    expect(ids(found)).toEqual(["free"]);
    expect(found.excluded).toEqual({ no: 1, unknown: 1 });
  });
});
