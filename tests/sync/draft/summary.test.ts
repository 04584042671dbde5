import { expect, it } from "vitest";
import { type SummaryFacts, summaryOf } from "#src/sync/propose/draft/summary.ts";

const facts = (parametersB: number | undefined, changes: Partial<SummaryFacts> = {}): SummaryFacts => ({
  name: "Example-1",
  developer: { name: "示例 (Example)", zh: "示例", en: "Example" },
  variants: [
    {
      name: "Example-1",
      models: [],
      figures: {
        parametersB,
        ...{ activeParametersB: undefined, architecture: undefined, contextTokens: undefined, released: undefined },
        ...{ modalities: undefined, attention: undefined, embeddings: undefined, storedParametersB: undefined },
        ...{ baseModel: undefined, license: undefined, languages: undefined, fileGb: {} },
        ...{ infersSize: false, doubtsSize: false, doubtsContext: false },
      },
    },
  ],
  ...{ architecture: "dense", contextTokens: undefined, license: { commercial: "unknown" } },
  ...{ repository: undefined, hub: "huggingface" },
  ...changes,
});

it.each([
  [7, "a 7B"],
  [8, "an 8B"],
  [8.7, "an 8.7B"],
  [80, "an 80B"],
  [11, "an 11B"],
  [18.5, "an 18.5B"],
  [110, "a 110B"],
  [118, "a 118B"],
  [1, "a 1B"],
])("%s billions have their article", (parametersB, written) => {
  expect(summaryOf(facts(parametersB)).en).toMatch(new RegExp(`^Example-1, ${written} model by Example\\.`));
});

it("says a model where no size is known, and a space stands only between Latin and Chinese", () => {
  expect(summaryOf(facts(undefined)).en).toMatch(/^Example-1, a model by Example\./);
  expect(summaryOf(facts(8)).zh).toBe("示例的 Example-1，8B 模型。由程序在 Hugging Face 上看到后登记。");
});
