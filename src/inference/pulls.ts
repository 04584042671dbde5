import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { Log } from "#src/base/log.ts";
import { ollamaClient } from "#src/inference/ollama/client.ts";
import type { Fleet, Host } from "./fleet.ts";

export type PullProgress = {
  model: string;
  host: string;
  /** `done`: all is there; `cancelled` and `failed`: what has come stays, and a new pull goes on from there. */
  phase: "running" | "done" | "cancelled" | "failed";
  completedBytes: number;
  totalBytes: number;
  /** Over the last seconds. */
  bytesPerSecond: number;
  /** What Ollama said, where it failed. */
  detail?: string;
};

export type Pull = {
  id: string;
  progress: () => PullProgress;
  /** Called on every change until the end. */
  onChange: (listener: () => void) => void;
  ended: Promise<void>;
  cancel: () => void;
};

export type Pulls = {
  /** Pulls a model to a host; the pull already under way where there is one. */
  start: (model: string, host: Host) => Pull;
  find: (id: string) => Pull | undefined;
  running: () => PullProgress[];
};

const part = z.object({
  status: z.string().default(""),
  digest: z.string().optional(),
  total: z.number().default(0),
  completed: z.number().default(0),
  error: z.string().optional(),
});
const SPEED_WINDOW_MS = 5000;

/** The pulls of this process, with their progress over all layers. */
export function createPulls({ fleet, log }: { fleet: Fleet; log: Log }): Pulls {
  const pulls = new Map<string, Pull>();

  const start = (model: string, host: Host): Pull => {
    const same = [...pulls.values()].find(
      (item) => item.progress().model === model && item.progress().host === host.label,
    );
    if (same) return same;
    const id = randomUUID().slice(0, 8);
    const control = new AbortController();
    const listeners = new Set<() => void>();
    let progress: PullProgress = {
      model,
      host: host.label,
      phase: "running",
      completedBytes: 0,
      totalBytes: 0,
      bytesPerSecond: 0,
    };
    const change = (next: Partial<PullProgress>): void => {
      progress = { ...progress, ...next };
      for (const listener of listeners) listener();
    };
    const ended = pullTo(host.url, model, control.signal, change)
      .then(() => change({ phase: "done", bytesPerSecond: 0 }))
      .catch((error: unknown) => {
        const detail = error instanceof Error ? error.message : String(error);
        if (!control.signal.aborted) log.warn({ model, host: host.label, reason: detail }, "a pull failed");
        change(control.signal.aborted ? { phase: "cancelled" } : { phase: "failed", detail });
      })
      .then(async () => {
        pulls.delete(id);
        await fleet.check(host);
      });
    const pull: Pull = {
      id,
      progress: () => progress,
      onChange: (listener) => void listeners.add(listener),
      ended,
      cancel: () => control.abort(),
    };
    pulls.set(id, pull);
    return pull;
  };

  return { start, find: (id) => pulls.get(id), running: () => [...pulls.values()].map((pull) => pull.progress()) };
}

async function pullTo(
  host: string,
  model: string,
  signal: AbortSignal,
  change: (next: Partial<PullProgress>) => void,
): Promise<void> {
  const layers = new Map<string, { total: number; completed: number }>();
  const samples: { at: number; bytes: number }[] = [];
  const stream = await ollamaClient(host, signal).pull({ model, stream: true });
  for await (const raw of stream) {
    const { digest, total, completed, error } = part.parse(raw);
    if (error !== undefined) throw new Error(error);
    if (digest !== undefined)
      layers.set(digest, { total, completed: Math.max(completed, layers.get(digest)?.completed ?? 0) });
    const sum = (of: "total" | "completed"): number =>
      [...layers.values()].reduce((bytes, layer) => bytes + layer[of], 0);
    change({
      completedBytes: sum("completed"),
      totalBytes: sum("total"),
      bytesPerSecond: speedOf(samples, sum("completed")),
    });
  }
}

/** Bytes per second over the last few seconds. */
function speedOf(samples: { at: number; bytes: number }[], bytes: number): number {
  const now = performance.now();
  samples.push({ at: now, bytes });
  while (samples.length > 1 && now - (samples[0]?.at ?? now) > SPEED_WINDOW_MS) samples.shift();
  const [first] = samples;
  return first === undefined || now === first.at ? 0 : ((bytes - first.bytes) / (now - first.at)) * 1000;
}
