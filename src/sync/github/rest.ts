import { z } from "zod";
import type { Client } from "./client.ts";
import { explainGithubError, GithubFailure } from "./failure.ts";

/** What a REST route answers, checked. Throws GithubFailure, also where the answer is none of GitHub's. */
export async function getRest<Answer>(
  client: Client,
  route: string,
  parameters: Record<string, unknown>,
  shape: z.ZodType<Answer>,
  signal: AbortSignal,
): Promise<Answer> {
  return (await getRestPage(client, route, parameters, shape, signal)).answer;
}

/** The same, and whether the list goes on. */
export async function getRestPage<Answer>(
  { octokit }: Client,
  route: string,
  parameters: Record<string, unknown>,
  shape: z.ZodType<Answer>,
  signal: AbortSignal,
): Promise<{ answer: Answer; hasNext: boolean }> {
  try {
    const { data, headers } = await octokit.request(route, { ...parameters, request: { signal } });
    return { answer: shape.parse(data), hasNext: /rel="next"/.test(String(headers.link ?? "")) };
  } catch (error) {
    if (error instanceof z.ZodError) throw new GithubFailure("unavailable", { detail: `no answer to ${route}` });
    throw explainGithubError(error) ?? error;
  }
}

/** The answer, or undefined where GitHub says that there is no such thing, or no commit in the repository yet. */
export async function orAbsent<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof GithubFailure && (error.kind === "notFound" || isEmpty(error))) return undefined;
    throw error;
  }
}

/** GitHub answers 409 for objects and references of a repository that has no commit. */
const isEmpty = ({ kind, detail }: GithubFailure): boolean =>
  kind === "forbidden" && /git repository is empty/i.test(detail);
