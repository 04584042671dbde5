import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import type { Log } from "#src/base/log.ts";
import type { Output } from "#src/tries/outputs.ts";
import { NotWanted, type Outputs } from "#src/tries/outputs.ts";
import type { EndReason } from "#src/tries/run-try.ts";
import type { Progress, Try } from "#src/tries/try.ts";
import { parseJson, readProgress } from "#src/tries/try-shape.ts";
import type { Ledger, TrySnapshot, TryState } from "./ledger.ts";
import { isAway, type Link } from "./link.ts";
import { progressChannel } from "./relay.ts";
import { PREFIX } from "./scripts.ts";
import type { OpenGuarded } from "./show-end.ts";

export type WatchOptions = {
  link: Link;
  ledger: Ledger;
  /** Name of this process, under which workers send it progress. */
  holder: string;
  /** Opens what this process shows. */
  open: OpenGuarded;
  /** Counts what becomes of a try from the progress that its output gets. */
  count: (open: Outputs["open"]) => Outputs["open"];
  log: Log;
};

/** Watches what this process has asked for while workers run it. */
export type Watch = {
  add: (attempt: Try) => void;
  /** The end is shown by whoever stopped it. */
  stopped: (id: string) => void;
  run: (signal: AbortSignal) => Promise<void>;
};

type Watched = {
  attempt: Try;
  /** Gets all progress, for counting; shows what has to be shown from here. */
  output: Output;
  /** Whether somebody else says its last word, should it vanish. */
  stopped: boolean;
  position: number | undefined;
  state: TryState;
  /** The newest progress that the worker has sent, where it is shown from here. */
  reported: Progress;
};

const POLL_MS = 1000;
/** How long a stop waits for the last words of workers. */
const LAST_WORDS_MS = 1000;
const NOTHING: Progress = { phase: "waiting", text: "", thinking: "" };
const message = z.object({ id: z.string(), progress: z.unknown() });

/**
 * Shows places in the queue, and, where the surface is held by this process, all progress. A message on Discord belongs to
 * the worker from the moment a run begins.
 */
