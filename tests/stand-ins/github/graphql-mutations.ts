import { blob, commit, ZERO_OID } from "./git-objects.ts";
import { objectNode, refNodeId, refNodeOf } from "./graphql-git.ts";
import { BOT, type Hub } from "./hub.ts";
import { readCommit } from "./object-store.ts";
import { checkCommit, checkFastForward, checkNewRef } from "./ref-rules.ts";
import { branchRef } from "./refs.ts";
import { notFound, Refused } from "./refused.ts";
import type { Repository } from "./repository.ts";
import { checkWrite } from "./rest.ts";
import { type Change, editTree, FILE } from "./trees.ts";

type RefUpdate = { name: string; beforeOid?: string | null; afterOid: string; force: boolean };
type UpdateRefs = { repositoryId: string; refUpdates: RefUpdate[]; clientMutationId?: string | null };
type CreateCommit = {
  branch: { id?: string | null; repositoryNameWithOwner?: string | null; branchName?: string | null };
  expectedHeadOid: string;
  message: { headline: string; body?: string | null };
  fileChanges?: { additions: { path: string; contents: string }[]; deletions: { path: string }[] } | null;
  clientMutationId?: string | null;
};

const OID = /^[0-9a-f]{40}$/;

/** Moves every reference or none, each only from where its `beforeOid` says; forty zeros are a reference that is not. */
export function updateRefs(hub: Hub, who: string | undefined, input: UpdateRefs): object {
  const repository = hub.byNodeId(input.repositoryId);
  if (repository === undefined) throw notFound();
  checkWrite(hub, repository, who, "updateRefs");
  for (const update of input.refUpdates) checkRefUpdate(hub, repository, update);
  for (const { name, afterOid } of input.refUpdates) {
    repository.refs.set(name, afterOid === ZERO_OID ? undefined : afterOid);
  }
  return { clientMutationId: input.clientMutationId ?? null };
}

function checkRefUpdate(hub: Hub, repository: Repository, { name, beforeOid, afterOid, force }: RefUpdate): void {
  const now = repository.refs.get(name);
  if (!OID.test(afterOid) || (beforeOid != null && !OID.test(beforeOid))) {
    hub.violation(`no object ids: ${name} ${beforeOid} → ${afterOid}`);
    throw new Refused(422, "Invalid object id");
  }
  if (beforeOid != null && beforeOid !== (now ?? ZERO_OID)) {
    throw new Refused(422, `Reference update failed: ${name} does not point to ${beforeOid}`);
  }
  if (afterOid === ZERO_OID) {
    if (now === undefined) throw new Refused(422, `Reference does not exist: ${name}`);
    return;
  }
  checkCommit(hub, repository, afterOid);
  if (now === undefined) checkNewRef(hub, repository, name);
  else if (!force) checkFastForward(repository, now, afterOid);
}

/** A signed commit on top of a branch that must still be where it was seen. */
export function createCommitOnBranch(hub: Hub, who: string | undefined, input: CreateCommit): object {
  const { expectedHeadOid, message, fileChanges } = input;
  const { repository, branch } = committable(hub, input.branch);
  checkWrite(hub, repository, who, "createCommitOnBranch");
  const { store, refs } = repository;
  const head = refs.get(branchRef(branch));
  if (head === undefined) throw notFound();
  if (head !== expectedHeadOid) {
    const stale = `Expected branch to point to "${expectedHeadOid}" but it did not. Pull and try again.`;
    throw new Refused(422, stale, undefined, "STALE_DATA");
  }
  const { additions = [], deletions = [] } = fileChanges ?? {};
  const changes = new Map<string, Change>([
    ...deletions.map(({ path }): [string, Change] => [path, undefined]),
    ...additions.map(({ path, contents }): [string, Change] => [
      path,
      { mode: FILE, oid: store.put(blob(Buffer.from(contents, "base64"))) },
    ]),
  ]);
  const tree = editTree(store, readCommit(store, head).tree, changes);
  const made = commit({
    ...{ tree, parents: [head], signed: true },
    message: message.body ? `${message.headline}\n\n${message.body}` : message.headline,
    author: { name: BOT, email: `${BOT}@users.noreply.github.com`, date: hub.clock() },
    committer: { name: "GitHub", email: "noreply@github.com", date: hub.clock() },
  });
  const oid = store.put(made);
  refs.set(branchRef(branch), oid);
  return {
    clientMutationId: input.clientMutationId ?? null,
    commit: () => objectNode(repository, oid),
    ref: () => refNodeOf(repository, branchRef(branch)),
  };
}

function committable(hub: Hub, branch: CreateCommit["branch"]): { repository: Repository; branch: string } {
  const { id, repositoryNameWithOwner, branchName } = branch;
  if (id != null) {
    const [, repositoryId = "", name = ""] = /^REF_(\d+)_refs\/heads\/(.+)$/.exec(id) ?? [];
    const repository = hub.byId(Number(repositoryId));
    if (repository !== undefined && refNodeId(repository, branchRef(name)) === id) return { repository, branch: name };
    throw notFound();
  }
  const found = hub.find(repositoryNameWithOwner ?? "");
  if (found === undefined || branchName == null) throw notFound();
  return { repository: found.repository, branch: branchName };
}
