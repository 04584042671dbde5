import { describe, expect, it } from "vitest";
import { editEntry, writeEntry } from "#src/catalog/entry/edit.ts";
import { parseEntry } from "#src/catalog/entry/parse.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import type { Place } from "#src/sync/names/place.ts";
import type { Draft } from "#src/sync/propose/draft/draft.ts";
import { draftsOf } from "#src/sync/propose/draft/drafts.ts";
import type { PlacedModel } from "#src/sync/sources/candidate.ts";
import { factsOf, foundOn, namingOf, placedAt, realContext, realEntry, realTexts } from "./candidates.ts";

const onlyDraft = (placed: readonly PlacedModel[]): Draft => {
  const [draft, ...others] = draftsOf(placed, realContext);
  if (draft === undefined || others.length > 0) throw new Error("one draft was expected");
  return draft;
};

/** The entry as it is once the draft is merged. */
function merged(draft: Draft): Entry {
  const text =
    draft.created === undefined
      ? editEntry(
          realTexts.get(draft.entry) ?? "",
          draft.edits.map(({ edit }) => edit),
        )
      : writeEntry(draft.created);
  const { entry, problems } = parseEntry(`${draft.entry}.yaml`, text);
  if (entry === undefined || problems.length > 0) throw new Error(JSON.stringify(problems));
  return entry;
}

const variantOf = (entry: Entry, name: string) => entry.variants?.find((variant) => variant.name === name);
const inVariant = (id: string, name: string): Place => {
  const entry = realEntry(id);
  return { kind: "weights", entry, variant: variantOf(entry, name) };
};

describe("weights of a variant that is there", () => {
  const id = "Qwen/Qwen3.6-27B-GPTQ-Int4";

  it("go into it, labelled as its siblings, and not to the top", () => {
    const entry = merged(onlyDraft([placedAt(id, inVariant("qwen3.6", "Qwen3.6-27B"))]));
    expect(variantOf(entry, "Qwen3.6-27B")?.weights?.at(-1)).toEqual({
      label: "GPTQ-INT4",
      precision: "gptq-int4",
      hub: "huggingface",
      id,
      unreviewed: true,
    });
    expect(entry.weights).toBeUndefined();
  });

  it("bring the size of their files, and leave what people wrote", () => {
    const known = merged(onlyDraft([placedAt(id, inVariant("qwen3.6", "Qwen3.6-27B"))]));
    expect(variantOf(known, "Qwen3.6-27B")?.fileGb).toEqual({ "gptq-int4": 16 });
    const other = foundOn(factsOf(id, { files: [{ path: "model.safetensors", bytes: 60_000_000_000 }] }));
    const odd = merged(onlyDraft([placedAt(id, inVariant("qwen3.6", "Qwen3.6-27B"), { facts: other })]));
    expect(variantOf(odd, "Qwen3.6-27B")?.fileGb).toBeUndefined();
    const stated = merged(
      onlyDraft([placedAt("Qwen/Qwen3.8-2.4T-A95B-New-FP8", inVariant("qwen3.8", "Qwen3.8-2.4T-A95B"))]),
    );
    expect(variantOf(stated, "Qwen3.8-2.4T-A95B")?.fileGb).toEqual({ bf16: 4890, fp8: 2500 });
  });

  it("say that nobody saw their page only where the hub has it not", () => {
    const rowWith = (facts: PlacedModel["facts"]) => {
      const draft = onlyDraft([placedAt(id, inVariant("qwen3.6", "Qwen3.6-27B"), { facts })]);
      return { status: variantOf(merged(draft), "Qwen3.6-27B")?.weights?.at(-1)?.status, open: draft.open };
    };
    expect(rowWith({ state: "absent" })).toEqual({ status: "unknown", open: ["pageNotSeen"] });
    expect(rowWith({ state: "notAsked" })).toEqual({ status: undefined, open: [] });
    expect(rowWith({ state: "silent", silence: { reason: "away", detail: "" } })).toEqual({
      status: undefined,
      open: [],
    });
  });

  it("stand on the other hub too where their siblings do", () => {
    const also = [{ hub: "modelscope" as const, id: "ZhipuAI/GLM-4.6V-Flash-FP8" }];
    const paired = merged(
      onlyDraft([placedAt("zai-org/GLM-4.6V-Flash-FP8", inVariant("glm-4.6v", "GLM-4.6V-Flash"), { also })]),
    );
    expect(
      variantOf(paired, "GLM-4.6V-Flash")
        ?.weights?.slice(-2)
        .map(({ label, hub }) => [label, hub]),
    ).toEqual([
      ["FP8", "huggingface"],
      ["FP8", "modelscope"],
    ]);
    const single = merged(
      onlyDraft([placedAt(id, inVariant("qwen3.6", "Qwen3.6-27B"), { also: [{ hub: "modelscope", id }] })]),
    );
    expect(variantOf(single, "Qwen3.6-27B")?.weights?.filter(({ hub }) => hub === "modelscope")).toEqual([]);
  });
});

