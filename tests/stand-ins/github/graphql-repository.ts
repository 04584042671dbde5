import { GraphQLError } from "graphql";
import { type ConnectionArgs, connection } from "./connection.ts";
import { objectNode, orderedRefs, refNode, refNodeOf } from "./graphql-git.ts";
import type { Hub } from "./hub.ts";
import { findLabel } from "./labels.ts";
import type { Comment, Pull, Pulls } from "./pulls.ts";
import { branchRef } from "./refs.ts";
import {
  type Label,
  latestRelease,
  ownerOf,
  publishedReleases,
  type Release,
  type Repository,
  releaseCreatedAt,
  resolveExpression,
  shortNameOf,
} from "./repository.ts";
import { htmlUrl, pullUrl, releaseUrl } from "./shapes.ts";

type Order = { field: string; direction: string };
type RefsArgs = ConnectionArgs & { refPrefix: string; query?: string | null; orderBy?: Order | null };
type ReleasesArgs = ConnectionArgs & { orderBy?: Order | null };
type PullsArgs = ConnectionArgs & {
  states?: string[] | null;
  labels?: string[] | null;
  headRefName?: string | null;
  baseRefName?: string | null;
  orderBy?: Order | null;
};

/** A repository as GraphQL has it. Fields that are functions are worked out when they are asked for. */
export function repositoryNode(hub: Hub, repository: Repository): object {
  const { id, nodeId, name, archived, disabled, defaultBranch, createdAt, pushedAt, license, refs } = repository;
  return {
    ...{ __typename: "Repository", id: nodeId, databaseId: id, name: shortNameOf(repository), nameWithOwner: name },
    ...{ isArchived: archived, isDisabled: disabled, isEmpty: false, isTemplate: repository.template },
    ...{ isFork: repository.fork, isPrivate: repository.visibility !== "public" },
    ...{
      createdAt,
      pushedAt,
      updatedAt: pushedAt,
      url: htmlUrl(repository),
      description: repository.description,
      stargazerCount: 1,
    },
    owner: user(ownerOf(repository)),
    licenseInfo: license === null ? null : { spdxId: license, key: license.toLowerCase(), name: license },
    viewerPermission: repository.writable ? "WRITE" : "READ",
    defaultBranchRef: () => refNodeOf(repository, branchRef(defaultBranch)),
    latestRelease: () => {
      const release = latestRelease(repository);
      return release === undefined ? null : releaseNode(repository, release);
    },
    releases: (args: ReleasesArgs) =>
      connection(
        orderedReleases(repository, args.orderBy ?? undefined),
        args,
        (release) => String(release.id),
        (release) => releaseNode(repository, release),
      ),
    refs: ({ refPrefix, query, orderBy, ...args }: RefsArgs) => {
      if (!/^refs\/.*\/$/.test(refPrefix)) hub.violation(`refPrefix does not end in a slash: ${refPrefix}`);
      const order = orderBy ?? { field: "ALPHABETICAL", direction: "ASC" };
      const found = orderedRefs(repository, refPrefix, query ?? "", order);
      return connection(
        found,
        args,
        ([refName]) => refName,
        ([refName, oid]) => refNode(repository, refName, oid),
      );
    },
    ref: ({ qualifiedName }: { qualifiedName: string }) => {
      if (!qualifiedName.startsWith("refs/")) hub.violation(`not a whole name of a reference: ${qualifiedName}`);
      const oid = refs.get(qualifiedName);
      return oid === undefined ? null : refNode(repository, qualifiedName, oid);
    },
    object: ({ expression, oid }: { expression?: string | null; oid?: string | null }) =>
      objectNode(repository, oid ?? (expression == null ? undefined : resolveExpression(repository, expression))),
    pullRequests: (args: PullsArgs) =>
      connection(
        matchingPulls(repository, args),
        args,
        (pull) => pull.nodeId,
        (pull) => pullNode(repository, pull),
      ),
    pullRequest: ({ number }: { number: number }) => {
      const pull = repository.pulls?.find(number);
      if (pull !== undefined) return pullNode(repository, pull);
      throw new GraphQLError(`Could not resolve to a PullRequest with the number of ${number}.`, {
        extensions: { type: "NOT_FOUND" },
      });
    },
    label: ({ name: label }: { name: string }) => {
      const found = findLabel(repository, label);
      return found === undefined ? null : labelNode(found);
    },
    labels: (args: ConnectionArgs) => labelConnection([...repository.labels.values()], args),
  };
}

/** CREATED_AT goes by the date of the tag's commit, whatever its name; without an order the newest publication leads. */
function orderedReleases(repository: Repository, orderBy: Order | undefined): Release[] {
  const published = publishedReleases(repository);
  if (orderBy === undefined) return published;
  const keyOf = (release: Release): string =>
    orderBy.field === "NAME" ? (release.name ?? release.tag) : releaseCreatedAt(repository, release);
  const keyed = published.map((release) => ({ release, key: keyOf(release) }));
  keyed.sort((a, b) => Number(a.key > b.key) - Number(a.key < b.key) || a.release.id - b.release.id);
  const ascending = keyed.map(({ release }) => release);
  return orderBy.direction === "DESC" ? ascending.reverse() : ascending;
}

