import { everyWeights } from "#src/catalog/entry/editions.ts";
import type { Precision } from "#src/catalog/entry/precision.ts";
import type { Entry, Weights } from "#src/catalog/entry/schema.ts";

/** A model on a hub, as a README links it. */
export type HubModel = { hub: Extract<Weights["hub"], "huggingface" | "modelscope">; id: string };

const LINK =
  /(?:https?:)?\/\/(?:www\.)?(?<site>huggingface\.co|hf\.co|hf-mirror\.com|modelscope\.cn\/models|modelscope\.ai\/models)\/(?<owner>[A-Za-z0-9][\w.-]*)\/(?<model>[A-Za-z0-9][\w.-]*)/g;
/** First parts of hub addresses that are no organisation. */
const PLACES = new Set("datasets spaces collections papers docs blog models organizations tasks learn".split(" "));

/** Models that a Markdown text links on Hugging Face and ModelScope, each once, in their order. */
export function linkedModels(markdown: string): HubModel[] {
  const found = new Map<string, HubModel>();
  for (const { groups } of markdown.matchAll(LINK)) {
    const { site = "", owner = "", model = "" } = groups ?? {};
    const name = model.replace(/(?:\.git)?[.]*$/, "");
    if (PLACES.has(owner.toLowerCase()) || name === "") continue;
    const hub = site.startsWith("modelscope") ? "modelscope" : "huggingface";
    const item: HubModel = { hub, id: `${owner}/${name}` };
    if (!found.has(hubKey(item))) found.set(hubKey(item), item);
  }
  return [...found.values()];
}

/** Hubs compare names without case. */
export const hubKey = ({ hub, id }: { hub: string; id: string }): string => `${hub}:${id.toLowerCase()}`;

/** `owner/name` → `name`. */
export const modelName = (id: string): string => id.slice(id.indexOf("/") + 1);
export const ownerOf = (id: string): string => id.slice(0, id.indexOf("/")).toLowerCase();

const PRECISION_WORDS: readonly [RegExp, Precision][] = [
  [/gptq.?int8|8bit.?gptq/i, "gptq-int8"],
  [/gptq.?int4|4bit.?gptq/i, "gptq-int4"],
  [/gptq/i, "gptq"],
  [/awq/i, "awq"],
  [/gguf/i, "gguf"],
  [/ggml/i, "ggml"],
  [/exl2/i, "exl2"],
  [/mlx/i, "mlx"],
  [/nvfp4/i, "nvfp4"],
  [/mxfp4/i, "mxfp4"],
  [/mxfp8/i, "mxfp8"],
  [/fp8/i, "fp8"],
  [/int8/i, "int8"],
  [/int4/i, "int4"],
  [/bf16/i, "bf16"],
  [/fp16/i, "fp16"],
  [/lora/i, "lora"],
];

/** The precision that a model's name states as a word of its own; a plain name states none. */
export function precisionInName(name: string): Precision | undefined {
  const words = name.split(/[-_]/);
  const pairs = words.map((word, index) => `${word}-${words[index + 1] ?? ""}`);
  const says = (pattern: RegExp): boolean =>
    [...words, ...pairs].some((word) => new RegExp(`^(?:${pattern.source})(?:-.*)?$`, "i").test(word));
  return PRECISION_WORDS.find(([pattern]) => says(pattern))?.[1];
}

const SIZE = /^(?:\d+x)?[ae]?\d+(?:\.\d+)?[bmt]$/i;
const EDITION =
  /^(?:instruct|chat|base|thinking|think|reasoning|preview|sft|dpo|rlhf|rl|hf|it|gguf|ggml|gptq|awq|exl2|mlx|lora|fp8|fp16|bf16|nvfp4|mxfp4|mxfp8|fp4|int[248]|[248]bit|\d+(?:k|m)|\d{4,8})$/i;

/**
 * The series that a model's name belongs to: what stands before its size and edition. `Qwen3.5-7B-Instruct` →
 * `Qwen3.5`, `GLM-4.6-FP8` → `GLM-4.6`.
 */
export function seriesOf(name: string): string {
  const words = name.split("-");
  const end = words.findIndex((word, index) => index > 0 && (SIZE.test(word) || EDITION.test(word)));
  return words.slice(0, end < 0 ? words.length : end).join("-");
}

/** As names are compared here: hyphens stay, because `Qwen3-8B` is a Qwen3 and `Qwen3.5` is not; `2_5` is 2.5. */
export const comparable = (name: string): string =>
  name
    .toLowerCase()
    .replace(/(?<=\d)_(?=\d+(?![\d.]*b))/g, ".")
    .replace(/[\s_]+/g, "-");

/**
 * The entry whose names a model's name begins with, the longest name first; undefined where it is of none: a new
 * series, such as `Qwen3.5-7B` beside an entry Qwen3.
 */
export function fittingEntry(name: string, entries: readonly Entry[]): Entry | undefined {
  const wanted = comparable(name);
  const begins = (own: string): boolean => own !== "" && (wanted === own || wanted.startsWith(`${own}-`));
  let best: { entry: Entry; length: number } | undefined;
  for (const entry of entries) {
    const names = [entry.id, entry.name, ...entry.aliases, ...(entry.variants ?? []).map((item) => item.name)];
    for (const own of names.map(comparable))
      if (begins(own) && own.length > (best?.length ?? 0)) best = { entry, length: own.length };
  }
  return best?.entry;
}

/** Every hub id that the entries hold, former ones too, as `hubKey` gives them. */
export function knownModels(entries: readonly Entry[]): Set<string> {
  return new Set(
    entries
      .flatMap(everyWeights)
      .flatMap(({ row: { hub, id, formerId } }) =>
        [id, formerId].flatMap((name) => (name === undefined ? [] : [hubKey({ hub, id: name })])),
      ),
  );
}
