import { z } from "zod";
import { GITHUB_NAME } from "./patterns.ts";
import { PURPOSES } from "./purposes.ts";
import { attention, attentionMissing, embeddings, fileSizes, mla } from "./shape-schemas.ts";
import {
  billions,
  gigabytes,
  line,
  name,
  partialDate,
  precision,
  rule,
  source,
  sourceList,
  stored,
  tokens,
  url,
} from "./value-schemas.ts";

/**
 * The shape of `catalog/models/<id>.yaml`. Three kinds of silence are kept apart everywhere:
 * a missing key means "not stated" (or does not apply), an empty list means "looked for, there is none",
 * and `unknown` means that the sources contradict each other or refuse to say.
 * Text is Chinese unless the key says otherwise. The order of keys here is the order in the files.
 */

/** The programs that memory is measured with and estimated for. */
export const ENGINES = [
  "transformers",
  "llama.cpp",
  "ollama",
  "vllm",
  "sglang",
  "lmdeploy",
  "mlx",
  "ktransformers",
  "mindie",
  "other",
] as const;

const HUB_ID = /^[A-Za-z0-9][A-Za-z0-9._-]*\/[A-Za-z0-9._-]+$/;
/** `model[:tag]`, `namespace/model[:tag]`, `hf.co/user/repo[:quant]` (Ollama's naming rules). */
const OLLAMA_NAME = /^(?:[A-Za-z0-9._-]+\/){0,2}[A-Za-z0-9][A-Za-z0-9._-]*(?::[A-Za-z0-9._-]+)?$/;
const LANGUAGE = /^[a-z]{2,3}(?:-[A-Z][a-z]{3})?$/;

const githubName = z.string().regex(GITHUB_NAME, rule("repository"));
const confidence = z.enum(["secondary"]).describe("Mainly from third parties; absent: from the maker's own material");
const architecture = z.enum(["dense", "moe", "rwkv", "other"]);
const modality = z.enum(["text", "vision", "audio"]);
const purposes = z
  .array(z.enum(PURPOSES))
  .min(1)
  .describe("What it is made for, the foremost first; `completion`: only base weights are open");
const thinking = z
  .enum(["always", "switchable", "never"])
  .describe("Whether it thinks before it answers; absent: not known");

const license = z.strictObject({
  code: line.optional().describe("SPDX name, or the licence's own name"),
  weights: line.optional(),
  data: line.optional(),
  commercial: z
    .enum(["yes", "conditional", "registration", "no", "unknown"])
    .describe("Commercial use of the weights, the stricter reading where sources disagree"),
  codeUrl: url.optional(),
  weightsUrl: url.optional(),
  note: line.optional(),
  clause: z
    .strictObject({ zh: line, en: line })
    .optional()
    .describe("The condition of the weights' licence that matters most to who uses them"),
  source: sourceList.optional(),
});

const weights = z
  .strictObject({
    label: name,
    precision: precision
      .optional()
      .describe("Absent only where a machine proposed the weights and their name does not say"),
    quant: name
      .optional()
      .describe("With gguf, ggml, exl2, mlx: the kind, such as q4_k_m; absent: several or not stated"),
    hub: z.enum(["huggingface", "modelscope", "wisemodel", "gitcode", "tsinghua-cloud", "baidu", "form"]),
    id: z.string().regex(HUB_ID, rule("hubId")).optional(),
    url: url.optional(),
    formerId: z.string().regex(HUB_ID, rule("hubId")).optional().describe("Old name on the same hub that redirects"),
    status: z.enum(["unknown"]).optional().describe("Named by the project, page not seen"),
    unreviewed: z.literal(true).optional().describe("Proposed by a machine, not yet checked by a person"),
    mla: mla.optional(),
    note: line.optional(),
  })
  .refine((item) => (item.id === undefined) !== (item.url === undefined), rule("idOrUrl"));

