import { Queue, Worker } from "bullmq";
import type { Log } from "#src/base/log.ts";
import type { Link } from "./link.ts";
import { PREFIX } from "./scripts.ts";

/** A lock that is not renewed for so long belongs to a worker that has died; found out at the next check. */
export const LOCK_MS = 10_000;
const STALLED_CHECK_MS = 5000;
const EVENTS_KEPT = 100;
const KEYS = `${PREFIX}queue`;

/** A colon is BullMQ's own. */
const queueName = (model: string): string => encodeURIComponent(model);
/** BullMQ takes no id that is a number, which an id of a try may be by chance. */
const JOB = "try-";
const jobOf = (id: string): string => `${JOB}${id}`;

/** The job of a try, taken from the queue by this process; without `renew` another one gets it. */
export type JobLease = {
  id: string;
  model: string;
  complete: () => Promise<void>;
  /** Puts it back for so many milliseconds. */
  delay: (ms: number) => Promise<void>;
  /** Puts it back to the front. */
  requeue: () => Promise<void>;
};

/**
 * The queues of all models, each one of BullMQ. A job is nothing but the id of a try, so that it holds no secret and
 * nothing stays of it.
 */
export function createQueues({ queues: connection }: Link, log: Log) {
  const writers = new Map<string, Queue>();
  const readers = new Map<string, Worker>();
  const base = { connection, prefix: KEYS, skipVersionCheck: true };
  const onError = (error: Error): void => log.debug({ err: error }, "BullMQ");

  const writer = (model: string): Queue => {
    const known = writers.get(model);
    if (known) return known;
    const queue = new Queue(queueName(model), { ...base, streams: { events: { maxLen: EVENTS_KEPT } } });
    queue.on("error", onError);
    writers.set(model, queue);
    return queue;
  };
  const reader = (model: string): Worker => {
    const known = readers.get(model);
    if (known) return known;
    // Without a processor: jobs are taken one by one, when there is a slot for them. How often a try may be begun
    // again is counted with the try, so that it ends with a word for the person.
    const worker = new Worker(queueName(model), null, {
      ...base,
      autorun: false,
      lockDuration: LOCK_MS,
      stalledInterval: STALLED_CHECK_MS,
      maxStalledCount: 1_000_000,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
    });
    worker.on("error", onError);
    worker.startStalledCheckTimer().catch(onError);
    readers.set(model, worker);
    return worker;
  };

  const add = async (model: string, id: string): Promise<void> => {
    await writer(model).add("try", {}, { jobId: jobOf(id), removeOnComplete: true, removeOnFail: true });
  };

  return {
    add,
    /** Gives a try a job that can be taken, where it has none. One that was taken and is held by nobody counts for none. */
    ensure: async (model: string, id: string): Promise<void> => {
      const state = await writer(model).getJobState(jobOf(id));
      const isFree = state === "unknown" || (state === "active" && (await writer(model).remove(jobOf(id))) === 1);
      if (isFree) await add(model, id);
    },
    /** Does nothing where a worker has it. */
    remove: async (model: string, id: string): Promise<void> => {
      await writer(model).remove(jobOf(id));
    },
    take: async (model: string, token: string): Promise<JobLease | undefined> => {
      const job = await reader(model).getNextJob(token, { block: false });
      if (job?.id === undefined) return undefined;
      return {
        id: job.id.slice(JOB.length),
        model,
        complete: async () => void (await job.moveToCompleted(undefined, token, false)),
        delay: (ms) => job.moveToDelayed(Date.now() + ms, token),
        requeue: async () => void (await job.moveToWait(token)),
      };
    },
    renew: async (leases: readonly JobLease[], token: string): Promise<void> => {
      for (const [model, theirs] of Map.groupBy(leases, (lease) => lease.model))
        await reader(model).extendJobLocks(
          theirs.map(({ id }) => jobOf(id)),
          theirs.map(() => token),
          LOCK_MS,
        );
    },
    close: async (): Promise<void> => {
      await Promise.allSettled([...writers.values(), ...readers.values()].map((item) => item.close()));
    },
  };
}

export type Queues = ReturnType<typeof createQueues>;
