import { z } from "zod";
import { ownerAndRepo } from "#src/sync/github/owner-and-repo.ts";
import type { ActionOf } from "#src/sync/propose/action.ts";
import { shortHash, splitMarker, withMarker } from "#src/sync/propose/marker.ts";
import { markerOf } from "#src/sync/propose/plan.ts";
import type { Proposal } from "#src/sync/propose/propose.ts";
import { addComment, commentsOf } from "./comments.ts";
import type { PublishContext } from "./context.ts";

const pullShape = z.object({ number: z.int(), html_url: z.string() });

/** Opens the proposal's pull request, or finds the one that an earlier run opened. */
export async function openPull(
  proposal: Proposal,
  { client, repository }: PublishContext,
): Promise<z.infer<typeof pullShape>> {
  const at = ownerAndRepo(repository.repository);
  const fields = {
    ...at,
    title: proposal.title,
    head: proposal.branch,
    base: repository.branch,
    body: withMarker(proposal.body, markerOf(proposal)),
  };
  const create = (draft: boolean) => client.octokit.request("POST /repos/{owner}/{repo}/pulls", { ...fields, draft });
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

/** Gives a pull request the proposal's text, and the title that it is to have. */
export async function updatePull(
  { proposal, pull, title }: ActionOf<"update">,
  { client, repository }: PublishContext,
): Promise<void> {
  await client.octokit.request("PATCH /repos/{owner}/{repo}/pulls/{pull_number}", {
    ...ownerAndRepo(repository.repository),
    pull_number: pull.number,
    title,
    body: withMarker(proposal.body, markerOf(proposal)),
  });
}

/** Adds labels to a pull request. */
export async function addLabels(
  number: number,
  labels: string[],
  { client, repository }: PublishContext,
): Promise<void> {
  await client.octokit.request("POST /repos/{owner}/{repo}/issues/{issue_number}/labels", {
    ...ownerAndRepo(repository.repository),
    issue_number: number,
    labels,
  });
}

/** Says why a pull request goes, and closes it with a mark that nothing was declined, in this order: each step may be the last. */
export async function closePull(
  { pull, branch, reason, successor }: ActionOf<"close">,
  { client, repository, text }: PublishContext,
): Promise<void> {
  const mark = `<!-- mulu:closed ${branch?.oid.slice(0, 12) ?? "gone"} -->`;
  const comments = await commentsOf(client, repository.repository, pull.number);
  if (!comments.some((body) => body.includes(mark))) {
    const why =
      reason === "superseded" && successor !== undefined
        ? text("proposal.closed.superseded", {
            proposal: `[${successor}](${listUrl(pull.url)}?q=${encodeURIComponent(`is:pr head:${successor}`)})`,
          })
        : text(`proposal.closed.${reason}`);
    await addComment(client, repository.repository, pull.number, `${why}\n\n${mark}`);
  }
  const { text: body, marker } = splitMarker(pull.body);
  const remembered = marker ?? { v: 1 as const, signals: [], digest: "", title: pull.title, body: shortHash(body) };
  await client.octokit.request("PATCH /repos/{owner}/{repo}/pulls/{pull_number}", {
    ...ownerAndRepo(repository.repository),
    pull_number: pull.number,
    state: "closed",
    body: withMarker(body, { ...remembered, closed: true }),
  });
}

/** The page that lists a repository's pull requests, from the address of one. */
const listUrl = (pullUrl: string): string => pullUrl.replace(/\/pull\/\d+$/, "/pulls");