const requirement = z.strictObject({
  precision,
  quant: name.optional(),
  variant: name.optional().describe("Name of a variant, or free text where the size is none of ours"),
  vramInferenceGb: gigabytes.optional().describe("GB of graphics memory to run, over all cards"),
  vramFinetuneGb: gigabytes.optional(),
  finetuneMethod: z.enum(["full", "lora", "qlora", "p-tuning-v2", "unspecified"]).optional(),
  ramGb: gigabytes.optional().describe("GB of main or unified memory"),
  device: z.enum(["cpu"]).optional().describe("No graphics card is used"),
  fileGb: gigabytes.optional().describe("GB of the weight files"),
  fileConfidence: confidence.optional().describe("Of fileGb alone"),
  contextTokens: tokens.optional().describe("Sequence length of the measurement"),
  cacheKind: z
    .enum(["q8_0", "fp8", "q4_0"])
    .optional()
    .describe("How the cache was stored when it was measured; absent: in 16 bits; 8-bit integers with scales: q8_0"),
  engine: z.enum(ENGINES).optional().describe("The program it was measured with; other programs need other memory"),
  hardware: name.optional().describe("What it was measured on, such as H20 96GB"),
  estimated: z.literal(true).optional().describe("Computed, not measured; never show it as measured"),
  source: line.optional(),
  note: line.optional(),
});

const ollamaModel = z.strictObject({
  model: z.string().max(200).regex(OLLAMA_NAME, rule("ollamaName")).describe("What follows `ollama run`"),
  official: z.boolean().describe("true: in ollama.com/library; false: a namespace or hf.co"),
  exact: z.boolean().describe("false: a stand-in, a successor or a namesake"),
  cloud: z.literal(true).optional().describe("Runs on Ollama's servers only"),
  sizeGb: gigabytes.optional(),
  contextTokens: tokens.optional(),
  mla: mla.optional(),
  note: line.optional(),
});

const variant = z.strictObject({
  name,
  confidence: confidence.optional(),
  parametersB: billions.optional(),
  activeParametersB: billions.optional(),
  architecture: architecture.optional(),
  baseModel: name.optional(),
  contextTokens: tokens.optional(),
  released: partialDate.optional(),
  modalities: z.array(modality).optional(),
  purposes: purposes.optional(),
  purposesSource: source.optional(),
  thinking: thinking.optional(),
  attention: attention.optional(),
  attentionMissing: attentionMissing.optional(),
  embeddings: embeddings.optional(),
  storedParametersB: stored.optional(),
  fileGb: fileSizes.optional(),
  pretrainingTokens: name.optional().describe("As the maker writes it, such as 2.4T"),
  license: license.optional(),
  weights: z.array(weights).optional(),
  requirements: z.array(requirement).optional(),
  ollama: z.array(ollamaModel).optional(),
  note: line.optional(),
});

const repository = z.strictObject({
  name: githubName.describe("GitHub owner/name as it is called now; several entries may share one"),
  id: z.int().positive().optional().describe("GitHub's numeric id (databaseId), which survives renames"),
  formerNames: z.array(githubName).optional(),
  others: z.array(githubName).optional().describe("Further repositories of the same entry"),
  status: z.enum(["active", "unknown", "archived", "gone"]).optional(),
  lastCommit: partialDate.optional().describe("Day of the last commit read, not a live value"),
  publishes: z.enum(["releases", "tags", "none", "unknown"]).optional(),
});

const dataset = z.strictObject({ name: line, url: url.optional() });

const sync = z.strictObject({
  mode: z.enum(["releases", "tags", "readme"]).optional().describe("The strongest signal that means a new model"),
  include: z.array(name).optional().describe("Only names that match one of these (glob)"),
  exclude: z.array(name).optional(),
  hubOrgs: z.array(name).optional().describe("Hub organisations whose weights are the project's own"),
  minimumAgeHours: z.int().nonnegative().optional(),
  disabled: line.optional().describe("Why this entry is not followed"),
});

