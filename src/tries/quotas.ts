import type { Redis } from "ioredis";
import { LRUCache } from "lru-cache";
import type { RateLimiterAbstract } from "rate-limiter-flexible";

/** Runs of tries that a person and a server may begin in an hour. */
export type QuotaLimits = { perPerson: number; perGuild: number };

export type Quotas = {
  /** Takes so many runs, or gives the milliseconds until they may begin. `own`: a person's quota in place of everybody's. */
  take: (
    person: string,
    guild: string | undefined,
    runs: number,
    own?: number,
  ) => Promise<{ waitMs: number } | undefined>;
};

const HOUR_SECONDS = 3600;
/** Quotas of persons' own that are at hand. */
const MOST_OWN = 100;

/**
 * Kept in memory, where a restart forgives, or in Redis for all processes together. The library is loaded with the first
 * try, since it brings a dozen databases.
 */
export function createQuotas({ perPerson, perGuild }: QuotaLimits, redis?: Redis): Quotas {
  let limiters: Promise<Limiters> | undefined;
  return {
    take: async (person, guild, runs, own = perPerson) => {
      limiters ??= openLimiters(perGuild, redis);
      const { personsOf, guilds } = await limiters;
      const persons = personsOf(own);
      const personWaits = await refusal(persons, person, runs);
      if (personWaits !== undefined) return { waitMs: personWaits };
      const guildWaits = guild === undefined ? undefined : await refusal(guilds, guild, runs);
      if (guildWaits === undefined) return undefined;
      // A try that the server's quota refused does not count against the person.
      await persons.reward(person, runs);
      return { waitMs: guildWaits };
    },
  };
}

type Limiters = {
  /** By how many runs they have. In memory each counts for itself. */
  personsOf: (points: number) => RateLimiterAbstract;
  guilds: RateLimiterAbstract;
};

async function openLimiters(perGuild: number, storeClient: Redis | undefined): Promise<Limiters> {
  const library = await import("rate-limiter-flexible");
  const limiter = (what: string, points: number): RateLimiterAbstract => {
    const options = { keyPrefix: `mulu:quota:${what}`, points, duration: HOUR_SECONDS };
    return storeClient
      ? new library.RateLimiterRedis({ ...options, storeClient })
      : new library.RateLimiterMemory(options);
  };
  const persons = new LRUCache<number, RateLimiterAbstract>({ max: MOST_OWN });
  return {
    personsOf: (points) => {
      const known = persons.get(points) ?? limiter("person", points);
      persons.set(points, known);
      return known;
    },
    guilds: limiter("guild", perGuild),
  };
}

/** Milliseconds to wait, or undefined where they were taken. The library rejects with its result. */
async function refusal(limiter: RateLimiterAbstract, key: string, runs: number): Promise<number | undefined> {
  const { RateLimiterRes } = await import("rate-limiter-flexible");
  try {
    await limiter.consume(key, runs);
    return undefined;
  } catch (refused) {
    if (refused instanceof RateLimiterRes) return refused.msBeforeNext;
    throw refused;
  }
}
