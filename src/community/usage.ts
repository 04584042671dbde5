import { z } from "zod";
import type { Log } from "#src/base/log.ts";
import { ignoreAway, StoreAway } from "#src/base/store-away.ts";
import type { CommunityStore, Document } from "./store.ts";

/** Runs of one person in a day (UTC): in all, and by server. */
const dayOfPerson = z.object({ total: z.number(), guilds: z.record(z.string(), z.number()).catch({}) });

/** JSON values by key that may be lost. They reject as the store does. */
export type CountsStore = {
  get: (key: string) => Promise<unknown>;
  /** In the order of the keys. */
  list: () => Promise<Document[]>;
  put: (key: string, value: unknown) => Promise<void>;
  remove: (key: string) => Promise<unknown>;
  /** Resolves when all that was changed is kept. */
  settled: () => Promise<void>;
};

export type UsageRow = { person: string; runs: number };

const USAGE = "usage";
const DAY_MS = 86_400_000;
/** Days that are kept, today among them. */
const DAYS_KEPT = 3;
/** Servers that are counted apart for one person. */
const MOST_GUILDS = 50;

export type Usage = {
  /** Counts runs. In the background, one after the other: nobody waits for it, and a failure costs the count alone. */
  count: (person: string, guild: string | undefined, runs: number) => void;
  /** Who has used it most today, in a server or everywhere. */
  top: (guild: string | undefined, most: number) => Promise<UsageRow[]>;
  forget: (person: string) => Promise<void>;
  /** Resolves when everything is counted, and kept where that can be. */
  settled: () => Promise<void>;
};

/** Counts beside what is decided. */
export const countsIn = (store: CommunityStore): CountsStore => ({
  get: (key) => store.get(USAGE, key),
  list: () => store.list(USAGE),
  put: (key, value) => store.put(USAGE, key, value),
  remove: (key) => store.remove(USAGE, key),
  settled: async () => {},
});

/** Counts who runs how much: one document for a day and a person, for a few days. */
export function createUsage(counts: CountsStore, log: Log, now: () => number): Usage {
  let counting: Promise<void> = Promise.resolve();
  let tidied = "";
  const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  const keyOf = (day: string, person: string): string => `${day}:${person}`;

  const tidy = async (today: string): Promise<void> => {
    const oldest = dayOf(now() - (DAYS_KEPT - 1) * DAY_MS);
    for (const { key } of await counts.list()) if (key < oldest) await counts.remove(key);
    tidied = today;
  };
  const add = async (person: string, guild: string | undefined, runs: number): Promise<void> => {
    const today = dayOf(now());
    const key = keyOf(today, person);
    const { total, guilds } = dayOfPerson.safeParse(await counts.get(key)).data ?? { total: 0, guilds: {} };
    const isCounted = guild !== undefined && (guild in guilds || Object.keys(guilds).length < MOST_GUILDS);
    await counts.put(key, {
      total: total + runs,
      guilds: isCounted ? { ...guilds, [guild]: (guilds[guild] ?? 0) + runs } : guilds,
    });
    if (tidied !== today) await tidy(today);
  };

  return {
    count: (person, guild, runs) => {
      counting = counting
        .then(() => add(person, guild, runs))
        // That the store is away is said once by whoever knows it.
        .catch((error: unknown) =>
          log[error instanceof StoreAway ? "debug" : "warn"]({ err: error }, "runs were not counted"),
        );
    },
    top: async (guild, most) => {
      await counting;
      const today = `${dayOf(now())}:`;
      const rows = (await counts.list()).flatMap(({ key, value }): UsageRow[] => {
        const day = key.startsWith(today) ? dayOfPerson.safeParse(value).data : undefined;
        const runs = day && (guild === undefined ? day.total : (day.guilds[guild] ?? 0));
        return runs ? [{ person: key.slice(today.length), runs }] : [];
      });
      return rows.toSorted((one, other) => other.runs - one.runs).slice(0, most);
    },
    forget: async (person) => {
      await counting;
      const days = Array.from({ length: DAYS_KEPT }, (_, ago) => dayOf(now() - ago * DAY_MS));
      for (const day of days) await counts.remove(keyOf(day, person));
      await counts.settled();
    },
    settled: async () => {
      await counting;
      await counts.settled().catch(ignoreAway);
    },
  };
}
