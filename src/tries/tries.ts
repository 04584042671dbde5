import { withDeadline } from "#src/base/deadline.ts";
import { raised } from "#src/base/lifecycle.ts";
import type { Log } from "#src/base/log.ts";
import type { Person } from "#src/base/person.ts";
import { ignoreAway, StoreAway } from "#src/base/store-away.ts";
import { UserError, type UserErrorKey } from "#src/base/user-error.ts";
import type { Community } from "#src/community/community.ts";
import type { Backend } from "#src/inference/backend.ts";
import type { AccessLists } from "./access.ts";
import { checkDecisions, checkRequest, mayStop, newTryId, type TryRequest, takeQuota, tryOf } from "./admission.ts";
import { insistUntil } from "./insist.ts";
import { endTry } from "./last-word.ts";
import type { OpenOutput } from "./outputs.ts";
import { every } from "./periodic.ts";
import { logUnlessAway, queuedTry, type TryCounts, type TryQueue } from "./queue.ts";
import type { Quotas } from "./quotas.ts";
import type { TryRecord, TryRecords } from "./records.ts";
import {
  type Delivery,
  deadlineOf,
  type EndReason,
  endedFor,
  hasEnded,
  nextModel,
  type Try,
  waitingProgress,
} from "./try.ts";
import { createWatch, type TryEvents } from "./watch.ts";

export type TriesOptions = {
  queue: TryQueue;
  records: TryRecords;
  quotas: Quotas;
  community: Pick<Community, "decisions" | "countRuns">;
  access: AccessLists;
  queueMax: number;
  promptMax: number;
  normalName: Backend["normalName"];
  /** Name of this process, under which runners tell it how its tries go. */
  holder: string;
  /** Waits a moment for a store that is being connected; false where it is away. */
  isThere: () => Promise<boolean>;
  open: OpenOutput;
  events: TryEvents;
  log: Log;
};

export type StopResult = {
  outcome: "stopped" | "ended" | "forbidden";
  /** What is kept of the try; undefined where nothing is. */
  record: TryRecord | undefined;
};

export type Tries = {
  /** Queues a try. Throws UserError where the person has too many, the queue is full, or the lists forbid it. */
  submit: (request: TryRequest) => Promise<Try>;
  /** Ends a try, waiting or running. */
  stop: (id: string, person: Person) => Promise<StopResult>;
  find: (id: string) => Promise<TryRecord | undefined>;
  /** Ends a try that goes on, and deletes what is kept of it. Who may do that is for the caller to know. */
  remove: (id: string) => Promise<void>;
  /** Undefined where nobody knows just now. */
  counts: () => Promise<TryCounts | undefined>;
  /** Stops a person's tries that wait or run; how many. */
  stopAll: (person: string) => Promise<number>;
  /** Stops a person's tries and deletes what is kept of them; how many. */
  forget: (person: string) => Promise<number>;
  /** Throws UserError where no try can be taken just now, whoever asks for what. */
  available: () => Promise<void>;
  /** Serves until the signal is raised; then ends with a last word what ends with this process. */
  run: (signal: AbortSignal) => Promise<void>;
  /** Ends with a last word what ends with this process, and watches nothing any more. */
  close: () => Promise<void>;
  /** Tokens per second seen. Suggestions need it at once, so it is always at hand. */
  speed: (model: string) => number | undefined;
};

const SPEEDS_MS = 10_000;
/** How long a stop waits for last words. */
const LAST_WORDS_MS = 6000;
/** A runner that was told to end a try has done so after as long. */
const RUNNER_MS = 5000;
/** Between being accepted and being queued a try may take so long, as the answer is announced meanwhile. */
const ANNOUNCE_MS = 6000;
/** As long as a try can run. */
const UNDO_MS = 15 * 60_000;

