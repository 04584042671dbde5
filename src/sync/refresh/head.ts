import { z } from "zod";
import { explainGithubError, GithubFailure, oneLine } from "#src/sync/github/failure.ts";

/** What asks GitHub, as octokit does it. */
export type Reader = {
  request: (route: string, parameters: Record<string, unknown>) => Promise<{ data: unknown; headers: unknown }>;
};

/** A commit of a repository, and the tag of the answer that named it, for the next request. */
export type Head = { commit: string; etag: string | undefined };

/** The branch to look at: the repository's own default branch where none is named. */
export type HeadRequest = {
  owner: string;
  repo: string;
  branch: string | undefined;
  known: { commit: string; etag?: string | undefined } | undefined;
  signal: AbortSignal;
};

const objectName = z.string().regex(/^[0-9a-f]{40}$/);
/** Octokit gives bytes where the answer names no character set. A server that knows only JSON answers with the whole commit. */
const commitName = z.union([
  objectName,
  z
    .instanceof(ArrayBuffer)
    .transform((bytes) => new TextDecoder().decode(bytes))
    .pipe(objectName),
  z.object({ sha: objectName }).transform(({ sha }) => sha),
]);
const headers = z.object({ etag: z.string().optional() });
const branchList = z.array(z.object({ name: z.string() }));

/** GitHub's answers to a media type that it does not know. */
const UNKNOWN_MEDIA_TYPE = [406, 415];
/** GitHub's answers where there is no such branch, or no such repository. */
const NO_SUCH_COMMIT = [404, 422];
/** Branches that an error names. */
const NAMED_BRANCHES = 10;

/**
 * The commit at the head of a branch; `unchanged` where it is the known one. Throws GithubFailure that names the branch
 * where it is missing, and what the reader throws.
 */
export async function headOf(reader: Reader, request: HeadRequest): Promise<Head | "unchanged"> {
  try {
    return await ask(reader, request, "application/vnd.github.sha").catch((error: unknown) => {
      if (!UNKNOWN_MEDIA_TYPE.includes(statusOf(error) ?? 0)) throw error;
      return ask(reader, request, "application/vnd.github+json");
    });
  } catch (error) {
    const status = statusOf(error);
    if (status === 304) return "unchanged";
    if (request.branch !== undefined && NO_SUCH_COMMIT.includes(status ?? 0))
      throw (await missingBranch(reader, request, request.branch, error)) ?? error;
    throw error;
  }
}

/** GitHub takes a commit's own name as the ETag of the answer in its media type (REST, "Get a commit"). */
async function ask(reader: Reader, { owner, repo, branch, known, signal }: HeadRequest, accept: string): Promise<Head> {
  const answer = await reader.request("GET /repos/{owner}/{repo}/commits/{ref}", {
    ...{ owner, repo, ref: branch ?? "HEAD" },
    headers: { accept, ...(known && { "if-none-match": known.etag ?? `"${known.commit}"` }) },
    request: { signal },
  });
  return { commit: commitName.parse(answer.data), etag: headers.parse(answer.headers).etag };
}

/** Undefined where the repository itself cannot be seen. */
async function missingBranch(
  reader: Reader,
  { owner, repo, signal }: HeadRequest,
  branch: string,
  cause: unknown,
): Promise<GithubFailure | undefined> {
  try {
    const { data } = await reader.request("GET /repos/{owner}/{repo}/branches", {
      ...{ owner, repo, per_page: NAMED_BRANCHES },
      request: { signal },
    });
    const names = branchList.parse(data).map(({ name }) => name);
    if (names.includes(branch)) return undefined;
    const others = names.length > 0 ? `; it has ${names.join(", ")}` : "";
    const detail = oneLine(`branch ${branch} is not in ${owner}/${repo}${others}`);
    return new GithubFailure("noBranch", { host: explainGithubError(cause)?.host, detail });
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

/** The status of what octokit throws. */
export const statusOf = (error: unknown): number | undefined =>
  error instanceof Error && "status" in error && typeof error.status === "number" ? error.status : undefined;
