import { z } from "zod";
import type { Client } from "#src/sync/github/client.ts";
import { ownerAndRepo } from "#src/sync/github/owner-and-repo.ts";

const shape = z.array(z.object({ body: z.string().nullish() }));

/** Texts of the comments on a pull request, a hundred at most. */
export async function commentsOf({ octokit }: Client, repository: string, number: number): Promise<string[]> {
  const { data } = await octokit.request("GET /repos/{owner}/{repo}/issues/{issue_number}/comments", {
    ...ownerAndRepo(repository),
    issue_number: number,
    per_page: 100,
  });
  return shape.parse(data).map(({ body }) => body ?? "");
}

/** Writes a comment on a pull request. */
export async function addComment({ octokit }: Client, repository: string, number: number, body: string): Promise<void> {
  await octokit.request("POST /repos/{owner}/{repo}/issues/{issue_number}/comments", {
    ...ownerAndRepo(repository),
    issue_number: number,
    body,
  });
}
