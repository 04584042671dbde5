import { ENTRY_ID } from "#src/catalog/entry/patterns.ts";
import { repositoryUrl, weightsUrl } from "#src/catalog/entry/urls.ts";
import { newestEntry } from "#src/sync/sources/followed.ts";
import { comparable, type HubModel, modelName, precisionInName, seriesOf } from "#src/sync/sources/hub-names.ts";
import type { Signal } from "#src/sync/sources/signal.ts";
import { appendItem, type NewEntry, noNote, type SignalRules } from "./kind.ts";

/** Weights that nobody has looked at yet, for an entry that exists or for a new one. */
export const weights: SignalRules<"weights"> = {
  isFirstSight: false,
  settledByMerge: true,
  needsReview: true,
  isDraft: false,
  notesReadme: true,
  closedBecause: "done",
  edits: ({ entry, model }) =>
    entry ? [appendItem(entry, ["weights"], weightsFields(model), model.id, weightsUrl(model))] : [],
  newEntries: (signals, { entries, repository }) => {
    const created = new Map<string, NewEntry>();
    const family = newestEntry(entries)?.family;
    const series = Map.groupBy(
      signals.filter(({ entry }) => entry === undefined),
      ({ model }) => seriesOf(modelName(model.id)),
    );
    const { readme, defaultBranch } = repository;
    // Not the commit, which would make a new proposal of every push to the project.
    const source = `${repositoryUrl(repository.name)}/blob/${defaultBranch ?? "HEAD"}/${readme?.path ?? "README.md"}`;
    for (const [name, members] of series) {
      const id = entryId(name);
      const owner = members[0]?.model.id.split("/")[0];
      if (id === undefined || owner === undefined || created.has(id)) continue;
      const about = { name, family: family ?? name, owner, repository, source };
      created.set(id, newSeries(about, members));
    }
    return created;
  },
  title: {
    together: (signals, { entries, name: repository }, text) => {
      const series = [...new Set(signals.flatMap(({ entry, model }) => (entry ? [] : seriesOf(modelName(model.id)))))];
      const fitting = signals.filter(({ entry }) => entry !== undefined);
      const [name] = series;
      const [first] = fitting;
      return [
        ...(name === undefined
          ? []
          : [
              text(series.length > 1 ? "proposal.title.seriesMore" : "proposal.title.series", {
                name,
                count: series.length,
              }),
            ]),
        ...(first === undefined
          ? []
          : [
              text(fitting.length > 1 ? "proposal.title.weightsMore" : "proposal.title.weights", {
                name: first.entry?.name ?? entries[0]?.name ?? repository,
                model: modelName(first.model.id),
                count: fitting.length,
              }),
            ]),
      ];
    },
  },
  note: noNote,
  details: undefined,
};

function weightsFields({ hub, id }: HubModel): NewEntry {
  const name = modelName(id);
  const precision = precisionInName(name);
  return { label: name, ...(precision !== undefined && { precision }), hub, id, unreviewed: true };
}

/** An entry's id made from a series' name; undefined where that gives none. */
function entryId(series: string): string | undefined {
  const id = comparable(series)
    .replace(/[^a-z0-9.]+/g, "-")
    .replace(/^[.-]+|[.-]+$/g, "");
  return ENTRY_ID.test(id) ? id : undefined;
}

type SeriesFacts = {
  name: string;
  family: string;
  /** Organisation on the hub. */
  owner: string;
  repository: { name: string; id: number };
  /** Address of the README. */
  source: string;
};

/** A new entry with nothing that the links do not state. */
const newSeries = (
  { name, family, owner, repository, source }: SeriesFacts,
  members: readonly Signal<"weights">[],
): NewEntry => ({
  name,
  family,
  unreviewed: true,
  summary: {
    zh: `由程序根据 ${repository.name} 的 README 登记，尚未经人核对。`,
    en: `Registered by a program from the README of ${repository.name}; not yet checked by a person.`,
  },
  developers: [{ name: owner }],
  weights: members.map(({ model }) => weightsFields(model)),
  license: { commercial: "unknown" },
  repository: { name: repository.name, id: repository.id },
  sync: {
    mode: "readme",
    hubOrgs: [...new Set(members.map(({ model }) => model.id.slice(0, model.id.indexOf("/"))))],
  },
  sources: [source],
});
