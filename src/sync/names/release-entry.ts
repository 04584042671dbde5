import type { Entry } from "#src/catalog/entry/schema.ts";
import { wordsOf } from "./model-words.ts";

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
 * The entry whose names a text begins with, the longest name first; undefined where it is of none: a new series, such
 * as `Qwen3.5-7B` beside an entry Qwen3.
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

/**
 * The entry of a shared repository that a release is of: the one that its title or tag names, else the one whose own
 * version it is (`5.0`, `v4.5-rc`); undefined where neither tells.
 */
export function entryOfRelease(
  { title, tag }: { title: string; tag: string },
  entries: readonly Entry[],
): Entry | undefined {
  const named = fittingEntry(title, entries) ?? fittingEntry(tag, entries);
  if (named !== undefined) return named;
  const wanted = versionIn(tag) ?? versionIn(title);
  if (wanted === undefined) return undefined;
  const [own, ...others] = entries.filter((entry) =>
    [entry.id, entry.name].some((name) => ownVersion(name) === wanted),
  );
  return others.length > 0 ? undefined : own;
}

/** The version that a tag is: `5.0`, `v5`, `MiniCPM-5.0`; undefined for `v1.2.3`, which counts the code. */
function versionIn(text: string): string | undefined {
  const version = text.match(/(?<![\d.])v?(\d+(?:\.\d+)?)(?:[-_ ].*)?$/i)?.[1];
  return version === undefined ? undefined : plainVersion(version);
}

/** The version of the series that a name states: `minicpm5` → `5`, `GLM-4.5V` → `4.5`. */
const ownVersion = (name: string): string | undefined =>
  wordsOf(name).all.find(({ kind, version }) => kind === "series" && version !== undefined)?.version;

const plainVersion = (version: string): string => version.replace(/(?:\.0+)+$/, "");
