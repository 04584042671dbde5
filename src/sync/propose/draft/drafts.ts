import { isDeepStrictEqual } from "node:util";
import { editEntry, UneditableFile, writeEntry } from "#src/catalog/entry/edit.ts";
import { ENTRY_ID } from "#src/catalog/entry/patterns.ts";
import type { Problem } from "#src/catalog/entry/problem.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import type { Watch } from "#src/catalog/entry/watch.ts";
import type { NewEntry } from "#src/sync/propose/kinds/kind.ts";
import type { PlacedModel } from "#src/sync/sources/candidate.ts";
import { type Addition, withoutField, withoutPath } from "./additions.ts";
import { brokenBy, type CheckedAgainst } from "./broken.ts";
import type { Draft, OpenPoint } from "./draft.ts";
import { additionsFor, evidenceOf } from "./entry-additions.ts";
import { type Filled, filled } from "./figures.ts";
import { inOrder, openOfVariant, pointOfPath, pointsWhere } from "./open-points.ts";
import { seriesFields } from "./series-fields.ts";

export type DraftContext = CheckedAgainst & {
  /** Texts of the entries' files by id. */
  texts: ReadonlyMap<string, string>;
  watch: Watch;
};

/**
 * What to propose for models that the catalog lacks: for each entry that gets something one draft, filled with what the
 * hubs say. What would break the catalog's rules is left out and listed as open. Pure; a draft with neither edits nor
 * a new entry is one that cannot be written (its id is none, its file cannot be edited).
 */
export function draftsOf(placed: readonly PlacedModel[], context: DraftContext): Draft[] {
  const models = placed
    .map((model) => filled(model, context.entries))
    .toSorted((a, b) => a.name.localeCompare(b.name, "en") || (a.name < b.name ? -1 : 1));
  const byEntry = Map.groupBy(models, ({ placed: { place } }) => (place.kind === "series" ? place.id : place.entry.id));
  return [...byEntry].flatMap(([id, own]) => {
    const entry = context.entries.find((item) => item.id === id);
    return entry === undefined ? [createdDraft(id, own, context)] : editedDrafts(entry, own, context);
  });
}

/** A field that breaks a rule is left out; a draft that breaks so many is none. */
const MOST_LEFT_OUT = 40;

function createdDraft(id: string, models: readonly Filled[], context: DraftContext): Draft {
  const nothing = emptyDraft(id, models);
  const [first] = models;
  const place = first?.placed.place;
  if (first === undefined || place?.kind !== "series" || !ENTRY_ID.test(id)) return nothing;
  const { fields, variants } = seriesFields(place, models, context);
  const sound = soundFields(id, fields, context);
  if (sound.fields === undefined) return { ...nothing, problem: sound.problem };
  const { license, released } = sound.fields;
  const open: OpenPoint[] = [
    ...pointsWhere({
      summary: true,
      purposes: true,
      developers: place.like === undefined,
      baseModel: sound.fields["baseModel"] === undefined,
      released: released === undefined,
      license: typeof license === "object" && "commercial" in license && license["commercial"] === "unknown",
      clause: needsClause(license),
      highlights: true,
      demos: true,
    }),
    ...variants.flatMap(openOfVariant),
    ...sound.open,
  ];
  return {
    ...nothing,
    created: sound.fields,
    changes: [{ entry: id, field: "", after: place.name, evidence: evidenceOf(first) }],
    open: inOrder(open),
  };
}

/** Whether a licence allows commercial use on terms that it does not tell. */
const needsClause = (license: NewEntry[string] | undefined): boolean =>
  typeof license === "object" &&
  "commercial" in license &&
  (license["commercial"] === "conditional" || license["commercial"] === "registration") &&
  license["clause"] === undefined;

type SoundFields = { fields: NewEntry; open: OpenPoint[] } | { fields: undefined; problem: Problem | undefined };

function soundFields(id: string, fields: NewEntry, context: DraftContext): SoundFields {
  const open: OpenPoint[] = [];
  let sound = fields;
  let last: Problem | undefined;
  for (let round = 0; round < MOST_LEFT_OUT; round++) {
    const text = written(() => writeEntry(sound));
    if (text === undefined) return { fields: undefined, problem: undefined };
    const problem = brokenBy(`${id}.yaml`, text, context)[0];
    if (problem === undefined) return { fields: sound, open };
    const less = problem.file === `${id}.yaml` ? withoutPath(sound, problem.issue.path) : undefined;
    if (less === undefined || typeof less !== "object" || Array.isArray(less) || less === sound)
      return { fields: undefined, problem };
    open.push(...openAfter(problem));
    sound = less;
    last = problem;
  }
  return { fields: undefined, problem: last };
}

/** Groups of one entry that are tried one by one, each in some ten milliseconds. */
const MOST_APART = 40;

/**
 * What cannot be written together is tried apart, so that one model does not keep the others out; those that it keeps out
 * are drafts with nothing in them.
 */
