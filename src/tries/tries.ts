import { withDeadline } from "#src/base/deadline.ts";
import type { Log } from "#src/base/log.ts";
import type { Person } from "#src/base/person.ts";
import { UserError } from "#src/base/user-error.ts";
import type { Fleet, Lease } from "#src/inference/fleet.ts";
import type { AccessLists } from "./access.ts";
import { checkRequest, mayStop, newTryId, type TryRequest, takeQuota, tryOf } from "./admission.ts";
import type { Output } from "./outputs.ts";
import type { Quotas } from "./quotas.ts";
import { type EndReason, releaseLease, runTry, TryEnded } from "./run-try.ts";
import type { StoredTry, TryStore } from "./store.ts";
import { deadlineOf, type Progress, type Try } from "./try.ts";

export type TriesOptions = {
  fleet: Fleet;
  store: TryStore;
  quotas: Quotas;
  access: AccessLists;
  queueMax: number;
  promptMax: number;
  maxTokens: number;
  keepHours: number;
  open: (attempt: Try) => Output;
  log: Log;
};

export type Tries = {
  /** Queues a try. Throws UserError where the person has too many, the queue is full, or the lists forbid it. */
  submit: (request: TryRequest) => Promise<Try>;
  /** Ends a try, waiting or running. */
  stop: (id: string, person: Person) => Promise<StopOutcome>;
  find: (id: string) => Promise<StoredTry | undefined>;
  /** Undefined where nobody knows just now. */
  counts: () => Promise<TryCounts | undefined>;
  /** Stops a person's tries and deletes what is kept of them; how many. */
  forget: (person: string) => Promise<number>;
  /** Throws UserError where no try can be taken just now, whoever asks for what. */
  available: () => Promise<void>;
  /** Closes what a crash left open, then serves until the signal is raised; then ends everything with a last word. */
  run: (signal: AbortSignal) => Promise<void>;
  /** Tokens per second seen. Suggestions need it at once, so it is always at hand. */
  speed: (model: string) => number | undefined;
};

type StopOutcome = "stopped" | "ended" | "forbidden";
export type TryCounts = { running: number; waiting: number };

type Active = {
  attempt: Try;
  output: Output;
  control: AbortController;
  running: boolean;
  /** When its text was last kept, for the case of a crash. performance.now(). */
  savedAt: number;
  timer: NodeJS.Timeout | undefined;
  /** Since when no host that is up has its model. performance.now(). */
  orphanedAt: number | undefined;
};

const SAVE_EVERY_MS = 2000;
/** How long a try waits for a host with its model to come back. */
const ORPHAN_MS = 60_000;
const EXPIRY_CHECK_MS = 600_000;
/** How long a stop waits for last words. */
const LAST_WORDS_MS = 6000;

