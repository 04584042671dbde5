import { randomUUID } from "node:crypto";
import type { Log } from "#src/base/log.ts";
import { createFleet, type Fleet, type FleetOptions } from "#src/inference/fleet.ts";
import { createKeeper } from "#src/tries/keeper.ts";
import type { OpenOutput } from "#src/tries/outputs.ts";
import { every } from "#src/tries/periodic.ts";
import type { RunEvents } from "#src/tries/run.ts";
import { runRunner } from "#src/tries/runner.ts";
import { createShownOnce } from "#src/tries/shown-once.ts";
import { createFleetView } from "./fleet-view.ts";
import { HEARTBEAT_MS, type WorkerState } from "./heartbeats.ts";
import type { Parts } from "./open.ts";

export type WorkerOptions = {
  parts: Parts;
  fleet: Omit<FleetOptions, "othersHave" | "otherHosts">;
  maxTokens: number;
  /** Tells whether a model may be named to everybody. */
  isOffered?: (model: string) => boolean;
  /** Name of the machine, as people are shown it. */
  name: string;
  /** What this worker can show. */
  open: OpenOutput;
  events: RunEvents;
  log: Log;
};

/** How long running tries may go on when the worker is told to stop, in ms. */
const GRACE_MS = 3000;

export type Worker = {
  fleet: Fleet;
  /** Runs tries until the signal is raised. */
  run: (signal: AbortSignal) => Promise<void>;
};

/** A runner for the tries of others, with the hosts of this machine. */
export function createWorker(options: WorkerOptions): Worker {
  const { parts, fleet: hosts, maxTokens, isOffered = () => true, name, open, events, log } = options;
  const { link, queue, records, heartbeats, coordinator } = parts;
  const id = randomUUID();
  const all = createFleetView({ ...hosts, link, heartbeats });
  const othersHave = (model: string): boolean => all.isHealthy(model, id);
  const fleet = createFleet({ ...hosts, othersHave, otherHosts: () => all.hostsBeside(id) });
  const shared = { queue, records, open: createShownOnce(open), log };
  const installed: Fleet["installed"] = () => [...fleet.installed(), ...all.installed()];
  const self = (): WorkerState => ({ id, name, hosts: fleet.hosts });
  const publish = (): Promise<void> => heartbeats.publish(self());
  return {
    fleet,
    run: async (signal) => {
      await link.ready();
      await Promise.all([publish(), all.ready()]).catch(() => {});
      fleet.onChange(() => void (signal.aborted ? undefined : heartbeats.publishChange(self()).catch(() => {})));
      heartbeats.onLook(id, async () => {
        await fleet.lookAgain();
        // One that stops is not to come back.
        if (!signal.aborted) await publish();
      });
      signal.addEventListener("abort", () => void heartbeats.withdraw(id).catch(() => {}), { once: true });
      log.info({ hosts: fleet.hosts.map(({ label }) => label), models: fleet.installed().length }, "the worker runs");
      // What this worker leaves behind as it stops is looked after by others.
      await Promise.all([
        runRunner({ ...shared, fleet, maxTokens, isOffered, othersHave, graceMs: GRACE_MS, events }, signal),
        createKeeper({ ...shared, installed, coordinator }).run(signal),
        every(HEARTBEAT_MS, publish, log, signal),
        all.run(signal),
        fleet.run(signal),
      ]);
    },
  };
}
