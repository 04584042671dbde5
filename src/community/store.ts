/** A value under its key. */
export type Document = { key: string; value: unknown };

/**
 * What people have decided (blocks, pauses, quotas of their own) and what must outlive every cache: JSON values by
 * collection and key. One implementation on a file for a single process, one on Redis for many. Everything rejects with
 * StoreAway where the store is away, and with CommunityUnusable where it can never be read.
 */
export type CommunityStore = {
  /** Undefined where there is none. */
  get: (collection: string, key: string) => Promise<unknown>;
  /** In the order of the keys. */
  list: (collection: string) => Promise<Document[]>;
  /** It is kept for good once this resolves. */
  put: (collection: string, key: string, value: unknown) => Promise<void>;
  /** Whether there was one. */
  remove: (collection: string, key: string) => Promise<boolean>;
  close: () => Promise<void>;
};

/** Why a store that is there cannot be used. `unreadable`: the system does not let this program read it. */
export type UnusableReason = "damaged" | "newer" | "unreadable";

const WORDS: Record<UnusableReason, string> = {
  damaged: "is damaged",
  newer: "is of a newer version",
  unreadable: "cannot be read",
};

/**
 * The store is there and cannot be used. Nobody knows who is blocked, so no try may run until a person has seen to it;
 * then it can be used again without a restart.
 */
export class CommunityUnusable extends Error {
  override name = "CommunityUnusable";
  readonly reason: UnusableReason;
  /** Name of the newest copy that can be put in its place. */
  backup: string | undefined;
  constructor(reason: UnusableReason, options?: ErrorOptions) {
    super(`the community store ${WORDS[reason]}`, options);
    this.reason = reason;
  }
}

/** Both implementations give documents in the same order. */
export const byKey = (one: Document, other: Document): number =>
  one.key < other.key ? -1 : Number(one.key > other.key);

/** Throws TypeError where a value cannot be kept. */
export function jsonOf(value: unknown): string {
  const json = JSON.stringify(value);
  if (json === undefined) throw new TypeError("a document must be JSON");
  return json;
}

/** Throws CommunityUnusable where it is no JSON. */
export function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new CommunityUnusable("damaged", { cause: error });
  }
}
