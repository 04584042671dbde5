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
  /** Absent where `oid` is the one that was asked about, where none was, and where the blob is binary or over 1 MB. */
  text?: string;
  /** Text of the blob that was asked about, where it differs from `oid` and GitHub still has it. */
  reviewedText?: string;
};

export type Repository = {
  /** GitHub's databaseId, which survives renames and transfers. */
  id: number;
  /** `owner/name` as it is called now. */
  name: string;
  archived: boolean;
  disabled: boolean;
  defaultBranch: string | undefined;
  /** Commit at the head of the default branch, for permanent links. Over REST known only where the README changed. */
  head: string | undefined;
  /** SPDX name that GitHub recognised in the repository: of the code. */
  license: string | undefined;
  /** Published ones only, newest publication first. */
  releases: Release[];
  tags: Tag[];
  readme: Readme | undefined;
};

/** A repository to observe. */
export type ObservationRequest = {
  /** `owner/name` as the catalog has it. */
  name: string;
  /** README blob whose links the catalog knows; absent at first sight, when no text is needed. */
  reviewedReadme?: string | undefined;
};

/** `missing` was confirmed by a second look; `unreached` says nothing about the repository. */
export type Observation =
  | { asked: string; state: "found"; repository: Repository }
  | { asked: string; state: "missing" }
  | { asked: string; state: "unreached"; reason: "quota" | "failed" };
