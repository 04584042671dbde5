import { z } from "zod";
import type { Log } from "#src/base/log.ts";
import type { Person } from "#src/base/person.ts";
import { UserError } from "#src/base/user-error.ts";
import { asking, createDecisions, type Decisions, EVERYWHERE, KEPT, REPORTS } from "./decisions.ts";
import type { CommunityStore } from "./store.ts";
import { type CountsStore, countsIn, createUsage, type Usage, type UsageRow } from "./usage.ts";

const HOUR_MS = 3_600_000;
/** Reports that one person may make in an hour, and that are remembered so that nobody reports an answer twice. */
const REPORTS_AN_HOUR = 5;
const REPORTS_REMEMBERED = 50;
const REPORTED = "reported";

const reported = z.object({ tries: z.array(z.object({ id: z.string(), at: z.number() })) });

/** Something that was done by whoever may: it goes to the log. `from` and `to` are what held before and holds now. */
export type AuditEntry = { what: string; whom?: string; where?: string; from?: unknown; to?: unknown };
type Actor = Pick<Person, "id" | "guild" | "channels">;

/**
 * What administrators decide and what is counted for them. Every decision holds in this process at once, in the others
 * within seconds, and is written to the log. What changes something throws UserError where the store cannot take it.
 */
export type Community = {
  decisions: () => Promise<Decisions>;
  /** `hours`: how long; undefined until it is lifted. */
  block: (by: Actor, person: string, block: { reason: string; hours: number | undefined }) => Promise<void>;
  /** Whether there was a block. */
  unblock: (by: Actor, person: string) => Promise<boolean>;
  /** `guild`: where; undefined everywhere. */
  pause: (by: Actor, guild: string | undefined, reason: string) => Promise<void>;
  /** Whether there was a pause. */
  resume: (by: Actor, guild: string | undefined) => Promise<boolean>;
  /** Runs an hour; undefined gives the person the quota of all again. */
  setQuota: (by: Actor, person: string, runs: number | undefined) => Promise<void>;
  setPrivate: (by: Actor, channel: string, isPrivate: boolean) => Promise<void>;
  /** Undefined: reports go nowhere. */
  setReportChannel: (by: Actor, channel: string | undefined) => Promise<void>;
  /** Takes one report of a person: `twice` for the same answer again, `tooMany` within an hour. */
  takeReport: (person: string, attempt: string) => Promise<"taken" | "twice" | "tooMany">;
  /** Gives one back that came to nothing. */
  returnReport: (person: string, attempt: string) => Promise<void>;
  countRuns: Usage["count"];
  /** Who ran most today, in a server or everywhere. */
  mostUsed: (guild: string | undefined, most: number) => Promise<UsageRow[]>;
  /** Deletes what is kept of a person but what administrators have decided of them. */
  forget: (person: string) => Promise<void>;
  /** Writes down what was done elsewhere. */
  audit: (by: Actor, entry: AuditEntry) => void;
  close: () => Promise<void>;
};

type Decided = { what: string; collection: string; key: string; value: object | undefined };

/**
 * `isKept`: whether the store outlives this program; where it does not, nothing is decided that would seem to hold.
 * `counts`: where it is counted who runs how much; beside the decisions if not given.
 */
export function createCommunity(
  store: CommunityStore,
  log: Log,
  {
    now = Date.now,
    isKept = true,
    counts = countsIn(store),
  }: { now?: () => number; isKept?: boolean; counts?: CountsStore } = {},
): Community {
  const decisions = createDecisions(store, log, now);
  const usage = createUsage(counts, log, now);

  const audit: Community["audit"] = (by, { what, ...entry }) =>
    log.info(
      { audit: what, by: by.id, guild: by.guild, channel: by.channels[0], ...entry },
      "an administrative action",
    );

  /** Keeps a decision, or lifts one; whether there was one before. */
  const decide = async (by: Actor, { what, collection, key, value }: Decided): Promise<boolean> => {
    if (!isKept) throw new UserError("adminNotKept");
    const from = await asking(store.get(collection, key), log);
    if (value === undefined) await asking(store.remove(collection, key), log);
    else await asking(store.put(collection, key, { ...value, by: by.id, at: now() }), log);
    decisions.outdated();
    const isPerson = collection === KEPT.blocks || collection === KEPT.quotas;
    audit(by, { what, ...(isPerson ? { whom: key } : { where: key }), from: from ?? null, to: value ?? null });
    return from !== undefined;
  };

  const reportsOf = async (person: string): Promise<z.infer<typeof reported>["tries"]> =>
    reported.safeParse(await asking(store.get(REPORTED, person), log)).data?.tries ?? [];

  return {
    decisions: decisions.read,
    block: async (by, key, { reason, hours }) => {
      const until = hours === undefined ? undefined : now() + hours * HOUR_MS;
      await decide(by, { what: "block", collection: KEPT.blocks, key, value: { reason, until } });
    },
    unblock: (by, key) => decide(by, { what: "unblock", collection: KEPT.blocks, key, value: undefined }),
    pause: async (by, guild, reason) => {
      await decide(by, { what: "pause", collection: KEPT.pauses, key: guild ?? EVERYWHERE, value: { reason } });
    },
    resume: (by, guild) =>
      decide(by, { what: "resume", collection: KEPT.pauses, key: guild ?? EVERYWHERE, value: undefined }),
    setQuota: async (by, key, runs) => {
      const value = runs === undefined ? undefined : { runs };
      await decide(by, { what: "quota", collection: KEPT.quotas, key, value });
    },
    setPrivate: async (by, key, isPrivate) => {
      await decide(by, { what: "private", collection: KEPT.privateChannels, key, value: isPrivate ? {} : undefined });
    },
    setReportChannel: async (by, channel) => {
      const value = channel === undefined ? undefined : { channel };
      await decide(by, { what: "reports", collection: KEPT.channels, key: REPORTS, value });
    },
    takeReport: async (person, attempt) => {
      const made = await reportsOf(person);
      if (made.some(({ id }) => id === attempt)) return "twice";
      if (made.filter(({ at }) => at > now() - HOUR_MS).length >= REPORTS_AN_HOUR) return "tooMany";
      const tries = [...made, { id: attempt, at: now() }].slice(-REPORTS_REMEMBERED);
      await asking(store.put(REPORTED, person, { tries }), log);
      return "taken";
    },
    returnReport: async (person, attempt) => {
      const tries = (await reportsOf(person)).filter(({ id }) => id !== attempt);
      await asking(store.put(REPORTED, person, { tries }), log);
    },
    countRuns: usage.count,
    mostUsed: (guild, most) => asking(usage.top(guild, most), log),
    forget: async (person) => {
      await asking(usage.forget(person), log, "forgetAgain");
      if ((await asking(store.get(REPORTED, person), log, "forgetAgain")) === undefined) return;
      await asking(store.remove(REPORTED, person), log, "forgetAgain");
    },
    audit,
    close: async () => {
      await usage.settled();
      await store.close();
    },
  };
}
