import { LRUCache } from "lru-cache";
import { withDeadline } from "./deadline.ts";
import type { Log } from "./log.ts";

/** True for whoever asks first for an id, and false for everybody after. */
export type Claim = (id: string) => Promise<boolean>;

export type Claims = {
  /** Soon true for whoever may serve what came under an id. */
  claim: Claim;
  /**
   * For what must not be done twice, whatever it takes: whether a claim was the first of all processes, which may be known
   * late. Rejects where nobody can know.
   */
  confirm: Claim;
};

/** What is delivered twice comes again within the quarter of an hour in which it could still be answered. */
const REMEMBER_MS = 15 * 60_000;
const MOST_REMEMBERED = 10_000;
/** Nobody waits longer for an answer of other processes: what is claimed must be served in time. */
const SHARED_MS = 500;

/**
 * Remembers for a quarter of an hour what this process has claimed, and asks a claim that it shares with others, where there
 * is one. While that is away, only what came to this very process is known to have come before.
 */
export function createClaims(log: Log, shared?: Claim): Claims {
  const claimed = new LRUCache<string, Promise<boolean>>({ max: MOST_REMEMBERED, ttl: REMEMBER_MS });
  return {
    claim: async (id) => {
      if (claimed.has(id)) return false;
      const asked = shared?.(id) ?? Promise.resolve(true);
      claimed.set(id, asked);
      let isFirst = true;
      const known = asked.then(
        (first) => {
          isFirst = first;
        },
        (error: unknown) => log.debug({ err: error, id }, "nobody knows whether another process has it"),
      );
      await withDeadline(SHARED_MS, known);
      return isFirst;
    },
    confirm: async (id) => (await claimed.get(id)) ?? true,
  };
}
