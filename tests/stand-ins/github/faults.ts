import { random } from "#tests/random.ts";
import type { Fault, Faults, Match, Request } from "./types.ts";

const RANDOM_FAULTS = ["502", "502-after", "drop-before", "drop-after", "stall", "stall-after"] as const;
/** These are about the answer of a GraphQL query. */
const GRAPHQL_FAULTS: readonly Fault[] = ["partial", "partial-not-found", "resource-limit"];

/** What a test makes go wrong, and what the server asks about each request. */
export function createFaults() {
  let planned: { fault: Fault; match: Match }[] = [];
  let hooks: { match: Match; action: () => Promise<void> }[] = [];
  let chance: { rate: number; roll: () => number } | undefined;
  let untilCrash: number | undefined;

  const faults: Faults = {
    next: (fault, match = () => true) => {
      planned.push({ fault, match });
    },
    random: (seed, rate) => {
      chance = { rate, roll: random(seed) };
    },
    calm: () => {
      planned = [];
      hooks = [];
      chance = undefined;
      untilCrash = undefined;
    },
    crashAfter: (k) => {
      untilCrash = k;
    },
    before: (match, action) => {
      hooks.push({ match, action });
    },
  };

  const rollFault = (): Fault | undefined => {
    if (chance === undefined || chance.roll() >= chance.rate) return undefined;
    return RANDOM_FAULTS[Math.floor(chance.roll() * RANDOM_FAULTS.length)];
  };

  return {
    faults,
    isCrashed: (): boolean => untilCrash === 0,
    /** How this request fares; each planned fault is used up by the first request it fits. */
    fate: (request: Request): Fault | undefined => {
      if (untilCrash !== undefined && --untilCrash === 0) return "drop-after";
      const index = planned.findIndex(
        ({ fault, match }) => match(request) && (request.graphql !== undefined || !GRAPHQL_FAULTS.includes(fault)),
      );
      const [found] = index < 0 ? [] : planned.splice(index, 1);
      return found?.fault ?? rollFault();
    },
    /** Runs what was to happen before this request. */
    runHooks: async (request: Request): Promise<void> => {
      const due = hooks.filter(({ match }) => match(request));
      hooks = hooks.filter((hook) => !due.includes(hook));
      for (const { action } of due) await action();
    },
  };
}
