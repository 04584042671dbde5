import { licenseOf } from "#src/catalog/entry/of-variant.ts";
import type { Architecture, Entry, License, Modality } from "#src/catalog/entry/schema.ts";
import { name as nameSchema, partialDate } from "#src/catalog/entry/value-schemas.ts";
import { type ModelFacts, modelName, organizationOf } from "#src/sync/hubs/hub.ts";
import { type Config, countOf, languagePartOf, layersOf, partOf, stated, typeOf } from "./config.ts";

/** The date that Hugging Face gives to models older than its records (ModelInfo of huggingface_hub). */
const BEFORE_RECORDS = "2022-03-02";
/** Before the first hub and long after this was written no model is made: a clock that is wrong, or a number that is no date. */
const EARLIEST = "2016";
const LATEST = "2100";

/** Day on which the model's repository was made, `YYYY-MM-DD`; undefined where the hub does not know it. */
export function releasedOf({ createdAt }: Pick<ModelFacts, "createdAt">): string | undefined {
  const day = partialDate.safeParse(createdAt?.slice(0, 10)).data;
  if (day === undefined || day === BEFORE_RECORDS || day.length !== 10) return undefined;
  return day >= EARLIEST && day < LATEST ? day : undefined;
}

/** Three-letter codes of the languages that cards name most, in the form that the catalog has. */
const SHORT_CODES: Readonly<Record<string, string>> = { zho: "zh", cmn: "zh", eng: "en", jpn: "ja", kor: "ko" };
/** A card that lists more names every language there is. */
const MOST_LANGUAGES = 120;

/** Languages as ISO codes, each once; empty where the card names none. */
export function languagesOf({ languages }: Pick<ModelFacts, "languages">): string[] {
  const codes = languages
    .slice(0, MOST_LANGUAGES)
    .map((code) => (Object.hasOwn(SHORT_CODES, code) ? SHORT_CODES[code] : undefined) ?? code);
  return [...new Set(codes.filter((code) => /^[a-z]{2,3}(?:-[A-Z][a-z]{3})?$/.test(code)))];
}

/**
 * What it is built on, as the catalog writes it: the entry that has the base, else the name of another maker's model.
 * Undefined for quantisations and merges, for several bases, and for bases of its own maker that the catalog lacks.
 */
export function baseModelOf(
  facts: Pick<ModelFacts, "baseModels" | "id">,
  entries: readonly Entry[],
): string | undefined {
  const [base, ...others] = facts.baseModels;
  const isBuiltOn =
    base !== undefined && (base.relation === undefined || ["finetune", "adapter"].includes(base.relation));
  if (!isBuiltOn || others.some(({ id }) => id.toLowerCase() !== base.id.toLowerCase())) return undefined;
  const own = entries.find((entry) => hasWeights(entry, base.id));
  if (own !== undefined) return own.id;
  const isForeign = organizationOf(base.id).toLowerCase() !== organizationOf(facts.id).toLowerCase();
  return isForeign ? nameSchema.safeParse(modelName(base.id)).data : undefined;
}

/** The licence of the base model, where the catalog has it: that of its variant. */
export function baseLicenseOf(facts: Pick<ModelFacts, "baseModels">, entries: readonly Entry[]): License | undefined {
  for (const { id } of facts.baseModels) {
    const entry = entries.find((each) => hasWeights(each, id));
    const variant = entry?.variants?.find(({ weights = [] }) => hasWeights({ weights }, id));
    if (entry !== undefined) return licenseOf(entry, variant);
  }
  return undefined;
}

function hasWeights({ weights = [], variants = [] }: Pick<Entry, "weights" | "variants">, id: string): boolean {
  const all = [...weights, ...variants.flatMap((variant) => variant.weights ?? [])];
  return all.some(
    (one) => one.id?.toLowerCase() === id.toLowerCase() || one.formerId?.toLowerCase() === id.toLowerCase(),
  );
}

/** What each of the hub's tasks takes in, beside text. */
const TASKS: Readonly<Record<string, readonly Modality[]>> = {
  "text-generation": [],
  "text2text-generation": [],
  "image-text-to-text": ["vision"],
  "visual-question-answering": ["vision"],
  "document-question-answering": ["vision"],
  "image-to-text": ["vision"],
  "video-text-to-text": ["vision"],
  "audio-text-to-text": ["audio"],
  "automatic-speech-recognition": ["audio"],
  "any-to-any": [],
};
const VISION_PARTS = ["vision_config", "visual", "vit_config", "vision_tower", "mm_vision_tower"];
const AUDIO_PARTS = ["audio_config", "speech_config", "audio_encoder_config", "sound_config"];

/** What it takes in, by the hub's task and the parts of its config; undefined where neither says it. */
export function modalitiesOf({
  pipelineTag,
  config,
}: Pick<ModelFacts, "pipelineTag" | "config">): Modality[] | undefined {
  const byTask = pipelineTag !== undefined && Object.hasOwn(TASKS, pipelineTag) ? TASKS[pipelineTag] : undefined;
  const has = (keys: readonly string[]) => configsOf(config).some((part) => keys.some((key) => isThere(part, key)));
  const found = new Set<Modality>(byTask);
  if (has(VISION_PARTS)) found.add("vision");
  if (has(AUDIO_PARTS)) found.add("audio");
  if (byTask === undefined && found.size === 0) return undefined;
  // An any-to-any model takes in more than text, and its config may name the parts in its own way.
  if (pipelineTag === "any-to-any" && found.size === 0) return undefined;
  return ["text", ...(["vision", "audio"] as const).filter((each) => found.has(each))];
}

const configsOf = (config: Config | undefined): Config[] =>
  config === undefined ? [] : [config, ...[partOf(config, "thinker_config") ?? []].flat()];

const isThere = (config: Config, key: string): boolean => {
  const value = stated(config, key);
  return typeof value === "string" ? value !== "" : typeof value === "object" && Object.keys(value ?? {}).length > 0;
};

const EXPERT_KEYS = [
  "num_experts",
  "n_routed_experts",
  "num_local_experts",
  "moe_num_experts",
  "moe_num_experts_per_layer",
];

/** Dense, mixture of experts or RWKV; undefined where the config does not describe a language model. */
export function architectureOf(config: Config | undefined): Architecture | undefined {
  if (config === undefined) return undefined;
  const model = languagePartOf(config);
  if (/^rwkv/.test(typeOf(model) ?? "")) return "rwkv";
  if (EXPERT_KEYS.some((key) => isMany(model, key))) return "moe";
  const layers = layersOf(model);
  const isKnown = typeOf(model) !== undefined && layers !== undefined && layers > 0;
  return isKnown && EXPERT_KEYS.every((key) => (countOf(model, key) ?? 0) <= 1) ? "dense" : undefined;
}

/** ERNIE's vision models have a number for each kind of input, and Hunyuan one for each layer. */
function isMany(config: Config, key: string): boolean {
  const value = stated(config, key);
  const numbers = Array.isArray(value) ? value.slice(0, 100) : [value];
  return numbers.some((each) => Number.isInteger(each) && each > 1);
}