function releaseNode(repository: Repository, release: Release): object {
  const { id, tag, name, body, publishedAt, updatedAt, prerelease, draft } = release;
  return {
    ...{ __typename: "Release", id: `RE_${id}`, databaseId: id, tagName: tag, name, description: body, publishedAt },
    ...{ updatedAt, isDraft: draft, isPrerelease: prerelease, url: releaseUrl(repository, tag) },
    createdAt: () => releaseCreatedAt(repository, release),
    isLatest: () => latestRelease(repository) === release,
    author: user("dev"),
  };
}

function matchingPulls({ pulls }: Repository, args: PullsArgs): Pull[] {
  const { states, labels, headRefName, baseRefName, orderBy } = args;
  const found = (pulls?.all ?? []).filter(
    (pull) =>
      (states == null || states.includes(pullStateName(pull))) &&
      (labels == null || labels.some((label) => pull.labels.includes(label))) &&
      (headRefName == null || pull.head === headRefName) &&
      (baseRefName == null || pull.base === baseRefName),
  );
  if (orderBy?.field === "UPDATED_AT") found.sort((a, b) => a.touched - b.touched);
  return orderBy?.direction === "DESC" ? found.reverse() : found;
}

function pullStateName({ state, merged }: Pull): string {
  if (merged) return "MERGED";
  return state === "open" ? "OPEN" : "CLOSED";
}

function pullNode(repository: Repository, pull: Pull): object {
  const { pulls } = repository;
  const { id, nodeId, number, title, body, draft, merged, head, headOid, base, baseOid, mergeCommit } = pull;
  const { createdAt, updatedAt, closedAt = null, mergedAt = null } = pull;
  return {
    ...{ __typename: "PullRequest", id: nodeId, databaseId: id, number, title, body, isDraft: draft, merged },
    ...{ state: pullStateName(pull), closed: pull.state === "closed", isCrossRepository: false, locked: false },
    ...{ headRefName: head, headRefOid: headOid, baseRefName: base, baseRefOid: baseOid },
    ...{ createdAt, updatedAt, closedAt, mergedAt, url: pullUrl(repository, pull), author: user(pull.author) },
    headRepository: { nameWithOwner: repository.name, databaseId: repository.id, id: repository.nodeId },
    headRepositoryOwner: user(ownerOf(repository)),
    headRef: () => refNodeOf(repository, branchRef(head)),
    baseRef: () => refNodeOf(repository, branchRef(base)),
    mergeCommit: () => (mergeCommit === undefined ? null : objectNode(repository, mergeCommit)),
    mergeable: (): ReturnType<Pulls["mergeable"]> | undefined => pulls?.mergeable(pull),
    labels: (args: ConnectionArgs) =>
      labelConnection(
        pull.labels.flatMap((label) => findLabel(repository, label) ?? []),
        args,
      ),
    comments: (args: ConnectionArgs) =>
      connection(
        pull.comments,
        args,
        (comment) => String(comment.id),
        (comment) => commentNode(repository, pull, comment),
      ),
  };
}

function commentNode(repository: Repository, pull: Pull, { id, author, body, createdAt, updatedAt }: Comment): object {
  return {
    ...{ __typename: "IssueComment", id: `IC_${id}`, databaseId: id, body, createdAt, updatedAt },
    author: user(author),
    url: `${pullUrl(repository, pull)}#issuecomment-${id}`,
  };
}

function labelConnection(labels: Label[], args: ConnectionArgs) {
  return connection(labels, args, (label) => String(label.id), labelNode);
}

function labelNode({ id, name, color, description }: Label) {
  return { __typename: "Label", id: `LA_${id}`, name, color, description };
}

type OwnedArgs = ConnectionArgs & {
  isFork?: boolean | null;
  isArchived?: boolean | null;
  orderBy?: Order | null;
  ownerAffiliations?: string[] | null;
};

/** A user or an organisation with what it owns. */
export function ownerNode(hub: Hub, { login, kind }: NonNullable<ReturnType<Hub["owner"]>>): object {
  return {
    ...{ __typename: kind, login, id: `${kind === "User" ? "U" : "O"}_${login}`, url: `https://github.com/${login}` },
    repositories: (args: OwnedArgs) =>
      connection(
        ownedRepositories(hub, login, args),
        args,
        ({ id }) => String(id),
        (repository) => repositoryNode(hub, repository),
      ),
  };
}

/** In GraphQL's order. Only what is owned is known here. */
function ownedRepositories(hub: Hub, login: string, { isFork, isArchived, orderBy, ownerAffiliations }: OwnedArgs) {
  if (ownerAffiliations?.join() !== "OWNER") hub.violation("repositories of others are asked for as well");
  const found = hub
    .repositoriesOf(login)
    .filter(({ fork }) => isFork == null || fork === isFork)
    .filter(({ archived }) => isArchived == null || archived === isArchived);
  if (orderBy?.field !== "CREATED_AT") return found;
  found.sort((a, b) => Number(a.createdAt > b.createdAt) - Number(a.createdAt < b.createdAt) || a.id - b.id);
  return orderBy.direction === "DESC" ? found.reverse() : found;
}

export function user(login: string) {
  return { __typename: "User", login, url: `https://github.com/${login}` };
}
