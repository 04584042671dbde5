import type { Progress, Reach, Try } from "./try.ts";

/** Shows the progress of one try. */
export type Output = {
  /** Shows the newest progress as soon as the surface allows; older ones may never be shown. */
  update: (progress: Progress) => void;
  /** Shows the end, whatever it takes; resolves when it is shown or cannot be. */
  finish: (progress: Progress) => Promise<void>;
  /** Stops showing, without a last word: another process shows it from now on. Resolves when no edit is under way. */
  leave: () => Promise<void>;
  /** Raised when there is nobody to show it to any more (the message was deleted). */
  gone: AbortSignal;
};

/** An edit that must not be made (any more). */
export class NotWanted extends Error {
  override name = "NotWanted";
}

/** Makes an edit. Throws NotWanted where it must not be made; what else it throws may be over the next time. */
export type EditGuard = (edit: () => Promise<void>) => Promise<void>;

/** Opens the output of a try; undefined where this process cannot show it (any more). Edits but the last pass the guard. */
export type OpenOutput = (attempt: Try, guard?: EditGuard) => Output | undefined;

export type Outputs = {
  /** A surface says how this process shows answers that can be reached so. */
  register: (surface: string, by: Reach["by"], open: OpenOutput) => void;
  open: OpenOutput;
};

/** What this process can show, by surface and reach. */
export function createOutputs(): Outputs {
  const openers = new Map<string, OpenOutput>();
  return {
    register: (surface, by, open) => {
      openers.set(`${by} ${surface}`, open);
    },
    open: (attempt, guard) => {
      const { surface, reach } = attempt.delivery;
      return openers.get(`${reach.by} ${surface}`)?.(attempt, guard);
    },
  };
}
