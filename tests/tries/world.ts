import { pino } from "pino";
import { onTestFinished } from "vitest";
import type { Backend } from "#src/inference/backend.ts";
import { createFleet } from "#src/inference/fleet.ts";
import { createOllamaBackend } from "#src/inference/ollama/backend.ts";
import type { TryRequest } from "#src/tries/admission.ts";
import { createQuotas } from "#src/tries/quotas.ts";
import { openStore } from "#src/tries/store.ts";
import { createTries, type TriesOptions } from "#src/tries/tries.ts";
import type { Delivery, Progress, Try } from "#src/tries/try.ts";
import { type OllamaOptions, startOllama } from "#tests/stand-ins/ollama.ts";
import { NO_LISTS, person } from "#tests/tries/people.ts";

const log = pino({ level: "silent" });

export const MODEL = "qwen3:8b";

/** What is asked for by somebody, with changes. */
export const requestOf = (id: string, changes: Partial<TryRequest> = {}): TryRequest => ({
  person: person(id),
  target: { model: MODEL, entryId: undefined, standIn: false },
  prompt: "问",
  locale: "zh-CN",
  begin: async () => ({ kind: "local", id }),
  ...changes,
});

type WorldOptions = {
  slots?: number;
  models?: OllamaOptions["models"];
  backend?: Partial<Backend>;
  tries?: Partial<TriesOptions>;
};

/** Tries over a real fleet, with everything that is shown kept. */
export async function openTries({ slots = 2, models = [{ name: MODEL }], backend, tries: options }: WorldOptions = {}) {
  const ollama = await startOllama({ models, slots });
  onTestFinished(() => ollama.stop());
  const fleet = createFleet({
    backend: { ...createOllamaBackend(), ...backend },
    urls: [ollama.url],
    slots,
    allowCloud: false,
    log,
  });
  await fleet.ready();
  const ends = new Map<string, Progress>();
  const shown = new Map<string, Progress[]>();
  const deleted = new AbortController();
  const store = options?.store ?? openStore(":memory:");
  const tries = createTries({
    fleet,
    store,
    quotas: createQuotas({ perPerson: 1000, perGuild: 1000 }),
    access: NO_LISTS,
    queueMax: 1000,
    promptMax: 4000,
    maxTokens: 10_000,
    keepHours: 1,
    open: (attempt) => ({
      gone: deleted.signal,
      update: (progress) => void shown.set(attempt.id, [...(shown.get(attempt.id) ?? []), progress]),
      finish: async (progress) => void ends.set(attempt.id, progress),
    }),
    log,
    ...options,
  });
  return {
    ollama,
    fleet,
    store,
    tries,
    ends,
    shown,
    /** Raised when the message of every try is deleted. */
    deleted,
    submit: (id: string, prompt: string, delivery: Delivery = { kind: "local", id }): Promise<Try> =>
      tries.submit(requestOf(id, { prompt, begin: async () => delivery })),
  };
}