function editedDrafts(entry: Entry, models: readonly Filled[], context: DraftContext): Draft[] {
  const whole = soundEdits(entry, models, context);
  if (whole.edits.length > 0) return [whole];
  let kept: { models: readonly Filled[]; draft: Draft | undefined } = { models: [], draft: undefined };
  const lost: Draft[] = [];
  const groups = groupsOf(models);
  for (const group of groups.slice(0, MOST_APART)) {
    const tried = [...kept.models, ...group];
    const draft = soundEdits(entry, tried, context);
    if (draft.edits.length > 0) kept = { models: tried, draft };
    else lost.push(emptyDraft(entry.id, group, draft.problem));
  }
  const untried = groups.slice(MOST_APART).flat();
  if (untried.length > 0) lost.push(emptyDraft(entry.id, untried));
  return [...(kept.draft ? [kept.draft] : []), ...lost];
}

/** Weights one by one, and the models of a new variant together. */
const groupsOf = (models: readonly Filled[]): Filled[][] => [
  ...Map.groupBy(models, ({ name, placed: { place } }) =>
    place.kind === "variant" ? `variant ${place.name}` : name,
  ).values(),
];

/** A draft of edits that break nothing; one without edits where there are none. */
function soundEdits(entry: Entry, models: readonly Filled[], context: DraftContext): Draft {
  const nothing = emptyDraft(entry.id, models);
  const text = context.texts.get(entry.id);
  if (text === undefined) return nothing;
  const wanted = additionsFor(entry, models);
  const open: OpenPoint[] = [...wanted.open];
  let additions: readonly Addition[] = wanted.additions;
  let last: Problem | undefined;
  for (let round = 0; round < MOST_LEFT_OUT && additions.length > 0; round++) {
    const now = additions;
    const edited = written(() => editEntry(text, now));
    if (edited === undefined) return nothing;
    const problems = brokenBy(`${entry.id}.yaml`, edited, context);
    if (problems.length === 0) return { ...nothing, ...explained(entry, additions), open: inOrder(open) };
    for (const problem of atOnce(problems)) {
      const less = repaired(entry, additions, problem);
      last = problem;
      if (less === undefined) return { ...nothing, problem: last };
      open.push(...openAfter(problem));
      additions = less;
    }
  }
  return { ...nothing, problem: last };
}

/** The problems that are repaired before the next look: one, or all for which a reason is written that moves nothing else. */
function atOnce(problems: readonly Problem[]): readonly Problem[] {
  const unread = problems.filter(({ issue }) => issue.message === ATTENTION_RULE);
  return unread.length > 0 ? unread : problems.slice(0, 1);
}

const ATTENTION_RULE = "rule:noAttention";

const openAfter = ({ issue }: Problem): OpenPoint[] => [pointOfPath(issue.path) ?? []].flat();

/** What is to be said where the catalog asks why a cache is not stated; a person finds out and writes the real reason. */
const NOT_READ = "程序没有读到可用的 config.json，待补";

/** The additions without what breaks the rule; undefined where that is none of them. */
function repaired(entry: Entry, additions: readonly Addition[], { file, issue }: Problem): Addition[] | undefined {
  if (file !== `${entry.id}.yaml`) return undefined;
  if (issue.message !== ATTENTION_RULE)
    return withoutField(additions, issue.path) ?? withoutFieldOfVariants(additions, issue.path);
  const at = issue.path.slice(0, -1).map((step) => (typeof step === "number" ? step : String(step)));
  const made = additions.findIndex((addition) => addition.at.join(".") === at.join("."));
  const addition = additions[made];
  if (addition === undefined) {
    const path = [...at, "attentionMissing"];
    return [
      ...additions,
      { kind: "set", path, at: path, value: NOT_READ, about: { field: path.join("."), after: NOT_READ } },
    ];
  }
  const { value } = addition;
  if (typeof value !== "object" || Array.isArray(value)) return undefined;
  return additions.with(made, { ...addition, value: { ...value, attentionMissing: NOT_READ } });
}

/** A field of new variants that contradicts the same field of the entry, which people wrote, is theirs no more. */
function withoutFieldOfVariants(
  additions: readonly Addition[],
  [field]: readonly PropertyKey[],
): Addition[] | undefined {
  if (field !== "contextTokens") return undefined;
  const left = additions.map((addition): Addition => {
    const value = addition.path.join() === "variants" ? withoutPath(addition.value, [field]) : addition.value;
    return value === undefined ? addition : { ...addition, value };
  });
  return isDeepStrictEqual(left, additions) ? undefined : left;
}

function explained(entry: Entry, additions: readonly Addition[]): Pick<Draft, "edits" | "changes"> {
  const edits = additions.map(({ kind, path, value, about }) => ({
    edit: { kind, path, value },
    change: { entry: entry.id, ...about },
  }));
  return { edits, changes: edits.map(({ change }) => change) };
}

const emptyDraft = (entry: string, models: readonly Filled[], problem?: Problem): Draft => ({
  entry,
  created: undefined,
  edits: [],
  changes: [],
  open: [],
  models: models.map(({ placed }) => placed),
  ...(problem && { problem }),
});

/** What was written; undefined where a file cannot hold it. */
function written(write: () => string): string | undefined {
  try {
    return write();
  } catch (error) {
    if (error instanceof UneditableFile) return undefined;
    throw error;
  }
}
