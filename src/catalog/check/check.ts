import { memoByObject } from "#src/base/memo.ts";
import { everyWeights } from "#src/catalog/entry/editions.ts";
import type { CatalogRead } from "#src/catalog/entry/load.ts";
import { brokenRule, type Problem } from "#src/catalog/entry/problem.ts";
import type { Entry, Variant } from "#src/catalog/entry/schema.ts";
import { foldName } from "#src/catalog/entry/text.ts";
import { formatBillions } from "#src/catalog/entry/units.ts";
import { attentionFaults } from "./attention.ts";
import { contextFaults } from "./contexts.ts";
import type { Fault } from "./fault.ts";
import { figuresInNotes } from "./figures.ts";
import { licenseFaults } from "./licenses.ts";
import { aliasFaults, printedNames } from "./names.ts";
import { purposeFaults } from "./purposes.ts";

/** A figure may differ from a rounded name by this share: `Qwen2-1.5B` has 1.54 billion parameters. */
const TOLERANCE = 0.15;

type Checked = { entries: readonly Entry[] } & Pick<CatalogRead, "bases" | "locate"> & {
    /** The id of the one entry that changed: what the others say of themselves is not looked at again. */
    only?: string | undefined;
  };
type Sized = Pick<Variant, "name" | "parametersB" | "activeParametersB">;

/**
 * What no single file shows: base models that nobody knows. And what no schema shows: sizes that contradict a name,
 * contexts that would be taken for another edition's, figures that hide in notes, licences that would be read wrongly, attention that
 * nothing can be computed from. `locate` tells where a field of an entry stands.
 */
export function crossCheck({ entries, bases, locate, only }: Checked): Problem[] {
  const known = knownNames(entries, bases);
  const printed = printedNames(entries);
  return entries.flatMap((entry) =>
    [...(only === undefined || only === entry.id ? faultsOf(entry, known) : []), ...aliasFaults(entry, printed)].map(
      ({ path, rule, params }): Problem => ({
        file: `${entry.id}.yaml`,
        ...locate(entry.id, path),
        severity: "error",
        issue: brokenRule(rule, path, params),
      }),
    ),
  );
}

function faultsOf(entry: Entry, known: KnownNames): Fault[] {
  const variants = entry.variants ?? [];
  return [
    ...unknownBase(entry.baseModel, known, []),
    ...variants.flatMap(({ baseModel }, at) => unknownBase(baseModel, known, ["variants", at])),
    ...wrongSizes(entry, entry.notes, []),
    ...variants.flatMap((variant, at) => wrongSizes(variant, variant.note, ["variants", at])),
    ...purposeFaults(entry),
    ...figuresInNotes(entry),
    ...licenseFaults(entry),
    ...contextFaults(entry),
    ...attentionFaults(entry),
  ];
}

type KnownNames = Pick<ReadonlySet<string>, "has">;

/** The sync checks one entry after the other against the same list. */
const foldedBases = memoByObject((bases: readonly string[]) => new Set(bases.map(foldName)));

/** Every name that says which model another one builds on, as names are compared. */
function knownNames(entries: readonly Entry[], bases: readonly string[]): KnownNames {
  const names = entries.flatMap((entry) => [
    entry.id,
    entry.name,
    entry.family,
    ...entry.aliases,
    ...(entry.variants ?? []).flatMap(({ name }) => [name, ...partsOf(name)]),
    ...everyWeights(entry).map(({ row }) => row.id?.split("/")[1] ?? ""),
  ]);
  const own = new Set(["from scratch", ...names].map(foldName));
  const beside = foldedBases(bases);
  return { has: (name) => own.has(name) || beside.has(name) };
}

function unknownBase(text: string | undefined, known: KnownNames, at: PropertyKey[]): Fault[] {
  if (text === undefined || known.has(foldName(text))) return [];
  return partsOf(text)
    .filter((name) => !known.has(foldName(name)))
    .map((name) => ({ path: [...at, "baseModel"], rule: "unknownBase", params: { name } }));
}

/** `LLaMA-7B/13B` names LLaMA-7B and LLaMA-13B; `A + B / C` names three. */
function partsOf(text: string): string[] {
  const parts: string[] = [];
  for (const part of text.split(/\s*[/+、]\s*/)) {
    const sizeOnly = /^\d+(?:\.\d+)?B$/i.test(part);
    parts.push(sizeOnly ? (parts.at(-1) ?? "").replace(/\d+(?:\.\d+)?B$/i, part) : part);
  }
  return parts;
}

/** Sizes that differ from all that the name states, unless the note writes the figure out (`2.7B`). */
function wrongSizes(item: Sized, note: string | undefined, at: PropertyKey[]): Fault[] {
  const { total, active } = sizesInName(item.name);
  const pairs = [
    { field: "parametersB", billions: item.parametersB, named: total },
    { field: "activeParametersB", billions: item.activeParametersB, named: active },
  ];
  return pairs.flatMap(({ field, billions, named }) => {
    if (billions === undefined || named.length === 0 || note?.includes(formatBillions(billions))) return [];
    if (named.some((size) => Math.abs(billions - size) <= size * TOLERANCE)) return [];
    return [{ path: [...at, field], rule: "sizeInName", params: { size: formatBillions(billions), name: item.name } }];
  });
}

/** Billions of parameters that a name states: `Qwen3-30B-A3B` has 30 and, active, 3; `Ling-2.5-1T` has 1000. */
function sizesInName(name: string): { total: number[]; active: number[] } {
  const sizes = [...name.matchAll(/(?<![A-Za-z0-9.])(A?)(\d+(?:\.\d+)?)([BT])(?![A-Za-z0-9])/gi)].map(
    ([, active, number, unit]) => ({
      active: active !== "",
      billions: Number(number) * (/t/i.test(unit ?? "") ? 1000 : 1),
    }),
  );
  return {
    total: sizes.filter(({ active }) => !active).map(({ billions }) => billions),
    active: sizes.filter(({ active }) => active).map(({ billions }) => billions),
  };
}
