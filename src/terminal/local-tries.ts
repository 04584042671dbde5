import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { OpenOutput, Outputs } from "#src/tries/outputs.ts";
import { type Delivery, hasEnded, type Progress, type RunProgress, type Try } from "#src/tries/try.ts";
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

/**
 * Writes each piece of text once, as it comes: run after run, several under the names of their models. `silent` where the
 * run that goes on has said nothing yet.
 */
function createWriter({ write }: Screen): (attempt: Try, progress: Progress) => "silent" | "written" {
  let current = 0;
  let written = "";
  return ({ targets }, { runs }) => {
    const open = runs.findIndex((run) => !hasEnded(run));
    // A run that had ended goes on: what had run it is gone, and what it said last with it.
    if (open >= 0 && open < current) [current, written] = [open, ""];
    for (const [at, run] of runs.entries()) {
      if (at < current || (open >= 0 && at > open)) continue;
      if (at > current) written = "";
      const isNamed = runs.length > 1 && written === "" && run.text !== "";
      const name = isNamed ? `${at > 0 ? "\n\n" : ""}${targets[at]?.model}\n` : "";
      write(harmless(name + pieceAfter(written, run)));
      [current, written] = [at, run.text];
    }
    return open >= 0 && written === "" ? "silent" : "written";
  };
}

/** What has to be written behind what is there; an answer that begins again stands beneath. */
function pieceAfter(written: string, run: RunProgress): string {
  if (run.text.startsWith(written)) return run.text.slice(written.length);
  return hasEnded(run) && written.startsWith(run.text) ? "" : `\n\n${run.text}`;
}
