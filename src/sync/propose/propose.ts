import type { Text } from "#src/base/locale.ts";
import { type Edit, editEntry, UneditableFile, writeEntry } from "#src/catalog/entry/edit.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { type Change, changesFor, type Draft } from "./changes.ts";
import { digestOf } from "./marker.ts";
import { bodyOf, LABELS, titleOf } from "./proposal-text.ts";
import { type Followed, knownId, type Notice, type Signal, signalsOf } from "./signals.ts";
import { BRANCH_PREFIX } from "./target.ts";

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

type Noticed = { repository: string; notice: Notice };
export type Desired = { proposals: Proposal[]; notices: Noticed[]; uneditable: { entry: string; detail: string }[] };

export const BASELINE_BRANCH = `${BRANCH_PREFIX}baseline`;

const nameOf = ({ observation }: Followed): string =>
  observation.state === "found" ? observation.repository.name : observation.asked;

/** The branch of a repository's proposals: by its number, which survives renames; by name before it is known. */
export function branchOf({ entries, observation }: Followed): string {
  const id = knownId(entries) ?? (observation.state === "found" ? observation.repository.id : undefined);
  return id === undefined
    ? `${BRANCH_PREFIX}name-${observation.asked.toLowerCase().replace(/[^a-z0-9-]/g, "_")}`
    : `${BRANCH_PREFIX}${id}`;
}

export type Situation = {
  groups: readonly Followed[];
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
 * the same situation gives the same proposals.
 */
export function desiredProposals({ groups, entries, texts, settled, text, now }: Situation): Desired {
  const desired: Desired = { proposals: [], notices: [], uneditable: [] };
  const taken = new Set(entries.map(({ id }) => id));
  const firsts: { group: Followed; signals: Signal[]; notices: Noticed[] }[] = [];
  for (const group of groups.toSorted((a, b) => nameOf(a).localeCompare(nameOf(b), "en"))) {
    const seen = signalsOf(group, entries, now);
    const notices = seen.notices.map((notice) => ({ repository: nameOf(group), notice }));
    desired.notices.push(...notices);
    const first = seen.signals.some(({ kind, id }) => kind === "baseline" && !settled.has(id));
    const signals = seen.signals.filter(({ id, kind }) => !settled.has(id) && (kind !== "baseline" || first));
    if (first) firsts.push({ group, signals, notices });
    else if (signals.length > 0) {
      const draft = withoutTaken(changesFor(group, signals), taken);
      const proposal = propose(draft, {
        branch: branchOf(group),
        title: titleOf(group, signals, text),
        signals,
        notices,
      });
      if (proposal) desired.proposals.push({ ...proposal, repositories: [nameOf(group)] });
    }
  }
  if (firsts.length > 0) {
    const draft = merged(firsts.map(({ group, signals }) => changesFor(group, signals)));
    const proposal = propose(draft, {
      branch: BASELINE_BRANCH,
      title: text("proposal.title.baseline", { count: firsts.length }),
      signals: firsts.flatMap(({ signals }) => signals),
      notices: firsts.flatMap(({ notices }) => notices),
    });
    if (proposal) desired.proposals.unshift({ ...proposal, repositories: firsts.map(({ group }) => nameOf(group)) });
  }
  return desired;

  function propose(
    draft: Draft,
    about: { branch: string; title: string; signals: Signal[]; notices: readonly Noticed[] },
  ): Omit<Proposal, "repositories"> | undefined {
    const files = filesOf(draft, texts, desired.uneditable);
    if (files.length === 0) return undefined;
    const { signals } = about;
    const review = signals.some(({ kind }) => kind === "weights" || kind === "reused" || kind === "missing");
    return {
      branch: about.branch,
      title: about.title,
      body: bodyOf({ changes: draft.changes, signals, notices: about.notices }, text),
      draft: draft.created.size > 0 || signals.some(({ kind }) => kind === "missing"),
      labels: [LABELS.ours, ...(review ? [LABELS.review] : [])],
      files,
      digest: digestOf(files.map(({ file, text: content }) => ({ path: file, text: content }))),
      signals,
      changes: draft.changes,
    };
  }
}

/** Two repositories may announce the same new series; the first one's proposal adds it. */
function withoutTaken(draft: Draft, taken: Set<string>): Draft {
  const fresh = [...draft.created].filter(([id]) => !taken.has(id));
  for (const [id] of fresh) taken.add(id);
  const created = new Map(fresh);
  return {
    ...draft,
    created,
    changes: draft.changes.filter(({ entry, field }) => field !== "" || created.has(entry)),
  };
}

const merged = (drafts: readonly Draft[]): Draft => ({
  edits: new Map(drafts.flatMap(({ edits }) => [...edits])),
  created: new Map(drafts.flatMap(({ created }) => [...created])),
  changes: drafts.flatMap(({ changes }) => changes),
});

function filesOf(
  draft: Draft,
  texts: ReadonlyMap<string, string>,
  uneditable: Desired["uneditable"],
): Proposal["files"] {
  const changed = [...draft.edits].flatMap(([id, edits]) => {
    const text = edited(id, edits, texts.get(id), uneditable);
    return text === undefined || text === texts.get(id) ? [] : [{ file: `${id}.yaml`, text }];
  });
  const created = [...draft.created].map(([id, data]) => ({ file: `${id}.yaml`, text: writeEntry(data) }));
  return [...changed, ...created].toSorted((a, b) => a.file.localeCompare(b.file, "en"));
}

/** One file that cannot be edited leaves the others their proposals. */
function edited(
  id: string,
  edits: readonly Edit[],
  text: string | undefined,
  uneditable: Desired["uneditable"],
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
