import { z } from "zod";
import type { Client } from "./client.ts";
import { explainGithubError, GithubFailure } from "./failure.ts";

/** What a REST route answers, checked. Throws GithubFailure, also where the answer is none of GitHub's. */
export async function getRest<Answer>(
  { octokit }: Client,
  route: string,
  parameters: Record<string, unknown>,
  shape: z.ZodType<Answer>,
  signal: AbortSignal,
): Promise<Answer> {
  try {
    const { data } = await octokit.request(route, { ...parameters, request: { signal } });
    return shape.parse(data);
  } catch (error) {
    if (error instanceof z.ZodError) throw new GithubFailure("unavailable", { detail: `no answer to ${route}` });
    throw explainGithubError(error) ?? error;
  }
}

/** The answer, or undefined where GitHub says that there is no such thing. */
export async function orAbsent<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof GithubFailure && error.kind === "notFound") return undefined;
    throw error;
  }
}
