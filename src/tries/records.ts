import { z } from "zod";
import { type EndReason, type Progress, progressSchema, type Try } from "./try.ts";

/** A try as it is kept: for its buttons, for the next turn of the conversation, and for whoever takes it up. */
export type TryRecord = {
  try: Try;
  progress: Progress;
  /** The last word was shown. */
  shown: boolean;
  /** It was told to end, while somebody runs it. */
  cancel: EndReason | undefined;
};

/**
 * What is kept under an id: nothing (any more), a try, or what another version has written and this one cannot read; `rest`
 * is a try with what could be read of it, where that is enough to show a last word.
 */
export type Found =
  | ({ kind: "try" } & TryRecord)
  | { kind: "unreadable"; rest: Try | undefined; ended: boolean }
  | undefined;

export const noticeSchema = z.object({
  kind: z.enum(["progress", "ended"]),
  id: z.string(),
  progress: progressSchema,
  /** Whoever tells it shows it, or has shown it. */
  shown: z.boolean(),
});
/** What a runner tells the process that asked, and whoever else listens for its name. */
export type Notice = z.infer<typeof noticeSchema>;

/** A try at a moment. `gone`: nothing is kept of it. */
export type TryLook = {
  state: "waiting" | "running" | "ended" | "gone";
  shown: boolean;
  cancel: EndReason | undefined;
  /** How it ended, or what was saved of it; undefined where that cannot be read. */
  progress: Progress | undefined;
};

/**
 * What is kept of tries for so many hours. One implementation in a file, one for many processes. Everything rejects with
 * StoreAway where the store is away.
 */
export type TryRecords = {
  /** Keeps a try from its acceptance on. */
  begin: (attempt: Try) => Promise<void>;
  find: (id: string) => Promise<Found>;
  /** For each id, in order. */
  look: (ids: readonly string[]) => Promise<TryLook[]>;
  /** A runner begins: from now on it alone edits the message. Resolves when nobody else is editing it. */
  start: (id: string) => Promise<void>;
  /** The try waits again. */
  unstart: (id: string) => Promise<void>;
  /** Makes an edit while the try waits; throws NotWanted where it does not. */
  whileWaiting: (id: string, edit: () => Promise<void>) => Promise<void>;
  /** Keeps what there is of the answer so far. */
  save: (id: string, progress: Progress) => Promise<void>;
  /** Ends a try once: `ok` for whoever ended it, `ended` for everybody after. One that was lost is kept again. */
  end: (attempt: Try, progress: Progress) => Promise<"ok" | "ended">;
  /** Likewise for one of which nothing can be read: whoever asked shows that. */
  endUnreadable: (id: string) => Promise<"ok" | "ended">;
  /** The last word was shown: the token is forgotten. */
  shown: (attempt: Try) => Promise<void>;
  /** Tells whoever runs it to end it. */
  cancel: (id: string, reason: EndReason) => Promise<void>;
  /** Called when a running try is told to end. */
  onCancel: (listener: (id: string, reason: EndReason) => void) => void;
  /** Tells the process of that name; false where nobody heard it. */
  tell: (holder: string, notice: Notice) => Promise<boolean>;
  onNotice: (holder: string, listener: (notice: Notice) => void) => void;
  /** Ids of what is kept of a person. */
  idsOf: (person: string) => Promise<string[]>;
  /** Deletes all that is kept of a person; how many tries. None of them is kept again. */
  forget: (person: string) => Promise<number>;
  /** Deletes all that is kept of a try; it is not kept again. */
  forgetTry: (attempt: Pick<Try, "id" | "person">) => Promise<void>;
  /** The newest try counts a quarter. */
  recordSpeed: (model: string, tokensPerSecond: number) => Promise<void>;
  speeds: () => Promise<ReadonlyMap<string, number>>;
  /** Lets go of the store. */
  close: () => Promise<void>;
};

/** A try that was forgotten while it ran has ended after so many ms. */
export const FORGOTTEN_MS = 20 * 60_000;

/** The weight of the newest speed of a model in the one that is remembered. */
export const NEWEST_SPEED_SHARE = 0.25;
