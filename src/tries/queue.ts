import type { Log } from "#src/base/log.ts";
import { StoreAway } from "#src/base/store-away.ts";
import type { Try } from "./try.ts";

/** Logs an error; that the store is away is none. */
export const logUnlessAway =
  (log: Log, message: string) =>
  (error: unknown): void => {
    if (!(error instanceof StoreAway)) log.error({ err: error }, message);
  };

/** What a queue knows of a try. */
export type QueuedTry = { id: string; person: string; model: string };

/** A try that a runner has taken; without `renew` it goes to another runner. */
export type Ticket = {
  id: string;
  model: string;
  /** How often a runner that had it has died. */
  deaths: number;
  /** Runners have died of it so often that it must not be begun again. */
  exhausted: boolean;
};

/** What was taken belongs to somebody else when it was not renewed for so many times `renewMs`. */
export const RENEWALS_MISSED = 4;

/** Tries that a person may have, running or waiting. */
export const MOST_OF_A_PERSON = 2;
/** From its admission a try is queued within so many ms, unless its process dies. */
export const RESERVED_MS = 15_000;
/** Whoever takes a try out ends it and shows that; so many ms after it they have not. */
export const REMOVED_MS = 10_000;

export type TryCounts = { running: number; waiting: number };

/**
 * Who may ask, whose turn it is, and who has it: first come first served among the tries of a model, two tries a person.
 * One implementation for a single process, one for many. Everything rejects with StoreAway where the store is away.
 */
export type TryQueue = {
  /** What is queued goes on when this process has ended. */
  readonly lasts: boolean;
  /** How often a runner renews what it has taken, in ms; undefined where nobody else could take it. */
  readonly renewMs: number | undefined;
  /** Reserves a place for RESERVED_MS. `person`: they have MOST_OF_A_PERSON; `full`: `most` wait already. */
  admit: (admission: { id: string; person: string; most: number }) => Promise<"ok" | "person" | "full">;
  /** The person may ask again: this one has ended, or came to nothing. */
  leave: (id: string, person: string) => Promise<void>;
  /** Queues an admitted try. `deadline`: when it must have ended, in ms since 1970. */
  add: (item: QueuedTry, deadline: number | undefined) => Promise<void>;
  /** The next try of one of these models, that which waits longest first. */
  take: (models: readonly string[]) => Promise<Ticket | undefined>;
  /** Keeps what was taken; gives the ids of those that another runner has by now. */
  renew: (tickets: readonly Ticket[]) => Promise<ReadonlySet<string>>;
  /** Puts a taken try back, to the front of the queue of this model. */
  handBack: (ticket: Ticket, model: string) => Promise<void>;
  /** A taken try has ended and its end is shown: nothing is left of it here. */
  finish: (ticket: Ticket) => Promise<void>;
  /** Takes a try that nobody runs out of the queue of a model; false where somebody runs it. Whoever gets true has to end it, and then to `forget` it. */
  remove: (item: Pick<QueuedTry, "id" | "model">) => Promise<boolean>;
  /** A removed try has ended and its end is shown. */
  forget: (id: string) => Promise<void>;
  /** Ids of those that wait for a model, the next one first. */
  waiting: (model: string) => Promise<string[]>;
  /** Ids of those of a model that somebody has taken, also of a runner that has died, until others can have them. */
  taken: (model: string) => Promise<string[]>;
  /** Models for which tries wait. */
  wanted: () => Promise<string[]>;
  counts: () => Promise<TryCounts>;
  /** Ids that somebody has to look at: their reservation or deadline is over, or whoever ended them has not shown that. */
  due: () => Promise<string[]>;
  /** Has an id looked at so many milliseconds later, also one that was finished. */
  postpone: (id: string, ms: number) => Promise<void>;
  /**
   * Gives what dead runners had to others, and says of which models. Only one process at a time does it: true for that one.
   * To be called about every 750 ms; while nothing is queued or runs it costs next to nothing, and is true every 5 s.
   */
  keep: () => Promise<boolean>;
  /** Called after something was queued, taken or ended: with the model, or undefined where it may be any. */
  onChange: (listener: (model: string | undefined) => void) => void;
};

/** What the queue has to know of a try. */
export const queuedTry = ({ id, person, targets: [{ model }] }: Try): QueuedTry => ({ id, person, model });
