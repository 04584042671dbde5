import { setTimeout as wait } from "node:timers/promises";
import { withDeadline } from "#src/base/deadline.ts";
import type { Log } from "#src/base/log.ts";
import { endTry } from "./last-word.ts";
import type { EditGuard, OpenOutput, Output } from "./outputs.ts";
import { every } from "./periodic.ts";
import { placesToTell, type ToldPlace } from "./places.ts";
import { logUnlessAway, type TryQueue } from "./queue.ts";
import type { Notice, TryLook, TryRecords } from "./records.ts";
import { endedFor, hasWords, nextModel, type Progress, type Try, waitingProgress } from "./try.ts";

/** Called with what becomes of the tries that this process asked for, to count it. None of them may throw. */
export type TryEvents = {
  /** It has a place on a host, so many seconds after it was accepted. */
  started: (waited: number) => void;
  /** Its first words are there, so many seconds after it was accepted. */
  firstToken: (after: number) => void;
  /** `took`: seconds since its start; undefined where it did not start. */
  ended: (attempt: Try, progress: Progress, took: number | undefined) => void;
};

export type WatchOptions = {
  queue: TryQueue;
  records: TryRecords;
  holder: string;
  /** Opens what this process can show. */
  open: OpenOutput;
  events: TryEvents;
  /** Called when there is nobody any more to show a try to. */
  onGone: (attempt: Try) => void;
  onEnded: () => void;
  log: Log;
};

type Watched = {
  attempt: Try;
  output: Output | undefined;
  /** performance.now(). */
  acceptedAt: number;
  startedAt: number | undefined;
  hasWords: boolean;
  /** Whoever runs it cannot show it, and tells this process what to show. */
  isRelayed: boolean;
  told: ToldPlace | undefined;
  /** The newest progress that the runner has sent. */
  reported: Progress;
  /** How often nothing was found of it, or its end found that nobody had shown. */
  misses: number;
};

/** A try that is begun at once has no place to tell. Places are looked up no more often than that. Both in ms. */
const FIRST_PLACE_MS = 80;
const PLACES_MS = 1000;
/** What notices have not told is looked up so often. */
const LOOK_MS = 4000;
const CLOSE_LOOK_MS = 50;
/** So often in a row a try must be missing until it is ended here: its runner, if there is one, says the last word. */
const MOST_MISSES = 2;

export type Watch = ReturnType<typeof createWatch>;

