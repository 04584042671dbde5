import type { Text } from "#src/base/locale.ts";
import type { Edit } from "#src/catalog/entry/edit.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { repositoryUrl } from "#src/catalog/entry/urls.ts";
import type { Repository } from "#src/sync/sources/observation.ts";
import type { Signal, SignalKind } from "#src/sync/sources/signal.ts";

/** One fact that a proposal writes, for the table in its text. */
export type Change = {
  entry: string;
  /** Path in the entry's file, with dots; empty for a new entry. */
  field: string;
  before?: string | undefined;
  after: string;
  /** Where a person sees it. */
  evidence?: string | undefined;
};

/** One edit with the line that tells people of it. */
export type ExplainedEdit = { edit: Edit; change: Change };

/** Fields of a new entry's file. */
export type NewEntry = { [field: string]: NewValue };
type NewValue = string | number | boolean | NewValue[] | { [field: string]: NewValue };

/** The repository that signals are about, and the entries that name it. */
export type SignalSubject = {
  entries: readonly Entry[];
  /** Absent where it is missing. */
  repository: Repository | undefined;
  /** `owner/name` now, or as it was looked for. */
  name: string;
};

/** Everything that the sync decides by the kind of a signal. */
export type SignalRules<Kind extends SignalKind> = {
  /** Whether a merge settles it whatever the person made of it; what is not settled so shows in the catalog itself. */
  settledByMerge: boolean;
  /** Whether it is a fact that needs no judgement: a proposal that holds nothing else may be merged without a person. */
  isFact: boolean;
  /** What people know it by, for its box in a pull request; from outside. */
  label: (signal: Signal<Kind>) => string;
  /** Whether a person is asked by a label to look closely. */
  needsReview: boolean;
  /** Whether its pull request is a draft. */
  isDraft: boolean;
  /** Why a pull request for it is closed once it is no longer observed. */
  closedBecause: "done" | "returned";
  /** When it came about, ISO 8601, where that is known: of more proposals than people can read the newest come first. */
  date: (signal: Signal<Kind>) => string | undefined;
  /** What is written to entries that exist. Only what the source can say for certain is. */
  edits: (signal: Signal<Kind>, subject: SignalSubject) => ExplainedEdit[];
  title: SignalTitle<Kind>;
  /** A sentence below the table of changes; empty for none. */
  note: (text: Text) => string;
  /** A part of its own in the pull request's text, of which a few are shown; undefined where the kind has none. */
  details: ((signal: Signal<Kind>, text: Text) => string) | undefined;
};

/** How a title names signals: each in its place, or all of the kind together behind the others. */
type SignalTitle<Kind extends SignalKind> =
  | { each: (signal: Signal<Kind>, subject: SignalSubject, text: Text) => string }
  | { together: (signals: readonly Signal<Kind>[], subject: SignalSubject, text: Text) => string[] };

export const noEdits = (): ExplainedEdit[] => [];
export const noNote = (): string => "";

/** What holds for most kinds: the catalog shows it once it is merged, and nothing more is told of it. */
export const USUAL = {
  settledByMerge: false,
  isFact: false,
  needsReview: false,
  isDraft: false,
  closedBecause: "done",
  date: (): string | undefined => undefined,
  note: noNote,
  details: undefined,
} as const;

/** Sets a field of an entry. */
export const setField = (
  entry: Entry,
  path: string[],
  value: string | number,
  about: Partial<Change> = {},
): ExplainedEdit => ({
  edit: { kind: "set", path, value },
  change: { entry: entry.id, field: path.join("."), after: String(value), ...about },
});

/** Adds to a list of an entry; `after` is how people read what was added. */
export const appendItem = (
  entry: Entry,
  path: string[],
  value: NewEntry | string,
  after: string,
  evidence?: string,
): ExplainedEdit => ({
  edit: { kind: "append", path, value },
  change: { entry: entry.id, field: path.join("."), after, evidence },
});

const encoded = (path: string): string => path.toWellFormed().split("/").map(encodeURIComponent).join("/");

/** The page of a file at a commit or on a branch. */
export const fileUrl = (repository: string, revision: string, path: string): string =>
  `${repositoryUrl(repository)}/blob/${encoded(`${revision}/${path}`)}`;
