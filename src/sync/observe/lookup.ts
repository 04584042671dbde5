import type { Readme, ReadmeText, Repository } from "#src/sync/sources/observation.ts";
import type { Snapshot } from "#src/sync/sources/snapshot.ts";

/** One repository to look up, whoever asked for it and how often. */
export type Lookup = {
  /** `owner/name` as the first to ask spelt it. */
  name: string;
};

/** A README blob: its text where it can be read, or that GitHub has it no more. */
export type Blob = ReadmeText | "gone";

/** What a lookup gave. */
export type LookupResult =
  | { state: "found"; repository: Repository }
  | { state: "missing" }
  | { state: "unreached"; reason: "quota" | "failed" };

/**
 * The repository with the texts of its READMEs. One that was replaced between two requests is to be looked at again:
 * its news would be lost.
 */
export function withTexts({ readmes, ...snapshot }: Snapshot, texts: ReadonlyMap<string, Blob>): LookupResult {
  const read: Readme[] = [];
  for (const { oid, path } of readmes) {
    const blob = texts.get(oid);
    if (blob === undefined || blob === "gone") return { state: "unreached", reason: "failed" };
    read.push({ oid, path, text: blob.text });
  }
  return { state: "found", repository: { ...snapshot, readmes: read } };
}
