import type { Entry, Variant } from "#src/catalog/entry/schema.ts";

/** Where a model belongs in the catalog. */
export type Place =
  /** Weights of a variant that is there; beside the entry's own weights where it has no variants. */
  | { kind: "weights"; entry: Entry; variant: Variant | undefined }
  /** A new variant of an entry, named as the entry names its others; `like`: its nearest sibling. */
  | { kind: "variant"; entry: Entry; name: string; like: Variant | undefined }
  /** A new entry: its id and name, the variant's name there, and the nearest entry of the same organisation. */
  | { kind: "series"; id: string; name: string; variant: string; like: Entry | undefined };
