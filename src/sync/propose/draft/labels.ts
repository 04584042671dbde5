import type { Precision, Quantization } from "#src/catalog/entry/precision.ts";
import { foldName } from "#src/catalog/entry/text.ts";

/** Weights whose label people wrote, or that is to be written. */
export type NamedWeights = {
  /** The model's name without its organisation. */
  model: string;
  /** Name of the variant or entry that they stand under. */
  holder: string;
  quantization: StatedQuantization;
};
/** The precision as far as it is known. */
export type StatedQuantization = { precision?: Precision | undefined; quant?: string | undefined };
export type LabelledWeights = NamedWeights & { label: string };

/** Words of a model's name that say how its numbers are stored. */
const PRECISION_WORD =
  /^(?:gptq|awq|autoawq|gguf|ggml|exl2|mlx|lora|qlora|bnb|bitsandbytes|qat|quantized|format|mixed|dynamic|(?:nv|mx)?fp\d+|bf16|u?int\d+|w\d+a\d+|i?q\d.*|\d+bits?|f\d+|fp8dynamic)$/i;
/** A size in a label (`7B Chat`) belongs to one variant. */
const SIZE = /\d(?:\.\d+)?B(?![A-Za-z])/i;

/** The words of a model's name that its holder's name does not say: those of its edition, and those of its precision. */
export function ownWords({ model, holder }: Pick<NamedWeights, "model" | "holder">): {
  edition: string[];
  precision: string[];
} {
  const known = wordsOf(holder).map((word) => word.toLowerCase());
  const rest = wordsOf(model).filter((word) => {
    const at = known.indexOf(word.toLowerCase());
    if (at >= 0) known.splice(at, 1);
    return at < 0;
  });
  return {
    edition: rest.filter((word) => !PRECISION_WORD.test(word)),
    precision: rest.filter((word) => PRECISION_WORD.test(word)),
  };
}

/** `MiniCPM-o-2_6` has the words MiniCPM, o and 2.6; `dots.llm1.base` has dots, llm1 and base. */
const wordsOf = (name: string): string[] =>
  name
    .replace(/(?<=\d)_(?=\d)/g, ".")
    .split(/[-_\s/()]+|\.(?=[A-Za-z])/)
    .filter((word) => word !== "");

/**
 * The label of weights as those beside it are labelled, the nearest first: `FP8`, `BF16 (Qwen3-4B-Instruct-2507)`,
 * `Base`, `HF 格式`. Without any like it, the precision; the edition too where `beside` has another one of that precision.
 */
export function labelOf(
  own: NamedWeights,
  siblings: readonly LabelledWeights[],
  beside: readonly NamedWeights[] = [],
): string {
  const { edition } = ownWords(own);
  const alike = siblings.filter((item) => isReusable(item, own) && sameEdition(item, own));
  const same = alike.find(({ quantization }) => sameQuantization(quantization, own.quantization));
  if (same !== undefined) return bounded(same.label.replaceAll(same.model, own.model));
  const precision = precisionLabel(own, siblings);
  if (edition.every((word) => SIZE.test(word)) && !alike.some(hasModel)) return precision;
  return bounded(withEdition(own, { edition, precision, style: styleOf(alike, siblings), beside, siblings }));
}

type Style = "model" | "words" | "precision" | undefined;
type Parts = {
  edition: readonly string[];
  precision: string;
  style: Style;
  beside: readonly NamedWeights[];
  siblings: readonly LabelledWeights[];
};

function withEdition(own: NamedWeights, { edition, precision, style, beside, siblings }: Parts): string {
  const words = edition.filter((word) => !SIZE.test(word)).join(" ");
  const named = isPlain(own.quantization) ? words : `${words} ${precision}`;
  if (own.quantization.precision === undefined) return isBase(own) && edition.length === 1 ? "Base" : own.model;
  if (isBase(own) && edition.length === 1) return isPlain(own.quantization) ? "Base" : `Base ${precision}`;
  if (style === "words" && words !== "") return named;
  if (style === "model") return `${precision} (${own.model})`;
  const others = [...beside, ...siblings.filter(({ holder }) => holder === own.holder)];
  const isOnly = others.every(
    (other) =>
      foldName(other.model) === foldName(own.model) ||
      sameEdition(other, own) ||
      !sameQuantization(other.quantization, own.quantization) ||
      isBase(other),
  );
  return isOnly ? precision : `${precision} (${own.model})`;
}

/** How the nearest weights of another edition tell theirs. */
function styleOf(alike: readonly LabelledWeights[], siblings: readonly LabelledWeights[]): Style {
  const telling = [...alike, ...siblings].find((item) => ownWords(item).edition.length > 0 && !isBase(item));
  if (telling === undefined) return siblings.some(hasModel) ? "model" : undefined;
  if (hasModel(telling)) return "model";
  const label = foldName(telling.label);
  return ownWords(telling).edition.some((word) => label.includes(foldName(word))) ? "words" : "precision";
}

const isBase = (item: Pick<NamedWeights, "model" | "holder">): boolean =>
  ownWords(item).edition.some((word) => /^base$/i.test(word));
const hasModel = ({ label, model }: LabelledWeights): boolean => label.includes(`(${model})`);

/** A label with a size, a remark such as 社区, or words of its own is of its own weights alone. */
const isReusable = (item: LabelledWeights, own: NamedWeights): boolean =>
  (item.holder === own.holder || !SIZE.test(item.label.replaceAll(item.model, ""))) &&
  (!/\p{Script=Han}/u.test(item.label) || (!/[（社区]|第三方/.test(item.label) && ownWords(item).edition.length > 0));

const editionKey = (item: Pick<NamedWeights, "model" | "holder">): string =>
  ownWords(item)
    .edition.map((word) => word.toLowerCase())
    .join(" ");
const sameEdition = (a: NamedWeights, b: NamedWeights): boolean => editionKey(a) === editionKey(b);
const sameQuantization = (a: StatedQuantization, b: StatedQuantization): boolean =>
  a.precision === b.precision && a.quant === b.quant;

/** The precision that weights have whose name says none. */
const isPlain = ({ precision }: StatedQuantization): boolean =>
  precision === undefined || precision === "bf16" || precision === "fp16" || precision === "fp32";

const WRITTEN: Partial<Record<Quantization["precision"], string>> = {
  "fp4-mixed": "FP4+FP8",
  "int4-qe": "INT4+QE",
  lora: "LoRA",
  "qlora-int4": "QLoRA-INT4",
  bitsandbytes: "bitsandbytes",
};

/** As the siblings write it (`int4` or `INT4`), else as most of the catalog does. */
function precisionLabel({ model, quantization }: NamedWeights, siblings: readonly LabelledWeights[]): string {
  const { precision, quant } = quantization;
  if (precision === undefined) return bounded(model);
  const written = siblings.find(
    (item) =>
      item.quantization.precision === precision &&
      item.quantization.quant === quant &&
      ownWords(item).edition.length === 0 &&
      /^[A-Za-z0-9 +_-]+$/.test(item.label) &&
      foldName(item.label).includes(foldName(precision.split("-")[0] ?? precision)) &&
      !SIZE.test(item.label),
  );
  const usual = WRITTEN[precision] ?? precision.toUpperCase();
  return written?.label ?? (quant === undefined ? usual : `${usual} ${quant.toUpperCase()}`);
}

/** The most characters of a label. */
const MOST = 120;
const bounded = (label: string): string => label.slice(0, MOST).trim();
