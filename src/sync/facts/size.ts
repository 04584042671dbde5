import { billions, stored } from "#src/catalog/entry/value-schemas.ts";
import type { ModelFacts } from "#src/sync/hubs/hub.ts";

/** Sizes in billions of parameters, as the catalog writes them. */
export type Size = {
  /** The maker's own figure: what the name says, else what the files hold. */
  parametersB?: number;
  /** Only what the name says (`A22B`): no file states it. */
  activeParametersB?: number;
  /** What the files hold, where it differs from the maker's figure by 1 % or more. */
  storedParametersB?: number;
};

/**
 * Types of stored numbers of which each is one parameter. Integers are packed: one `I32` holds eight of 4 bits, and one
 * `U8` two (GPTQ, AWQ, MXFP4).
 */
const ONE_EACH = /^(?:BF16|F16|F32|F64|F8_\w+)$/;
/** Packed numbers may be few beside the rest, such as counters of batch norms. */
const FEW = 0.001;

/** Billions of parameters in the files, to a million; undefined where it is not known, or numbers are packed. */
export function storedParametersOf({ stored: numbers }: Pick<ModelFacts, "stored">): number | undefined {
  if (numbers === undefined) return undefined;
  const total = sum(Object.values(numbers.byType));
  const packed = sum(Object.entries(numbers.byType).flatMap(([type, count]) => (ONE_EACH.test(type) ? [] : [count])));
  if (!(total > 0) || packed > FEW * total) return undefined;
  return stored.safeParse(rounded((total - packed) / 1e9, 1_000)).data;
}

/**
 * A word of a name that is a size: `8B`, `0.6b`, `A22B`, `1T`, `270M`, `4BA0.6B`. An underscore stands for the point in
 * `1_8b`, where one digit is the whole word before it.
 */
const SIZE_WORD =
  /(?<=^|[-\s(]|(?<!(?:^|[-_\s])\d)_|\dB(?=A))(?<active>A)?(?<figure>\d{1,4}(?:\.\d{1,3})?|\d_\d)(?<unit>[BMT])(?=$|[-_.\s)]|A\d)/gi;
const UNITS: Readonly<Record<string, number>> = { M: 0.001, B: 1, T: 1_000 };
/** Names get no longer on hubs. */
const LONGEST_NAME = 200;
/** The name's figure and the files may differ so far: makers round, and count or leave out embeddings and MTP layers. */
const AGREE = { least: 0.5, most: 2 };

/** Sizes by the model's name and by its files; a figure of the name that the files gainsay is left out. */
export function sizeOf(facts: Pick<ModelFacts, "stored">, name: string): Size {
  const words = [...name.slice(0, LONGEST_NAME).matchAll(SIZE_WORD)].map(({ groups = {} }) => ({
    active: groups.active !== undefined,
    unit: groups.unit?.toUpperCase() ?? "B",
    billions: Number(groups.figure?.replace("_", ".")) * (UNITS[groups.unit?.toUpperCase() ?? ""] ?? Number.NaN),
  }));
  const total = onlyOne(words.filter(({ active }) => !active));
  const active = onlyOne(words.filter((word) => word.active));
  const inFiles = storedParametersOf(facts);
  const agrees = total === undefined || inFiles === undefined || isNear(inFiles / total);
  const parametersB = billions.safeParse(total ?? (inFiles === undefined ? undefined : figures(inFiles))).data;
  if (!agrees || parametersB === undefined) return {};
  const differs = inFiles !== undefined && Math.abs(inFiles / parametersB - 1) >= 0.01;
  const isPart = active !== undefined && active < parametersB;
  return { parametersB, ...(isPart && { activeParametersB: active }), ...(differs && { storedParametersB: inFiles }) };
}

/** The size that a name states: words of billions before those of millions, which may be a context (`7B-Chat-1M`). */
function onlyOne(words: readonly { unit: string; billions: number }[]): number | undefined {
  const large = words.filter(({ unit }) => unit !== "M");
  const sizes = new Set((large.length > 0 ? large : words).map(({ billions }) => rounded(billions, 1_000)));
  const [size] = sizes;
  return sizes.size === 1 && size !== undefined && size >= SMALLEST ? size : undefined;
}

/** Ten million parameters: `1M` alone is a length of context. */
const SMALLEST = 0.01;
const isNear = (ratio: number): boolean => ratio >= AGREE.least && ratio <= AGREE.most;
const figures = (value: number): number => Number(value.toPrecision(3));
const rounded = (value: number, parts: number): number => Math.round(value * parts) / parts;
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
