import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crossCheck } from "#src/catalog/check/check.ts";
import { editEntry, writeEntry } from "#src/catalog/entry/edit.ts";
import { layOut } from "#src/catalog/entry/layout.ts";
import { parseEntry } from "#src/catalog/entry/parse.ts";
import type { ModelFacts } from "#src/sync/hubs/hub.ts";
import type { Place } from "#src/sync/names/place.ts";
import { brokenBy } from "#src/sync/propose/draft/broken.ts";
import { draftsOf } from "#src/sync/propose/draft/drafts.ts";
import { factsOf, foundOn, namingOf, placedAt, realContext, realEntry, realTexts } from "./candidates.ts";

const name = fc.oneof(
  fc.constantFrom(
    "Qwen4-8B",
    "Qwen3.6-14B-A3B",
    "GLM-9",
    "DeepSeek-V3",
    "Kimi-K2-Instruct",
    "null",
    "1e9",
    "8",
    "x-2025-01-01",
  ),
  fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,40}$/),
);
const anyText = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.constantFrom("# x", "- a: b", "'", "no", "<b>@everyone</b>", "\u0000\n"),
);
const anyFigure = fc.oneof(fc.integer(), fc.double(), fc.constantFrom("8", null, undefined, [], {}, 1e300, -1, 0));

const config = fc.option(
  fc.record({
    model_type: fc.constantFrom("qwen3", "deepseek_v3", "kimi_linear", "llama", "x", 5),
    num_hidden_layers: anyFigure,
    num_attention_heads: anyFigure,
    num_key_value_heads: anyFigure,
    hidden_size: anyFigure,
    vocab_size: anyFigure,
    max_position_embeddings: fc.oneof(fc.constant(2_097_152), anyFigure),
    kv_lora_rank: anyFigure,
    num_experts: anyFigure,
    quantization_config: fc.anything(),
  }),
  { nil: undefined },
);

const facts = (id: string): fc.Arbitrary<ModelFacts> =>
  fc
    .record({
      createdAt: fc.option(fc.oneof(anyText, fc.constant("2026-02-30T00:00:00Z")), { nil: undefined }),
      sha: fc.option(anyText, { nil: undefined }),
      pipelineTag: fc.option(fc.constantFrom("image-text-to-text", "any-to-any", "constructor"), { nil: undefined }),
      license: fc.record({
        tag: fc.option(fc.oneof(anyText, fc.constantFrom("mit", "other", "llama3.1", "cc-by-nc-4.0")), {
          nil: undefined,
        }),
        name: fc.option(fc.oneof(anyText, fc.constantFrom("qwen", "8B 以下可商用")), { nil: undefined }),
        link: fc.option(anyText, { nil: undefined }),
      }),
      baseModels: fc.array(
        fc.record({
          id: fc.oneof(anyText, fc.constantFrom("Qwen/Qwen3-8B", "meta-llama/Llama-9")),
          relation: fc.constantFrom("finetune" as const, undefined),
        }),
        { maxLength: 2 },
      ),
      languages: fc.array(anyText, { maxLength: 4 }),
      stored: fc.option(
        fc.record({
          total: fc.integer(),
          byType: fc.dictionary(fc.constantFrom("BF16", "I32", "__proto__"), fc.integer()),
        }),
        { nil: undefined },
      ),
      files: fc.array(
        fc.record({
          path: fc.constantFrom("model.safetensors", "a-q4_k_m.gguf", "x.bin"),
          bytes: fc.option(fc.integer(), { nil: undefined }),
        }),
        { maxLength: 3 },
      ),
      config,
    })
    .map((fields) => factsOf(id, fields));

const place = (model: string): fc.Arbitrary<Place> =>
  fc.oneof(
    fc
      .constantFrom("qwen3.6", "glm-4.6", "qwen3.8", "minicpm4", "belle", "glm-4.6v", "llama-chinese", "qwen")
      .chain((id) => {
        const entry = realEntry(id);
        return fc.oneof(
          fc
            .constantFrom(...(entry.variants ?? [undefined]))
            .map((variant): Place => ({ kind: "weights", entry, variant })),
          fc.constant<Place>({ kind: "variant", entry, name: model, like: entry.variants?.[0] }),
        );
      }),
    fc
      .record({
        like: fc.constantFrom(realEntry("qwen3.8"), realEntry("glm-5.3"), realEntry("kimi-k3"), undefined),
        id: fc.constantFrom("new-one", "new-two", "No Id"),
      })
      .map(({ like, id }): Place => ({ kind: "series", id, name: model, variant: model, like })),
  );

const placed = name.chain((model) => {
  const id = `Qwen/${model}`;
  return fc
    .record({
      place: place(model),
      facts: fc.oneof(
        facts(id).map(foundOn),
        fc.constant({ state: "absent" as const }),
        fc.constant({ state: "notAsked" as const }),
      ),
      also: fc.constantFrom([], [{ hub: "modelscope" as const, id }]),
      named: fc.constantFrom([], [namingOf(id)]),
    })
    .map(({ place: at, ...fields }) => placedAt(id, at, fields));
});

describe("whatever hubs say", () => {
  it("what is proposed is laid out, and breaks no rule of the catalog", () => {
    fc.assert(
      fc.property(fc.array(placed, { maxLength: 4 }), (models) => {
        const drafts = draftsOf(models, realContext);
        expect(drafts.flatMap((draft) => draft.models)).toHaveLength(models.length);
        for (const draft of drafts) {
          const before = realTexts.get(draft.entry);
          const text =
            draft.created === undefined
              ? before === undefined
                ? undefined
                : editEntry(
                    before,
                    draft.edits.map(({ edit }) => edit),
                  )
              : writeEntry(draft.created);
          if (text === undefined) continue;
          expect(layOut(text)).toBe(text);
          expect(brokenBy(`${draft.entry}.yaml`, text, realContext)).toEqual([]);
          const { entry, problems } = parseEntry(`${draft.entry}.yaml`, text);
          expect(problems).toEqual([]);
          const entries = [...realContext.entries.filter(({ id }) => id !== draft.entry), ...(entry ? [entry] : [])];
          expect(crossCheck({ entries, bases: realContext.bases, locate: () => ({}) })).toEqual([]);
        }
      }),
      { numRuns: 25 },
    );
  }, 120_000);

  it("marks all that it writes as unreviewed", () => {
    fc.assert(
      fc.property(placed, (model) => {
        const [draft] = draftsOf([model], realContext);
        const written = JSON.stringify([draft?.created ?? {}, draft?.edits.map(({ edit }) => edit) ?? []]);
        const rows = [...written.matchAll(/"label":/g)].length;
        expect([...written.matchAll(/"unreviewed":true/g)].length).toBe(rows + (draft?.created === undefined ? 0 : 1));
      }),
      { numRuns: 20 },
    );
  }, 120_000);
});
