import { z } from "zod";
import { ownerAndRepo } from "#src/sync/github/owner-and-repo.ts";
import { commitMessage } from "#src/sync/propose/marker.ts";
import type { Proposal } from "#src/sync/propose/propose.ts";
import type { Branch } from "#src/sync/propose/repository-state.ts";
import type { PublishContext } from "./context.ts";

/** Folder of the entries in the catalog's repository. */
const FOLDER = "catalog/models";

const created = z.object({ sha: z.string(), verification: z.object({ verified: z.boolean() }).optional() });

/**
 * Builds the proposal's commit on the newest base and points the branch at it, unless somebody moved the branch since it
 * was read. No author is given: GitHub then signs an app's commit, and it shows as verified.
 */
export async function writeBranch(
  proposal: Proposal,
  branch: Branch | undefined,
  context: PublishContext,
): Promise<void> {
  const { client, repository, log } = context;
  const at = ownerAndRepo(repository.repository);
  const tree = await createTree(proposal, context);
  // REST cannot move a branch only if it is where we saw it. A commit upon the old head can: it is a fast-forward, or refused.
  const onTop = branch !== undefined && repository.nodeId === undefined;
  const { data } = await client.octokit.request("POST /repos/{owner}/{repo}/git/commits", {
    ...at,
    message: commitMessage(proposal.title, { tree, digest: proposal.digest }),
    tree,
    parents: onTop ? [branch.oid, repository.base.commit] : [repository.base.commit],
  });
  const commit = created.parse(data);
  if (commit.verification?.verified === false)
    log.debug({ commit: commit.sha }, "GitHub did not sign the commit; only an app's commits are signed");
  const name = proposal.branch;
  if (branch === undefined) {
    await client.octokit.request("POST /repos/{owner}/{repo}/git/refs", {
      ...at,
      ref: `refs/heads/${name}`,
      sha: commit.sha,
    });
  } else if (repository.nodeId !== undefined) {
    await moveRef(context, repository.nodeId, { name, beforeOid: branch.oid, afterOid: commit.sha });
  } else {
    await client.octokit.request("PATCH /repos/{owner}/{repo}/git/refs/{ref}", {
      ...at,
      ref: `heads/${name}`,
      sha: commit.sha,
      force: false,
    });
  }
}

async function createTree({ files }: Proposal, { client, repository }: PublishContext): Promise<string> {
  const { data } = await client.octokit.request("POST /repos/{owner}/{repo}/git/trees", {
    ...ownerAndRepo(repository.repository),
    base_tree: repository.base.tree,
    tree: files.map(({ file, text }) => ({ path: `${FOLDER}/${file}`, mode: "100644", type: "blob", content: text })),
  });
  return created.parse(data).sha;
}

const NO_OBJECT = "0".repeat(40);

/** Deletes a branch. Without compare-and-swap it stays: deleting it could take a commit along that came just now. */
export async function deleteBranch({ name, oid }: Branch, context: PublishContext): Promise<void> {
  const { nodeId } = context.repository;
  if (nodeId !== undefined) await moveRef(context, nodeId, { name, beforeOid: oid, afterOid: NO_OBJECT });
}

const MOVE = `mutation Move($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }`;

/** Points a branch elsewhere if it is where it was seen; throws where it is not. */
async function moveRef(
  { client }: PublishContext,
  repositoryId: string,
  { name, beforeOid, afterOid }: { name: string; beforeOid: string; afterOid: string },
): Promise<void> {
  await client.octokit.graphql(MOVE, {
    input: { repositoryId, refUpdates: [{ name: `refs/heads/${name}`, beforeOid, afterOid, force: true }] },
  });
}
