import type { Delivery, Progress, Try } from "./try.ts";

/** Shows the progress of one try. */
export type Output = {
  /** Shows the newest progress as soon as the surface allows; older ones may never be shown. */
  update: (progress: Progress) => void;
  /** Shows the end, whatever it takes; resolves when it is shown or cannot be. */
  finish: (progress: Progress) => Promise<void>;
  /** Raised when there is nobody to show it to any more (the message was deleted). */
  gone: AbortSignal;
};

/** An edit that must not be made (any more). */
export class NotWanted extends Error {
  override name = "NotWanted";
}

/** Makes an edit. Throws NotWanted where it must not be made; what else it throws may be over the next time. */
export type EditGuard = (edit: () => Promise<void>) => Promise<void>;

type Opener = (attempt: Try) => Output | undefined;

export type Outputs = {
  /** A surface says how it shows tries of its kind. */
  register: (kind: Delivery["kind"], opener: Opener) => void;
  /** Opens the output of a try; one that shows nothing where its surface is not there (any more). */
  open: (attempt: Try) => Output;
};

/** The surfaces that can show tries, by the kind of delivery. */
export function createOutputs(): Outputs {
  const openers = new Map<Delivery["kind"], Opener>();
  return {
    register: (kind, opener) => {
      openers.set(kind, opener);
    },
    open: (attempt) => openers.get(attempt.delivery.kind)?.(attempt) ?? nowhere(),
  };
}

const nowhere = (): Output => ({ update: () => {}, finish: async () => {}, gone: new AbortController().signal });
