import { isDeepStrictEqual } from "node:util";
import { everyWeights } from "#src/catalog/entry/editions.ts";
import { attentionOf, contextOf, licenseOf } from "#src/catalog/entry/of-variant.ts";
import type { Entry, Variant, Weights } from "#src/catalog/entry/schema.ts";
import { sameTerms } from "#src/sync/propose/draft/variant-fields.ts";
import { type Filed, isOfSize } from "#tests/sync/names/placement-measures.ts";
import type { Outcome, Replay } from "./replay.ts";
import { keyOf, truthOf } from "./scenario.ts";

/** Of how many models how many are right, and what is wrong with the others. */
export type Share = { of: number; right: number; misses: string[] };
const share = (): Share => ({ of: 0, right: 0, misses: [] });
const note = (into: Share, isRight: boolean, miss: () => string): void => {
  into.of += 1;
  if (isRight) into.right += 1;
  else into.misses.push(miss());
};

/** Figures of replays, each over all of their models. */
export type Measures = Record<
  "proposed" | "entry" | "sameId" | "variant" | "wanted" | "notLost" | "complete" | "exact" | "trouble",
  Share
>;
export const newMeasures = (): Measures => ({
  ...{ proposed: share(), entry: share(), sameId: share(), variant: share() },
  ...{ wanted: share(), notLost: share(), complete: share(), exact: share(), trouble: share() },
});

type Merged = { filed: Filed; entry: Entry; variant: Variant | undefined; row: Weights };

/**
 * Adds what a replay came to. A new entry counts as the catalog's where most of its models are of that entry, and a new
 * variant where the models that the catalog has in one are in one, and no others. `isUnwanted`: of a model that the catalog
 * does not have, whether people would not have it.
 */
export function measure(replay: Replay, isUnwanted: (id: string) => boolean, into: Measures): Measures {
  const { project, options, outcomes, before, trouble } = replay;
  const { filed: truth } = truthOf(project);
  const told = (text: string): string => `${project.repository} ${options.start}/${options.unknown}: ${text}`;
  for (const text of trouble) note(into.trouble, false, () => told(text));
  const merged = new Map<Outcome, Merged>();
  for (const outcome of outcomes) {
    const filed = filedOf(outcome, truth);
    const name = outcome.ids.join(" = ");
    if (outcome.merged === undefined) {
      const where = `${outcome.elsewhere}${outcome.rule === undefined ? "" : ` by ${outcome.rule}`}`;
      if (filed !== undefined) note(into.proposed, false, () => told(`${name}: ${where}`));
      else if (!outcome.ids.some(isUnwanted) && outcome.elsewhere !== "lost")
        note(into.proposed, false, () => told(`${name} (not in the catalog): ${where}`));
      note(into.notLost, outcome.elsewhere !== "lost", () => told(name));
      continue;
    }
    note(into.proposed, true, () => "");
    note(into.notLost, true, () => "");
    note(into.wanted, filed !== undefined || !outcome.ids.some(isUnwanted), () => told(name));
    const place = placeOf(outcome, outcome.merged.entries);
    if (filed !== undefined && place !== undefined) merged.set(outcome, { filed, ...place });
  }
  const meaning = meanings(merged.values(), before);
  for (const [{ ids }, item] of merged) {
    const { filed, entry, variant } = item;
    const tell = (): string =>
      told(`${ids[0]}: ${entry.id} | ${variant?.name ?? "-"} ≠ ${filed.entry.id} | ${filed.variant?.name ?? "-"}`);
    const isRight = meaning.get(entry.id) === filed.entry.id;
    note(into.entry, isRight, tell);
    note(into.sameId, entry.id === filed.entry.id, tell);
    if (isRight) note(into.variant, isRightVariant(item, merged.values(), before), tell);
    const absent = options.start === "withoutLater" && attentionOf(filed.entry, filed.variant) !== undefined;
    if (isRight && absent && filed.row.hub === "huggingface") {
      const wrong = wrongFacts(item);
      note(
        into.complete,
        wrong.every((fact) => fact === "size, as exactly"),
        () => `${tell()}: ${wrong.join(", ")}`,
      );
      note(into.exact, wrong.length === 0, () => "");
    }
  }
  return into;
}

/** The catalog's row of a model: one of its very name on the same hub, if there are several. */
const filedOf = ({ ids }: Outcome, truth: ReadonlyMap<string, readonly Filed[]>): Filed | undefined =>
  ids.flatMap((id) => truth.get(keyOf(id)) ?? [])[0];

