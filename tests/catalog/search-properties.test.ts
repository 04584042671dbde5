import fc from "fast-check";
import { expect, test } from "vitest";
import { textIn } from "#src/base/locale.ts";
import type { Purpose } from "#src/catalog/entry/purposes.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { offersOf } from "#src/catalog/memory/offers.ts";
import { suggestQueries } from "#src/chat/suggest/queries.ts";
import { realCatalog } from "#tests/real-catalog.ts";
import { contextOf, testApp } from "#tests/test-app.ts";
import { anyText } from "./any-text.ts";

const editionsOf = (entry: Entry) => [entry, ...(entry.variants ?? [])];
const says = (entry: Entry, text: string): boolean => JSON.stringify(entry).toLowerCase().includes(text);
const isFor = (entry: Entry, purpose: Purpose): boolean =>
  editionsOf(entry).some(({ purposes }) => purposes?.includes(purpose));
const figure = fc.integer({ min: 1, max: 200 });

/** A condition as people type it, and what must hold of whatever is found; not how the search goes about it. */
type Condition = { typed: string; holds: (entry: Entry) => boolean };

const memory = figure.map(
  (gb): Condition => ({
    typed: `<=${gb}GB`,
    holds: (entry) => offersOf(entry).some(({ vramGb }) => vramGb !== undefined && vramGb <= gb),
  }),
);
const range = fc.tuple(figure, figure).map(([a, b]): Condition => {
  const [low, high] = [Math.min(a, b), Math.max(a, b)];
  const isWithin = (size: number | undefined): boolean =>
    size !== undefined && size >= low * 0.85 && size <= high * 1.18;
  return {
    typed: `${low}-${high}b`,
    holds: (entry) =>
      editionsOf(entry).some(({ parametersB }) => isWithin(parametersB)) ||
      offersOf(entry).some(({ parametersB }) => isWithin(parametersB)),
  };
});
const year = fc.integer({ min: 2022, max: 2026 }).map(
  (number): Condition => ({
    typed: `${number}年`,
    holds: (entry) =>
      [...editionsOf(entry), ...(entry.updates ?? [])].some(({ released }) => released?.startsWith(String(number))),
  }),
);
const context = fc.constantFrom(4, 32, 128, 256).map(
  (thousands): Condition => ({
    typed: `${thousands}k`,
    holds: (entry) => editionsOf(entry).some(({ contextTokens = 0 }) => contextTokens >= thousands * 1000),
  }),
);
const stated: Condition[] = [
  {
    typed: "商用",
    holds: (entry) =>
      editionsOf(entry).some(({ license }) => /yes|conditional|registration/.test(license?.commercial ?? "")),
  },
  { typed: "非商用", holds: (entry) => editionsOf(entry).some(({ license }) => license?.commercial === "no") },
  { typed: "moe", holds: (entry) => editionsOf(entry).some(({ architecture }) => architecture === "moe") },
  { typed: "多模态", holds: (entry) => editionsOf(entry).some(({ modalities }) => modalities?.includes("vision")) },
  { typed: "语音", holds: (entry) => isFor(entry, "audio") || says(entry, "audio") },
  { typed: "医疗", holds: (entry) => isFor(entry, "medical") },
  { typed: "写代码", holds: (entry) => isFor(entry, "code") },
  { typed: "写小说", holds: (entry) => isFor(entry, "writing") || isFor(entry, "chat") },
  {
    typed: "免申请",
    holds: (entry) => editionsOf(entry).some(({ license }) => /yes|conditional/.test(license?.commercial ?? "")),
  },
  {
    typed: "会思考",
    holds: (entry) => editionsOf(entry).some(({ thinking }) => /always|switchable/.test(thinking ?? "")),
  },
  { typed: "中文", holds: ({ languages }) => languages.includes("zh") },
  { typed: "apache", holds: (entry) => says(entry, "apache") },
  { typed: "awq", holds: (entry) => offersOf(entry).some(({ precision }) => precision === "awq") },
  { typed: "ollama", holds: (entry) => offersOf(entry).some(({ ollama }) => ollama !== undefined) },
  { typed: "qwen", holds: (entry) => says(entry, "qwen") },
  { typed: "清华", holds: (entry) => says(entry, "清华") },
  { typed: "百川", holds: (entry) => says(entry, "百川") },
];
const conditions = fc.uniqueArray(fc.oneof(memory, range, year, context, fc.constantFrom(...stated)), {
  minLength: 1,
  maxLength: 4,
  selector: ({ typed }) => typed.replace(/[\d<=.-]+/g, ""),
});

test("what is found meets all that was asked", () => {
  fc.assert(
    fc.property(conditions, (asked) => {
      const { hits } = realCatalog.search(asked.map(({ typed }) => typed).join(" "));
      for (const { entry } of hits.filter(({ group }) => group !== "others"))
        for (const { typed, holds } of asked) expect([entry.id, typed, holds(entry)]).toEqual([entry.id, typed, true]);
    }),
    { numRuns: 400 },
  );
});

const fullWidth = (text: string): string =>
  text
    .replace(/[!-~]/g, (character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0))
    .replaceAll(" ", "\u3000");

test("width, case and spaces do not matter", () => {
  const words = fc.constantFrom(
    ..."写小说|会思考|免申请|显存8|2025年下半年|int4|<=8GB|7b|qwen3|Qwen3-8B|deepseek r1|通义千问|百川 13b|商用|128k|moe|看图|写代码|2024|apache-2.0|qwne3|蒸馏|glm 4.5|4090|gguf".split(
      "|",
    ),
  );
  const ids = (query: string): string[] => realCatalog.search(query).hits.map(({ entry }) => entry.id);
  fc.assert(
    fc.property(fc.array(words, { minLength: 1, maxLength: 4 }), (parts) => {
      const query = parts.join(" ");
      const found = ids(query);
      expect(ids(fullWidth(query))).toEqual(found);
      expect(ids(query.toUpperCase())).toEqual(found);
      expect(ids(`  ${query.replaceAll(" ", "   ")} `)).toEqual(found);
    }),
    { numRuns: 300 },
  );
});

test("any text is answered, and completed", async () => {
  const app = await testApp();
  const context = { ...contextOf(app), catalog: realCatalog, text: textIn("zh-CN") };
  fc.assert(
    fc.property(anyText, (text) => {
      const { hits, emptiedBy } = realCatalog.search(text);
      expect(hits.length > 0 || emptiedBy.length > 0).toBe(true);
      expect(suggestQueries(text, context).length).toBeLessThanOrEqual(25);
    }),
    { numRuns: 400 },
  );
});
