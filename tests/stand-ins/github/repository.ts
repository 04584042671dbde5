import { parseTag } from "./git-objects.ts";
import type { Issues } from "./issues.ts";
import { type ObjectStore, readCommit } from "./object-store.ts";
import type { Pulls } from "./pulls.ts";
import { branchRef, type Refs, tagRef } from "./refs.ts";
import { isoTime } from "./time.ts";
import { entryAt } from "./trees.ts";

export type Label = { id: number; name: string; color: string; description: string | null };

export type Release = {
  id: number;
  tag: string;
  name: string | null;
  body: string;
  publishedAt: string;
  updatedAt: string;
  prerelease: boolean;
  draft: boolean;
  /** What the publisher said; undefined leaves it to the date. */
  latest: boolean | undefined;
};

/** One repository as the server sees it, a project's or the catalog's. */
export type Repository = {
  readonly id: number;
  readonly nodeId: string;
  /** `owner/name` as it is called now. */
  name: string;
  /** Whether the token may write to it. */
  readonly writable: boolean;
  readonly fork: boolean;
  readonly template: boolean;
  readonly description: string | null;
  readonly visibility: "public" | "private" | "hidden";
  readonly createdAt: string;
  pushedAt: string;
  readonly defaultBranch: string;
  readonly store: ObjectStore;
  readonly refs: Refs;
  /** Where git can read it; absent for what is in memory only. */
  readonly gitDir: string | undefined;
  releases: Release[];
  readonly pulls: Pulls | undefined;
  readonly issues: Issues | undefined;
  /** By lower-case name: GitHub does not tell them apart by case. */
  readonly labels: Map<string, Label>;
  license: string | null;
  archived: boolean;
  disabled: boolean;
  removed: boolean;
};

export function ownerOf({ name }: Repository): string {
  return name.slice(0, name.indexOf("/"));
}

export function shortNameOf({ name }: Repository): string {
  return name.slice(name.indexOf("/") + 1);
}

/** The object a revision names: HEAD, a branch, a tag, a whole or partly qualified reference, an object id. */
export function resolve(repository: Repository, revision: string): string | undefined {
  const { refs, store, defaultBranch } = repository;
  if (revision === "HEAD") return refs.get(branchRef(defaultBranch));
  for (const name of [revision, `refs/${revision}`, tagRef(revision), branchRef(revision)]) {
    const oid = refs.get(name);
    if (oid !== undefined) return oid;
  }
  return store.get(revision) === undefined ? undefined : revision;
}

/** The commit a revision names, through any tag objects. */
export function resolveCommit(repository: Repository, revision: string): string | undefined {
  const oid = resolve(repository, revision);
  return oid === undefined ? undefined : peel(repository.store, oid);
}

/** The commit behind an object id; undefined for trees and blobs. */
export function peel(store: ObjectStore, oid: string): string | undefined {
  const object = store.get(oid);
  if (object?.type === "tag") return peel(store, parseTag(object).object);
  return object?.type === "commit" ? oid : undefined;
}

/** What git calls an extended object name: `HEAD`, `main:README.md`, `HEAD:`. */
export function resolveExpression(repository: Repository, expression: string): string | undefined {
  const colon = expression.indexOf(":");
  if (colon < 0) return resolve(repository, expression);
  const commit = resolveCommit(repository, expression.slice(0, colon));
  if (commit === undefined) return undefined;
  return entryAt(repository.store, readCommit(repository.store, commit).tree, expression.slice(colon + 1))?.oid;
}

/** The date of the commit under a release's tag: what GitHub calls the release's creation. */
export function releaseCreatedAt(repository: Repository, { tag, publishedAt }: Release): string {
  const commit = resolveCommit(repository, tagRef(tag));
  return commit === undefined ? publishedAt : isoTime(readCommit(repository.store, commit).committer.date);
}

/** Those that anyone sees, newest publication first: the order without `orderBy`. */
export function publishedReleases({ releases }: Repository): Release[] {
  const published = releases.filter(({ draft }) => !draft);
  return published.sort((a, b) => Date.parse(b.publishedAt) - Date.parse(a.publishedAt) || b.id - a.id);
}

/** The one GitHub marks as latest: the publisher's choice, else the newest publication. */
export function latestRelease(repository: Repository): Release | undefined {
  const candidates = publishedReleases(repository).filter(({ prerelease, latest }) => !prerelease && latest !== false);
  return candidates.find(({ latest }) => latest) ?? candidates[0];
}
