import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { OpenOutput, Outputs } from "#src/tries/outputs.ts";
import { type Delivery, hasEnded, type Progress, shownModel, type Try } from "#src/tries/try.ts";
import { harmless } from "./render.ts";

/** How a terminal shows an answer that grows. */
export type Screen = {
  write: (text: string) => void;
  /** What is said while there is no text yet; undefined where only answers belong (a pipe). */
  status: ((attempt: Try, progress: Progress) => void) | undefined;
  /** The last word, behind the text. */
  end: (attempt: Try, progress: Progress) => void;
};

export type LocalTry = {
  delivery: Delivery;
  /** Resolves when the answer has ended; undefined if none was begun. */
  ended: () => Promise<void> | undefined;
};

export type LocalTries = { expect: (screen: Screen) => LocalTry };

/** The name under which this process shows answers on its terminal. */
const TERMINAL = "terminal";
const address = z.object({ id: z.string() });

/** A place on the terminal of this process. */
export const terminalDelivery = (id: string): Delivery => ({
  surface: TERMINAL,
  reach: { by: "process" },
  address: { id } satisfies z.infer<typeof address>,
  private: false,
});

/** Tries whose answers are shown by this very process. */
export function createLocalTries(outputs: Outputs): LocalTries {
  const expected = new Map<string, OpenOutput>();
  outputs.register(TERMINAL, "process", (attempt) => {
    const place = address.safeParse(attempt.delivery.address).data;
    return place && expected.get(place.id)?.(attempt);
  });
  return {
    expect: (screen) => {
      const id = randomUUID();
      const end = Promise.withResolvers<void>();
      let begun = false;
      const write = createWriter(screen);
      expected.set(id, (attempt) => {
        begun = true;
        return {
          gone: new AbortController().signal,
          update: (progress) => {
            if (write(attempt, progress) === "silent") screen.status?.(attempt, progress);
          },
          leave: async () => {},
          finish: async (progress) => {
            write(attempt, progress);
            screen.end(attempt, progress);
            expected.delete(id);
            end.resolve();
          },
        };
      });
      return { delivery: terminalDelivery(id), ended: () => (begun ? end.promise : undefined) };
    },
  };
}

/** Writes each piece of text once, as it comes. `silent` where the run that goes on has said nothing yet. */
function createWriter({ write }: Screen): (attempt: Try, progress: Progress) => "silent" | "written" {
  let written = "";
  return (attempt, progress) => {
    const text = textSoFar(attempt, progress);
    if (text.startsWith(written)) write(harmless(text.slice(written.length)));
    // What was kept of an answer that broke off may be less than what was shown; else it begins again, beneath.
    else if (!hasEnded(progress) || !written.startsWith(text)) write(harmless(`\n\n${text}`));
    written = text;
    return progress.runs.find((run) => !hasEnded(run))?.text === "" ? "silent" : "written";
  };
}

/** Run after run to the one that goes on; several under the names of their models. */
function textSoFar({ targets }: Try, { runs }: Progress): string {
  const open = runs.findIndex((run) => !hasEnded(run));
  const begun = runs.slice(0, open < 0 ? runs.length : open + 1);
  if (runs.length === 1) return runs[0].text;
  return begun
    .flatMap(({ text }, at) => (text === "" ? [] : `${shownModel(targets[at] ?? targets[0])}\n${text}`))
    .join("\n\n");
}
