import type { Octokit } from "octokit";
import { parseCommit, type Signature } from "./git-objects.ts";
import type { Hub } from "./hub.ts";
import type { Issue } from "./issues.ts";
import { findLabel } from "./labels.ts";
import type { Comment, Mergeable, Pull } from "./pulls.ts";
import { type Label, ownerOf, type Release, type Repository, releaseCreatedAt, shortNameOf } from "./repository.ts";
import { isoTime } from "./time.ts";

type Rest = Octokit["rest"];
type Data<Method extends (...args: never[]) => Promise<{ data: unknown }>> = Awaited<ReturnType<Method>>["data"];
/** Part of what GitHub answers: nothing that it does not have, and everything of its type. */
type Part<Value> = Value extends readonly (infer Item)[]
  ? Part<Item>[]
  : Value extends object
    ? { [Key in keyof Value]?: Part<Value[Key]> | undefined }
    : Value;
type Shape<Method extends (...args: never[]) => Promise<{ data: unknown }>> = Part<Data<Method>>;

export function apiUrl(hub: Hub, { name }: Repository): string {
  return `${hub.url()}/repos/${name}`;
}

export function htmlUrl({ name }: Repository): string {
  return `https://github.com/${name}`;
}

export function repositoryShape(hub: Hub, repository: Repository) {
  const { id, nodeId, name, archived, disabled, defaultBranch, createdAt, pushedAt, license, writable } = repository;
  const { fork, template, description, visibility } = repository;
  const isPrivate = visibility !== "public";
  return {
    ...{ id, node_id: nodeId, name: shortNameOf(repository), full_name: name, private: isPrivate, fork },
    ...{ owner: userShape(ownerOf(repository)), html_url: htmlUrl(repository), url: apiUrl(hub, repository) },
    ...{ description, is_template: template, archived, disabled, default_branch: defaultBranch, stargazers_count: 1 },
    ...{
      created_at: createdAt,
      pushed_at: pushedAt,
      updated_at: pushedAt,
      visibility: isPrivate ? "private" : "public",
    },
    license: license === null ? null : { key: license.toLowerCase(), name: license, spdx_id: license, url: null },
    permissions: { admin: false, push: writable, pull: true },
  } satisfies Shape<Rest["repos"]["get"]>;
}

export function releaseShape(hub: Hub, repository: Repository, release: Release) {
  const { id, tag, name, body, publishedAt, updatedAt, prerelease, draft } = release;
  return {
    ...{ id, node_id: `RE_${id}`, tag_name: tag, name, body, prerelease, draft, assets: [], immutable: false },
    ...{ target_commitish: repository.defaultBranch, author: userShape("dev") },
    ...{ created_at: releaseCreatedAt(repository, release), published_at: publishedAt, updated_at: updatedAt },
    html_url: releaseUrl(repository, tag),
    url: `${apiUrl(hub, repository)}/releases/${id}`,
  } satisfies Shape<Rest["repos"]["getRelease"]>;
}

export function releaseUrl(repository: Repository, tag: string): string {
  return `${htmlUrl(repository)}/releases/tag/${encodeURIComponent(tag)}`;
}

export function gitCommitShape(hub: Hub, repository: Repository, oid: string) {
  const { message, tree, parents, author, committer, signed } = commitOf(repository, oid);
  const url = `${apiUrl(hub, repository)}/git`;
  return {
    ...{ sha: oid, node_id: `C_${oid}`, url: `${url}/commits/${oid}`, message },
    html_url: `${htmlUrl(repository)}/commit/${oid}`,
    author: signatureShape(author),
    committer: signatureShape(committer),
    tree: { sha: tree, url: `${url}/trees/${tree}` },
    parents: parents.map((sha) => ({ sha, url: `${url}/commits/${sha}` })),
    verification: verificationShape(signed),
  } satisfies Shape<Rest["git"]["getCommit"]>;
}

export function commitShape(hub: Hub, repository: Repository, oid: string) {
  const { message, tree, parents, author, committer, signed } = commitOf(repository, oid);
  const url = apiUrl(hub, repository);
  return {
    ...{ sha: oid, node_id: `C_${oid}`, url: `${url}/commits/${oid}` },
    html_url: `${htmlUrl(repository)}/commit/${oid}`,
    commit: {
      message,
      author: signatureShape(author),
      committer: signatureShape(committer),
      tree: { sha: tree, url: `${url}/git/trees/${tree}` },
      verification: verificationShape(signed),
    },
    author: userShape(author.name),
    committer: userShape(committer.name),
    parents: parents.map((sha) => ({ sha, url: `${url}/commits/${sha}` })),
  } satisfies Shape<Rest["repos"]["getCommit"]>;
}

