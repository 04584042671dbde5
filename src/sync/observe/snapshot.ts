import { z } from "zod";
import type { KeptReadme } from "./cache.ts";
import type { Readme, Release, Repository } from "./observation.ts";

/** One repository to look at, whoever asked for it and how often. */
export type Question = {
  /** `owner/name` as the first to ask spelt it. */
  name: string;
  /** README blobs that the catalog knows. */
  reviewed: ReadonlySet<string>;
};

/** A repository as seen, texts apart: they are fetched only where they are needed. */
export type Sight = Omit<Repository, "readme"> & { readme: Pick<Readme, "oid" | "path"> | undefined };

/** A README blob: its text where it can be read, or that GitHub has it no more. */
export type Blob = KeptReadme | "gone";

/** What a look gave: `blobs` by object id, where the README is another than one that is known. */
export type Look =
  | { state: "found"; sight: Sight; blobs: ReadonlyMap<string, Blob> }
  | { state: "missing" }
  | { state: "unreached"; reason: "quota" | "failed" };

/** Characters of release notes that are kept. */
const MAX_NOTES = 20_000;
/** Bytes; a larger README is not read. */
export const MAX_README_BYTES = 1_000_000;

/** `owner/name` as GitHub writes it. */
export const repositoryName = z.string().regex(/^[\w.-]+\/[\w.-]+$/);
export const objectId = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/);
/** Any ISO 8601 date, as UTC and without needless fractions. */
export const utcDate = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text).toISOString().replace(".000Z", "Z"));
export const webAddress = z.url({ protocol: /^https?$/ });

/** README blobs whose texts are needed: none where the README is known, or where nothing is known yet. */
export function neededBlobs({ reviewed }: Question, { readme }: Sight): string[] {
  if (readme === undefined) return [];
  const others = [...reviewed].filter((oid) => oid !== readme.oid);
  return others.length === 0 ? [] : [readme.oid, ...others];
}

/** Published ones, newest publication first: GitHub goes by the date of the tagged commit. */
export const newestFirst = (releases: readonly Release[]): Release[] =>
  releases.toSorted((a, b) => b.publishedAt.localeCompare(a.publishedAt, "en"));

/** A project's text, cut where it is too long, never within a character. */
export const shortNotes = (notes: string | null): string => (notes ?? "").slice(0, MAX_NOTES).toWellFormed();

/** GitHub says NOASSERTION of a licence that it does not know. */
export const licenseName = (spdxId: string | null | undefined): string | undefined =>
  spdxId === null || spdxId === "NOASSERTION" ? undefined : spdxId;
