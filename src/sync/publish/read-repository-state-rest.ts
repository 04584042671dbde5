import { z } from "zod";
import type { Client } from "#src/sync/github/client.ts";
import { ownerAndRepo } from "#src/sync/github/owner-and-repo.ts";
import type { CatalogSource } from "#src/sync/github/settings.ts";
import { ownDigest } from "#src/sync/propose/marker.ts";
import {
  BRANCH_PREFIX,
  type Branch,
  type PullRequest,
  type RepositoryState,
} from "#src/sync/propose/repository-state.ts";

/** The catalog at the commit whose files were read. */
export type CatalogCommit = CatalogSource & { commit: string };

const repositoryShape = z.object({ full_name: z.string(), default_branch: z.string() });
const commitShape = z.object({ message: z.string(), tree: z.object({ sha: z.string() }) });
const refsShape = z.array(z.object({ ref: z.string(), object: z.object({ sha: z.string() }) }));
const pullShape = z.object({
  number: z.int(),
  html_url: z.string(),
  state: z.enum(["open", "closed"]),
  merged_at: z.string().nullable(),
  title: z.string(),
  body: z.string().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
  labels: z.array(z.object({ name: z.string() })),
  head: z.object({ ref: z.string(), repo: z.object({ full_name: z.string() }).nullable() }),
  base: z.object({ ref: z.string() }),
});

const PER_PAGE = 100;
const MAX_PAGES = 50;

/** Reads the catalog's repository over REST, with a request for each of our branches. */
export async function readRepositoryStateRest(
  { octokit }: Client,
  { repository, branch, commit }: CatalogCommit,
): Promise<RepositoryState> {
  const at = ownerAndRepo(repository);
  const { full_name, default_branch } = repositoryShape.parse(
    (await octokit.request("GET /repos/{owner}/{repo}", at)).data,
  );
  const commitOf = async (sha: string) =>
    commitShape.parse(
      (await octokit.request("GET /repos/{owner}/{repo}/git/commits/{commit_sha}", { ...at, commit_sha: sha })).data,
    );
  const base = await commitOf(commit);
  const refs = await octokit.request("GET /repos/{owner}/{repo}/git/matching-refs/{ref}", {
    ...at,
    ref: `heads/${BRANCH_PREFIX}`,
  });
  const branches: Branch[] = [];
  for (const { ref, object } of refsShape.parse(refs.data)) {
    const { message, tree } = await commitOf(object.sha);
    branches.push({
      name: ref.replace(/^refs\/heads\//, ""),
      oid: object.sha,
      digest: ownDigest({ message, tree: tree.sha }),
    });
  }
  const pulls: PullRequest[] = [];
  for (let page = 1; page <= MAX_PAGES; page++) {
    const { data } = await octokit.request("GET /repos/{owner}/{repo}/pulls", {
      ...at,
      state: "all",
      sort: "created",
      direction: "desc",
      per_page: PER_PAGE,
      page,
    });
    const found = z.array(pullShape).parse(data);
    pulls.push(...found.filter((pull) => isOurs(pull, full_name)).map(pullFrom));
    if (found.length < PER_PAGE) {
      return {
        repository: full_name,
        nodeId: undefined,
        branch: branch ?? default_branch,
        base: { commit, tree: base.tree.sha },
        branches,
        pulls,
      };
    }
  }
  throw new Error(`${repository} has more than ${MAX_PAGES * PER_PAGE} pull requests`);
}

const isOurs = ({ head }: z.infer<typeof pullShape>, repository: string): boolean =>
  head.repo?.full_name === repository && head.ref.startsWith(BRANCH_PREFIX);

const pullFrom = (pull: z.infer<typeof pullShape>): PullRequest => ({
  number: pull.number,
  url: pull.html_url,
  state: pull.merged_at === null ? pull.state : "merged",
  branch: pull.head.ref,
  base: pull.base.ref,
  title: pull.title,
  body: pull.body ?? "",
  labels: pull.labels.map(({ name }) => name),
  createdAt: pull.created_at,
  updatedAt: pull.updated_at,
  explained: false,
});
