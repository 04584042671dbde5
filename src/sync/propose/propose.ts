import { setImmediate } from "node:timers/promises";
import type { Text } from "#src/base/locale.ts";
import { type Edit, editEntry, UneditableFile, writeEntry } from "#src/catalog/entry/edit.ts";
import type { Reference } from "#src/catalog/entry/reference.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import type { Draft } from "#src/sync/propose/draft/draft.ts";
import { draftsOf } from "#src/sync/propose/draft/drafts.ts";
import type { Change } from "#src/sync/propose/kinds/kind.ts";
import type { PlacedModel } from "#src/sync/sources/candidate.ts";
import { type FollowedRepository, knownId, nameOf } from "#src/sync/sources/followed.ts";
import { type PlacedNotice, type Signal, type SignalKind, signal } from "#src/sync/sources/signal.ts";
import { findingsOf } from "#src/sync/sources/sources.ts";
import { type CatalogEdits, editsFor } from "./catalog-edits.ts";
import { digestOf, roomBeside } from "./marker.ts";
import { bodyOf, contentOf, LABELS, titleOf } from "./proposal-text.ts";
import { BRANCH_PREFIX } from "./repository-state.ts";
import { rulesOf } from "./signal-kinds.ts";
import { isWritten, unwritten, writtenSignals } from "./unwritten.ts";

/**
 * Whether the hubs said what a proposal needs: all of it; not all because they were not asked yet, or are away; or not all, and
 * nothing is to be waited for, as they have not the model (yet, or any more) or are switched off.
 */
export type FactsState = "complete" | "notAsked" | "silent" | "lacking";

/** One pull request's worth of edits, as it should be. */
export type Proposal = {
  branch: string;
  title: string;
  /** Without the marker. */
  body: string;
  /** The text without the lines of READMEs that it quotes: these move with every edit, which is no reason to write anew. */
  content?: string;
  draft: boolean;
  labels: string[];
  /** Whole new texts, by the file's name in `models`. */
  files: { file: string; text: string }[];
  digest: string;
  signals: Signal[];
  changes: readonly Change[];
  facts: FactsState;
  /** When the newest of its signals came about, ISO 8601; undefined where that is not known. */
  newest?: string | undefined;
};

/** What should be proposed, what was only noticed, and entries whose files cannot be edited. */
export type DesiredProposals = {
  proposals: Proposal[];
  notices: PlacedNotice[];
  uneditable: { entry: string; detail: string }[];
};

/** The branch of a repository's proposals: by its number, which survives renames; by name before it is known. */
export function branchOf({ entries, observation }: FollowedRepository): string {
  const id = knownId(entries) ?? (observation.state === "found" ? observation.repository.id : undefined);
  return id === undefined
    ? `${BRANCH_PREFIX}name-${observation.asked.toLowerCase().replace(/[^a-z0-9-]/g, "_")}`
    : `${BRANCH_PREFIX}${id}`;
}

export type ProposalInput = {
  followed: readonly FollowedRepository[];
  /** The whole catalog, its files' texts by entry id, and what stands beside. */
  entries: readonly Entry[];
  texts: ReadonlyMap<string, string>;
  reference: Reference;
  /** Models that the catalog lacks, where they belong. */
  placed: readonly PlacedModel[];
  /** What was noticed beside. */
  notices?: readonly PlacedNotice[];
  /** False where the hubs are switched off: nothing is waited for then. */
  hubsOn: boolean;
  /** Signal ids that people have decided on. */
  settled: ReadonlySet<string>;
  text: Text;
  /** Milliseconds. */
  now: number;
};

/** What one branch is about: a repository that is followed, or an entry without one, or a new entry. */
type Group = { branch: string; followed: FollowedRepository | undefined; signals: Signal[]; notices: PlacedNotice[] };

/**
 * What should be proposed: one proposal a repository, and one for each new entry. Pure; the same input gives the same
 * proposals.
 */
export async function desiredProposals(input: ProposalInput): Promise<DesiredProposals> {
  const { entries, reference } = input;
  const { groups, notices } = groupsOf(input);
  const desired: DesiredProposals = { proposals: [], notices: [...notices, ...(input.notices ?? [])], uneditable: [] };
  const context = { entries, texts: input.texts, bases: reference.bases, watch: reference.watch };
  for (const group of groups) {
    desired.notices.push(...group.notices);
    if (group.signals.length === 0) continue;
    // A draft takes tens of milliseconds, in which the process would do nothing else.
    await setImmediate();
    desired.notices.push(...putOff(group));
    const drafts = draftsOf(modelsIn(group.signals), context);
    desired.notices.push(...unwritten(drafts, input.text));
    const signals = writtenSignals(group.signals, drafts);
    if (signals.length === 0) continue;
    const proposal = proposalFor({ ...group, signals }, drafts.filter(isWritten), input, desired.uneditable);
    if (proposal) desired.proposals.push(proposal);
  }
  return desired;
}

