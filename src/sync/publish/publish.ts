import { z } from "zod";
import type { Text } from "#src/base/locale.ts";
import type { Log } from "#src/base/log.ts";
import type { Client } from "#src/sync/github/client.ts";
import { explainGithubError } from "#src/sync/github/failure.ts";
import { ownerAndRepo } from "#src/sync/github/owner-and-repo.ts";
import { commitMessage, shortHash, splitMarker, withMarker } from "#src/sync/propose/marker.ts";
import { type Action, markerOf } from "#src/sync/propose/plan.ts";
import { LABELS } from "#src/sync/propose/proposal-text.ts";
import type { Proposal } from "#src/sync/propose/propose.ts";
import { type Branch, EXPLAINED, type PullRequest, type Target } from "#src/sync/propose/target.ts";
import { commentsOf } from "./read-target.ts";

export type Done = {
  action: Action["kind"];
  branch: string;
  url?: string;
  /** `changed`: somebody was quicker; the next run looks again. */
  outcome: "done" | "changed" | "failed";
  detail?: string;
};

type Workshop = { client: Client; target: Target; text: Text; log: Log };

/** Folder of the entries in the catalog's repository. */
const FOLDER = "catalog/models";

const created = z.object({ sha: z.string(), verification: z.object({ verified: z.boolean() }).optional() });
const pullShape = z.object({ number: z.int(), html_url: z.string() });

/**
 * Does what was planned, one after the other. Every step may be the last: what a dead run left is found and finished by
 * the next one. Throws what ends the whole run (a refused token, a limit); anything else fails its own action only.
 */
export async function publish(actions: readonly Action[], workshop: Workshop): Promise<Done[]> {
  const done: Done[] = [];
  for (const action of actions) {
    const branch = branchNameOf(action);
    try {
      const url = await perform(action, workshop);
      done.push({ action: action.kind, branch, ...(url !== undefined && { url }), outcome: "done" });
    } catch (error) {
      if (endsTheRun(error)) throw error;
      const outcome = isConflict(error) ? "changed" : "failed";
      const detail = error instanceof Error ? error.message : String(error);
      workshop.log.warn({ branch, action: action.kind, err: error }, "a proposal could not be carried out");
      done.push({ action: action.kind, branch, outcome, detail });
    }
  }
  return done;
}

/** After these nothing else will succeed either. */
const endsTheRun = (error: unknown): boolean =>
  ["token", "limit", "offline"].includes(explainGithubError(error)?.kind ?? "") ||
  (error instanceof Error && error.name === "AbortError");

/** The branch was not where it was seen, or is there already: a person, or an earlier run whose answer was lost. */
const isConflict = (error: unknown): boolean =>
  error instanceof Error &&
  /reference already exists|not a fast.forward|GraphqlResponseError|no commits between/i.test(
    `${error.name} ${error.message}`,
  );

const branchNameOf = (action: Action): string =>
  "proposal" in action ? action.proposal.branch : "pull" in action ? action.pull.branch : action.branch.name;

async function perform(action: Action, workshop: Workshop): Promise<string | undefined> {
  const { client, target, text } = workshop;
  const at = ownerAndRepo(target.repository);
  switch (action.kind) {
    case "open": {
      const { proposal, branch } = action;
      if (branch?.digest !== proposal.digest) await writeBranch(proposal, branch, workshop);
      const pull = await openPull(proposal, workshop);
      await client.octokit.request("POST /repos/{owner}/{repo}/issues/{issue_number}/labels", {
        ...at,
        issue_number: pull.number,
        labels: proposal.labels,
      });
      return pull.html_url;
    }
    case "update": {
      const { proposal, pull, branch, rebuild, title } = action;
      if (rebuild) await writeBranch(proposal, branch, workshop);
      await client.octokit.request("PATCH /repos/{owner}/{repo}/pulls/{pull_number}", {
        ...at,
        pull_number: pull.number,
        title,
        body: withMarker(proposal.body, markerOf(proposal)),
      });
      return pull.url;
    }
    case "label":
      await client.octokit.request("POST /repos/{owner}/{repo}/issues/{issue_number}/labels", {
        ...at,
        issue_number: action.pull.number,
        labels: action.labels,
      });
      return action.pull.url;
    case "explain":
      await comment(action.pull, `${text("proposal.edited", { label: LABELS.again })}\n\n${EXPLAINED}`, workshop);
      return action.pull.url;
    case "close":
      await close(action, workshop);
      return action.pull.url;
    case "discard":
      await deleteBranch(action.branch, workshop);
      return undefined;
  }
}

/**
 * Builds the proposal's commit on the newest base and points the branch at it, unless somebody moved the branch since it
 * was read. No author is given: GitHub then signs an app's commit, and it shows as verified.
 */
