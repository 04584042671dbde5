import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { createClient } from "./github/test-client.ts";
import { type CatalogRepository, type GithubStandIn, startGithub } from "./github.ts";

const ZERO = "0".repeat(40);

let github: GithubStandIn;
let graphql: ReturnType<typeof createClient>["graphql"];

beforeEach(async () => {
  github = await startGithub();
  ({ graphql } = createClient(github));
});
afterEach(async () => {
  await github.close();
});

const FIELDS = `databaseId id nameWithOwner isArchived isDisabled isFork pushedAt url defaultBranchRef{name target{oid}}
  licenseInfo{spdxId} latestRelease{tagName}
  releases(first:5){nodes{databaseId tagName name description publishedAt createdAt updatedAt isDraft isPrerelease isLatest url}}
  refs(refPrefix:"refs/tags/",first:5,orderBy:{field:TAG_COMMIT_DATE,direction:DESC}){nodes{name target{__typename oid
    ... on Commit{committedDate message tree{oid}} ... on Tag{tagger{date} target{oid}}}} pageInfo{hasNextPage endCursor}}
  readme:object(expression:"HEAD:README.md"){oid ... on Blob{text byteSize isTruncated}}
  root:object(expression:"HEAD:"){... on Tree{entries{name oid type}}}`;

describe("reading", () => {
  test("many repositories in one query; one that is missing spoils nothing", async () => {
    const qwen = github.upstream("QwenLM/Qwen3", { readme: "# 通义", license: "Apache-2.0" });
    const glm = github.upstream("THUDM/GLM-4");
    glm.rename("zai-org/GLM-4");
    glm.archive();
    qwen.tag("v1", { date: "2025-01-01T00:00:00Z", annotated: true });
    const { data, errors } = await graphql(`{ rateLimit{cost remaining limit resetAt nodeCount used}
      a:repository(owner:"QwenLM",name:"Qwen3"){${FIELDS}}
      b:repository(owner:"nobody",name:"nothing"){${FIELDS}}
      c:repository(owner:"THUDM",name:"GLM-4"){${FIELDS}} }`);

    expect(errors).toMatchObject([{ type: "NOT_FOUND", path: ["b"] }]);
    expect(data).toMatchObject({
      rateLimit: { cost: 1, limit: 5000, remaining: 4999 },
      a: {
        databaseId: qwen.id,
        licenseInfo: { spdxId: "Apache-2.0" },
        latestRelease: null,
        defaultBranchRef: { name: "main", target: { oid: qwen.head() } },
        refs: { nodes: [{ name: "v1", target: { __typename: "Tag", tagger: { date: "2025-01-01T00:00:00Z" } } }] },
        readme: { text: "# 通义", byteSize: 8, isTruncated: false },
        root: { entries: [{ name: "README.md", type: "blob" }] },
      },
      b: null,
      c: { databaseId: glm.id, nameWithOwner: "zai-org/GLM-4", isArchived: true, readme: null },
    });
  });

  test("CREATED_AT goes by the tag's commit; without an order the newest publication is first", async () => {
    const repository = github.upstream("a/b");
    repository.tag("late-commit", { date: "2025-06-01T00:00:00Z" });
    repository.tag("early-commit", { date: "2023-01-01T00:00:00Z" });
    repository.release({ tag: "late-commit", publishedAt: "2025-06-02T00:00:00Z" });
    repository.release({ tag: "early-commit", publishedAt: "2025-07-01T00:00:00Z" });
    repository.release({ tag: "pre", publishedAt: "2025-08-01T00:00:00Z", prerelease: true });
    const { data } = await graphql(`{ repository(owner:"a",name:"b"){ latestRelease{tagName}
      first:releases(first:1){nodes{tagName}}
      created:releases(first:3,orderBy:{field:CREATED_AT,direction:ASC}){nodes{tagName createdAt}} } }`);

    expect(data).toMatchObject({
      repository: {
        latestRelease: { tagName: "early-commit" },
        first: { nodes: [{ tagName: "pre" }] },
        created: {
          nodes: [{ tagName: "early-commit", createdAt: "2023-01-01T00:00:00Z" }, { tagName: "late-commit" }, {}],
        },
      },
    });
  });

  test("points: a hundredth for each fetch of a connection", async () => {
    for (let at = 0; at < 60; at++) github.upstream(`o/r${at}`);
    const aliases = Array.from({ length: 60 }, (_, at) => `r${at}:repository(owner:"o",name:"r${at}"){${FIELDS}}`);
    // Two connections for each of 50, then of 120; then 1 + 100 × 2.
    await graphql(`{ ${aliases.slice(0, 50).join("\n")} }`);
    expect(github.points).toBe(1);
    await graphql(`{ ${aliases.join("\n")} ${aliases.join("\n").replaceAll(/\br(\d+):/g, "s$1:")} }`);
    expect(github.points).toBe(3);
    const nested = `query($n: Int!) { repository(owner:"o",name:"r1"){
      pullRequests(first:$n){nodes{labels(first:5){nodes{name}} comments(last:5){nodes{body}}}}} }`;
    await graphql(nested, { n: 100 });
    expect(github.points).toBe(5);
    // 1 + 20 + 20 × 10 = 221.
    await graphql(`{ repository(owner:"o",name:"r1"){ pullRequests(first:20){nodes{labels(first:10){nodes{
      pullRequests(first:1){totalCount}}}}}} }`);
    expect(github.points).toBe(7);
  });

  test("what GitHub does not run is a mistake of the client", async () => {
    github.upstream("a/b");
    const mistakes = [
      ["nonsense", '{ repository(owner:"a",name:"b"){ nonsense } }'],
      ["properly paginate", '{ repository(owner:"a",name:"b"){ releases{nodes{id}} } }'],
      ["limit of 100", '{ repository(owner:"a",name:"b"){ releases(first:101){nodes{id}} } }'],
      ["the stand-in has no Repository.forkCount", '{ repository(owner:"a",name:"b"){ forkCount } }'],
      ["was not provided", 'query($owner: String!){ repository(owner:$owner,name:"b"){ id } }'],
    ] as const;
    for (const [what, query] of mistakes) {
      const { status, errors } = await graphql(query);
      expect(status).toBe(200);
      expect(errors).toHaveLength(1);
      expect(github.violations.splice(0).join()).toContain(what);
    }
    const anonymous = createClient(github, null);
    expect(await anonymous.call("POST", "/graphql", { query: "{ viewer { login } }" })).toMatchObject({ status: 401 });
  });

  test("a spent hour is a 200 with RATE_LIMITED, and a server may know no GraphQL", async () => {
    const small = await startGithub({ pointLimit: 1 });
    const client = createClient(small);
    expect((await client.graphql("{ viewer { login } }")).data).toEqual({ viewer: { login: "mulu-bot" } });
    expect((await client.graphql("{ viewer { login } }")).errors).toMatchObject([{ type: "RATE_LIMITED" }]);
    await small.close();

    const without = await startGithub({ graphql: false });
    const reply = await createClient(without).call("POST", "/graphql", { query: "{ viewer { login } }" });
    expect(reply.status).toBe(404);
    await without.close();
  });
});

