import { readFileSync } from "node:fs";
import { type Edit, editEntry } from "#src/catalog/entry/edit.ts";
import { everyWeights } from "#src/catalog/entry/editions.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { modelName, organizationOf } from "#src/sync/hubs/hub.ts";
import { sameOrganization } from "#src/sync/names/organizations.ts";
import { realCatalog, realWatch } from "#tests/real-catalog.ts";
import { type Filed, isOfSize } from "#tests/sync/names/placement-measures.ts";
import type { Project } from "./projects.ts";

/** Names compare without organisation and case: a model has one name on all hubs. */
export const keyOf = (id: string): string => modelName(id).toLowerCase();

const realTexts = new Map(realCatalog.entries.map(({ id }) => [id, readFileSync(`catalog/models/${id}.yaml`, "utf8")]));

/** The project's own organisations on the hubs, in lower case. */
export const ownOf = ({ hubOrgs }: Pick<Project, "hubOrgs">): ReadonlySet<string> =>
  new Set(hubOrgs.flatMap((name) => [name, ...sameOrganization(realWatch)(name)]).map((name) => name.toLowerCase()));

export type Truth = { entries: Entry[]; filed: ReadonlyMap<string, Filed[]> };

/** What the real catalog has of a project's organisations, by the model's key: what a replay is held to. */
export function truthOf(project: Pick<Project, "hubOrgs">): Truth {
  const own = ownOf(project);
  const isOwn = (id: string): boolean => own.has(organizationOf(id).toLowerCase());
  const entries = realCatalog.entries.filter(
    (entry) =>
      (entry.sync?.hubOrgs ?? []).some((name) => own.has(name.toLowerCase())) ||
      everyWeights(entry).some(({ row }) => row.id !== undefined && isOwn(row.id)),
  );
  const filed = entries.flatMap((entry) =>
    everyWeights(entry).flatMap(({ row, variant }): Filed[] => {
      const { id } = row;
      if (id === undefined || !isOwn(id)) return [];
      return [{ id, entry, row, variant: variant ?? clearVariant(entry, id) }];
    }),
  );
  return { entries, filed: Map.groupBy(filed, ({ id }) => keyOf(id)) };
}

/** The only variant of an entry that a row beside the variants can be of. */
function clearVariant(entry: Entry, id: string): Filed["variant"] {
  const [only, ...others] = (entry.variants ?? []).filter((variant) => isOfSize(variant, id));
  return others.length > 0 ? undefined : only;
}

/** Without what the READMEs name, entries and variants kept; or without the entries that came out later than that day. */
export type Start = { kind: "withoutNamed"; names: ReadonlySet<string> } | { kind: "withoutLater"; than: string };

/** The files of the catalog that a replay begins with, by the entry's id. */
export function startingFiles(entries: readonly Entry[], start: Start): Record<string, string> {
  if (start.kind === "withoutNamed")
    return Object.fromEntries(entries.map((entry) => [entry.id, withoutRows(entry, start.names)]));
  const kept = entries.filter(({ released = "" }) => released <= start.than.slice(0, released.length));
  return Object.fromEntries(kept.map(({ id }) => [id, textOf(id)]));
}

const textOf = (id: string): string => realTexts.get(id) ?? "";

function withoutRows(entry: Entry, names: ReadonlySet<string>): string {
  const lists = [
    { path: ["weights"], rows: entry.weights ?? [] },
    ...(entry.variants ?? []).map(({ weights }, at) => ({ path: ["variants", at, "weights"], rows: weights ?? [] })),
  ];
  const edits = lists.flatMap(({ path, rows }): Edit[] => {
    const gone = rows.flatMap(({ id }, at) => (id !== undefined && names.has(keyOf(id)) ? [at] : []));
    if (gone.length === 0) return [];
    if (gone.length === rows.length) return [{ kind: "remove", path }];
    return gone.toReversed().map((at) => ({ kind: "remove", path: [...path, at] }));
  });
  return edits.length === 0 ? textOf(entry.id) : editEntry(textOf(entry.id), edits);
}
