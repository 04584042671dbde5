import type { RateLimiterMemory } from "rate-limiter-flexible";

export type VisitorLimits = {
  /** Takes one command or press, or gives the milliseconds until one may be sent. */
  act: (address: string) => Promise<{ waitMs: number } | undefined>;
  /** Takes one completion, of which typing asks for many. */
  complete: (address: string) => Promise<{ waitMs: number } | undefined>;
  /**
   * Takes a place for an open answer, to be given back; undefined where there is none. Presses find one for longer: with
   * them answers that are under way are stopped.
   */
  open: (address: string, kind: "line" | "press") => (() => void) | undefined;
};

export type RequestLimits = {
  /** Commands and presses of one address in a minute. */
  actions: number;
  completions: number;
  /** Open answers of one address. */
  open: number;
  /** Open answers in all. */
  openInAll: number;
};

/** Several people may share an address (an office, a school). */
const DEFAULT_LIMITS: RequestLimits = { actions: 120, completions: 1200, open: 12, openInAll: 300 };
const MINUTE_SECONDS = 60;

/** What one client address may do. Kept in memory for a minute; the library is loaded with the first visitor. */
export function createVisitorLimits(limits: RequestLimits = DEFAULT_LIMITS): VisitorLimits {
  let limiters: Promise<{ actions: RateLimiterMemory; completions: RateLimiterMemory }> | undefined;
  const open = new Map<string, number>();
  let openInAll = 0;
  const take = async (kind: "actions" | "completions", address: string): Promise<{ waitMs: number } | undefined> => {
    limiters ??= openLimiters(limits);
    const { RateLimiterRes } = await import("rate-limiter-flexible");
    try {
      await (await limiters)[kind].consume(address);
      return undefined;
    } catch (refused) {
      if (refused instanceof RateLimiterRes) return { waitMs: refused.msBeforeNext };
      throw refused;
    }
  };
  return {
    act: (address) => take("actions", address),
    complete: (address) => take("completions", address),
    open: (address, kind) => {
      const theirs = open.get(address) ?? 0;
      const share = kind === "press" ? 2 : 1;
      if (theirs >= limits.open * share || openInAll >= limits.openInAll * share) return undefined;
      open.set(address, theirs + 1);
      openInAll += 1;
      let given = false;
      return () => {
        if (given) return;
        given = true;
        openInAll -= 1;
        const left = (open.get(address) ?? 1) - 1;
        if (left === 0) open.delete(address);
        else open.set(address, left);
      };
    },
  };
}

async function openLimiters(limits: RequestLimits) {
  const { RateLimiterMemory } = await import("rate-limiter-flexible");
  const limiter = (keyPrefix: string, points: number) =>
    new RateLimiterMemory({ keyPrefix, points, duration: MINUTE_SECONDS });
  return { actions: limiter("act", limits.actions), completions: limiter("complete", limits.completions) };
}
