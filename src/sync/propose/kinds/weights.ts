import { modelName } from "#src/sync/hubs/hub.ts";
import type { Signal } from "#src/sync/sources/signal.ts";
import { noEdits, noNote, type SignalRules } from "./kind.ts";

/** Weights that nobody has looked at yet, for an entry that exists or for a new one; drafts write them (`../draft`). */
export const weights: SignalRules<"weights"> = {
  settledByMerge: true,
  isFact: false,
  label: ({ candidate }) => candidate.model.id,
  needsReview: true,
  isDraft: false,
  closedBecause: "done",
  date: ({ candidate: { listed }, facts }) =>
    listed?.createdAt ?? (facts.state === "found" ? facts.facts.createdAt : undefined),
  edits: noEdits,
  title: {
    together: (signals, _, text) => {
      const series = [...new Set(signals.flatMap(({ place }) => (place.kind === "series" ? [place.name] : [])))];
      const [name] = series;
      return [
        ...(name === undefined
          ? []
          : [
              text(series.length > 1 ? "proposal.title.seriesMore" : "proposal.title.series", {
                name,
                count: series.length,
              }),
            ]),
        ...addedTo(signals).map(({ entry, models }) =>
          text(models.length > 1 ? "proposal.title.weightsMore" : "proposal.title.weights", {
            name: entry,
            model: models[0] ?? "",
            count: models.length,
          }),
        ),
      ];
    },
  },
  note: noNote,
  details: undefined,
};

/** The entries that get something, with the names of their new models. */
function addedTo(signals: readonly Signal<"weights">[]): { entry: string; models: string[] }[] {
  const added = signals.flatMap(({ place, candidate }) =>
    place.kind === "series" ? [] : [{ entry: place.entry.name, model: modelName(candidate.model.id) }],
  );
  return [...Map.groupBy(added, ({ entry }) => entry)].map(([entry, items]) => ({
    entry,
    models: items.map(({ model }) => model),
  }));
}
