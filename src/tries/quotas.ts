import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";

/** Tries a person and a server may begin in an hour. */
export type QuotaLimits = { perPerson: number; perGuild: number };

export type Quotas = {
  /** Takes one try, or gives the milliseconds until one may begin. */
  take: (person: string, guild: string | undefined) => Promise<{ waitMs: number } | undefined>;
};

const HOUR_SECONDS = 3600;

/** Kept in memory: a restart forgives. */
export function createQuotas({ perPerson, perGuild }: QuotaLimits): Quotas {
  const persons = new RateLimiterMemory({ keyPrefix: "person", points: perPerson, duration: HOUR_SECONDS });
  const guilds = new RateLimiterMemory({ keyPrefix: "guild", points: perGuild, duration: HOUR_SECONDS });
  return {
    take: async (person, guild) => {
      const refused =
        (await refusal(persons, person)) ?? (guild === undefined ? undefined : await refusal(guilds, guild));
      // A try that the server's quota refused does not count against the person.
      if (refused && guild !== undefined && refused.by === guilds) await persons.reward(person);
      return refused && { waitMs: refused.waitMs };
    },
  };
}

async function refusal(
  limiter: RateLimiterMemory,
  key: string,
): Promise<{ waitMs: number; by: RateLimiterMemory } | undefined> {
  try {
    await limiter.consume(key);
    return undefined;
  } catch (refused) {
    if (refused instanceof RateLimiterRes) return { waitMs: refused.msBeforeNext, by: limiter };
    throw refused;
  }
}