export function refShape(hub: Hub, repository: Repository, [ref, oid]: readonly [string, string]) {
  return {
    ...{ ref, node_id: `REF_${repository.id}_${ref}`, url: `${apiUrl(hub, repository)}/git/${ref}` },
    object: { sha: oid, type: repository.store.get(oid)?.type ?? "commit", url: apiUrl(hub, repository) },
  } satisfies Shape<Rest["git"]["getRef"]>;
}

export function labelShape(hub: Hub, repository: Repository, { id, name, color, description }: Label) {
  const url = `${apiUrl(hub, repository)}/labels/${encodeURIComponent(name)}`;
  return {
    ...{ id, node_id: `LA_${id}`, url, name, color, description, default: false },
  } satisfies Shape<Rest["issues"]["getLabel"]>;
}

function issueUrl(repository: Repository, { number }: Issue): string {
  return `${htmlUrl(repository)}/issues/${number}`;
}

export function issueShape(hub: Hub, repository: Repository, issue: Issue) {
  const { id, nodeId, number, title, body, state, author, comments } = issue;
  const labels = issue.labels.flatMap((name) => findLabel(repository, name) ?? []);
  return {
    ...{ id, node_id: nodeId, number, title, body: body === "" ? null : body, state, locked: false },
    ...{ user: userShape(author), created_at: issue.createdAt, updated_at: issue.updatedAt },
    ...{ closed_at: issue.closedAt ?? null, comments: comments.length, html_url: issueUrl(repository, issue) },
    url: `${apiUrl(hub, repository)}/issues/${number}`,
    labels: labels.map((label) => labelShape(hub, repository, label)),
  } satisfies Shape<Rest["issues"]["get"]>;
}

export function commentShape(hub: Hub, repository: Repository, { on, number }: CommentPlace, comment: Comment) {
  const { id, author, body, createdAt, updatedAt } = comment;
  return {
    ...{ id, node_id: `IC_${id}`, body, user: userShape(author), created_at: createdAt, updated_at: updatedAt },
    url: `${apiUrl(hub, repository)}/issues/comments/${id}`,
    html_url: `${htmlUrl(repository)}/${on}/${number}#issuecomment-${id}`,
  } satisfies Shape<Rest["issues"]["getComment"]>;
}

type CommentPlace = { on: "pull" | "issues"; number: number };

/** As lists have it: without `merged` and `mergeable`. */
export function pullShape(hub: Hub, repository: Repository, pull: Pull) {
  const { id, nodeId, number, title, body, state, draft, head, headOid, base, baseOid, author } = pull;
  const side = (ref: string, sha: string) => ({
    ...{ label: `${ownerOf(repository)}:${ref}`, ref, sha, user: userShape(ownerOf(repository)) },
    repo: repositoryShape(hub, repository),
  });
  const labels = pull.labels.flatMap((name) => findLabel(repository, name) ?? []);
  return {
    ...{ id, node_id: nodeId, number, title, body: body === "" ? null : body, state, draft, locked: false },
    ...{ user: userShape(author), created_at: pull.createdAt, updated_at: pull.updatedAt },
    ...{ closed_at: pull.closedAt ?? null, merged_at: pull.mergedAt ?? null },
    merge_commit_sha: pull.mergeCommit ?? null,
    head: side(head, headOid),
    base: side(base, baseOid),
    labels: labels.map((label) => labelShape(hub, repository, label)),
    html_url: pullUrl(repository, pull),
    url: `${apiUrl(hub, repository)}/pulls/${number}`,
    // Its description may be null, whatever the specification says.
  } satisfies Omit<Shape<Rest["pulls"]["list"]>[number], "labels"> & { labels: Shape<Rest["issues"]["getLabel"]>[] };
}

export function wholePullShape(hub: Hub, repository: Repository, pull: Pull, mergeable: Mergeable) {
  return {
    ...pullShape(hub, repository, pull),
    ...{ merged: pull.merged, comments: pull.comments.length },
    mergeable: mergeable === "UNKNOWN" ? null : mergeable === "MERGEABLE",
    mergeable_state: { MERGEABLE: "clean", CONFLICTING: "dirty", UNKNOWN: "unknown" }[mergeable],
  } satisfies Shape<Rest["pulls"]["get"]>;
}

export function pullUrl(repository: Repository, { number }: Pull): string {
  return `${htmlUrl(repository)}/pull/${number}`;
}

function commitOf({ store, name }: Repository, oid: string) {
  const object = store.get(oid);
  if (object?.type !== "commit") throw new Error(`${name} has no commit ${oid}`);
  return parseCommit(object);
}

function signatureShape({ name, email, date }: Signature) {
  return { name, email, date: isoTime(date) };
}

function verificationShape(verified: boolean) {
  return {
    ...{ verified, reason: verified ? "valid" : "unsigned", signature: null, payload: null, verified_at: null },
  };
}

function userShape(login: string) {
  return { login, type: "User", html_url: `https://github.com/${login}` };
}
