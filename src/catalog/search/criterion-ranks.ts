import type { Entry } from "#src/catalog/entry/schema.ts";
import { type Offer, offersOf } from "#src/catalog/memory/offers.ts";
import type { Criterion, Fact, FactCriterion, FactKind } from "./criteria.ts";
import { bestOf, FACT_KINDS, type MemoryQuestion, type Rank } from "./fact-kinds.ts";

/** How well an entry meets a criterion: 0 fully, higher less so, undefined not at all. */
export function entryRank(criterion: FactCriterion, entry: Entry): Rank {
  return criterion.kind === "anyOf"
    ? bestOf(criterion.options, (option) => entryRankOf(option, entry))
    : entryRankOf(criterion, entry);
}

const entryRankOf = <Kind extends FactKind>(fact: Fact<Kind>, entry: Entry): Rank =>
  FACT_KINDS[fact.kind].entryRank(fact, entry);

/** How well an offer meets a criterion, the same way; 0 where the criterion says nothing of offers. */
export function offerRank(criterion: Criterion, offer: Offer, entry: Entry): Rank {
  if (criterion.kind === "word") return 0;
  return criterion.kind === "anyOf"
    ? bestOf(criterion.options, (option) => offerRankOf(option, offer, entry))
    : offerRankOf(criterion, offer, entry);
}

function offerRankOf<Kind extends FactKind>(fact: Fact<Kind>, offer: Offer, entry: Entry): Rank {
  const rules = FACT_KINDS[fact.kind].offers;
  return rules === undefined ? 0 : rules.rank(fact, offer, entry);
}

/** The worst of an offer's ranks; undefined where it does not meet all the criteria. */
export function jointRank(criteria: readonly Criterion[], offer: Offer, entry: Entry): Rank {
  let worst = 0;
  for (const criterion of criteria) {
    const rank = offerRank(criterion, offer, entry);
    if (rank === undefined) return undefined;
    worst = Math.max(worst, rank);
  }
  return worst;
}

/** Whether a criterion is about one way to run an entry, so that several must meet in the same offer. */
export const isOfferCriterion = (criterion: Criterion): boolean =>
  someFact(criterion, ({ kind }) => FACT_KINDS[kind].offers !== undefined);

/** Whether nothing but an offer can meet a criterion. */
export const requiresOffer = (criterion: Criterion): boolean =>
  someFact(criterion, ({ kind }) => FACT_KINDS[kind].offers?.required === true);

/** Whether some of the criteria ask one of these things of memory. */
export const asksMemory = (criteria: readonly Criterion[], ...questions: MemoryQuestion[]): boolean =>
  criteria.some((criterion) =>
    someFact(criterion, (fact) => {
      const asked = memoryQuestionOf(fact);
      return asked !== undefined && questions.includes(asked);
    }),
  );

const memoryQuestionOf = <Kind extends FactKind>(fact: Fact<Kind>): MemoryQuestion | undefined =>
  FACT_KINDS[fact.kind].offers?.asks(fact);

/** Whether a fact excludes others of its kind, so that several in a query are alternatives. */
export const excludesOthers = <Kind extends FactKind>(fact: Fact<Kind>): boolean =>
  FACT_KINDS[fact.kind].excludesOthers(fact);

function someFact(criterion: Criterion, test: (fact: Fact) => boolean): boolean {
  if (criterion.kind === "word") return false;
  return criterion.kind === "anyOf" ? criterion.options.some(test) : test(criterion);
}

type Memory = { vramGb?: number | undefined; ramGb?: number | undefined };

/** Compares GB by which offers are ordered: graphics memory before main memory, unstated last. */
export function compareMemory(a: Memory | undefined, b: Memory | undefined): number {
  const compare = (left = Number.POSITIVE_INFINITY, right = Number.POSITIVE_INFINITY): number =>
    left === right ? 0 : left - right;
  return compare(a?.vramGb, b?.vramGb) || compare(a?.ramGb, b?.ramGb);
}

/** The offers of an entry that meet all the criteria, best precision, then least memory first. */
export function offersFor(criteria: readonly Criterion[], entry: Entry): Offer[] {
  const ranked = offersOf(entry).flatMap((offer) => {
    const rank = jointRank(criteria, offer, entry);
    return rank === undefined ? [] : { offer, rank };
  });
  return ranked.sort((a, b) => a.rank - b.rank || compareMemory(a.offer, b.offer)).map((item) => item.offer);
}
