import { randomUUID } from "node:crypto";
import type { Log } from "#src/base/log.ts";
import type { StoreHealth } from "#src/base/store-health.ts";
import type { Community } from "#src/community/community.ts";
import type { Fleet } from "#src/inference/fleet.ts";
import { isOffered } from "#src/tries/access.ts";
import { createKeeper } from "#src/tries/keeper.ts";
import type { Outputs } from "#src/tries/outputs.ts";
import { createQuotas } from "#src/tries/quotas.ts";
import { runRunner } from "#src/tries/runner.ts";
import type { TrySettings } from "#src/tries/settings.ts";
import { createShownOnce } from "#src/tries/shown-once.ts";
import { createTries, type Tries } from "#src/tries/tries.ts";
import type { TryEvents } from "#src/tries/watch.ts";
import { createLocalQueue } from "./queue.ts";
import { openRecords } from "./records.ts";

export type EmbeddedOptions = {
  fleet: Fleet;
  community: Pick<Community, "decisions" | "countRuns">;
  settings: TrySettings;
  /** Where conversations are kept; `:memory:` keeps nothing. */
  path: string;
  /** Told how the file does. */
  health: StoreHealth;
  outputs: Outputs;
  events: TryEvents;
  log: Log;
};

const HOUR_MS = 3_600_000;

/** Tries that this very process asks for, runs and looks after: a runner beside the surfaces. */
export function createEmbeddedTries(options: EmbeddedOptions): Tries {
  const { fleet, community, settings, path, health, outputs, events, log } = options;
  const records = openRecords({ path, keepMs: settings.keepHours * HOUR_MS, health, log });
  const queue = createLocalQueue();
  records.onLeftOver((ids) => {
    for (const id of ids) void queue.postpone(id, 0);
  });
  const open = createShownOnce(outputs.open);
  const parts = { queue, records, open, log };
  const { perPersonHour, perGuildHour } = settings;
  const tries = createTries({
    ...parts,
    ...settings,
    quotas: createQuotas({ perPerson: perPersonHour, perGuild: perGuildHour }),
    community,
    normalName: fleet.backend.normalName,
    holder: randomUUID(),
    isThere: async () => true,
    events,
  });
  const stop = new AbortController();
  let work: Promise<unknown> | undefined;
  const begin = (): void => {
    const runner = {
      ...parts,
      fleet,
      maxTokens: settings.maxTokens,
      othersHave: () => false,
      isOffered: (model: string) => isOffered(settings.access, model, fleet.backend.normalName),
      graceMs: 0,
      events: UNCOUNTED,
    };
    const keeper = createKeeper({ ...parts, installed: fleet.installed });
    work ??= Promise.all([runRunner(runner, stop.signal), keeper.run(stop.signal)]);
  };
  let closing: Promise<void> | undefined;
  const end = async (): Promise<void> => {
    await tries.close();
    stop.abort();
    await work;
    await records.close();
  };
  const close = (): Promise<void> => {
    closing ??= end();
    return closing;
  };
  return {
    ...tries,
    // A program that answers one command begins to run tries with the first.
    submit: (request) => {
      begin();
      return tries.submit(request);
    },
    run: async (signal) => {
      begin();
      await tries.run(signal);
      await close();
    },
    close,
  };
}

/** What a runner of the same process does is counted with the tries. */
const UNCOUNTED = { firstToken: () => {}, ended: () => {} };
