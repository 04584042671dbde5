import { randomUUID } from "node:crypto";
import type { Output, Outputs } from "#src/tries/outputs.ts";
import { type Delivery, hasEnded, type Progress, type Try } from "#src/tries/try.ts";
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

/** Tries whose answers are shown by this very process. */
export function createLocalTries(outputs: Outputs): LocalTries {
  const expected = new Map<string, (attempt: Try) => Output>();
  outputs.register("local", (attempt) =>
    attempt.delivery.kind === "local" ? expected.get(attempt.delivery.id)?.(attempt) : undefined,
  );
  return {
    expect: (screen) => {
      const id = randomUUID();
      const end = Promise.withResolvers<void>();
      let begun = false;
      expected.set(id, (attempt) => {
        begun = true;
        return streamTo(screen, attempt, () => {
          expected.delete(id);
          end.resolve();
        });
      });
      return { delivery: { kind: "local", id }, ended: () => (begun ? end.promise : undefined) };
    },
  };
}

/** Writes each piece of text once, as it comes. */
function streamTo(screen: Screen, attempt: Try, done: () => void): Output {
  let written = 0;
  const write = ({ text }: Progress): void => {
    if (text.length > written) screen.write(harmless(text.slice(written)));
    written = text.length;
  };
  return {
    gone: new AbortController().signal,
    update: (progress) => {
      if (progress.text === "") screen.status?.(attempt, progress);
      else if (!hasEnded(progress)) write(progress);
    },
    finish: async (progress) => {
      write(progress);
      screen.end(attempt, progress);
      done();
    },
  };
}