describe("a new variant", () => {
  const place = (): Place => ({ kind: "variant", entry: realEntry("qwen3.6"), name: "Qwen3.6-8B", like: undefined });
  const instruct = placedAt("Qwen/Qwen3.6-8B", place());
  const quantized = placedAt("Qwen/Qwen3.6-8B-FP8", place(), {
    facts: foundOn(
      factsOf("Qwen/Qwen3.6-8B-FP8", {
        files: [{ path: "model.safetensors", bytes: 9_000_000_000 }],
        createdAt: "2026-11-19T00:00:00.000Z",
      }),
    ),
  });

  it("is one for all its models, with the figures of the one as it was trained", () => {
    const draft = onlyDraft([quantized, instruct]);
    const variant = variantOf(merged(draft), "Qwen3.6-8B");
    expect(variant).toMatchObject({
      parametersB: 8,
      architecture: "dense",
      contextTokens: 262_144,
      released: "2026-11-19",
      attention: {
        layers: 36,
        kvHeads: 8,
        headDim: 128,
        source: [`https://huggingface.co/Qwen/Qwen3.6-8B/blob/${"c".repeat(40)}/config.json`],
      },
      embeddings: { width: 4096, vocabulary: 151_936, tied: false },
      fileGb: { bf16: 16, fp8: 9 },
    });
    expect(variant?.weights?.map(({ label, precision }) => [label, precision])).toEqual([
      ["BF16", "bf16"],
      ["FP8", "fp8"],
    ]);
    expect(draft.open).toEqual([]);
  });

  it("says nothing of what its hub does not, and lists it as open", () => {
    const draft = onlyDraft([placedAt("Qwen/Qwen3.6-8B", place(), { facts: { state: "notAsked" } })]);
    const variant = variantOf(merged(draft), "Qwen3.6-8B");
    expect(variant?.attention).toBeUndefined();
    expect(variant?.contextTokens).toBeUndefined();
    expect(variant?.license).toBeUndefined();
    expect(draft.open).toEqual(["context", "attention", "license", "released"]);
  });

  it("makes the context of its entry the longest, and leaves a longer one", () => {
    const withContext = (tokens: number) => {
      const facts = factsOf("Qwen/Qwen3.6-8B");
      const config = { ...facts.config, max_position_embeddings: tokens };
      return merged(onlyDraft([placedAt("Qwen/Qwen3.6-8B", place(), { facts: foundOn({ ...facts, config }) })]));
    };
    expect(withContext(1_048_576).contextTokens).toBe(1_048_576);
    expect(withContext(131_072).contextTokens).toBe(262_144);
  });

  it("states its licence where it differs, and each sibling then states the one that was all's", () => {
    const license = { tag: "other", name: "Qwen Research License", link: undefined };
    const draft = onlyDraft([
      placedAt("Qwen/Qwen3.6-8B", place(), { facts: foundOn(factsOf("Qwen/Qwen3.6-8B", { license })) }),
    ]);
    const entry = merged(draft);
    expect(variantOf(entry, "Qwen3.6-8B")?.license?.weights).toBe("Qwen Research License");
    expect(variantOf(entry, "Qwen3.6-27B")?.license).toEqual({ weights: "Apache-2.0", commercial: "yes" });
    expect(entry.license.commercial).toBe(variantOf(entry, "Qwen3.6-8B")?.license?.commercial);
    expect(draft.changes.find(({ field }) => field === "license.commercial")?.before).toBe("yes");
  });

  it("leaves its context open where that of an entry without variants is shorter, and keeps what comes beside it", () => {
    const entry = realEntry("glm-4.6");
    const draft = onlyDraft([
      placedAt("zai-org/GLM-4.6-Air", { kind: "variant", entry, name: "GLM-4.6-Air", like: undefined }),
      placedAt("zai-org/GLM-4.6-AWQ", { kind: "weights", entry, variant: undefined }),
    ]);
    const after = merged(draft);
    expect(after.contextTokens).toBe(entry.contextTokens);
    expect(variantOf(after, "GLM-4.6-Air")?.contextTokens).toBeUndefined();
    expect(after.weights?.map(({ label }) => label)).toEqual(["BF16", "FP8", "AWQ"]);
    expect(draft.open).toContain("context");
  });

  it("is proposed without another one whose name cannot stand in the catalog", () => {
    const entry = realEntry("qwen3.6");
    const alias = realEntry("glm-5").aliases.find((name) => name.startsWith("glm-")) ?? "";
    const name = realEntry("qwen3-coder").aliases[0] ?? alias;
    const [draft, without] = draftsOf(
      [placedAt("Qwen/Qwen3.6-8B", place()), placedAt("Qwen/other", { kind: "variant", entry, name, like: undefined })],
      realContext,
    );
    if (draft === undefined) throw new Error("a draft was expected");
    expect(variantOf(merged(draft), "Qwen3.6-8B")).toBeDefined();
    expect(draft.edits.filter(({ edit }) => edit.path.join() === "variants")).toHaveLength(1);
    expect(draft.models.map(({ candidate }) => candidate.model.id)).toEqual(["Qwen/Qwen3.6-8B"]);
    expect(without, "what it keeps out").toMatchObject({
      ...{ entry: "qwen3.6", created: undefined, edits: [] },
      models: [{ candidate: { model: { id: "Qwen/other" } } }],
    });
  });

  it("repeats no licence that all have", () => {
    expect(variantOf(merged(onlyDraft([instruct])), "Qwen3.6-8B")?.license).toBeUndefined();
  });
});

