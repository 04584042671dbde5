import { setTimeout as wait } from "node:timers/promises";
import { createBackOff } from "#src/base/back-off.ts";
import { never } from "#src/base/deadline.ts";
import type { Log } from "#src/base/log.ts";
import { networkFault } from "#src/base/network-fault.ts";

/** When the shards of a process connect to the gateway, and what is said of it. */
export type Reconnecting = {
  /** Resolves when a shard may connect; never once the signal is raised. */
  turn: (shard: number) => Promise<void>;
  /** Resolves when Discord allows new sessions again, in so many ms; never once the signal is raised. */
  sessions: (resetMs: number) => Promise<void>;
  /** A socket failed. */
  failed: (error: Error) => void;
  /** A shard lost its connection, or could not make one. */
  lost: (shard: number) => void;
  /** A shard is there. */
  ready: (shard: number) => void;
};

const FIRST_MS = 1000;
const MOST_MS = 60_000;
/** The first of these come at once: a connection that is lost is usually there again. */
const AT_ONCE = 2;
/** A connection that lasted so long was a good one. */
const STABLE_MS = 60_000;
/** The limit of sessions is for a day. */
const SESSIONS_MOST_MS = 24 * 3_600_000;
/** In a minute each reason is said once, and no more than so many. */
const LINES_EVERY_MS = 60_000;
const LINES_MOST = 2;
const JITTER = 0.25;
const CLOSED = "the connection was closed";

type Parts = {
  log: Log;
  /** Told why there is no connection, in one line. */
  onAway: (reason: string) => void;
  signal: AbortSignal;
};

/** Spaces the attempts out, a minute apart in the end, and says why they fail, each reason at most once a minute. */
export function createReconnecting({ log, onAway, signal }: Parts): Reconnecting {
  const gate = createBackOff("Discord's gateway", { log });
  const attempts = new Map<number, number>();
  const readySince = new Map<number, number>();
  let reason = CLOSED;
  let told = { reasons: new Set<string>(), at: Number.NEGATIVE_INFINITY };
  let losses = 0;

  const pauseBefore = (shard: number): number => {
    const since = readySince.get(shard);
    readySince.delete(shard);
    const before = since !== undefined && performance.now() - since >= STABLE_MS ? 0 : (attempts.get(shard) ?? 0);
    attempts.set(shard, before + 1);
    const own = before < AT_ONCE ? 0 : Math.min(FIRST_MS * 2 ** (before - AT_ONCE), MOST_MS);
    const asked = (gate.pause()?.until ?? 0) - Date.now();
    return Math.max(own * (1 + JITTER * Math.random()), asked);
  };

  const pause = async (ms: number): Promise<void> => {
    await wait(ms, undefined, { signal }).catch(() => {});
    if (signal.aborted) await never();
  };

  const tell = (shard: number): void => {
    if (signal.aborted) return;
    // A pause has said why and until when.
    if (gate.pause() === undefined) onAway(reason);
    if (performance.now() - told.at >= LINES_EVERY_MS) told = { reasons: new Set(), at: performance.now() };
    if (told.reasons.has(reason) || told.reasons.size >= LINES_MOST) return;
    log.warn({ shard, reason, attempts: losses }, "Discord connection lost, reconnecting");
    told.reasons.add(reason);
    losses = 0;
  };

  return {
    turn: async (shard) => {
      // A session that Discord does not accept is not reported as a connection that was lost.
      if ((attempts.get(shard) ?? 0) > AT_ONCE) tell(shard);
      await pause(pauseBefore(shard));
    },
    sessions: async (resetMs) => {
      const ms = Math.min(Math.max(resetMs, MOST_MS), SESSIONS_MOST_MS);
      const until = new Date(Date.now() + ms).toISOString();
      log.warn({ until }, "Discord allows this bot no new session until then");
      onAway(`Discord allows no new session before ${until}`);
      await pause(ms);
    },
    failed: (error) => {
      reason = networkFault(error);
      // What comes before Discord does not let this address in for now.
      const [, status] = /^Unexpected server response: (403|429)$/.exec(reason) ?? [];
      onAway(status === undefined ? reason : gate.refused(`the gateway answered ${status}`).message);
    },
    lost: (shard) => {
      losses += 1;
      tell(shard);
    },
    ready: (shard) => {
      readySince.set(shard, performance.now());
      gate.answered();
      reason = CLOSED;
      losses = 0;
    },
  };
}
