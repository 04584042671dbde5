import { setTimeout as wait } from "node:timers/promises";
import type { Lease } from "#src/inference/fleet.ts";
import type { RunProgress } from "./try.ts";

/** The first look comes so late that a quick answer costs none; then one follows the other. Both in ms. */
const FIRST_LOOK_MS = 250;
const LOOK_EVERY_MS = 2000;
const LOOK_TIMEOUT_MS = 2000;
/** A prompt of so many tokens takes seconds to read on a machine without a graphics card. */
const LONG_PROMPT_TOKENS = 500;
/** A shorter one has been read by a loaded model after so many ms, unless it is not its turn. */
const SHORT_PROMPT_MS = 3000;

/** So long the end of an answer waits to learn how much context the model has. */
const LEARN_MS = 1000;

type Tell = (stage: RunProgress["stage"]) => void;

/** The wait for the first words of a run. */
export type Wait = {
  /** The first words are there: from now on it is learned how much context the model has, where that is not known. */
  spoken: () => void;
  /** Resolves when nothing is looked at any more. Never rejects. */
  end: () => Promise<void>;
};

/** Tells what a run waits for, until its first words are there. Of a model that runs elsewhere nothing can be told. */
export function openWait(lease: Lease, promptTokens: number, signal: AbortSignal, tell: Tell): Wait {
  const { cloud } = lease.model;
  const spoken = new AbortController();
  const watching = cloud ? undefined : watch(lease, promptTokens, AbortSignal.any([signal, spoken.signal]), tell);
  let learning: Promise<void> | undefined;
  return {
    spoken: () => {
      spoken.abort();
      learning ??= cloud ? undefined : learnContext(lease, signal);
    },
    end: async () => {
      spoken.abort();
      await Promise.all([watching, learning]);
    },
  };
}

/**
 * Looks at what the host has in memory until the signal is raised: Ollama lists a model once it is loaded (server/sched.go:
 * `load` waits for the runner first). Never rejects; a look that fails tells nothing.
 */
async function watch(lease: Lease, promptTokens: number, signal: AbortSignal, tell: Tell): Promise<void> {
  const started = performance.now();
  let delay = FIRST_LOOK_MS;
  while (await wait(delay, true, { signal }).catch(() => false)) {
    delay = LOOK_EVERY_MS;
    const look = lease.look(AbortSignal.any([signal, AbortSignal.timeout(LOOK_TIMEOUT_MS)]));
    const loaded = await look.then((model) => model !== undefined).catch(() => undefined);
    if (signal.aborted) return;
    if (loaded !== undefined) tell(loaded ? stageOfLoaded(promptTokens, performance.now() - started) : "loading");
  }
}

function stageOfLoaded(promptTokens: number, waitedMs: number): RunProgress["stage"] {
  if (promptTokens >= LONG_PROMPT_TOKENS) return "reading";
  return waitedMs >= SHORT_PROMPT_MS ? "queued" : undefined;
}

/** Looks how much context a model has that was loaded just now. Never rejects. */
async function learnContext({ model, host, look }: Lease, signal: AbortSignal): Promise<void> {
  if (host.loaded.get(model.name)?.contextTokens !== undefined) return;
  await look(AbortSignal.any([signal, AbortSignal.timeout(LEARN_MS)])).catch(() => {});
}