describe("writing", () => {
  let catalog: CatalogRepository;
  let repositoryId: string;
  const mutation = `mutation($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }`;
  const update = (...refUpdates: object[]) => graphql(mutation, { input: { repositoryId, refUpdates } });

  beforeEach(async () => {
    catalog = await github.catalog("mulu/catalog", { x: "1" });
    const { data } = await graphql(`{ repository(owner:"mulu",name:"catalog"){ id } }`);
    repositoryId = idData.parse(data).repository.id;
  });

  test("updateRefs is compare and swap, of all or none", async () => {
    const main = await catalog.head();
    const theirs = await catalog.person.commit("theirs", { y: "1" });
    const name = "refs/heads/ours";
    const other = "refs/heads/other";

    expect((await update({ name, beforeOid: ZERO, afterOid: main })).errors).toBeUndefined();
    expect((await update({ name, beforeOid: ZERO, afterOid: main })).errors).toHaveLength(1);
    expect((await update({ name, beforeOid: theirs, afterOid: theirs, force: true })).errors).toHaveLength(1);
    expect((await update({ name: other, afterOid: main }, { name, beforeOid: ZERO, afterOid: main })).data).toEqual({
      updateRefs: null,
    });
    expect([...(await catalog.branches()).keys()]).toEqual(["main", "ours", "theirs"]);
    expect((await update({ name, beforeOid: main, afterOid: theirs })).errors).toBeUndefined();
    expect((await update({ name, beforeOid: theirs, afterOid: main })).errors).toMatchObject([
      { message: "Update is not a fast forward" },
    ]);
    expect((await update({ name, beforeOid: theirs, afterOid: main, force: true })).errors).toBeUndefined();
    expect((await update({ name, beforeOid: main, afterOid: ZERO })).errors).toBeUndefined();
    expect([...(await catalog.branches()).keys()]).toEqual(["main", "theirs"]);
    expect(github.requests.at(-1)).toMatchObject({ graphql: "mutation", path: "/graphql" });
  });

  test("a pull request follows updateRefs, and deleting its branch closes it", async () => {
    const first = await catalog.person.commit("b", { y: "1" });
    const second = await catalog.person.commit("c", { y: "2" });
    await catalog.person.open("b", "Add y", "why");
    await update({ name: "refs/heads/b", beforeOid: first, afterOid: second, force: true });
    const query = `{ repository(owner:"mulu",name:"catalog"){ pullRequests(first:1,states:[OPEN,CLOSED]){
      nodes{number title body state isDraft merged mergeable headRefName headRefOid baseRefName isCrossRepository
        author{login} createdAt closedAt labels(first:5){nodes{name}} comments(last:5){nodes{body author{login}}}}
      pageInfo{hasNextPage endCursor}} } }`;
    const look = async () => (await graphql(query)).data;
    const pull = (fields: object) => ({ repository: { pullRequests: { nodes: [fields] } } });

    expect(await look()).toMatchObject(pull({ state: "OPEN", headRefOid: second, mergeable: "UNKNOWN", body: "why" }));
    expect(await look()).toMatchObject(pull({ mergeable: "MERGEABLE", author: { login: catalog.person.login } }));
    await update({ name: "refs/heads/b", beforeOid: second, afterOid: ZERO });
    expect(await look()).toMatchObject(pull({ state: "CLOSED", headRefOid: second, closedAt: expect.any(String) }));
  });

  test("pages of pull requests hold while more are opened", async () => {
    for (const branch of ["a", "b", "c"]) {
      await catalog.person.commit(branch, { [branch]: "1" });
      await catalog.person.open(branch, branch);
    }
    const query = `query($after: String) { repository(owner:"mulu",name:"catalog"){
      pullRequests(first:2,after:$after,orderBy:{field:CREATED_AT,direction:DESC}){
        nodes{number} pageInfo{hasNextPage endCursor}} } }`;
    const read = async (after?: string) => {
      const { data } = await graphql(query, { after });
      return pullsData.parse(data).repository.pullRequests;
    };
    const first = await read();
    await catalog.person.commit("d", { d: "1" });
    await catalog.person.open("d", "d");

    expect(first).toMatchObject({ nodes: [{ number: 3 }, { number: 2 }], pageInfo: { hasNextPage: true } });
    expect(await read(first.pageInfo.endCursor)).toMatchObject({
      nodes: [{ number: 1 }],
      pageInfo: { hasNextPage: false },
    });
  });

  test("createCommitOnBranch commits on the head it names", async () => {
    const head = await catalog.head();
    const commit = `mutation($input: CreateCommitOnBranchInput!) { createCommitOnBranch(input: $input) { commit { oid } } }`;
    const input = {
      branch: { repositoryNameWithOwner: "mulu/catalog", branchName: "main" },
      expectedHeadOid: head,
      message: { headline: "Add z" },
      fileChanges: { additions: [{ path: "a/z", contents: Buffer.from("zz").toString("base64") }] },
    };
    expect((await graphql(commit, { input })).errors).toBeUndefined();
    expect((await graphql(commit, { input })).errors).toMatchObject([{ type: "STALE_DATA" }]);
    expect(await catalog.file("a/z")).toBe("zz");
    expect(await catalog.log("main")).toMatchObject([{ message: "Add z", author: "mulu-bot" }, { oid: head }]);
  });
});

const idData = z.object({ repository: z.object({ id: z.string() }) });
const pullsData = z.object({
  repository: z.object({
    pullRequests: z.object({
      nodes: z.array(z.object({ number: z.number() })),
      pageInfo: z.object({ endCursor: z.string(), hasNextPage: z.boolean() }),
    }),
  }),
});
