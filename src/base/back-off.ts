import type { Log } from "./log.ts";

/** Nothing is sent to an upstream until a time (ms since 1970). `reason` is one line without secrets. */
export type Pause = { reason: string; until: number };

/** Was not sent, or was refused: the upstream wants to be left alone for so many ms. */
export class UpstreamPaused extends Error {
  override name = "UpstreamPaused";
  readonly retryAfter: number;
  constructor({ reason, until }: Pause, now: number) {
    super(`${reason}: not asked again before ${new Date(until).toISOString()}`);
    this.retryAfter = Math.max(0, until - now);
  }
}

/** Keeps a whole process from an upstream that refuses it, as bans are for an address and not for a request. */
export type BackOff = {
  /** The pause of the moment. */
  pause: () => Pause | undefined;
  /** To be called before each request. Throws UpstreamPaused; after a pause lets one request find out whether it is over. */
  enter: () => void;
  /** The upstream answered a request. */
  answered: () => void;
  /** The upstream refused one; it may have named a time, in ms. Begins a pause, or prolongs it. */
  refused: (reason: string, retryAfterMs?: number) => UpstreamPaused;
};

/** The shortest pause. Discord's ban for 10,000 refused requests in 10 minutes lasts longer (topics/rate-limits). */
const FLOOR_MS = 60_000;
const MOST_MS = 3_600_000;
/** A pause that the upstream asks for is at most so long: one request a day harms nobody, and timers know no more than 24 days. */
const ASKED_MOST_MS = 24 * 3_600_000;
/** How long the one request after a pause may take before another is let through. */
const PROBE_MS = 20_000;
const JITTER = 0.25;

type Parts = { log: Log; now?: () => number; random?: () => number };

/** `name` is the upstream's, for the log. `now` in ms since 1970, `random` in [0, 1). */
export function createBackOff(name: string, { log, now = Date.now, random = Math.random }: Parts): BackOff {
  let current: Pause | undefined;
  let refusals = 0;
  let probedAt: number | undefined;

  /** Twice as long each time, and not the same for all who were refused at once. */
  const own = (): number => Math.min(FLOOR_MS * 2 ** (refusals - 1), MOST_MS) * (1 + JITTER * random());
  const asked = (ms: number): number => Math.min(Math.max(ms, FLOOR_MS), ASKED_MOST_MS);

  return {
    pause: () => (current !== undefined && current.until > now() ? current : undefined),
    enter: () => {
      if (current === undefined) return;
      const isProbed = probedAt !== undefined && now() - probedAt < PROBE_MS;
      if (current.until > now()) throw new UpstreamPaused(current, now());
      if (isProbed) throw new UpstreamPaused({ ...current, until: now() + 1000 }, now());
      probedAt = now();
    },
    answered: () => {
      if (current === undefined || current.until > now()) return;
      log.info(`${name} takes requests again`);
      current = undefined;
      probedAt = undefined;
      refusals = 0;
    },
    refused: (reason, retryAfterMs) => {
      const isPaused = current !== undefined && current.until > now();
      // Requests that were under way together are refused together: that counts once.
      if (current === undefined || !isPaused) refusals += 1;
      const ms = retryAfterMs === undefined ? own() : Math.max(asked(retryAfterMs), refusals > 1 ? own() : 0);
      const until = Math.max(current?.until ?? 0, isPaused && retryAfterMs === undefined ? 0 : now() + ms);
      const next = { reason, until };
      if (!isPaused)
        log.warn(
          { reason, until: new Date(until).toISOString() },
          `${name} refuses requests: nothing is sent to it until then`,
        );
      current = next;
      probedAt = undefined;
      return new UpstreamPaused(next, now());
    },
  };
}

/**
 * Milliseconds of a `Retry-After` header (RFC 9110, section 10.2.3): seconds, which Discord also writes as a fraction, or
 * a date. Undefined where it is missing, or means nothing: no number, not in the future.
 */
export function parseRetryAfter(header: string | null | undefined, now: number): number | undefined {
  const text = header?.trim() ?? "";
  if (text === "") return undefined;
  const ms = /^[+-]?[\d.]+(?:e\d+)?$/i.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isFinite(ms) && ms > 0 ? ms : undefined;
}