/** The tries of this process: first come first served, one running and one waiting for each person. */
export function createTries(options: TriesOptions): Tries {
  const { fleet, store, log } = options;
  const active = new Map<string, Active>();
  const underWay = new Set<Promise<void>>();
  let closing = false;

  const of = (person: string): Active[] => [...active.values()].filter(({ attempt }) => attempt.person === person);
  const waiting = (): Active[] => [...active.values()].filter(({ running }) => !running);

  /** Accepted, but not yet announced to the person. */
  const reserved = new Map<string, string>();
  /** Throws UserError where there is no room for another try of this person. */
  const admit = (person: string): void => {
    if (closing) throw new UserError("tryClosing");
    const theirs = of(person).length + [...reserved.values()].filter((id) => id === person).length;
    if (theirs >= 2) throw new UserError("tryOneAtATime");
    if (waiting().length + reserved.size >= options.queueMax)
      throw new UserError("tryQueueFull", { count: options.queueMax });
  };

  const announce = (): void => {
    for (const [at, { output }] of waiting().entries())
      output.update({ phase: "waiting", position: at + 1, text: "", thinking: "" });
  };

  const finish = async ({ attempt, output, timer }: Active, progress: Progress): Promise<void> => {
    clearTimeout(timer);
    if (!active.delete(attempt.id)) return;
    store.end(attempt, progress);
    if (progress.phase === "done" && progress.figures)
      store.recordSpeed(attempt.target.model, progress.figures.tokensPerSecond);
    pump();
    await output.finish(progress);
  };

  const report = (item: Active, progress: Progress): void => {
    item.output.update(progress);
    if (performance.now() - item.savedAt < SAVE_EVERY_MS) return;
    item.savedAt = performance.now();
    store.save(item.attempt, progress);
  };

  const start = (item: Active, lease: Lease): void => {
    item.running = true;
    const { attempt, control } = item;
    const work = runTry(attempt, lease, options.maxTokens, control.signal, (progress) => report(item, progress)).then(
      async (progress) => {
        if (progress.phase === "failed")
          log.warn(
            { try: attempt.id, model: attempt.target.model, host: lease.host.label, reason: progress.failure },
            "a try failed",
          );
        releaseLease(lease, progress, fleet);
        await finish(item, progress);
      },
    );
    track(work);
  };

  const track = (work: Promise<void>): void => {
    const safe = work
      .catch((error: unknown) => log.error({ err: error }, "a try could not be ended"))
      .finally(() => underWay.delete(safe));
    underWay.add(safe);
  };

  /** Starts every waiting try that a host can take, in order. */
  const pump = (): void => {
    if (closing) return;
    let moved = false;
    for (const item of waiting()) {
      if (of(item.attempt.person).some(({ running }) => running)) continue;
      const lease = fleet.acquire(item.attempt.target.model);
      if (lease) start(item, lease);
      else giveUp(item);
      moved ||= lease !== undefined;
    }
    if (moved) announce();
  };
  /** Ends a try that waits for a model which no host has had for a while. */
  const giveUp = (item: Active): void => {
    const { model } = item.attempt.target;
    if (fleet.installed().some(({ name }) => name === model)) item.orphanedAt = undefined;
    else item.orphanedAt ??= performance.now();
    if (item.orphanedAt === undefined || performance.now() - item.orphanedAt < ORPHAN_MS) return;
    track(finish(item, { phase: "failed", failure: "unreachable", text: "", thinking: "", hostLabel: model }));
  };
  fleet.onChange(pump);

  const end = (item: Active, reason: EndReason): void => {
    item.control.abort(new TryEnded(reason));
    if (!item.running) track(finish(item, { phase: reason, text: "", thinking: "" }));
  };

  return {
    submit: async (request) => {
      const { person, begin } = request;
      checkRequest(request, { ...options, normalName: fleet.backend.normalName });
      admit(person.id);
      await takeQuota(options.quotas, person);
      const id = newTryId();
      admit(person.id);
      reserved.set(id, person.id);
      const delivery = await begin().finally(() => reserved.delete(id));
      const attempt = tryOf(request, id, delivery);
      const output = options.open(attempt);
      const deadline = deadlineOf(delivery);
      const item: Active = {
        attempt,
        output,
        control: new AbortController(),
        running: false,
        savedAt: 0,
        timer: undefined,
        orphanedAt: undefined,
      };
      if (deadline !== undefined)
        item.timer = setTimeout(() => end(item, "expired"), Math.max(0, deadline - Date.now()));
      output.gone.addEventListener("abort", () => end(item, "stopped"), { once: true });
      active.set(attempt.id, item);
      store.begin(attempt);
      pump();
      if (!item.running) announce();
      return attempt;
    },
    stop: async (id, person) => {
      const item = active.get(id);
      if (item === undefined) return "ended";
      if (!mayStop(person, item.attempt)) return "forbidden";
      end(item, "stopped");
      return "stopped";
    },
    find: async (id) => store.find(id),
    counts: async () => ({ running: active.size - waiting().length, waiting: waiting().length }),
    available: async () => {},
    forget: async (person) => {
      for (const item of of(person)) end(item, "stopped");
      return store.forget(person);
    },
    run: async (signal) => {
      const expire = (): void => store.expire(Date.now() - options.keepHours * 3_600_000);
      expire();
      for (const left of store.unfinished()) track(closeLeftOver(left, options));
      const timer = setInterval(expire, EXPIRY_CHECK_MS);
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
      clearInterval(timer);
      closing = true;
      for (const item of [...active.values()]) end(item, "interrupted");
      await withDeadline(LAST_WORDS_MS, Promise.allSettled(underWay));
      store.close();
    },
    speed: (model) => store.speed(model),
  };
}

/** A process died in the middle of this try: its message is closed with a clear line, where its token still lives. */
async function closeLeftOver(
  { try: attempt, answer, thinking }: StoredTry,
  { open, store, log }: TriesOptions,
): Promise<void> {
  const progress: Progress = { phase: "interrupted", text: answer, thinking };
  store.end(attempt, progress);
  try {
    await open(attempt).finish(progress);
  } catch (error) {
    log.warn({ err: error, try: attempt.id }, "a try left over could not be closed");
  }
}
