import { memoByObject } from "#src/base/memo.ts";
import type { LeaveOutRule, Watch } from "#src/catalog/entry/watch.ts";
import { modelName, organizationOf } from "#src/sync/hubs/hub.ts";
import { comparable, fitsSomeGlob } from "./glob.ts";

/** What rules look at. `id` is `organisation/name`; what a hub did not say is absent. */
export type JudgedModel = {
  id: string;
  pipelineTag?: string | undefined;
  library?: string | undefined;
  tags?: readonly string[] | undefined;
  architectures?: readonly string[] | undefined;
};

type RepositoryRule = Watch["leaveOutRepositories"][number];

/**
 * The first rule of `leaveOut` that fits a model, undefined where none does: its organisation is one of the rule's, if the
 * rule names any; its name or something that its hub says of it fits; and its name is no exception.
 */
export function ruleAgainst(model: JudgedModel, { leaveOut }: Pick<Watch, "leaveOut">): LeaveOutRule | undefined {
  const judged = comparableModel(model);
  return leaveOut.find((rule) => isMeant(judged, rule) && isOfRule(judged, rule) && !fitsId(rule.except, judged));
}

/** What is compared, made comparable once for all rules. */
type Judged = {
  name: string;
  id: string;
  organization: string;
  pipelineTag: string | undefined;
  library: string | undefined;
  tags: readonly string[];
  architectures: readonly string[];
};

const comparableModel = ({ id, pipelineTag, library, tags = [], architectures = [] }: JudgedModel): Judged => ({
  name: comparable(modelName(id)),
  id: comparable(id),
  organization: comparable(organizationOf(id)),
  pipelineTag: pipelineTag && comparable(pipelineTag),
  library: library && comparable(library),
  tags: tags.map(comparable),
  architectures: architectures.map(comparable),
});

/** The first rule of `leaveOutRepositories` that fits a repository's name, with or without its owner. */
export function repositoryRuleAgainst(
  name: string,
  { leaveOutRepositories }: Pick<Watch, "leaveOutRepositories">,
): RepositoryRule | undefined {
  return leaveOutRepositories.find(({ names }) => fits(names, comparable(modelName(name))));
}

const isOfRule = ({ organization }: Judged, { organizations }: LeaveOutRule): boolean =>
  organizations === undefined || fitsSomeGlob(organizations, organization);

function isMeant(judged: Judged, rule: LeaveOutRule): boolean {
  return (
    fitsId(rule.names, judged) ||
    fits(rule.pipelineTags, judged.pipelineTag) ||
    fits(rule.libraries, judged.library) ||
    fitsAny(rule.tags, judged.tags) ||
    fitsAny(rule.architectures, judged.architectures)
  );
}

/** Globs are of a model's name; one with a slash is of its whole id. */
const fitsId = (globs: readonly string[] | undefined, { id, name }: Judged): boolean => {
  if (globs === undefined) return false;
  const { ofIds, ofNames } = apart(globs);
  return fitsSomeGlob(ofNames, name) || (ofIds.length > 0 && fitsSomeGlob(ofIds, id));
};

const apart = memoByObject((globs: readonly string[]) => ({
  ofIds: globs.filter((glob) => glob.includes("/")),
  ofNames: globs.filter((glob) => !glob.includes("/")),
}));

const fits = (globs: readonly string[] | undefined, text: string | undefined): boolean =>
  globs !== undefined && text !== undefined && fitsSomeGlob(globs, text);

const fitsAny = (globs: readonly string[] | undefined, texts: readonly string[]): boolean =>
  globs !== undefined && texts.some((text) => fitsSomeGlob(globs, text));
