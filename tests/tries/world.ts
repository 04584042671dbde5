import { pino } from "pino";
import { onTestFinished } from "vitest";
import { createStoreHealth } from "#src/base/store-health.ts";
import { createCommunity } from "#src/community/community.ts";
import { openCommunityFile } from "#src/community/sqlite.ts";
import type { CommunityStore } from "#src/community/store.ts";
import type { Backend } from "#src/inference/backend.ts";
import { createFleet } from "#src/inference/fleet.ts";
import { createOllamaBackend } from "#src/inference/ollama/backend.ts";
import type { TryRequest } from "#src/tries/admission.ts";
import { createEmbeddedTries } from "#src/tries/local/embedded.ts";
import { createOutputs, type OpenOutput } from "#src/tries/outputs.ts";
import type { TrySettings } from "#src/tries/settings.ts";
import type { Delivery, Progress, Reach, ResolvedModel, RunProgress, Try } from "#src/tries/try.ts";
import { type OllamaOptions, startOllama } from "#tests/stand-ins/ollama.ts";
import { NO_LISTS, person } from "#tests/tries/people.ts";

const log = pino({ level: "silent" });

export const MODEL = "qwen3:8b";

export const targetOf = (model = MODEL): ResolvedModel => ({ model, entryId: undefined, standIn: false });

/** A place on a surface of the tests. */
export const deliveryOf = (reach: Reach = { by: "process" }): Delivery => ({
  surface: "test",
  reach,
  address: {},
  private: false,
});

/** What is asked for by somebody, with changes. */
export const requestOf = (id: string, changes: Partial<TryRequest> = {}): TryRequest => ({
  person: person(id),
  targets: [targetOf()],
  prompt: "问",
  locale: "zh-CN",
  begin: async () => deliveryOf(),
  ...changes,
});

type WorldOptions = {
  slots?: number;
  /** OLLAMA_CONTEXT_LENGTH of the hosts. */
  contextLength?: number;
  /** Models that run elsewhere are allowed. */
  cloud?: boolean;
  models?: OllamaOptions["models"];
  /** How many hosts there are; the first is `ollama`. */
  hosts?: number;
  backend?: Partial<Backend>;
  settings?: Partial<TrySettings>;
  path?: string;
  /** Shows in place of the maps. */
  open?: OpenOutput;
  /** What administrators have decided; absent: nothing. */
  store?: CommunityStore;
};

/** What is shown of the only run of a try. */
export const only = (progress: Progress | undefined): RunProgress | undefined => progress?.runs[0];

/** Tries over a real fleet, with everything that is shown kept. */
export async function openTries({
  slots = 2,
  contextLength,
  cloud = false,
  models = [{ name: MODEL }],
  hosts = 1,
  backend,
  settings,
  path = ":memory:",
  open,
  store = openCommunityFile({ path: ":memory:" }),
}: WorldOptions = {}) {
  const community = createCommunity(store, log);
  onTestFinished(() => community.close());
  const first = await startOllama({ models, slots, ...(contextLength !== undefined && { contextLength }) });
  const more = await Promise.all(Array.from({ length: hosts - 1 }, () => startOllama({ models, slots })));
  const ollamas = [first, ...more];
  onTestFinished(async () => void (await Promise.all(ollamas.map((ollama) => ollama.stop()))));
  const fleet = createFleet({
    backend: { ...createOllamaBackend(), ...backend },
    hosts: ollamas.map(({ url }) => ({ url })),
    slots,
    allowCloud: cloud,
    contextTokens: settings?.contextTokens,
    log,
  });
  await fleet.ready();
  const ends = new Map<string, Progress>();
  const shown = new Map<string, Progress[]>();
  const deleted = new AbortController();
  const outputs = createOutputs();
  const show: OpenOutput = ({ id }) => ({
    gone: deleted.signal,
    update: (progress) => void shown.set(id, [...(shown.get(id) ?? []), progress]),
    finish: async (progress) => void ends.set(id, progress),
    leave: async () => {},
  });
  for (const by of ["process", "token", "channel"] as const) outputs.register("test", by, open ?? show);
  const counted: string[] = [];
  const tries = createEmbeddedTries({
    fleet,
    community,
    settings: {
      hosts: [],
      aliases: new Map(),
      hostSlots: slots,
      perPersonHour: 1000,
      perGuildHour: 1000,
      access: NO_LISTS,
      queueMax: 1000,
      promptMax: 4000,
      maxTokens: 10_000,
      keepHours: 1,
      allowCloud: false,
      ...settings,
    },
    path,
    health: createStoreHealth("cache.db", log),
    outputs,
    events: {
      started: () => void counted.push("started"),
      firstToken: () => void counted.push("first token"),
      ended: (_, { phase }) => void counted.push(phase),
    },
    log,
  });
  onTestFinished(() => tries.close());
  return {
    ollama: first,
    ollamas,
    fleet,
    community,
    tries,
    ends,
    shown,
    /** What was counted, in its order. */
    counted,
    /** Raised when the message of every try is deleted. */
    deleted,
    submit: (id: string, prompt: string, delivery = deliveryOf()): Promise<Try> =>
      tries.submit(requestOf(id, { prompt, begin: async () => delivery })),
  };
}
