import { z } from "zod";
import { ownerAndRepo } from "#src/sync/github/owner-and-repo.ts";
import type { ActionOf } from "#src/sync/propose/action.ts";
import { LABELS } from "#src/sync/propose/proposal-text.ts";
import type { PublishContext } from "./context.ts";
import { addLabels } from "./pull-requests.ts";

const pullShape = z.object({ node_id: z.string().nullish(), auto_merge: z.unknown().optional() });

const DISABLE = `mutation DisableAutoMerge($input: DisablePullRequestAutoMergeInput!) {
  disablePullRequestAutoMerge(input: $input) { clientMutationId }
}`;

/**
 * Takes the label of facts from a pull request that is to hold more than these, and switches off that GitHub merges it by
 * itself: both before its branch gets what a person has to see. Throws where GitHub refuses either.
 */
export async function withdrawFacts({ pull, proposal }: ActionOf<"update">, context: PublishContext): Promise<void> {
  if (!pull.labels.includes(LABELS.facts) || proposal.labels.includes(LABELS.facts)) return;
  const { octokit } = context.client;
  const at = ownerAndRepo(context.repository.repository);
  await octokit.request("DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}", {
    ...at,
    issue_number: pull.number,
    name: LABELS.facts,
  });
  const lacking = proposal.labels.filter((label) => !pull.labels.includes(label));
  if (lacking.length > 0) await addLabels(pull, lacking, context);
  const { data } = await octokit.request("GET /repos/{owner}/{repo}/pulls/{pull_number}", {
    ...at,
    pull_number: pull.number,
  });
  const { auto_merge: autoMerge, node_id: pullRequestId } = pullShape.parse(data);
  if (autoMerge === null || autoMerge === undefined) return;
  await octokit.graphql(DISABLE, { input: { pullRequestId } });
}
