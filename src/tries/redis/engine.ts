import { randomUUID } from "node:crypto";
import { createRedisBackend, Job, Queue, Worker } from "bullmq";
import { z } from "zod";
import type { Log } from "#src/base/log.ts";
import { answers, codeOf, isAway, type Link } from "./link.ts";
import { evaluate, PREFIX, RETAKE } from "./scripts.ts";

/** A lock that is not renewed for so long belongs to a runner that has died. */
export const LOCK_MS = 3200;
/** A try whose runners have died so often more than this is not begun again: it may be what kills them. */
const MOST_DEATHS = 2;
const CHECK_MS = 400;
const EVENTS_KEPT = 100;
const NEWEST = 20;
export const QUEUES = `${PREFIX}queue`;

/** A job that this process holds. A token of its own for each: the same process may lose it and take it again. */
export type HeldJob = {
  job: Job;
  token: string;
  /** When it was last certain that nobody else has it. performance.now(). */
  heldAt: number;
};

/** A colon is BullMQ's own. */
export const queueName = (model: string): string => encodeURIComponent(model);
export const queueKey = (model: string, name: string): string => `${QUEUES}:${queueName(model)}:${name}`;
/** BullMQ takes no id that is a number, which an id of a try may be by chance. */
const JOB = "try-";
export const jobOf = (id: string): string => `${JOB}${id}`;
export const idOf = (job: string): string => (job.startsWith(JOB) ? job.slice(JOB.length) : job);

/**
 * The queues of all models, each one of BullMQ, which owns the order of jobs, their locks, and what becomes of those whose
 * runner has died. A job holds no secret and nothing stays of it.
 */
export function createEngine({ commands, queues: connection }: Link, log: Log) {
  const writers = new Map<string, Queue>();
  const readers = new Map<string, Worker>();
  const base = { connection, prefix: QUEUES, skipVersionCheck: true };
  const onError = (error: Error): void => log.debug({ err: error }, "BullMQ");
  /** BullMQ waits for a connection without end. */
  const checkConnected = (): void => {
    if (connection.status !== "ready") throw new Error("the connection is closed");
  };

  const writer = (model: string): Queue => {
    checkConnected();
    const known = writers.get(model);
    if (known) return known;
    const queue = new Queue(queueName(model), { ...base, streams: { events: { maxLen: EVENTS_KEPT } } });
    queue.on("error", onError);
    writers.set(model, queue);
    return queue;
  };
  const reader = (model: string): Worker => {
    checkConnected();
    const known = readers.get(model);
    if (known) return known;
    const options = {
      autorun: false,
      lockDuration: LOCK_MS,
      stalledInterval: CHECK_MS,
      maxStalledCount: MOST_DEATHS,
      removeOnComplete: { count: 0 },
    };
    // Without a processor, and without the connection that would wait for jobs: they are taken one by one, when there is
    // a slot for them.
    const worker = new Worker(queueName(model), null, { ...base, ...options }, (name, opts) =>
      createRedisBackend(name, opts),
    );
    worker.on("error", onError);
    readers.set(model, worker);
    return worker;
  };

  /** What another version queued and BullMQ cannot read is given fields that it can: its try must end with a word. */
  const repair = async (model: string, token: string): Promise<Job | undefined> => {
    const active = await commands.lrange(queueKey(model, "active"), 0, NEWEST);
    const locks = active.length === 0 ? [] : await commands.mget(active.map((id) => queueKey(model, `${id}:lock`)));
    const id = active[locks.indexOf(token)];
    if (id === undefined) return undefined;
    const fields = { name: "try", data: "{}", opts: "{}", timestamp: Date.now() };
    await answers(commands.pipeline().del(queueKey(model, id)).hset(queueKey(model, id), fields));
    log.warn({ job: id }, "a queued try could not be read");
    return await Job.fromId(writer(model), id);
  };

  const retake = async (model: string, { job, token, heldAt }: HeldJob): Promise<z.infer<typeof retaken>> => {
    const id = job.id ?? "";
    const names = [`${id}:lock`, id, "active", "stalled", "wait"];
    const keys = [...names.map((name) => queueKey(model, name)), tryKey(idOf(id))];
    const isSure = performance.now() - heldAt < LOCK_MS ? 1 : 0;
    return retaken.parse(await evaluate(commands, RETAKE, keys, [id, token, LOCK_MS, Date.now(), isSure]));
  };
  /** Does what needs the lock; false where another one has the job. */
  const withLock = async (model: string, held: HeldJob, act: () => Promise<unknown>): Promise<boolean> => {
    checkConnected();
    if (await isTaken(act)) return true;
    const what = await retake(model, held);
    return what === "taken" ? isTaken(act) : what === "over";
  };

  return {
    /** `timestamp`: since when it waits, by the clock of Redis. `lifo`: it goes to the front. */
    add: async (model: string, id: string, data: object, how: { timestamp: number; lifo?: boolean }): Promise<void> => {
      await writer(model).add("try", data, { jobId: jobOf(id), removeOnComplete: true, removeOnFail: true, ...how });
    },
    take: async (model: string): Promise<HeldJob | undefined> => {
      const token = randomUUID();
      const heldAt = performance.now();
      const job = await reader(model)
        .getNextJob(token, { block: false })
        .catch(async (error: unknown) => {
          const repaired = isAway(error) ? undefined : await repair(model, token);
          if (repaired === undefined) throw error;
          return repaired;
        });
      return job && { job, token, heldAt };
    },
    /** Gives those that another one has by now. */
    renew: async (model: string, held: readonly HeldJob[]): Promise<HeldJob[]> => {
      const ids = held.map(({ job }) => job.id ?? "");
      const tokens = held.map(({ token }) => token);
      const asked = performance.now();
      const failed = new Set(await reader(model).extendJobLocks(ids, tokens, LOCK_MS));
      const lost: HeldJob[] = [];
      for (const item of held) {
        const isHeld = !failed.has(item.job.id ?? "") || (await retake(model, item)) === "taken";
        if (isHeld) item.heldAt = asked;
        else lost.push(item);
      }
      return lost;
    },
    complete: (model: string, held: HeldJob): Promise<boolean> => {
      held.job.opts.removeOnComplete = true;
      return withLock(model, held, () => held.job.moveToCompleted(undefined, held.token, false));
    },
    requeue: (model: string, held: HeldJob): Promise<boolean> =>
      withLock(model, held, () => held.job.moveToWait(held.token)),
    /** False where somebody holds it. */
    remove: async (model: string, id: string): Promise<boolean> => (await writer(model).remove(jobOf(id))) === 1,
    /** Puts jobs back whose lock has run out; how many. */
    giveBack: async (model: string): Promise<number> => (await reader(model).backend.moveStalledJobsToWait()).length,
    close: async (): Promise<void> => {
      await Promise.allSettled([...writers.values(), ...readers.values()].map((item) => item.close()));
    },
  };
}

const retaken = z.enum(["taken", "another", "over"]);

/** False where BullMQ refuses it: somebody else holds the job, or it is not where it should be. */
async function isTaken(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    if (typeof codeOf(error) !== "number") throw error;
    return false;
  }
}

/** Ids that somebody has to look at, and when: ms by the clock of Redis. */
export const OPEN = `${PREFIX}open`;
export const tryKey = (id: string): string => `${PREFIX}try:${id}`;
