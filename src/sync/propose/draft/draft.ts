import type { Problem } from "#src/catalog/entry/problem.ts";
import type { Change, ExplainedEdit, NewEntry } from "#src/sync/propose/kinds/kind.ts";
import type { PlacedModel } from "#src/sync/sources/candidate.ts";

/** What a person still has to write or to look at, each a text of its own. */
export const OPEN_POINTS = [
  "summary",
  "purposes",
  "size",
  "activeSize",
  "context",
  "attention",
  "license",
  "clause",
  "released",
  "developers",
  "baseModel",
  "pageNotSeen",
  "highlights",
  "demos",
] as const;
export type OpenPoint = (typeof OPEN_POINTS)[number];

/** What a proposal writes for the new models of one entry. */
export type Draft = {
  /** Id of the entry. */
  entry: string;
  /** The whole new entry; undefined where the entry is there already. */
  created: NewEntry | undefined;
  /** Edits of the entry that is there. */
  edits: readonly ExplainedEdit[];
  changes: readonly Change[];
  open: readonly OpenPoint[];
  models: readonly PlacedModel[];
  /** Of one that cannot be written: what the catalog's check says against it, where that is why. */
  problem?: Problem | undefined;
};
