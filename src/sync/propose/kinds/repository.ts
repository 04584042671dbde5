import { repositoryUrl } from "#src/catalog/entry/urls.ts";
import { appendItem, type ExplainedEdit, type SignalRules, type SignalSubject, setField, USUAL } from "./kind.ts";

export const renamed: SignalRules<"renamed"> = {
  ...USUAL,
  isFact: true,
  label: ({ from, to }) => `${from} → ${to}`,
  edits: ({ from, to }, { entries }) => {
    const evidence = repositoryUrl(to);
    return entries
      .filter((entry) => entry.repository?.name === from)
      .flatMap((entry) => [
        setField(entry, ["repository", "name"], to, { before: from, evidence }),
        ...(entry.repository?.formerNames?.includes(from)
          ? []
          : [appendItem(entry, ["repository", "formerNames"], from, from, evidence)]),
      ]);
  },
  title: { each: ({ from, to }, _, text) => text("proposal.title.renamed", { from, to }) },
};

export const archived: SignalRules<"archived"> = {
  ...USUAL,
  isFact: true,
  label: ({ repository }) => `${repository.name}: archived`,
  edits: (_, subject) => statusEdits("archived", subject),
  title: { each: (_, { name }, text) => text("proposal.title.archived", { name }) },
};

export const returned: SignalRules<"returned"> = {
  ...USUAL,
  isFact: true,
  label: ({ repository }) => `${repository.name}: active`,
  edits: (_, subject) => statusEdits("active", subject),
  title: { each: (_, { name }, text) => text("proposal.title.returned", { name }) },
};

/** A repository that two looks did not find; it may return. */
export const missing: SignalRules<"missing"> = {
  ...USUAL,
  label: ({ name }) => `${name}: gone`,
  needsReview: true,
  isDraft: true,
  closedBecause: "returned",
  edits: (_, subject) => statusEdits("gone", subject),
  title: { each: (_, { name }, text) => text("proposal.title.missing", { name }) },
  note: (text) => text("proposal.missingNote"),
};

/** A name that belongs to another repository now: nothing is believed of it any more. */
export const reused: SignalRules<"reused"> = {
  ...USUAL,
  label: ({ name, was, now }) => `${name}: ${was} → ${now}`,
  needsReview: true,
  edits: ({ name, was, now }, { entries, repository }) => {
    const reason = `${name} 现在是另一个仓库（编号 ${was} 变为 ${now}）`;
    const evidence = repository && repositoryUrl(repository.name);
    return entries.map((entry) => setField(entry, ["sync", "disabled"], reason, { evidence }));
  },
  title: { each: (_, { name }, text) => text("proposal.title.reused", { name }) },
  note: (text) => text("proposal.reusedNote"),
};

function statusEdits(status: string, { entries, repository }: SignalSubject): ExplainedEdit[] {
  const evidence = repository && repositoryUrl(repository.name);
  return entries
    .filter((entry) => entry.repository?.status !== status)
    .map((entry) => setField(entry, ["repository", "status"], status, { before: entry.repository?.status, evidence }));
}
