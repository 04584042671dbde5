import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { z } from "zod";
import type { MemoryChart } from "./memory-chart.ts";
import { memorySvg } from "./memory-svg.ts";

/** Pixels: twice the 550 that Discord shows a picture wide. */
const PICTURE_WIDTH = 1100;
/** For one drawing; the first compiles the renderer, which takes a second or two on a small machine. */
const TIMEOUT_MS = 10_000;
/** Drawings that may wait; whoever comes later has their answer without a picture. */
const QUEUE_MAX = 20;
/** A thread without work is ended after this: it holds 100 MB. */
const IDLE_MS = 60_000;

const answer = z.union([z.object({ png: z.instanceof(Uint8Array) }), z.object({ fault: z.string() })]);

type Log = { warn: (details: object, message: string) => void };

export type Pictures = {
  /** A chart as PNG, 1100 pixels wide; undefined where it could not be drawn, and the log says why. Never throws. */
  draw: (chart: MemoryChart, signal?: AbortSignal) => Promise<Uint8Array | undefined>;
  /** Ends the thread; what is under way ends without a picture. */
  close: () => Promise<void>;
};

type Options = { log: Log; timeoutMs?: number; queueMax?: number; idleMs?: number; thread?: () => Worker };

/** Draws charts one after the other, outside of the event loop, in a thread that lives only while there is work. */
export function createPictures({
  log,
  timeoutMs = TIMEOUT_MS,
  queueMax = QUEUE_MAX,
  idleMs = IDLE_MS,
  thread = startThread,
}: Options): Pictures {
  const closed = new AbortController();
  let worker: Worker | undefined;
  let idle: NodeJS.Timeout | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  const start = (): Worker => {
    const started = thread();
    // Without a listener a fault of the thread would end the whole process.
    started.on("error", () => {
      if (worker === started) worker = undefined;
    });
    worker = started;
    return started;
  };

  const end = async (): Promise<void> => {
    clearTimeout(idle);
    const ending = worker;
    worker = undefined;
    await ending?.terminate();
  };

  const drawNow = async (svg: string, signal: AbortSignal): Promise<Uint8Array> => {
    signal.throwIfAborted();
    clearTimeout(idle);
    const busy = worker ?? start();
    busy.ref();
    try {
      const answered = once(busy, "message", { signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]) });
      busy.postMessage({ svg, width: PICTURE_WIDTH });
      const [message]: unknown[] = await answered;
      const result = answer.parse(message);
      if ("fault" in result) throw new Error(result.fault);
      return result.png;
    } catch (error) {
      // Whatever it is doing now would answer the next request.
      await end();
      throw error;
    } finally {
      busy.unref();
      idle = setTimeout(() => void end(), idleMs).unref();
    }
  };

  return {
    draw: async (chart, signal) => {
      if (waiting >= queueMax) {
        log.warn({ waiting }, "too many pictures are asked for; an answer goes without one");
        return undefined;
      }
      waiting += 1;
      try {
        const svg = memorySvg(chart);
        const stop = signal ? AbortSignal.any([signal, closed.signal]) : closed.signal;
        const drawing = last.then(() => drawNow(svg, stop));
        last = drawing.catch(() => {});
        return await drawing;
      } catch (error) {
        log.warn({ err: error }, "a picture could not be drawn; its answer goes without one");
        return undefined;
      } finally {
        waiting -= 1;
      }
    },
    close: () => {
      closed.abort();
      return end();
    },
  };
}

/** With nothing of this process's settings, which hold secrets. */
const startThread = (): Worker =>
  new Worker(new URL("draw-worker.ts", import.meta.url), { env: {}, execArgv: [], name: "charts" });
