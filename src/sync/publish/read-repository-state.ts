import { z } from "zod";
import type { Client } from "#src/sync/github/client.ts";
import { explainGithubError } from "#src/sync/github/failure.ts";
import { ownerAndRepo } from "#src/sync/github/owner-and-repo.ts";
import { ownDigest } from "#src/sync/propose/marker.ts";
import {
  BRANCH_PREFIX,
  type Branch,
  EXPLAINED,
  type PullRequest,
  type RepositoryState,
} from "#src/sync/propose/repository-state.ts";
import { commentsOf } from "./comments.ts";
import { type CatalogCommit, readRepositoryStateRest } from "./read-repository-state-rest.ts";

const page = z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() });
const pullShape = z.object({
  number: z.int(),
  url: z.string(),
  state: z.enum(["OPEN", "CLOSED", "MERGED"]),
  title: z.string(),
  body: z.string(),
  isCrossRepository: z.boolean(),
  headRefName: z.string(),
  baseRefName: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
  labels: z.object({ nodes: z.array(z.object({ name: z.string() })) }).nullable(),
});
const branchShape = z.object({
  prefix: z.string(),
  name: z.string(),
  target: z.object({ oid: z.string(), message: z.string(), tree: z.object({ oid: z.string() }) }),
});
const pulls = z.object({ nodes: z.array(pullShape), pageInfo: page });
const repositoryShape = z.object({
  id: z.string(),
  nameWithOwner: z.string(),
  defaultBranchRef: z.object({ name: z.string() }).nullable(),
  object: z.object({ tree: z.object({ oid: z.string() }) }).nullable(),
  refs: z.object({ nodes: z.array(branchShape), pageInfo: page }),
  pullRequests: pulls,
});
const answer = z.object({
  repository: repositoryShape,
  rateLimit: z.object({ cost: z.int(), remaining: z.int() }).nullable(),
});

const QUERY = `query CatalogRepository($owner: String!, $name: String!, $commit: GitObjectID!, $refs: String!, $branchesAfter: String, $pullsAfter: String) {
  rateLimit { cost remaining }
  repository(owner: $owner, name: $name) {
    id
    nameWithOwner
    defaultBranchRef { name }
    object(oid: $commit) { ... on Commit { tree { oid } } }
    refs(refPrefix: $refs, first: 100, after: $branchesAfter) {
      nodes { prefix name target { oid ... on Commit { message tree { oid } } } }
      pageInfo { hasNextPage endCursor }
    }
    pullRequests(first: 100, after: $pullsAfter, orderBy: { field: CREATED_AT, direction: DESC }) {
      nodes {
        number url state title body isCrossRepository headRefName baseRefName createdAt updatedAt
        labels(first: 20) { nodes { name } }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}`;

/** So many pages of pull requests at most: what people decided on years ago counts too, but a run must end. */
const MAX_PAGES = 50;

/**
 * Reads the catalog's repository: our branches, and every pull request that ever came from one. Over GraphQL, or over
 * REST where there is none.
 */
export async function readRepositoryState(client: Client, at: CatalogCommit): Promise<RepositoryState> {
  const state = client.authenticated ? await readGraphql(client, at) : undefined;
  return withExplained(client, state ?? (await readRepositoryStateRest(client, at)));
}

async function readGraphql(
  client: Client,
  { repository, branch, commit }: CatalogCommit,
): Promise<RepositoryState | undefined> {
  const { owner, repo: name } = ownerAndRepo(repository);
  const branches: Branch[] = [];
  const found: PullRequest[] = [];
  let after: { branchesAfter?: string | null; pullsAfter?: string | null } = {};
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const data = await ask(client, { owner, name, commit, refs: `refs/heads/${BRANCH_PREFIX}`, ...after });
    if (data === undefined) return undefined;
    const { repository: seen } = answer.parse(data);
    branches.push(...seen.refs.nodes.map(branchFrom));
    found.push(...seen.pullRequests.nodes.filter(isOurs).map(pullFrom));
    const more = { refs: seen.refs.pageInfo, pulls: seen.pullRequests.pageInfo };
    if (!more.refs.hasNextPage && !more.pulls.hasNextPage) {
      if (seen.object === null) throw new Error(`commit ${commit} is not in ${repository}`);
      const base = branch ?? seen.defaultBranchRef?.name;
      if (base === undefined) throw new Error(`${repository} has no default branch`);
      const distinct = new Map(branches.map((item) => [item.name, item]));
      return {
        repository: seen.nameWithOwner,
        nodeId: seen.id,
        branch: base,
        base: { commit, tree: seen.object.tree.oid },
        branches: [...distinct.values()],
        pulls: [...new Map(found.map((pull) => [pull.number, pull])).values()],
      };
    }
    after = { branchesAfter: more.refs.endCursor, pullsAfter: more.pulls.endCursor };
  }
  throw new Error(`${repository} has more than ${MAX_PAGES * 100} pull requests`);
}

/** Undefined where the server knows no GraphQL, or does not let us use it. */
async function ask(client: Client, variables: Record<string, unknown>): Promise<unknown> {
  try {
    return await client.octokit.graphql(QUERY, variables);
  } catch (error) {
    const kind = explainGithubError(error)?.kind;
    if (kind === "notFound" || kind === "forbidden") return undefined;
    throw error;
  }
}

/** Whether a ref's name begins after `refs/heads/` or after the prefix that was asked for is not written down. */
const branchFrom = ({ prefix, name, target }: z.infer<typeof branchShape>): Branch => ({
  name: `${prefix}${name}`.replace(/^refs\/heads\//, ""),
  oid: target.oid,
  digest: ownDigest({ message: target.message, tree: target.tree.oid }),
});

const isOurs = ({ isCrossRepository, headRefName }: z.infer<typeof pullShape>): boolean =>
  !isCrossRepository && headRefName.startsWith(BRANCH_PREFIX);

const pullFrom = (pull: z.infer<typeof pullShape>): PullRequest => ({
  number: pull.number,
  url: pull.url,
  state: ({ OPEN: "open", CLOSED: "closed", MERGED: "merged" } as const)[pull.state],
  branch: pull.headRefName,
  base: pull.baseRefName,
  title: pull.title,
  body: pull.body,
  labels: pull.labels?.nodes.map((label) => label.name) ?? [],
  createdAt: pull.createdAt,
  updatedAt: pull.updatedAt,
  explained: false,
});

/** Looks for our remark on the few open pull requests that somebody else has pushed to. */
async function withExplained(client: Client, state: RepositoryState): Promise<RepositoryState> {
  const foreign = new Set(state.branches.filter(({ digest }) => digest === undefined).map(({ name }) => name));
  const marked = await Promise.all(
    state.pulls.map(async (pull) => {
      if (pull.state !== "open" || !foreign.has(pull.branch)) return pull;
      return {
        ...pull,
        explained: (await commentsOf(client, state.repository, pull.number)).some((body) => body.includes(EXPLAINED)),
      };
    }),
  );
  return { ...state, pulls: marked };
}
