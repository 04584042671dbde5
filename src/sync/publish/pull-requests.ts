import { z } from "zod";
import { explainGithubError } from "#src/sync/github/failure.ts";
import { ownerAndRepo } from "#src/sync/github/owner-and-repo.ts";
import type { ActionOf } from "#src/sync/propose/action.ts";
import { shortHash, splitMarker, withMarker } from "#src/sync/propose/marker.ts";
import { markerOf } from "#src/sync/propose/plan.ts";
import type { Proposal } from "#src/sync/propose/propose.ts";
import type { PullRequest } from "#src/sync/propose/repository-state.ts";
import { addComment, commentsOf } from "./comments.ts";
import type { PublishContext } from "./context.ts";

const pullShape = z
  .object({ number: z.int(), html_url: z.string(), body: z.string().nullish() })
  .transform(({ number, html_url: url, body }) => ({ number, url, body: body ?? "" }));
type OpenedPull = z.infer<typeof pullShape>;

/** Opens the proposal's pull request, or finds the one that an earlier run opened. */
export async function openPull(proposal: Proposal, { client, repository }: PublishContext): Promise<OpenedPull> {
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
    const onBranch = z.object({ head: z.object({ ref: z.literal(proposal.branch) }) });
    const pull = z
      .array(z.unknown())
      .parse(data)
      .find((item) => onBranch.safeParse(item).success);
    if (pull === undefined) throw error;
    return pullShape.parse(pull);
  }
}

/** Gives a pull request the proposal's text, and the title that it is to have. */
export async function updatePull(
  { proposal, pull, title }: ActionOf<"update">,
  { client, repository }: PublishContext,
): Promise<void> {
  const unlabelled = splitMarker(pull.body).marker?.unlabelled;
  await client.octokit.request("PATCH /repos/{owner}/{repo}/pulls/{pull_number}", {
    ...ownerAndRepo(repository.repository),
    pull_number: pull.number,
    title,
    body: withMarker(proposal.body, { ...markerOf(proposal, pull), ...(unlabelled && { unlabelled }) }),
  });
}

/**
 * Adds labels to a pull request. Where GitHub refuses, as it does whoever may not label, that is said once a run and
 * noted in the text: the pull request does as well without, and the next run need not try again.
 */
export async function addLabels(
  { number, body }: Pick<PullRequest, "number" | "body">,
  labels: string[],
  { client, repository, warnOnce }: PublishContext,
): Promise<void> {
  const at = ownerAndRepo(repository.repository);
  try {
    await client.octokit.request("POST /repos/{owner}/{repo}/issues/{issue_number}/labels", {
      ...at,
      issue_number: number,
      labels,
    });
  } catch (error) {
    const failure = explainGithubError(error);
    if (failure?.kind !== "forbidden" && failure?.kind !== "notFound") throw error;
    warnOnce(failure.message, "GitHub refuses labels; proposals go without");
    const { text, marker } = splitMarker(body);
    if (marker === undefined) return;
    await client.octokit.request("PATCH /repos/{owner}/{repo}/pulls/{pull_number}", {
      ...at,
      pull_number: number,
      body: withMarker(text, { ...marker, unlabelled: true }),
    });
  }
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
