import type { Edit } from "#src/catalog/entry/edit.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { repositoryUrl } from "#src/catalog/entry/urls.ts";
import {
  type Change,
  type ExplainedEdit,
  type NewEntry,
  readmeUrl,
  type SignalSubject,
  setField,
} from "#src/sync/propose/kinds/kind.ts";
import { type FollowedRepository, knownId, nameOf, readmeHolder } from "#src/sync/sources/followed.ts";
import type { Repository } from "#src/sync/sources/observation.ts";
import type { Signal, SignalKind } from "#src/sync/sources/signal.ts";
import { byKind, rulesOf } from "./signal-kinds.ts";

/** What is to be written because of some signals. */
export type CatalogEdits = {
  edits: ReadonlyMap<string, readonly Edit[]>;
  /** New entries by id, with what their source states. */
  created: ReadonlyMap<string, NewEntry>;
  changes: readonly Change[];
};

/** Edits for the signals of one repository. Entries that do not note its number yet get it on the way. */
export function editsFor(followed: FollowedRepository, signals: readonly Signal[]): CatalogEdits {
  const { entries, observation } = followed;
  const repository = observation.state === "found" ? observation.repository : undefined;
  const subject: SignalSubject = { entries, repository, name: nameOf(followed) };
  const all = [
    ...signals.flatMap((signal) => editsOf(signal, subject)),
    ...(repository && signals.some(({ kind }) => rulesOf(kind).notesReadme) ? knownReadme(entries, repository) : []),
    ...(repository ? knownNumber(entries, repository) : []),
  ];
  const real = all.filter(({ change }) => change.before !== change.after);
  const created = repository ? newEntries(signals, { ...subject, repository }) : new Map<string, NewEntry>();
  const edits = Map.groupBy(real, ({ change }) => change.entry);
  return {
    edits: new Map([...edits].map(([id, list]) => [id, list.map(({ edit }) => edit)])),
    created,
    changes: [
      ...real.map(({ change }) => change),
      ...[...created].map(([id, data]) => ({
        entry: id,
        field: "",
        after: String(data["name"]),
        evidence: readmeUrl(repository),
      })),
    ],
  };
}

const editsOf = <Kind extends SignalKind>(signal: Signal<Kind>, subject: SignalSubject): ExplainedEdit[] =>
  rulesOf<Kind>(signal.kind).edits(signal, subject);

const newEntries = (
  signals: readonly Signal[],
  subject: SignalSubject & { repository: Repository },
): Map<string, NewEntry> => new Map(byKind(signals, (rules, own) => [...rules.newEntries(own, subject)]).flat());

/** Later runs compare the README with this one. */
function knownReadme(entries: readonly Entry[], repository: Repository): ExplainedEdit[] {
  const holder = readmeHolder(entries);
  const oid = repository.readme?.oid;
  if (holder === undefined || oid === undefined || holder.repository?.readme === oid) return [];
  return [setField(holder, ["repository", "readme"], oid, { evidence: readmeUrl(repository) })];
}

function knownNumber(entries: readonly Entry[], { id, name }: Repository): ExplainedEdit[] {
  if ((knownId(entries) ?? id) !== id) return [];
  return entries
    .filter((entry) => entry.repository?.id === undefined)
    .map((entry) => setField(entry, ["repository", "id"], id, { evidence: repositoryUrl(name) }));
}