async function writeBranch(proposal: Proposal, branch: Branch | undefined, workshop: Workshop): Promise<void> {
  const { client, target, log } = workshop;
  const at = ownerAndRepo(target.repository);
  const tree = created.parse(
    (
      await client.octokit.request("POST /repos/{owner}/{repo}/git/trees", {
        ...at,
        base_tree: target.base.tree,
        tree: proposal.files.map(({ file, text }) => ({
          path: `${FOLDER}/${file}`,
          mode: "100644",
          type: "blob",
          content: text,
        })),
      })
    ).data,
  ).sha;
  // REST cannot move a branch only if it is where we saw it. A commit upon the old head can: it is a fast-forward, or refused.
  const onTop = branch !== undefined && target.nodeId === undefined;
  const commit = created.parse(
    (
      await client.octokit.request("POST /repos/{owner}/{repo}/git/commits", {
        ...at,
        message: commitMessage(proposal.title, { tree, digest: proposal.digest }),
        tree,
        parents: onTop ? [branch.oid, target.base.commit] : [target.base.commit],
      })
    ).data,
  );
  if (commit.verification?.verified === false)
    log.debug({ commit: commit.sha }, "GitHub did not sign the commit; only an app's commits are signed");
  const name = proposal.branch;
  if (branch === undefined) {
    await client.octokit.request("POST /repos/{owner}/{repo}/git/refs", {
      ...at,
      ref: `refs/heads/${name}`,
      sha: commit.sha,
    });
  } else if (target.nodeId !== undefined) {
    await moveRef(client, target.nodeId, name, branch.oid, commit.sha);
  } else {
    await client.octokit.request("PATCH /repos/{owner}/{repo}/git/refs/{ref}", {
      ...at,
      ref: `heads/${name}`,
      sha: commit.sha,
      force: false,
    });
  }
}

const MOVE = `mutation Move($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }`;
const NOTHING = "0".repeat(40);

/** Points a branch elsewhere if it is where it was seen; throws where it is not. */
async function moveRef(
  client: Client,
  repositoryId: string,
  name: string,
  beforeOid: string,
  afterOid: string,
): Promise<void> {
  await client.octokit.graphql(MOVE, {
    input: { repositoryId, refUpdates: [{ name: `refs/heads/${name}`, beforeOid, afterOid, force: true }] },
  });
}

/** Without compare-and-swap a branch stays: deleting it could take a commit along that came just now. */
async function deleteBranch(branch: Branch, { client, target }: Workshop): Promise<void> {
  if (target.nodeId !== undefined) await moveRef(client, target.nodeId, branch.name, branch.oid, NOTHING);
}

async function openPull(proposal: Proposal, { client, target }: Workshop): Promise<z.infer<typeof pullShape>> {
  const at = ownerAndRepo(target.repository);
  const wanted = {
    ...at,
    title: proposal.title,
    head: proposal.branch,
    base: target.branch,
    body: withMarker(proposal.body, markerOf(proposal)),
  };
  const create = (draft: boolean) => client.octokit.request("POST /repos/{owner}/{repo}/pulls", { ...wanted, draft });
  try {
    return pullShape.parse((await create(proposal.draft)).data);
  } catch (error) {
    const message = error instanceof Error ? error.message : "";
    // Private repositories of free accounts have no drafts.
    if (proposal.draft && /draft pull requests are not supported/i.test(message))
      return pullShape.parse((await create(false)).data);
    if (!/a pull request already exists/i.test(message)) throw error;
    const { data } = await client.octokit.request("GET /repos/{owner}/{repo}/pulls", {
      ...at,
      head: `${at.owner}:${proposal.branch}`,
      state: "open",
    });
    const [pull] = z
      .array(pullShape.extend({ head: z.object({ ref: z.string() }) }))
      .parse(data)
      .filter(({ head }) => head.ref === proposal.branch);
    if (pull === undefined) throw error;
    return pull;
  }
}

const comment = async (pull: PullRequest, body: string, { client, target }: Workshop): Promise<void> => {
  await client.octokit.request("POST /repos/{owner}/{repo}/issues/{issue_number}/comments", {
    ...ownerAndRepo(target.repository),
    issue_number: pull.number,
    body,
  });
};

/** Says why, closes with a mark that nothing was declined, and removes the branch, in this order: each step may be the last. */
async function close(
  { pull, branch, reason, successor }: Extract<Action, { kind: "close" }>,
  workshop: Workshop,
): Promise<void> {
  const { client, target, text } = workshop;
  const mark = `<!-- mulu:closed ${branch?.oid.slice(0, 12) ?? "gone"} -->`;
  const said = await commentsOf(client, target.repository, pull.number);
  if (!said.some((body) => body.includes(mark))) {
    const why =
      reason === "superseded" && successor !== undefined
        ? text("proposal.closed.superseded", {
            proposal: `[${successor}](${pullsOf(pull)}?q=${encodeURIComponent(`is:pr head:${successor}`)})`,
          })
        : text(`proposal.closed.${reason}`);
    await comment(pull, `${why}\n\n${mark}`, workshop);
  }
  const { text: body, marker } = splitMarker(pull.body);
  const remembered = marker ?? { v: 1 as const, signals: [], digest: "", title: pull.title, body: shortHash(body) };
  await client.octokit.request("PATCH /repos/{owner}/{repo}/pulls/{pull_number}", {
    ...ownerAndRepo(target.repository),
    pull_number: pull.number,
    state: "closed",
    body: withMarker(body, { ...remembered, closed: true }),
  });
  if (branch !== undefined) await deleteBranch(branch, workshop);
}

/** The page that lists a repository's pull requests, from the address of one. */
const pullsOf = ({ url }: PullRequest): string => url.replace(/\/pull\/\d+$/, "/pulls");
