import type { Edit } from "#src/catalog/entry/edit.ts";
import { repositoryUrl } from "#src/catalog/entry/urls.ts";
import type { Draft } from "#src/sync/propose/draft/draft.ts";
import {
  type Change,
  type ExplainedEdit,
  type NewEntry,
  type SignalSubject,
  setField,
} from "#src/sync/propose/kinds/kind.ts";
import { type FollowedRepository, knownId, nameOf } from "#src/sync/sources/followed.ts";
import type { Signal, SignalKind } from "#src/sync/sources/signal.ts";
import { rulesOf } from "./signal-kinds.ts";

/** What is to be written because of some signals. */
export type CatalogEdits = {
  edits: ReadonlyMap<string, readonly Edit[]>;
  /** New entries by id, with what their source states. */
  created: ReadonlyMap<string, NewEntry>;
  changes: readonly Change[];
};

/** What a group of signals is about; nothing where it is about a new entry alone. */
export function subjectOf(followed: FollowedRepository | undefined): SignalSubject {
  if (followed === undefined) return { entries: [], repository: undefined, name: "" };
  const { entries, observation } = followed;
  return {
    entries,
    repository: observation.state === "found" ? observation.repository : undefined,
    name: nameOf(followed),
  };
}

/**
 * Edits for the signals of one branch, and those of its drafts. Entries that do not note their repository's number yet get
 * it on the way.
 */
export function editsFor(
  followed: FollowedRepository | undefined,
  signals: readonly Signal[],
  drafts: readonly Draft[],
): CatalogEdits {
  const subject = subjectOf(followed);
  const own = [...signals.flatMap((signal) => editsOf(signal, subject)), ...drafts.flatMap(({ edits }) => edits)];
  const real = [...own, ...knownNumber(subject)].filter(({ change }) => change.before !== change.after);
  const edits = Map.groupBy(real, ({ change }) => change.entry);
  return {
    edits: new Map([...edits].map(([id, list]) => [id, list.map(({ edit }) => edit)])),
    created: new Map(
      drafts.flatMap(({ entry, created }) => (created === undefined ? [] : [[entry, created] as const])),
    ),
    changes: [
      ...real.map(({ change }) => change),
      ...drafts.flatMap(({ created, changes }) => (created === undefined ? [] : changes)),
    ],
  };
}

const editsOf = <Kind extends SignalKind>(signal: Signal<Kind>, subject: SignalSubject): ExplainedEdit[] =>
  rulesOf<Kind>(signal.kind).edits(signal, subject);

function knownNumber({ entries, repository }: SignalSubject): ExplainedEdit[] {
  if (repository === undefined || (knownId(entries) ?? repository.id) !== repository.id) return [];
  return entries
    .filter((entry) => entry.repository?.id === undefined)
    .map((entry) => setField(entry, ["repository", "id"], repository.id, { evidence: repositoryUrl(repository.name) }));
}