/** Shows the places of what this process has asked for, and whatever runners elsewhere cannot show. */
export function createWatch({ queue, records, holder, open, events, onGone, onEnded, log }: WatchOptions) {
  const watched = new Map<string, Watched>();
  const underWay = new Set<Promise<void>>();
  const stopping = new AbortController();
  let loops: Promise<unknown> | undefined;

  const track = (work: Promise<void>): void => {
    const safe = work.catch(logUnlessAway(log, "an end could not be shown")).finally(() => underWay.delete(safe));
    underWay.add(safe);
  };

  const note = (item: Watched, progress: Progress): void => {
    if (item.startedAt === undefined) {
      item.startedAt = performance.now();
      events.started((item.startedAt - item.acceptedAt) / 1000);
    }
    if (item.hasWords || !progress.runs.some(hasWords)) return;
    item.hasWords = true;
    events.firstToken((performance.now() - item.acceptedAt) / 1000);
  };

  const drop = (item: Watched, progress: Progress): void => {
    watched.delete(item.attempt.id);
    const took = item.startedAt === undefined ? undefined : (performance.now() - item.startedAt) / 1000;
    events.ended(item.attempt, progress, took);
  };

  const finish = async ({ attempt, output }: Watched, progress: Progress): Promise<void> => {
    await output?.finish(progress);
    await records.shown(attempt);
    await queue.forget(attempt.id);
  };

  const onNotice = (notice: Notice): void => {
    const item = watched.get(notice.id);
    if (item === undefined) return;
    item.reported = notice.progress;
    if (notice.kind === "progress") {
      item.isRelayed = !notice.shown;
      note(item, notice.progress);
      if (!notice.shown) item.output?.update(notice.progress);
      return;
    }
    drop(item, notice.progress);
    onEnded();
    if (!notice.shown) track(finish(item, notice.progress));
    // A runner elsewhere has shown it; what was shown from here is of no use any more.
    else if (queue.lasts && item.output) track(item.output.leave());
  };

  /** Its token, if it has one, is here: whatever became of those who ran it, the message gets a last word. */
  const applyLook = (item: Watched, look: TryLook, isQueued: boolean): void => {
    const end = (look.state === "ended" && look.progress) || endedFor(item.reported, "interrupted");
    const isHeld = isQueued && (look.state === "waiting" || look.state === "running");
    item.misses = isHeld ? 0 : item.misses + 1;
    if (look.state === "ended" && look.shown) drop(item, end);
    else if (item.misses < MOST_MISSES) return;
    else if (look.state !== "ended") track(endLost(item, nextModel(item.attempt, look.progress ?? item.reported), end));
    else {
      drop(item, end);
      // Whoever ended it may not have known whose it was, or have died before it could say that they may ask again.
      track(finish(item, end).then(() => queue.leave(item.attempt.id, item.attempt.person)));
    }
  };

  const endLost = async (item: Watched, model: string, end: Progress): Promise<void> => {
    const { attempt } = item;
    if (!(await queue.remove({ id: attempt.id, model })) || !watched.has(attempt.id)) return;
    drop(item, end);
    await endTry(attempt, end, { queue, records, open: () => item.output });
  };

  /** Places in the queues, from 1, by the ids of tries. */
  const readPlaces = async (models: readonly string[]): Promise<ReadonlyMap<string, number>> => {
    const queues = await Promise.all([...new Set(models)].map((model) => queue.waiting(model)));
    return new Map(queues.flatMap((ids) => ids.map((id, at) => [id, at + 1] as const)));
  };

  /** What waits is somebody's to take: it is looked up only where it was begun, and its end may be left to be shown. */
  const lookUp = async (): Promise<void> => {
    const targets = [...watched.values()].flatMap(({ attempt }) => attempt.targets);
    const models = [...new Set(targets.map(({ model }) => model))];
    // In this order: what is taken meanwhile is in both.
    const queued = await readPlaces(models);
    const taken = new Set((await Promise.all(models.map((model) => queue.taken(model)))).flat());
    const items: Watched[] = [];
    for (const item of watched.values()) {
      if (queued.has(item.attempt.id) && item.startedAt === undefined) item.misses = 0;
      else items.push(item);
    }
    if (items.length === 0) return;
    const looks = await records.look(items.map(({ attempt }) => attempt.id));
    for (const [at, item] of items.entries()) {
      const look = looks[at];
      if (look && watched.has(item.attempt.id))
        applyLook(item, look, taken.has(item.attempt.id) || queued.has(item.attempt.id));
    }
  };

  const tellPlaces = async (): Promise<void> => {
    const waiting = [...watched.values()].filter(({ startedAt }) => startedAt === undefined);
    const places = await readPlaces(waiting.map(({ attempt }) => attempt.targets[0].model));
    const open = waiting.flatMap((item) => {
      const position = places.get(item.attempt.id);
      return position === undefined || item.startedAt !== undefined ? [] : [{ item, position, told: item.told }];
    });
    const at = performance.now();
    const { now, later } = placesToTell(open, at);
    for (const { item, position } of now) {
      item.told = { position, at };
      item.output?.update(waitingProgress(item.attempt, position));
    }
    if (later > 0) change.resolve();
  };

  let change = Promise.withResolvers<void>();
  const placesLoop = async (signal: AbortSignal): Promise<void> => {
    signal.addEventListener("abort", () => change.resolve(), { once: true });
    while (!signal.aborted) {
      await change.promise;
      await wait(FIRST_PLACE_MS, undefined, { signal }).catch(() => {});
      change = Promise.withResolvers<void>();
      await tellPlaces().catch(logUnlessAway(log, "the queue could not be read"));
      await wait(PLACES_MS, undefined, { signal }).catch(() => {});
    }
  };

  /** What ends with this process. */
  const ending = (): Try[] =>
    [...watched.values()]
      .map(({ attempt }) => attempt)
      .filter(({ delivery }) => !queue.lasts || delivery.reach.by === "process");

  const start = (): void => {
    if (loops !== undefined) return;
    records.onNotice(holder, onNotice);
    queue.onChange(() => change.resolve());
    loops = Promise.all([
      placesLoop(stopping.signal),
      // In one process notices are never lost.
      ...(queue.lasts ? [every(LOOK_MS, lookUp, log, stopping.signal)] : []),
    ]);
  };

  return {
    /** Watches a try from its acceptance on, before it is queued. */
    add: (attempt: Try): void => {
      start();
      const isHere = attempt.delivery.reach.by === "process";
      const { id } = attempt;
      // Whoever runs it edits a message that others can edit, if they can.
      const guard: EditGuard = (edit) => (watched.get(id)?.isRelayed ? edit() : records.whileWaiting(id, edit));
      watched.set(id, {
        attempt,
        output: open(attempt, isHere ? undefined : guard),
        acceptedAt: performance.now(),
        startedAt: undefined,
        hasWords: false,
        isRelayed: false,
        told: undefined,
        reported: waitingProgress(attempt),
        misses: 0,
      });
      watched.get(id)?.output?.gone.addEventListener("abort", () => onGone(attempt), { once: true });
    },
    /** Nothing came of it. */
    drop: (id: string): void => void watched.delete(id),
    start,
    ending,
    /** Waits for the ends of what ends with this process, so many milliseconds at most, and shows what is known of the rest. */
    close: async (ms: number): Promise<void> => {
      const until = performance.now() + ms;
      while (ending().length > 0 && performance.now() < until) await wait(CLOSE_LOOK_MS);
      for (const { id } of ending()) {
        const item = watched.get(id);
        if (item) await item.output?.finish(endedFor(item.reported, "interrupted"));
      }
      await withDeadline(Math.max(0, until - performance.now()), Promise.all(underWay));
      stopping.abort();
      await loops;
    },
  };
}