export function createWatch({ link, ledger, holder, open, count, log }: WatchOptions): Watch {
  const watched = new Map<string, Watched>();
  let alarm = Promise.withResolvers<void>();

  /** Only while a try waits, and only one process at a time, may its place be shown. */
  const whileWaiting =
    (id: string) =>
    async (edit: () => Promise<void>): Promise<void> => {
      const isFree = await ledger.locked(id, async () => {
        const [snapshot] = await ledger.snapshots([id]);
        if (snapshot?.state !== "waiting") throw new NotWanted();
        await edit();
      });
      if (!isFree) throw new Error("somebody else is editing this message");
    };

  /** Ends a try that cannot be shown to anybody any more. A running one is ended by its worker. */
  const cancel = async ({ id }: Try, phase: EndReason): Promise<void> => {
    if ((await ledger.cancel(id, phase)) === "waiting")
      await ledger.end(id, { ...NOTHING, phase }, { state: "waiting" });
  };

  const outputOf = (attempt: Try): Output => {
    const isHere = attempt.delivery.kind !== "discord";
    const shown = open(attempt, isHere ? undefined : whileWaiting(attempt.id));
    shown?.gone.addEventListener("abort", () => void cancel(attempt, "stopped").catch(() => {}), { once: true });
    return count(() => ({
      gone: shown?.gone ?? new AbortController().signal,
      update: (progress) => {
        if (isHere || progress.phase === "waiting") shown?.update(progress);
      },
      finish: async (progress) => {
        if (!isHere) return;
        await shown?.finish(progress);
        await ledger.shown(attempt).catch(() => {});
      },
    }))(attempt);
  };

  const endings = new Set<Promise<void>>();
  const end = (item: Watched, progress: Progress): void => {
    watched.delete(item.attempt.id);
    const ending = item.output
      .finish(progress)
      .catch((error: unknown) => log.warn({ err: error }, "an end could not be shown"))
      .finally(() => endings.delete(ending));
    endings.add(ending);
  };

  /** Its state is gone: deleted for the person, or lost with all that Redis had. */
  const vanish = (item: Watched): void => {
    const { attempt, stopped, state, reported } = item;
    const progress: Progress = { ...reported, phase: stopped ? "stopped" : "interrupted" };
    end(item, progress);
    // A worker that runs it says the last word itself.
    if (attempt.delivery.kind === "discord" && !stopped && state !== "running")
      void open(attempt)
        ?.finish(progress)
        .catch(() => {});
  };

  const apply = (item: Watched, { state, position, progress }: TrySnapshot): void => {
    if (state === "ended" && progress) end(item, progress);
    else if (state === "vanished") vanish(item);
    else showState(item, state, position);
  };
  const showState = (item: Watched, state: TryState, position: number): void => {
    if (state === "waiting" && (position !== item.position || item.state !== "waiting"))
      item.output.update({ phase: "waiting", position, text: "", thinking: "" });
    if (state === "running" && item.state !== "running" && item.attempt.delivery.kind === "discord")
      item.output.update({ phase: "loading", text: "", thinking: "" });
    item.position = position;
    item.state = state;
  };

  const refresh = async (): Promise<void> => {
    const ids = [...watched.keys()];
    if (ids.length === 0) return;
    const snapshots = await ledger.snapshots(ids);
    for (const [at, id] of ids.entries()) {
      const [item, snapshot] = [watched.get(id), snapshots[at]];
      if (item && snapshot) apply(item, snapshot);
    }
  };

  const onMessage = (channel: string, text: string): void => {
    if (channel === `${PREFIX}changes`) alarm.resolve();
    if (channel === `${PREFIX}cancels`) {
      const item = watched.get(text.split(" ")[0] ?? "");
      if (item) item.stopped = true;
      return;
    }
    if (channel !== `${PREFIX}${progressChannel(holder)}`) return;
    const { data } = message.safeParse(parseJson(text));
    const progress = data && readProgress(JSON.stringify(data.progress));
    const item = data && watched.get(data.id);
    if (item === undefined || progress === undefined) return;
    item.reported = progress;
    item.output.update(progress);
  };

  /** Refreshes all, and waits until something may have changed. */
  const poll = async (signal: AbortSignal): Promise<void> => {
    await refresh().catch((error: unknown) => {
      if (!isAway(error)) log.error({ err: error }, "the queue could not be read");
    });
    const pause = new AbortController();
    await Promise.race([
      alarm.promise,
      wait(POLL_MS, undefined, { signal: AbortSignal.any([signal, pause.signal]) }).catch(() => {}),
    ]);
    pause.abort();
    alarm = Promise.withResolvers<void>();
  };

  /** As this process stops: what is shown from here ends, with the last word of the worker where there is one. */
  const endHere = async (): Promise<void> => {
    const here = (): Watched[] => [...watched.values()].filter(({ attempt }) => attempt.delivery.kind !== "discord");
    await Promise.all(here().map(({ attempt }) => cancel(attempt, "interrupted").catch(() => {})));
    const late = AbortSignal.timeout(LAST_WORDS_MS);
    while (here().length > 0 && !late.aborted) await poll(late);
    for (const item of here()) end(item, { ...item.reported, phase: "interrupted" });
    await Promise.all(endings);
  };

  return {
    add: (attempt) => {
      watched.set(attempt.id, {
        attempt,
        output: outputOf(attempt),
        stopped: false,
        position: undefined,
        state: "reserved",
        reported: NOTHING,
      });
      alarm.resolve();
    },
    stopped: (id) => {
      const item = watched.get(id);
      if (item) item.stopped = true;
    },
    run: async (signal) => {
      link.listener.on("message", onMessage);
      const channels = ["changes", "cancels", progressChannel(holder)].map((name) => `${PREFIX}${name}`);
      link.listener.subscribe(...channels).catch(() => {});
      while (!signal.aborted) await poll(signal);
      await endHere();
      link.listener.off("message", onMessage);
    },
  };
}