export const entrySchema = z.strictObject({
  name: name.describe("Display name"),
  aliases: z.array(name).default([]).describe("What a person types for this entry and no other"),
  familyAliases: z.array(name).default([]).describe("What a person types for the whole family or its maker; shared"),
  family: name,
  unreviewed: z.literal(true).optional().describe("Added by a machine, not yet checked by a person"),
  confidence: confidence.optional(),
  domain: z
    .enum(["medical", "legal", "finance"])
    .optional()
    .describe("For readers from before `purposes`, which says the same and more"),
  summary: z.strictObject({ zh: line, en: line }),
  highlights: z.array(line).optional(),
  developers: z
    .array(
      z.strictObject({
        name: name.describe("Both names where there are two"),
        zh: name.optional().describe("Name in Chinese, where `name` is not just that"),
        en: name.optional(),
        role: z.enum(["corresponding"]).optional(),
      }),
    )
    .min(1),
  developersNote: line.optional(),
  released: partialDate.optional().describe("First open weights"),
  updates: z.array(z.strictObject({ name, released: partialDate })).optional(),
  latestRelease: z
    .strictObject({ tag: name, date: partialDate.optional(), url: url.optional() })
    .optional()
    .describe("Newest release or tag of the repository; often of training code, not of a model"),
  baseModel: name.optional().describe("An id of this catalog, the name of a foreign model, or `from scratch`"),
  architecture: architecture.optional().describe("Absent only where a machine added the entry"),
  parametersB: billions.optional(),
  activeParametersB: billions.optional().describe("Only for mixture-of-experts models"),
  contextTokens: tokens.optional().describe("The longest context of any edition"),
  contextNote: line.optional(),
  languages: z.array(z.string().regex(LANGUAGE, rule("language"))).default([]),
  languagesNote: line.optional(),
  modalities: z.array(modality).min(1).default(["text"]),
  modalitiesNote: line.optional(),
  purposes: purposes.optional(),
  purposesSource: source.optional(),
  thinking: thinking.optional(),
  attention: attention.optional(),
  attentionMissing: attentionMissing.optional(),
  embeddings: embeddings.optional(),
  storedParametersB: stored.optional(),
  fileGb: fileSizes.optional(),
  variants: z.array(variant).optional(),
  weights: z.array(weights).optional(),
  quantizations: z.array(precision).optional().describe("Precisions the project supports or ships"),
  requirements: z.array(requirement).optional(),
  ollama: z.array(ollamaModel).optional(),
  ollamaNote: line.optional(),
  training: z
    .strictObject({
      pretrainingData: z.array(dataset).optional(),
      instructionData: z.array(dataset).optional(),
      process: line.optional(),
    })
    .optional(),
  license,
  repository: repository.optional(),
  publishes: z.enum(["unknown"]).optional().describe("Without a repository: whether releases appear anywhere"),
  papers: z
    .array(z.strictObject({ title: line, authors: line.optional(), venue: name.optional(), url: url.optional() }))
    .optional(),
  demos: z.array(name).optional(),
  links: z.array(z.strictObject({ label: name, url })).optional(),
  sync: sync.optional(),
  notes: line.optional().describe("Doubts, conflicts, how a figure was chosen"),
  sources: z.array(source).min(1, rule("noSource")),
});

/** One entry as its file states it. */
type EntryFile = z.infer<typeof entrySchema>;
/** One entry with the id that its file name gives it. */
export type Entry = EntryFile & { id: string };
export type Variant = NonNullable<Entry["variants"]>[number];
export type Weights = NonNullable<Entry["weights"]>[number];
export type Requirement = NonNullable<Entry["requirements"]>[number];
export type OllamaModel = NonNullable<Entry["ollama"]>[number];
export type Attention = NonNullable<Entry["attention"]>;
export type Embeddings = NonNullable<Entry["embeddings"]>;
export type Thinking = NonNullable<Entry["thinking"]>;
export type Engine = NonNullable<Requirement["engine"]>;
export type License = Entry["license"];
export type Architecture = NonNullable<Entry["architecture"]>;
export type Modality = Entry["modalities"][number];

/** The schema behind optional values and defaults. */
export function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault ? unwrap(schema.unwrap()) : schema;
}

/** Every field name that an entry's file may use, nested ones too: where a mistyped one may belong. */
export const FIELD_NAMES: readonly string[] = [...new Set(fieldNames(entrySchema))];

function fieldNames(schema: z.core.$ZodType): string[] {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodArray) return fieldNames(inner.element);
  if (!(inner instanceof z.ZodObject)) return [];
  return Object.entries(inner.shape).flatMap(([field, child]: [string, z.core.$ZodType]) => [
    field,
    ...fieldNames(child),
  ]);
}
