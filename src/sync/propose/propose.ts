import type { Text } from "#src/base/locale.ts";
import { type Edit, editEntry, UneditableFile, writeEntry } from "#src/catalog/entry/edit.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import type { Change } from "#src/sync/propose/kinds/kind.ts";
import { type FollowedRepository, knownId, nameOf } from "#src/sync/sources/followed.ts";
import type { Notice, Signal } from "#src/sync/sources/signal.ts";
import { findingsOf } from "#src/sync/sources/sources.ts";
import { type CatalogEdits, editsFor } from "./catalog-edits.ts";
import { digestOf } from "./marker.ts";
import { bodyOf, LABELS, titleOf } from "./proposal-text.ts";
import { BRANCH_PREFIX } from "./repository-state.ts";
import { rulesOf } from "./signal-kinds.ts";

/** One pull request's worth of edits, as it should be. */
export type Proposal = {
  branch: string;
  title: string;
  /** Without the marker. */
  body: string;
  draft: boolean;
  labels: string[];
  /** Whole new texts, by the file's name in `models`. */
  files: { file: string; text: string }[];
  digest: string;
  signals: Signal[];
  changes: readonly Change[];
  /** Names of the repositories it is about. */
  repositories: string[];
};

type RepositoryNotice = { repository: string; notice: Notice };

/** What should be proposed, what was only noticed, and entries whose files cannot be edited. */
export type DesiredProposals = {
  proposals: Proposal[];
  notices: RepositoryNotice[];
  uneditable: { entry: string; detail: string }[];
};

export const BASELINE_BRANCH = `${BRANCH_PREFIX}baseline`;

/** The branch of a repository's proposals: by its number, which survives renames; by name before it is known. */
export function branchOf({ entries, observation }: FollowedRepository): string {
  const id = knownId(entries) ?? (observation.state === "found" ? observation.repository.id : undefined);
  return id === undefined
    ? `${BRANCH_PREFIX}name-${observation.asked.toLowerCase().replace(/[^a-z0-9-]/g, "_")}`
    : `${BRANCH_PREFIX}${id}`;
}

export type ProposalInput = {
  followed: readonly FollowedRepository[];
  /** The whole catalog, and its files' texts by entry id. */
  entries: readonly Entry[];
  texts: ReadonlyMap<string, string>;
  /** Signal ids that people have decided on. */
  settled: ReadonlySet<string>;
  text: Text;
  /** Milliseconds. */
  now: number;
};

/**
 * What should be proposed: one proposal a repository, and one together for all that are seen for the first time. Pure;
 * the same input gives the same proposals.
 */
export function desiredProposals({ followed, entries, texts, settled, text, now }: ProposalInput): DesiredProposals {
  const desired: DesiredProposals = { proposals: [], notices: [], uneditable: [] };
  const taken = new Set(entries.map(({ id }) => id));
  const firsts: { repository: FollowedRepository; signals: Signal[]; notices: RepositoryNotice[] }[] = [];
  for (const repository of followed.toSorted((a, b) => nameOf(a).localeCompare(nameOf(b), "en"))) {
    const findings = findingsOf(repository, { catalog: entries, now });
    const notices = findings.notices.map((notice) => ({ repository: nameOf(repository), notice }));
    desired.notices.push(...notices);
    const signals = findings.signals.filter(({ id }) => !settled.has(id));
    if (signals.some(({ kind }) => rulesOf(kind).isFirstSight)) firsts.push({ repository, signals, notices });
    else if (signals.length > 0) {
      const edits = withoutTaken(editsFor(repository, signals), taken);
      const proposal = propose(edits, {
        branch: branchOf(repository),
        title: titleOf(repository, signals, text),
        signals,
        notices,
      });
      if (proposal) desired.proposals.push({ ...proposal, repositories: [nameOf(repository)] });
    }
  }
  if (firsts.length > 0) {
    const edits = merged(firsts.map(({ repository, signals }) => editsFor(repository, signals)));
    const proposal = propose(edits, {
      branch: BASELINE_BRANCH,
      title: text("proposal.title.baseline", { count: firsts.length }),
      signals: firsts.flatMap(({ signals }) => signals),
      notices: firsts.flatMap(({ notices }) => notices),
    });
    if (proposal)
      desired.proposals.unshift({ ...proposal, repositories: firsts.map(({ repository }) => nameOf(repository)) });
  }
  return desired;

  function propose(
    edits: CatalogEdits,
    about: { branch: string; title: string; signals: Signal[]; notices: readonly RepositoryNotice[] },
  ): Omit<Proposal, "repositories"> | undefined {
    const files = filesOf(edits, texts, desired.uneditable);
    if (files.length === 0) return undefined;
    const { signals } = about;
    const review = signals.some(({ kind }) => rulesOf(kind).needsReview);
    return {
      branch: about.branch,
      title: about.title,
      body: bodyOf({ changes: edits.changes, signals, notices: about.notices }, text),
      draft: edits.created.size > 0 || signals.some(({ kind }) => rulesOf(kind).isDraft),
      labels: [LABELS.ours, ...(review ? [LABELS.review] : [])],
      files,
      digest: digestOf(files.map(({ file, text: content }) => ({ path: file, text: content }))),
      signals,
      changes: edits.changes,
    };
  }
}

/** Two repositories may announce the same new series; the first one's proposal adds it. */
function withoutTaken(edits: CatalogEdits, taken: Set<string>): CatalogEdits {
  const fresh = [...edits.created].filter(([id]) => !taken.has(id));
  for (const [id] of fresh) taken.add(id);
  const created = new Map(fresh);
  return {
    ...edits,
    created,
    changes: edits.changes.filter(({ entry, field }) => field !== "" || created.has(entry)),
  };
}

const merged = (all: readonly CatalogEdits[]): CatalogEdits => ({
  edits: new Map(all.flatMap(({ edits }) => [...edits])),
  created: new Map(all.flatMap(({ created }) => [...created])),
  changes: all.flatMap(({ changes }) => changes),
});

function filesOf(
  { edits, created: newEntries }: CatalogEdits,
  texts: ReadonlyMap<string, string>,
  uneditable: DesiredProposals["uneditable"],
): Proposal["files"] {
  const changed = [...edits].flatMap(([id, own]) => {
    const text = edited(id, own, texts.get(id), uneditable);
    return text === undefined || text === texts.get(id) ? [] : [{ file: `${id}.yaml`, text }];
  });
  const created = [...newEntries].map(([id, data]) => ({ file: `${id}.yaml`, text: writeEntry(data) }));
  return [...changed, ...created].toSorted((a, b) => a.file.localeCompare(b.file, "en"));
}

/** One file that cannot be edited leaves the others their proposals. */
function edited(
  id: string,
  edits: readonly Edit[],
  text: string | undefined,
  uneditable: DesiredProposals["uneditable"],
): string | undefined {
  if (text === undefined) return undefined;
  try {
    return editEntry(text, edits);
  } catch (error) {
    if (!(error instanceof UneditableFile)) throw error;
    uneditable.push({ entry: id, detail: error.message });
    return undefined;
  }
}
