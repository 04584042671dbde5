/** What one pass sees of the repositories that the catalog follows. Dates are ISO 8601 in UTC. */

export type Release = {
  /** GitHub's numeric id: a tag may be moved to another release. */
  id: number;
  tag: string;
  title: string;
  /** Markdown of the project: hostile. */
  notes: string;
  publishedAt: string;
  url: string;
  prerelease: boolean;
};

export type Tag = {
  name: string;
  /** Object id of the commit it points at, annotated or not. */
  commit: string;
  /** When it was tagged, else when the commit was made. REST does not say. */
  date: string | undefined;
};

/** A README's text; undefined where it is binary or too large to read. */
export type ReadmeText = { text: string | undefined };

export type Readme = {
  /** Object id of the blob. */
  oid: string;
  path: string;
  /** Markdown of the project: hostile. Undefined where the blob is binary or over 1 MB. */
  text: string | undefined;
};

export type Repository = {
  /** GitHub's databaseId, which survives renames and transfers. */
  id: number;
  /** `owner/name` as it is called now. */
  name: string;
  archived: boolean;
  disabled: boolean;
  defaultBranch: string | undefined;
  /** Commit at the head of the default branch, for permanent links. Over REST known only with an identity. */
  head: string | undefined;
  /** SPDX name that GitHub recognised in the repository: of the code. */
  license: string | undefined;
  /** Published ones only, newest publication first. */
  releases: Release[];
  tags: Tag[];
  /** Those of the root, or else the one that GitHub shows; the main one first. */
  readmes: readonly Readme[];
};

/** A repository to observe. */
export type ObservationRequest = {
  /** `owner/name`, also of one that no entry names. */
  name: string;
};

/** `missing` was confirmed by a second look; `unreached` says nothing about the repository. */
export type Observation =
  | { asked: string; state: "found"; repository: Repository }
  | { asked: string; state: "missing" }
  | { asked: string; state: "unreached"; reason: "quota" | "failed" };
