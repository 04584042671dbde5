/** A value under its key. */
export type Document = { key: string; value: unknown };

/**
 * What people have decided (blocks, pauses, quotas of their own) and what must outlive every cache: JSON values by
 * collection and key. One implementation on a file for a single process, one on Redis for many. Everything rejects with
 * StoreAway where the store is away, and with CommunityUnusable where it can never be read.
 */
export type CommunityStore = {
  get: (collection: string, key: string) => Promise<unknown>;
  /** In the order of the keys. */
  list: (collection: string) => Promise<Document[]>;
  put: (collection: string, key: string, value: unknown) => Promise<void>;
  /** Whether there was one. */
  remove: (collection: string, key: string) => Promise<boolean>;
  close: () => Promise<void>;
};

/**
 * The store is there and cannot be used: `damaged`, or written by a `newer` version. Nobody knows who is blocked, so no
 * try may run until a person has seen to it.
 */
export class CommunityUnusable extends Error {
  override name = "CommunityUnusable";
  readonly reason: "damaged" | "newer";
  constructor(reason: CommunityUnusable["reason"], options?: ErrorOptions) {
    super(`the community store is ${reason === "newer" ? "of a newer version" : "damaged"}`, options);
    this.reason = reason;
  }
}
