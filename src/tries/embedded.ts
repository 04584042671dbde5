import { randomUUID } from "node:crypto";
import type { Log } from "#src/base/log.ts";
import type { Fleet } from "#src/inference/fleet.ts";
import { createKeeper } from "./keeper.ts";
import { createLocalQueue } from "./local/queue.ts";
import { openRecords } from "./local/records.ts";
import type { Outputs } from "./outputs.ts";
import { createQuotas } from "./quotas.ts";
import { runRunner } from "./runner.ts";
import type { TrySettings } from "./settings.ts";
import { createShownOnce } from "./shown-once.ts";
import { createTries, type Tries } from "./tries.ts";
import type { TryEvents } from "./watch.ts";

export type EmbeddedOptions = {
  fleet: Fleet;
  settings: TrySettings;
  /** Where conversations are kept; `:memory:` keeps nothing. */
  path: string;
  outputs: Outputs;
  events: TryEvents;
  log: Log;
};

const HOUR_MS = 3_600_000;

/** Tries that this very process asks for, runs and looks after: a runner beside the surfaces. */
export function createEmbeddedTries({ fleet, settings, path, outputs, events, log }: EmbeddedOptions): Tries {
  const records = openRecords(path, { keepMs: settings.keepHours * HOUR_MS });
  const queue = createLocalQueue({ leftOver: records.unfinished() });
  const open = createShownOnce(outputs.open);
  const parts = { queue, records, open, log };
  const { perPersonHour, perGuildHour } = settings;
  const tries = createTries({
    ...parts,
    ...settings,
    quotas: createQuotas({ perPerson: perPersonHour, perGuild: perGuildHour }),
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
      graceMs: 0,
      events: UNCOUNTED,
    };
    const installed = (): ReadonlySet<string> => new Set(fleet.installed().map(({ name }) => name));
    work ??= Promise.all([runRunner(runner, stop.signal), createKeeper({ ...parts, installed }).run(stop.signal)]);
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
