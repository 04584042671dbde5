import { createHash } from "node:crypto";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { addressKey } from "#src/sync/hubs/hub.ts";
import type { PlacedModel } from "./candidate.ts";
import type { Release, Repository, Tag } from "./observation.ts";

/** What each kind of signal states. */
type SignalFacts = {
  release: { entry: Entry; release: Release };
  tag: { entry: Entry; tag: Tag };
  weights: PlacedModel;
  renamed: { from: string; to: string };
  archived: { repository: Repository };
  /** Active or visible again. */
  returned: { repository: Repository };
  missing: { name: string };
  /** Another repository has the name now; `was` and `now` are the numbers. */
  reused: { name: string; was: number; now: number };
};

export type SignalKind = keyof SignalFacts;

/** Something observed upstream that the catalog does not say yet. The id is the same in every run. */
export type Signal<Kind extends SignalKind = SignalKind> = {
  [K in Kind]: { id: string; kind: K } & SignalFacts[K];
}[Kind];

/**
 * What follows the kind in a signal's id. `subject` is the repository's number, or its name where no number is known.
 * Pull requests remember ids: one that changed would be proposed once more.
 */
const ID_KEYS: { [Kind in SignalKind]: (facts: SignalFacts[Kind], subject: number | string) => string } = {
  release: ({ release }, subject) => `${subject}:${release.id}`,
  tag: ({ tag }, subject) => `${subject}:${tag.name}@${tag.commit.slice(0, 12)}`,
  weights: ({ candidate }) => addressKey(candidate.model),
  renamed: ({ to }, subject) => `${subject}:${to.toLowerCase()}`,
  archived: (_, subject) => `${subject}`,
  returned: (_, subject) => `${subject}`,
  missing: (_, subject) => `${subject}`,
  reused: ({ was, now }) => `${was}:${now}`,
};

/** Characters of an id at most: what remembers ids takes no longer ones. */
const MAX_ID = 300;
const HASH_CHARACTERS = 16;

/** An id that would be too long has a digest in place of its end. */
function boundedId(id: string): string {
  if (id.length <= MAX_ID) return id;
  const digest = createHash("sha256").update(id).digest("hex").slice(0, HASH_CHARACTERS);
  return `${id.slice(0, MAX_ID - HASH_CHARACTERS - 1).toWellFormed()}~${digest}`;
}

/** Makes a signal about a repository: its number, or its name where no number is known. */
export function signal<Kind extends SignalKind>(
  kind: Kind,
  subject: number | string,
  facts: SignalFacts[Kind],
): { id: string; kind: Kind } & SignalFacts[Kind] {
  return { id: boundedId(`${kind}:${ID_KEYS[kind](facts, subject)}`), kind, ...facts };
}

const isKind = (kind: string): kind is SignalKind => Object.hasOwn(ID_KEYS, kind);

/** The kind that a signal's id states; undefined for one that this version does not know. */
export function kindOfId(id: string): SignalKind | undefined {
  const kind = id.slice(0, id.indexOf(":"));
  return isKind(kind) ? kind : undefined;
}

/** Something seen that is for a person to judge; nothing is written from it. */
export type Notice =
  | { kind: "tag"; tag: string }
  | { kind: "prerelease"; tag: string }
  /** A model for an entry that is not followed. */
  | { kind: "notFollowed"; model: string; entry: string }
  /** A model that no draft could hold: its name is none for an entry, or its entry's file cannot be edited. */
  | { kind: "notWritten"; model: string; entry: string }
  /** A model that no draft could hold, as the catalog's check says something against each: where, and what. */
  | { kind: "ruleBroken"; model: string; entry: string; field: string; rule: string }
  /** So many models, from this one on, that a proposal has no room for: the next one has them. */
  | { kind: "laterModels"; model: string; count: string }
  | { kind: "undatedTag"; tag: string }
  | { kind: "license"; license: string }
  /** A collection of the project's own that a README links and its hub did not give. */
  | { kind: "collectionUnread"; collection: string }
  /** A README that is binary or too large to read. */
  | { kind: "readmeUnread"; path: string };

/** Something noticed, where it was seen: `owner/name`, or a model on a hub. */
export type PlacedNotice = { repository: string; notice: Notice };