function placeOf({ ids }: Outcome, entries: readonly Entry[]): Omit<Merged, "filed"> | undefined {
  const keys = new Set(ids.map(keyOf));
  for (const entry of entries)
    for (const { row, variant } of everyWeights(entry))
      if (row.id !== undefined && keys.has(keyOf(row.id))) return { entry, variant, row };
  return undefined;
}

/** What entry of the real catalog each merged entry is: itself if it was there, else that of most of its models, once. */
function meanings(merged: Iterable<Merged>, before: ReadonlySet<string>): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const id of before) found.set(id, id);
  const groups = [...Map.groupBy(merged, ({ entry }) => entry.id)].toSorted((a, b) => b[1].length - a[1].length);
  const taken = new Set(before);
  for (const [id, items] of groups) {
    if (before.has(id)) continue;
    const counts = [...Map.groupBy(items, ({ filed }) => filed.entry.id)].toSorted(
      (a, b) => Number(b[0] === id) - Number(a[0] === id) || b[1].length - a[1].length,
    );
    const meant = counts.map(([own]) => own).find((own) => !taken.has(own));
    if (meant === undefined) continue;
    taken.add(meant);
    found.set(id, meant);
  }
  return found;
}

function isRightVariant(
  { filed, entry, variant }: Merged,
  all: Iterable<Merged>,
  before: ReadonlySet<string>,
): boolean {
  const isBeside = !(filed.entry.variants ?? []).some(({ weights = [] }) => weights.includes(filed.row));
  // A row beside the variants is of the entry, or in the variant that clearly is that model.
  if (isBeside && (variant === undefined || isOfSize(variant, filed.id))) return true;
  if (filed.variant === undefined) return (filed.entry.variants ?? []).length === 0;
  if (before.has(entry.id)) {
    return variant?.name === filed.variant.name;
  }
  return [...all].every(
    (other) =>
      other.entry.id !== entry.id ||
      other.filed.entry !== filed.entry ||
      other.filed.variant === undefined ||
      (other.filed.variant === filed.variant) === (other.variant?.name === variant?.name),
  );
}

/** Which facts of a merged model differ from what people wrote. */
function wrongFacts({ filed, entry, variant, row }: Merged): string[] {
  const [own, wanted] = [variant ?? entry, filed.variant ?? filed.entry];
  const date = filed.variant?.released ?? filed.entry.released ?? "";
  const isSize = (left: number | undefined, right: number | undefined, tolerance: number): boolean =>
    left === right || (left !== undefined && right !== undefined && Math.abs(left / right - 1) <= tolerance);
  const { activeParametersB: active = wanted.activeParametersB } = own;
  const right = {
    size: isSize(own.parametersB, wanted.parametersB, ROUNDING) && isSize(active, wanted.activeParametersB, ROUNDING),
    "size, as exactly":
      isSize(own.parametersB, wanted.parametersB, 0) && isSize(own.activeParametersB, wanted.activeParametersB, 0),
    precision: row.precision === filed.row.precision,
    license: sameTerms(licenseOf(entry, variant), licenseOf(filed.entry, filed.variant)),
    date: (variant?.released ?? entry.released ?? "").startsWith(date),
    context: contextOf(entry, variant) === contextOf(filed.entry, filed.variant),
    attention: isDeepStrictEqual(
      figuresOf(attentionOf(entry, variant)),
      figuresOf(attentionOf(filed.entry, filed.variant)),
    ),
  };
  return Object.entries(right).flatMap(([fact, isRight]) => (isRight ? [] : [fact]));
}

/** Names round: `1B` is 1.1. What of a mixture is active no hub says, so that a draft may leave it to people. */
const ROUNDING = 0.12;

/** A shape without where it is from, and what an expert found out beside the config. */
function figuresOf(attention: ReturnType<typeof attentionOf>): object | undefined {
  if (attention === undefined) return undefined;
  const { source: _source, note: _note, confidence: _confidence, inheritedFrom: _from, ...figures } = attention;
  return figures;
}

export const percent = ({ of, right }: Share): number => (of === 0 ? 1 : right / of);

/** Figures and misses as text, for a test that fails. */
export const reported = (measures: Measures): string =>
  Object.entries(measures)
    .map(([name, item]) =>
      [
        `${name}: ${item.right} of ${item.of} (${(100 * percent(item)).toFixed(1)} %)`,
        ...item.misses.map((miss) => `    ${miss}`),
      ].join("\n"),
    )
    .join("\n");
