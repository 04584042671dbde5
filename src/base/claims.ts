import { LRUCache } from "lru-cache";
import { withDeadline } from "./deadline.ts";
import type { Log } from "./log.ts";

/** True for whoever asks first for an id, and false for everybody after. */
export type Claim = (id: string) => Promise<boolean>;

/** What is delivered twice comes again within the quarter of an hour in which it could still be answered. */
const REMEMBER_MS = 15 * 60_000;
const MOST_REMEMBERED = 10_000;
/** Nobody waits longer for an answer of other processes: what is claimed must be served in time. */
const SHARED_MS = 500;

/**
 * Remembers for a quarter of an hour what this process has claimed, and asks a claim that it shares with others, where there
 * is one. While that is away, only what came to this very process is known to have come before.
 */
export function createClaims(log: Log, shared?: Claim): Claim {
  const claimed = new LRUCache<string, true>({ max: MOST_REMEMBERED, ttl: REMEMBER_MS });
  return async (id) => {
    if (claimed.has(id)) return false;
    claimed.set(id, true);
    if (shared === undefined) return true;
    let isFirst = true;
    const asked = shared(id).then(
      (first) => {
        isFirst = first;
      },
      (error: unknown) => log.debug({ err: error, id }, "nobody knows whether another process has it"),
    );
    await withDeadline(SHARED_MS, asked);
    return isFirst;
  };
}
