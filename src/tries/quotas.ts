import type { Redis } from "ioredis";
import type { RateLimiterAbstract } from "rate-limiter-flexible";

/** Tries a person and a server may begin in an hour. */
export type QuotaLimits = { perPerson: number; perGuild: number };

export type Quotas = {
  /** Takes one try, or gives the milliseconds until one may begin. */
  take: (person: string, guild: string | undefined) => Promise<{ waitMs: number } | undefined>;
};

const HOUR_SECONDS = 3600;

/**
 * Kept in memory, where a restart forgives, or in Redis for all processes together. The library is loaded with the first
 * try, since it brings a dozen databases.
 */
export function createQuotas({ perPerson, perGuild }: QuotaLimits, redis?: Redis): Quotas {
  let limiters: Promise<Limiters> | undefined;
  return {
    take: async (person, guild) => {
      limiters ??= openLimiters(perPerson, perGuild, redis);
      const { persons, guilds } = await limiters;
      const personWaits = await refusal(persons, person);
      if (personWaits !== undefined) return { waitMs: personWaits };
      const guildWaits = guild === undefined ? undefined : await refusal(guilds, guild);
      if (guildWaits === undefined) return undefined;
      // A try that the server's quota refused does not count against the person.
      await persons.reward(person);
      return { waitMs: guildWaits };
    },
  };
}

type Limiters = { persons: RateLimiterAbstract; guilds: RateLimiterAbstract };

async function openLimiters(perPerson: number, perGuild: number, storeClient: Redis | undefined): Promise<Limiters> {
  const library = await import("rate-limiter-flexible");
  const limiter = (what: string, points: number): RateLimiterAbstract => {
    const options = { keyPrefix: `mulu:quota:${what}`, points, duration: HOUR_SECONDS };
    return storeClient
      ? new library.RateLimiterRedis({ ...options, storeClient })
      : new library.RateLimiterMemory(options);
  };
  return { persons: limiter("person", perPerson), guilds: limiter("guild", perGuild) };
}

/** Milliseconds to wait, or undefined where one was taken. The library rejects with its result. */
async function refusal(limiter: RateLimiterAbstract, key: string): Promise<number | undefined> {
  const { RateLimiterRes } = await import("rate-limiter-flexible");
  try {
    await limiter.consume(key);
    return undefined;
  } catch (refused) {
    if (refused instanceof RateLimiterRes) return refused.msBeforeNext;
    throw refused;
  }
}
