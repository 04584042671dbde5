import { memoByObject } from "#src/base/memo.ts";
import type { Entry, Variant } from "./schema.ts";
import { foldName } from "./text.ts";

/** What a row of an entry is about, as far as its text tells. */
export type Edition = {
  variant?: Variant;
  /** Billions of parameters, where stated or part of a name. */
  parametersB?: number;
};

/** Names round what the maker counts: `7b` is 7.07 or 7.6, `0.5b` 0.49. */
const SIZE_TOLERANCE = 0.1;

/**
 * The variant and size that a row means: by the variant that it stands under, else by a variant's name in its text, else
 * by the only variant of the size in its text (`7B Chat 4bits`, `qwen2:7b`), else by the only size there is.
 */
export function editionOf(entry: Entry, variant: Variant | undefined, text: string): Edition {
  const variants = entry.variants ?? [];
  const size = sizeInName(text);
  const found = variant ?? named(variants, text, size) ?? ofSize(variants, size);
  const parametersB = found === undefined ? (size ?? onlySize(entry)) : (sizeOf(found) ?? size);
  return { ...(found !== undefined && { variant: found }), ...(parametersB !== undefined && { parametersB }) };
}

/** The size that a name states: `LLaMA-7B (GPTQ)` → 7, `bloom-7b1` → 7.1; undefined where it states several. */
export function sizeInName(name: string): number | undefined {
  const stated = [...name.matchAll(/(?<![A-Za-z0-9.])(\d+(?:\.\d+)?)\s*B(\d(?!\d))?(?![A-Za-z0-9])/gi)];
  const sizes = stated.map(([, whole = "", tenth]) => Number(tenth === undefined ? whole : `${whole}.${tenth}`));
  return only([...new Set(sizes)]);
}

const sizeOf = (variant: Variant): number | undefined => variant.parametersB ?? sizeInName(variant.name);
const only = <T>(items: readonly T[]): T | undefined => (items.length === 1 ? items[0] : undefined);

/** Shorter texts (`Chat`, `v2`) stand in too many names to tell anything. */
const SHORTEST_NAME = 5;

type Named = { variant: Variant; names: string[] };

/** `A-7B / B-7B` is both, and `Qwen-7B (Base)` is `Qwen-7B` too unless another variant is called `Qwen-7B-Chat`. */
const namesOf = memoByObject((variants: readonly Variant[]): Named[] => {
  const wholes = variants.map(({ name }) => foldName(name));
  return variants.map((variant, at) => {
    const parts = variant.name.split(/[/(（]/).map(foldName);
    const others = wholes.toSpliced(at, 1);
    const own = parts.filter((part) => part.length >= SHORTEST_NAME && !others.some((other) => other.startsWith(part)));
    return { variant, names: [wholes[at] ?? "", ...own] };
  });
});

/** The variant whose name the text has in it, the longest where there are several, or whose name ends with the text. */
function named(variants: readonly Variant[], text: string, size: number | undefined): Variant | undefined {
  const label = foldName(text);
  if (label.length < SHORTEST_NAME) return undefined;
  const candidates = namesOf(variants)
    .filter(({ variant }) => isOfSize(variant, size) || sizeOf(variant) === undefined)
    .flatMap(({ variant, names }) => names.map((name) => ({ variant, name })));
  const contained = candidates.filter(({ name }) => label.includes(name));
  const longest = contained.toSorted((a, b) => b.name.length - a.name.length)[0];
  const ending = candidates.filter(({ name }) => name.endsWith(label)).map(({ variant }) => variant);
  return longest?.variant ?? only([...new Set(ending)]);
}

/** Whether a variant is of a size as names round it, in billions of parameters; undefined is any. */
export function isOfSize(variant: Variant, size: number | undefined): boolean {
  const sizes = [variant.parametersB, sizeInName(variant.name)];
  return size === undefined || sizes.some((own) => own !== undefined && Math.abs(own - size) <= size * SIZE_TOLERANCE);
}

/** The only variant of a size, or the one that is called by it and nothing more (`InternLM2.5-7B`, not `…-7B-Chat-1M`). */
function ofSize(variants: readonly Variant[], size: number | undefined): Variant | undefined {
  if (size === undefined) return undefined;
  const alike = variants.filter((variant) => isOfSize(variant, size));
  return only(alike) ?? only(alike.filter(({ name }) => foldName(name).endsWith(`${size}b`)));
}

/** The size of an entry that comes in one size only. */
function onlySize(entry: Entry): number | undefined {
  const sizes = (entry.variants ?? []).map(sizeOf);
  return only([...new Set(entry.parametersB === undefined ? sizes : [entry.parametersB, ...sizes])]);
}
