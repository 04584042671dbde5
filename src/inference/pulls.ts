import { randomUUID } from "node:crypto";
import type { Log } from "#src/base/log.ts";
import type { Backend, ChatStage, Failure, HostAddress } from "./backend.ts";
import { lineOf } from "./failing.ts";
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
  /** Why it failed. */
  failure?: Failure;
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
  /** How a pull to a host, or a removal from it, failed last. */
  lastFailure: (host: Host) => PullFailure | undefined;
  /** Deletes a model from a host. Rejects with RemovalFailed. */
  remove: (model: string, host: Host) => Promise<void>;
};

/** `at` is in ms since 1970. */
export type PullFailure = { model: string; at: number; failure: Failure };

type Undertaking = { what: "a pull failed" | "a removal failed"; model: string; host: Host };

export class RemovalFailed extends Error {
  override name = "RemovalFailed";
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

const SPEED_WINDOW_MS = 5000;
const REMOVE_TIMEOUT_MS = 30_000;

/** Changes the hosts of a fleet for operators: the pulls of this process with their progress, and removals. */
export function createPulls({ fleet, log }: { fleet: Fleet; log: Log }): Pulls {
  const pulls = new Map<string, Pull>();
  const lastFailures = new Map<Host, PullFailure>();
  /** Judges an error, and keeps and logs what the other side said. */
  const failed = (error: unknown, stage: ChatStage, { what, model, host }: Undertaking): Failure => {
    const failure = fleet.backend.classify(error, stage);
    lastFailures.set(host, { model, at: Date.now(), failure });
    log.warn({ model, ...lineOf(host, failure) }, what);
    return failure;
  };

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
    let hasBegun = false;
    const change = (next: Partial<PullProgress>): void => {
      hasBegun = true;
      progress = { ...progress, ...next };
      for (const listener of listeners) listener();
    };
    const ended = pullTo(fleet.backend, host.address, model, control.signal, change)
      .then(() => change({ phase: "done", bytesPerSecond: 0 }))
      .catch((error: unknown) => {
        if (control.signal.aborted) change({ phase: "cancelled" });
        else {
          const stage = hasBegun ? "answer" : "request";
          change({ phase: "failed", failure: failed(error, stage, { what: "a pull failed", model, host }) });
        }
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

  return {
    start,
    find: (id) => pulls.get(id),
    running: () => [...pulls.values()].map((pull) => pull.progress()),
    lastFailure: (host) => lastFailures.get(host),
    remove: async (model, host) => {
      try {
        await fleet.backend.remove(host.address, model, AbortSignal.timeout(REMOVE_TIMEOUT_MS));
      } catch (error) {
        throw new RemovalFailed(failed(error, "request", { what: "a removal failed", model, host }));
      } finally {
        await fleet.check(host);
      }
    },
  };
}

async function pullTo(
  backend: Backend,
  host: HostAddress,
  model: string,
  signal: AbortSignal,
  change: (next: Partial<PullProgress>) => void,
): Promise<void> {
  const samples: { at: number; bytes: number }[] = [];
  for await (const part of backend.pull(host, model, signal))
    change({ ...part, bytesPerSecond: speedOf(samples, part.completedBytes) });
}

/** Bytes per second over the last few seconds. */
function speedOf(samples: { at: number; bytes: number }[], bytes: number): number {
  const now = performance.now();
  samples.push({ at: now, bytes });
  while (samples.length > 1 && now - (samples[0]?.at ?? now) > SPEED_WINDOW_MS) samples.shift();
  const [first] = samples;
  return first === undefined || now === first.at ? 0 : ((bytes - first.bytes) / (now - first.at)) * 1000;
}