/** What there is to say, by branch, and notices of no branch. */
function groupsOf({ followed, placed, settled, now }: ProposalInput): { groups: Group[]; notices: PlacedNotice[] } {
  const groups = new Map<string, Group>();
  const groupOf = (branch: string, about?: FollowedRepository): Group => {
    const group = groups.get(branch) ?? { branch, followed: about, signals: [], notices: [] };
    groups.set(branch, group);
    return group;
  };
  const ofEntries = new Map<string, Group>();
  for (const repository of followed.toSorted((a, b) => nameOf(a).localeCompare(nameOf(b), "en"))) {
    const group = groupOf(branchOf(repository), repository);
    for (const { id } of repository.entries) ofEntries.set(id, group);
    const findings = findingsOf(repository, { now });
    group.notices.push(...findings.notices.map((notice) => ({ repository: nameOf(repository), notice })));
    group.signals.push(...findings.signals.filter(({ id }) => !settled.has(id)));
  }
  const notices = placed.flatMap((model) => notFollowed(model) ?? []);
  for (const model of placed.filter((item) => notFollowed(item) === undefined)) {
    const { place } = model;
    const own = place.kind === "series" ? undefined : ofEntries.get(place.entry.id);
    // Its repository is not looked at by this run, so that nothing is known of its branch.
    if (place.kind !== "series" && own === undefined && place.entry.repository !== undefined) continue;
    const group = own ?? groupOf(branchWithoutRepository(model));
    group.signals.push(signal("weights", "", model));
  }
  return { groups: [...groups.values()], notices };
}

const branchWithoutRepository = ({ place }: PlacedModel): string =>
  place.kind === "series" ? `${BRANCH_PREFIX}new-${place.id}` : `${BRANCH_PREFIX}entry-${place.entry.id}`;

/** The notice of a model whose entry is not followed. */
function notFollowed({ place, candidate }: PlacedModel): PlacedNotice | undefined {
  if (place.kind === "series" || place.entry.sync?.disabled === undefined) return undefined;
  const { id, repository } = place.entry;
  return { repository: repository?.name ?? id, notice: { kind: "notFollowed", model: candidate.model.id, entry: id } };
}

function proposalFor(
  { branch, followed, signals, notices }: Group,
  drafts: readonly Draft[],
  { texts, text, reference, hubsOn }: ProposalInput,
  uneditable: DesiredProposals["uneditable"],
): Proposal | undefined {
  const edits = editsFor(followed, signals, drafts);
  const files = filesOf(edits, texts, uneditable);
  if (files.length === 0) return undefined;
  const rules = signals.map(({ kind }) => rulesOf(kind));
  const title = titleOf(followed, signals, text);
  const room = roomBeside({ title, signals: signals.map(({ id }) => id) });
  const body = bodyOf({ changes: edits.changes, signals, notices, drafts, files, cards: reference.cards }, text, room);
  return {
    branch,
    title,
    body,
    content: contentOf(body, { drafts }, text),
    draft: edits.created.size > 0 || rules.some(({ isDraft }) => isDraft),
    labels: [
      LABELS.ours,
      ...(rules.some(({ needsReview }) => needsReview) ? [LABELS.review] : []),
      ...(rules.every(({ isFact }) => isFact) ? [LABELS.facts] : []),
    ],
    files,
    digest: digestOf(files.map(({ file, text: content }) => ({ path: file, text: content }))),
    signals,
    changes: edits.changes,
    facts: factsState(modelsIn(signals), hubsOn),
    newest: signals
      .flatMap((item) => dateOf(item) ?? [])
      .toSorted()
      .at(-1),
  };
}

const dateOf = <Kind extends SignalKind>(item: Signal<Kind>): string | undefined => rulesOf<Kind>(item.kind).date(item);

const modelsIn = (signals: readonly Signal[]): Extract<Signal, { kind: "weights" }>[] =>
  signals.flatMap((item) => (item.kind === "weights" ? [item] : []));

/** Models of one proposal at most: a person reads no more, and GitHub takes no longer text. */
const MOST_MODELS = 100;

/** Takes the models out of a group that a later proposal is to have, once this one is settled, and says which. */
function putOff(group: Group): PlacedNotice[] {
  const later = new Set<Signal>(modelsIn(group.signals).slice(MOST_MODELS));
  const [first] = modelsIn([...later]);
  if (first === undefined) return [];
  group.signals = group.signals.filter((item) => !later.has(item));
  const { candidate } = first;
  const notice = { kind: "laterModels", model: candidate.model.id, count: String(later.size) } as const;
  return [{ repository: candidate.named[0]?.repository.name ?? candidate.model.id, notice }];
}

function factsState(models: readonly PlacedModel[], hubsOn: boolean): FactsState {
  const states = new Set(models.map(({ facts }) => facts.state));
  if (hubsOn && states.has("notAsked")) return "notAsked";
  if (states.has("silent")) return "silent";
  return states.has("absent") || states.has("notAsked") ? "lacking" : "complete";
}

function filesOf(
  { edits, created: newEntries }: CatalogEdits,
  texts: ReadonlyMap<string, string>,
  uneditable: DesiredProposals["uneditable"],
): Proposal["files"] {
  const changed = [...edits].flatMap(([id, own]) => {
    const text = edited(id, own, texts.get(id), uneditable);
    return text === undefined || text === texts.get(id) ? [] : [{ file: `${id}.yaml`, text }];
  });
  // The file of an entry that cannot be read is there for a person to mend.
  for (const id of newEntries.keys())
    if (texts.has(id)) uneditable.push({ entry: id, detail: "its file cannot be read" });
  const created = [...newEntries]
    .filter(([id]) => !texts.has(id))
    .map(([id, data]) => ({ file: `${id}.yaml`, text: writeEntry(data) }));
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