/** The tries that this process is asked for, wherever they run. */
export function createTries(options: TriesOptions): Tries {
  const { queue, records, quotas, community, queueMax, holder, isThere, log } = options;
  const readSpeeds = async (): Promise<void> => {
    speeds = await records.speeds();
  };
  const watch = createWatch({
    ...options,
    onGone: (attempt) => void endHere(attempt, "stopped").catch(() => {}),
    // Where many processes end tries, new speeds are read now and then.
    onEnded: () => void (queue.lasts ? undefined : readSpeeds().catch(() => {})),
  });
  let speeds: ReadonlyMap<string, number> = new Map();
  let closing = false;
  const closed = new AbortController();

  /** Asks the store once it is connected, which a program that answers one command has only begun to do. */
  const asking = async <T>(
    act: () => Promise<T>,
    away: UserErrorKey = queue.lasts ? "tryQueueAway" : "tryStoreAway",
  ): Promise<T> => {
    try {
      await isThere();
      return await act();
    } catch (error) {
      if (!(error instanceof StoreAway)) throw error;
      log.warn({ reason: error.message }, "the store of tries is away");
      throw new UserError(away);
    }
  };

  const available = async (): Promise<void> => {
    if (closing) throw new UserError("tryClosing");
    if (!(await isThere())) throw new UserError("tryQueueAway");
  };

  const reserve = async (id: string, { person, targets }: TryRequest, own: number | undefined): Promise<void> => {
    const answer = await queue.admit({ id, person: person.id, most: queueMax });
    if (answer === "person") throw new UserError("tryOneAtATime");
    if (answer === "full") throw new UserError("tryQueueFull", { count: queueMax });
    try {
      await takeQuota(quotas, person, targets.length, own);
    } catch (error) {
      await undo(id, person.id);
      throw error;
    }
  };

  /** Gives an admission back where what follows it fails; an accepted try must not run later. */
  const undo = async (id: string, person: string, attempt?: Try): Promise<void> => {
    const give = async (): Promise<void> => {
      if (attempt) await endHere(attempt, "interrupted");
      await queue.leave(id, person);
      await queue.forget(id);
    };
    await give().catch((error: unknown) => {
      ignoreAway(error);
      // It may have been carried out all the same: once the store is back it must not run.
      const insisting = insistUntil(Date.now() + UNDO_MS, give, closed.signal);
      void insisting.catch(logUnlessAway(log, "an admission could not be given back"));
    });
  };

  /** Ends a waiting try here and now, and tells a running one's runner. */
  const endHere = async (attempt: Try, reason: EndReason, progress = waitingProgress(attempt)): Promise<void> => {
    const { id } = attempt;
    if (await queue.remove({ id, model: nextModel(attempt, progress) }))
      await endTry(attempt, endedFor(progress, reason), options);
    else {
      await records.cancel(id, reason);
      // Should its runner be dead, whoever keeps ends it.
      await queue.postpone(id, RUNNER_MS);
    }
  };

  const find = async (id: string): Promise<TryRecord | undefined> => {
    const found = await records.find(id);
    return found?.kind === "try" ? found : undefined;
  };

  const stopAll = async (person: string): Promise<number> => {
    let stopped = 0;
    for (const id of await records.idsOf(person)) {
      const record = await find(id);
      if (record === undefined || hasEnded(record.progress)) continue;
      await endHere(record.try, "stopped", record.progress);
      stopped += 1;
    }
    return stopped;
  };

  const close = async (): Promise<void> => {
    closing = true;
    // What goes on without this process is shown by whoever runs it.
    const ending = watch.ending().map((attempt) => endHere(attempt, "interrupted"));
    await withDeadline(LAST_WORDS_MS, Promise.allSettled(ending));
    await watch.close(LAST_WORDS_MS);
    closed.abort();
  };

  return {
    submit: async (request) => {
      checkRequest(request, options);
      await available();
      const { person, targets, begin } = request;
      const decisions = await community.decisions();
      checkDecisions(decisions, person);
      const id = newTryId();
      await asking(() => reserve(id, request, decisions.quotas.get(person.id)));
      let attempt: Try | undefined;
      // Written before the person is told that an answer will come: should this process die then, a keeper ends it.
      const accept = async (delivery: Delivery): Promise<Try> => {
        const accepted = tryOf(request, { id, delivery, holder });
        await records.begin(accepted);
        await queue.postpone(id, ANNOUNCE_MS);
        attempt = accepted;
        return accepted;
      };
      try {
        const delivery = await begin(async (to) => void (await asking(() => accept(to))));
        return await asking(async () => {
          const accepted = attempt ?? (await accept(delivery));
          watch.add(accepted);
          await queue.add(queuedTry(accepted), deadlineOf(delivery));
          community.countRuns(person.id, person.guild, targets.length);
          return accepted;
        });
      } catch (error) {
        watch.drop(id);
        await undo(id, person.id, attempt);
        throw error;
      }
    },
    stop: (id, person) =>
      asking(async () => {
        const record = await find(id);
        if (record === undefined || hasEnded(record.progress)) return { outcome: "ended", record };
        if (!mayStop(person, record.try)) return { outcome: "forbidden", record };
        await endHere(record.try, "stopped", record.progress);
        return { outcome: "stopped", record };
      }),
    find: (id) => asking(() => find(id)),
    remove: (id) =>
      asking(async () => {
        const record = await find(id);
        if (record === undefined) return;
        if (!hasEnded(record.progress)) await endHere(record.try, "stopped", record.progress);
        await records.forgetTry(record.try);
      }),
    counts: async () => ((await isThere()) ? queue.counts().catch(ignoreAway) : undefined),
    stopAll: (person) => asking(() => stopAll(person)),
    forget: (person) =>
      asking(
        async () => {
          // Where it is not known what there is, it is deleted all the same once that can be.
          await stopAll(person).catch(ignoreAway);
          return records.forget(person);
        },
        queue.lasts ? "forgetQueueAway" : "forgetLater",
      ),
    available,
    speed: (model) => speeds.get(model),
    run: async (signal) => {
      watch.start();
      const reading = every(SPEEDS_MS, readSpeeds, log, signal);
      await raised(signal);
      await close();
      await reading;
    },
    close,
  };
}
