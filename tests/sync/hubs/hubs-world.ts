import { Writable } from "node:stream";
import { pino } from "pino";
import { expect, onTestFinished } from "vitest";
import { addressKey, type FactsAnswer, type HubName, type HubsSeen, type ModelFacts } from "#src/sync/hubs/hub.ts";
import { createHubs, type Hubs, type HubsOptions } from "#src/sync/hubs/hubs.ts";
import { type LookAtHubs, lookAtHubs } from "#src/sync/hubs/look-at-hubs.ts";
import { type ReadFacts, readFacts } from "#src/sync/hubs/model-facts.ts";
import type { HubSettings } from "#src/sync/hubs/settings.ts";
import type { HuggingfaceOptions } from "#tests/stand-ins/model-hubs/huggingface.ts";
import { type ModelHubs, startModelHubs } from "#tests/stand-ins/model-hubs.ts";
import { temporaryFolder } from "#tests/temporary-catalog.ts";

/** Saturday. */
export const START = Date.parse("2026-11-28T06:17:00Z");
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

export type HubsWorld = {
  hubs: ModelHubs;
  clock: { now: number };
  /** The hubs as a new run has them, with what runs before kept. */
  run: (options?: Partial<HubsOptions>, settings?: Partial<HubSettings>) => Hubs;
  /** Looks at organisations in a run of its own. */
  look: (
    organizations: readonly string[],
    options?: Partial<LookAtHubs>,
    runOptions?: Partial<HubsOptions>,
  ) => Promise<HubsSeen>;
  /** All lines of the log. */
  logged: () => string;
};

/** Both hubs, someone who reads them, and a clock. What the hubs hold against a reader fails the test. */
export async function startHubsWorld(options: HuggingfaceOptions = {}): Promise<HubsWorld> {
  const hubs = await startModelHubs(options);
  onTestFinished(async () => {
    await hubs.close();
    expect(hubs.violations()).toEqual([]);
  });
  const directory = await temporaryFolder();
  const lines: string[] = [];
  const stream = new Writable({
    write: (line, _, done) => {
      lines.push(String(line));
      done();
    },
  });
  const log = pino({ level: "trace" }, stream);
  const clock = { now: START };
  const run: HubsWorld["run"] = (changes = {}, settings = {}) => {
    const made = createHubs(hubs.settings(settings), {
      ...{ log, directory, pace: "none", now: () => clock.now },
      ...changes,
    });
    onTestFinished(made.close);
    return made;
  };
  return {
    ...{ hubs, clock, run },
    look: (organizations, changes, runOptions) =>
      lookAtHubs({
        hubs: run(runOptions),
        organizations: organizations.map((name) => ({ huggingface: [name], modelscope: [] })),
        ...changes,
      }),
    logged: () => lines.join(""),
  };
}

/** Ids that listings have. */
export const idsOf = ({ listings }: HubsSeen, hub: HubName = "huggingface"): string[] =>
  listings.filter((each) => each.hub === hub).flatMap(({ models }) => models.map(({ id }) => id));
export const appearedIn = ({ listings }: HubsSeen): string[] =>
  listings.flatMap(({ appeared }) => [...(appeared ?? [])]);

/** Asks for models in a run of its own. */
export const factsOf = (
  world: HubsWorld,
  ids: readonly string[],
  { hub = "huggingface", run, ...options }: Partial<ReadFacts> & { hub?: HubName; run?: Partial<HubsOptions> } = {},
): Promise<Map<string, FactsAnswer>> =>
  readFacts(
    ids.map((id) => ({ hub, id })),
    { hubs: world.run(run), ...options },
  );

/** Facts of one model that are there. */
export async function oneOf(world: HubsWorld, id: string, hub: HubName = "huggingface"): Promise<ModelFacts> {
  const answer = (await factsOf(world, [id], { hub })).get(addressKey({ hub, id }));
  if (answer?.state !== "found") throw new Error(`${id}: ${JSON.stringify(answer)}`);
  return answer.facts;
}

export const statesOf = (answers: Map<string, FactsAnswer>): string[] =>
  [...answers.values()].map(({ state }) => state);
