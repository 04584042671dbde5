import type { ReadmeText } from "#src/sync/sources/observation.ts";
import type { Snapshot } from "#src/sync/sources/snapshot.ts";

/** One repository to look up, whoever asked for it and how often. */
export type Lookup = {
  /** `owner/name` as the first to ask spelt it. */
  name: string;
  /** README blobs that the catalog knows. */
  reviewed: ReadonlySet<string>;
};

/** A README blob: its text where it can be read, or that GitHub has it no more. */
export type Blob = ReadmeText | "gone";

/** What a lookup gave: `blobs` by object id, where the README is another than one that is known. */
export type LookupResult =
  | { state: "found"; snapshot: Snapshot; blobs: ReadonlyMap<string, Blob> }
  | { state: "missing" }
  | { state: "unreached"; reason: "quota" | "failed" };

/** README blobs whose texts are needed: none where the README is known, or where nothing is known yet. */
export function neededBlobs({ reviewed }: Lookup, { readme }: Snapshot): string[] {
  if (readme === undefined) return [];
  const others = [...reviewed].filter((oid) => oid !== readme.oid);
  return others.length === 0 ? [] : [readme.oid, ...others];
}