describe("a new entry", () => {
  const series = (variant: string): Place => ({
    kind: "series",
    id: "qwen4",
    name: "Qwen4",
    variant,
    like: realEntry("qwen3.8"),
  });
  const named = [namingOf("Qwen/Qwen4-8B")];
  const moe = factsOf("Qwen/Qwen4-235B-A22B", {
    createdAt: "2026-11-21T03:00:00.000Z",
    stored: { total: 235_000_000_000, byType: { BF16: 235_000_000_000 } },
    config: { ...factsOf("x/y").config, model_type: "qwen3_moe", num_experts: 128 },
  });
  const models = [
    placedAt("Qwen/Qwen4-8B", series("Qwen4-8B"), { named }),
    placedAt("Qwen/Qwen4-8B-FP8", series("Qwen4-8B")),
    placedAt("Qwen/Qwen4-235B-A22B", series("Qwen4-235B-A22B"), { facts: foundOn(moe), named }),
  ];

  it("has the facts of its models, each in its variant, and what it shares with the nearest entry", () => {
    const entry = merged(onlyDraft(models));
    expect(entry).toMatchObject({
      name: "Qwen4",
      aliases: ["通义千问4", "千问4"],
      family: "Qwen",
      unreviewed: true,
      developers: realEntry("qwen3.8").developers,
      familyAliases: realEntry("qwen3.8").familyAliases,
      released: "2026-11-20",
      contextTokens: 262_144,
      languages: ["zh", "en"],
      license: { weights: "Apache-2.0", commercial: "yes" },
      repository: { name: "QwenLM/Qwen4", id: 987_654_321 },
      sync: { mode: "readme", hubOrgs: ["Qwen"] },
    });
    expect(entry.weights).toBeUndefined();
    expect(variantOf(entry, "Qwen4-8B")?.weights?.map(({ label }) => label)).toEqual(["BF16", "FP8"]);
    expect(variantOf(entry, "Qwen4-235B-A22B")).toMatchObject({
      parametersB: 235,
      activeParametersB: 22,
      released: "2026-11-21",
    });
    expect(entry.sources).toContain("https://github.com/QwenLM/Qwen4/blob/main/README.md");
    expect(entry.summary.zh).toContain("8B 和 235B-A22B 两种大小");
    expect(entry.summary.en).toContain("8B and 235B-A22B");
  });

  it("asks a person for what no machine writes", () => {
    expect(onlyDraft(models).open).toEqual(["summary", "purposes", "baseModel", "highlights", "demos"]);
  });

  it("has no repository where only that of others names it", () => {
    const foreign = [namingOf("Qwen/Qwen4-8B", { name: "zai-org/GLM-V", id: 5 })];
    const entry = merged(onlyDraft([placedAt("Qwen/Qwen4-8B", series("Qwen4-8B"), { named: foreign })]));
    expect(entry.repository).toBeUndefined();
    expect(entry.sync?.hubOrgs).toEqual(["Qwen"]);
  });

  it("shares the repository of its sibling", () => {
    const own = realEntry("qwen3.8").repository?.name ?? "";
    const entry = merged(
      onlyDraft([
        placedAt("Qwen/Qwen4-8B", series("Qwen4-8B"), { named: [namingOf("Qwen/Qwen4-8B", { name: own, id: 7 })] }),
      ]),
    );
    expect(entry.repository).toEqual({ name: own, id: 7 });
  });

  it("is the same whatever the order of its models", () => {
    expect(onlyDraft(models.toReversed()).created).toEqual(onlyDraft(models).created);
  });

  it("cannot be written where its id is none", () => {
    const draft = onlyDraft([
      placedAt("Qwen/Qwen4-8B", { kind: "series", id: "Qwen 4!", name: "Qwen4", variant: "Qwen4-8B", like: undefined }),
    ]);
    expect(draft.created).toBeUndefined();
    expect(draft.models).toHaveLength(1);
  });
});
