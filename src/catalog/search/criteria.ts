import type { PrecisionRequest } from "#src/catalog/entry/precision.ts";
import type { Purpose } from "#src/catalog/entry/purposes.ts";
import type { Architecture, Modality } from "#src/catalog/entry/schema.ts";
import type { NamedEntry } from "./names.ts";

export type Range = { min?: number; max?: number };

/** What a person can ask for, by kind, with what the parser reads of it. `FACT_KINDS` says what each kind means. */
type FactFields = {
  precision: { asked: PrecisionRequest };
  /** `contextTokens`: where a context is asked too, the memory is what that takes; absent: what the offer states. */
  memory: { device: "vram" | "ram"; gb: Range; contextTokens?: number };
  /** Billions of parameters. */
  parameters: { billions: Range; exact?: number };
  context: { minTokens: number };
  /** `unregistered`: without having to apply or register. */
  commercial: { allowed: boolean; unregistered?: true };
  license: { name: string };
  /** Dates as in the catalog, both ends included, as far as they are stated (`2023` covers all of the year). */
  released: { from?: string; to?: string };
  architecture: { architecture: Architecture };
  modality: { modality: Modality };
  language: { language: string };
  /** `about`: the word for a narrower thing that was typed (`中医` for medicine); what mentions it comes first. */
  purpose: { purpose: Purpose; about?: string };
  /** Whether it thinks before it answers: that it can, that it need not, or that one can choose. */
  thinking: { wanted: "on" | "off" | "choice" };
  /** Trained further from another model. */
  fineTuned: object;
  /** Runs with Ollama on one's own machine, as the very model. */
  ollama: object;
};

export type FactKind = keyof FactFields;

/** A criterion about something that the catalog states, of any kind or of one. */
export type Fact<Kind extends FactKind = FactKind> = { [K in Kind]: { kind: K } & FactFields[K] }[Kind];

/** Facts of one kind that exclude each other are alternatives: `int4 int8`, `7b 13b`, `apache mit`. */
type AnyOf = { kind: "anyOf"; options: Fact[] };

/**
 * A word to be found in names or text; `named` are the entries that bear it as a name. `foreign` words stand for what
 * the catalog holds none of: that a text mentions them is not what one looks for.
 */
export type WordCriterion = {
  kind: "word";
  word: string;
  typed: string;
  named: readonly NamedEntry[];
  foreign?: true;
};

export type FactCriterion = Fact | AnyOf;

/** One thing that a person asked for, as the parser understood it. */
export type Criterion = FactCriterion | WordCriterion;

/** The criteria with alternatives taken apart. */
export const singles = (criteria: readonly Criterion[]): (Fact | WordCriterion)[] =>
  criteria.flatMap((criterion) => (criterion.kind === "anyOf" ? criterion.options : [criterion]));

/** Memory that is asked beside a context must do for that context (`24g 128k`): the criteria with this said of them. */
export function withAskedContext<Asked extends Criterion>(criteria: readonly Asked[]): Asked[] {
  const contexts = criteria.flatMap((criterion) => (criterion.kind === "context" ? criterion.minTokens : []));
  if (contexts.length === 0) return [...criteria];
  const contextTokens = Math.max(...contexts);
  return criteria.map((criterion) => (criterion.kind === "memory" ? { ...criterion, contextTokens } : criterion));
}

/** The context at which memory is asked for; undefined where none is. */
export const askedContext = (criteria: readonly Criterion[]): number | undefined =>
  singles(criteria).flatMap((criterion) => (criterion.kind === "memory" ? (criterion.contextTokens ?? []) : []))[0];
