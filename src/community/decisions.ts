import { z } from "zod";
import type { Log } from "#src/base/log.ts";
import { StoreAway } from "#src/base/store-away.ts";
import { UserError, type UserErrorKey } from "#src/base/user-error.ts";
import { type CommunityStore, CommunityUnusable } from "./store.ts";

/** Who decided it, and when (ms since 1970). What a newer version writes otherwise still counts. */
const made = { by: z.string().catch(""), at: z.number().catch(0) };

/** `until` in ms since 1970; absent: until it is lifted. */
const block = z.object({ ...made, reason: z.string().catch(""), until: z.number().optional().catch(undefined) });
const pause = z.object({ ...made, reason: z.string().catch("") });
const ownQuota = z.object({ ...made, runs: z.number() });
const mark = z.object(made);
const chosenChannel = z.object({ ...made, channel: z.string() });

export type Block = z.infer<typeof block>;
export type Pause = z.infer<typeof pause>;

/** What administrators have decided. */
export type Decisions = {
  /** By person. Those that have run out are not among them. */
  blocks: ReadonlyMap<string, Block>;
  /** By server, and `everywhere`. */
  pauses: ReadonlyMap<string, Pause>;
  /** Runs an hour, by person. */
  quotas: ReadonlyMap<string, number>;
  /** Channels whose answers are for the asker alone. */
  privateChannels: ReadonlySet<string>;
  /** Where reports go. */
  reportChannel: string | undefined;
};

/** In which collection each is kept. */
export const KEPT = {
  blocks: "blocks",
  pauses: "pauses",
  quotas: "quotas",
  privateChannels: "private-channels",
  channels: "channels",
} as const;
export const EVERYWHERE = "everywhere";
export const REPORTS = "reports";

/** What was decided in another process holds here after so long at the latest. */
const CACHED_MS = 2000;

export type ReadDecisions = {
  /**
   * Seconds old at most. While the store is away the last known ones hold; throws UserError where it is unusable, as
   * nobody knows then who is blocked.
   */
  read: () => Promise<Decisions>;
  /** What was read no longer holds. */
  outdated: () => void;
};

/** Reads what was decided, and remembers it for seconds. */
export function createDecisions(store: CommunityStore, log: Log, now: () => number): ReadDecisions {
  let known: Decisions = {
    blocks: new Map(),
    pauses: new Map(),
    quotas: new Map(),
    privateChannels: new Set(),
    reportChannel: undefined,
  };
  let reading: { since: number; result: Promise<Decisions> } | undefined;
  let away = false;
  let unusable = false;

  const readAnew = async (): Promise<Decisions> => {
    try {
      known = await readAll(store);
      if (away) log.info("what administrators decided can be read again");
      [away, unusable] = [false, false];
    } catch (error) {
      if (error instanceof CommunityUnusable && !unusable) {
        unusable = true;
        log.warn({ reason: error.message }, "nobody knows who is blocked, so no try is run");
      }
      if (!(error instanceof StoreAway)) throw error;
      if (!away)
        log.warn({ reason: error.message }, "what administrators decided cannot be read: the last known holds");
      away = true;
    }
    return known;
  };
  return {
    read: async () => {
      if (reading === undefined || performance.now() - reading.since >= CACHED_MS) {
        reading = { since: performance.now(), result: readAnew() };
        // Whoever waits for it gets the failure; the next one asks anew.
        reading.result.catch(() => {
          reading = undefined;
        });
      }
      return current(await asking(reading.result, log), now());
    },
    outdated: () => {
      reading = undefined;
    },
  };
}

/** Puts what a store says of itself in words. */
export async function asking<T>(answer: Promise<T>, log: Log, away: UserErrorKey = "communityAway"): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    const unusable = error instanceof CommunityUnusable;
    if (!unusable && !(error instanceof StoreAway)) throw error;
    log.debug({ reason: error.message }, "the community store cannot be used");
    throw unusable ? refusalOf(error) : new UserError(away);
  }
}

function refusalOf({ reason, backup }: CommunityUnusable): UserError {
  if (reason === "newer") return new UserError("tryCommunityNewer");
  if (reason === "unreadable") return new UserError("tryCommunityUnreadable");
  return backup === undefined ? new UserError("tryCommunityDamaged") : new UserError("tryCommunityBackup", { backup });
}

const current = (decisions: Decisions, now: number): Decisions => ({
  ...decisions,
  blocks: new Map([...decisions.blocks].filter(([, { until }]) => until === undefined || until > now)),
});

async function readAll(store: CommunityStore): Promise<Decisions> {
  const [blocks, pauses, quotas, privateChannels, channels] = await Promise.all([
    readInto(store, KEPT.blocks, block),
    readInto(store, KEPT.pauses, pause),
    readInto(store, KEPT.quotas, ownQuota),
    readInto(store, KEPT.privateChannels, mark),
    readInto(store, KEPT.channels, chosenChannel),
  ]);
  return {
    blocks,
    pauses,
    quotas: new Map([...quotas].map(([person, { runs }]) => [person, runs])),
    privateChannels: new Set(privateChannels.keys()),
    reportChannel: channels.get(REPORTS)?.channel,
  };
}

async function readInto<Schema extends z.ZodType>(
  store: CommunityStore,
  collection: string,
  schema: Schema,
): Promise<Map<string, z.infer<Schema>>> {
  const documents = await store.list(collection);
  return new Map(
    documents.flatMap(({ key, value }): [string, z.infer<Schema>][] => {
      const parsed = schema.safeParse(value);
      return parsed.success ? [[key, parsed.data]] : [];
    }),
  );
}
