import type { Entry } from "#src/catalog/entry/schema.ts";
import { type HubModel, hubKey } from "./hub-names.ts";
import type { Release, Repository, Tag } from "./observation.ts";

/** What each kind of signal states. */
type SignalFacts = {
  /** A repository is seen for the first time. */
  baseline: { repository: Repository };
  release: { entry: Entry; release: Release };
  tag: { entry: Entry; tag: Tag };
  /** `entry` is absent where the name fits none: a new series. */
  weights: { entry: Entry | undefined; model: HubModel };
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
  baseline: (_, subject) => `${subject}`,
  release: ({ release }, subject) => `${subject}:${release.id}`,
  tag: ({ tag }, subject) => `${subject}:${tag.name}@${tag.commit.slice(0, 12)}`,
  weights: ({ model }) => hubKey(model),
  renamed: ({ to }, subject) => `${subject}:${to.toLowerCase()}`,
  archived: (_, subject) => `${subject}`,
  returned: (_, subject) => `${subject}`,
  missing: (_, subject) => `${subject}`,
  reused: ({ was, now }) => `${was}:${now}`,
};

/** Makes a signal about a repository: its number, or its name where no number is known. */
export function signal<Kind extends SignalKind>(
  kind: Kind,
  subject: number | string,
  facts: SignalFacts[Kind],
): { id: string; kind: Kind } & SignalFacts[Kind] {
  return { id: `${kind}:${ID_KEYS[kind](facts, subject)}`, kind, ...facts };
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
  | { kind: "foreignEntry"; model: string; entry: string }
  | { kind: "undatedTag"; tag: string }
  | { kind: "license"; license: string }
  | { kind: "formerReadmeGone" };
