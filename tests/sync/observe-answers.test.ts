import { describe, expect, test } from "vitest";
import { createClients } from "#src/sync/github/client.ts";
import { openCache } from "#src/sync/observe/cache.ts";
import { observe } from "#src/sync/observe/observe.ts";
import type { ObservationRequest } from "#src/sync/sources/observation.ts";
import { found, silent, states } from "./observe-world.ts";
import { type Answer, json, serve } from "./scripted-server.ts";

const OID = "a".repeat(40);
const OTHER_OID = "b".repeat(40);
const COMMIT = { __typename: "Commit", oid: OID, committedDate: "2025-01-01T00:00:00Z" };

const repository = (fields: Record<string, unknown> = {}): Record<string, unknown> => ({
  databaseId: 1,
  nameWithOwner: "a/b",
  isArchived: false,
  isDisabled: false,
  defaultBranchRef: null,
  licenseInfo: null,
  releases: { nodes: [] },
  refs: { nodes: [] },
  ...fields,
});
const release = (databaseId: number, fields: Record<string, unknown> = {}): Record<string, unknown> => ({
  databaseId,
  tagName: `v${databaseId}`,
  name: null,
  publishedAt: "2025-01-01T00:00:00Z",
  isDraft: false,
  isPrerelease: false,
  url: `https://github.com/a/b/releases/tag/v${databaseId}`,
  description: null,
  ...fields,
});
const data = (fields: Record<string, unknown>, errors?: object[]): Answer =>
  json(200, { data: { rateLimit: { cost: 1, remaining: 4000 }, ...fields }, ...(errors ? { errors } : {}) });
const quota = json(200, { resources: { core: { remaining: 5000 }, graphql: { remaining: 5000 } } });

async function look(answers: Answer[], ...asks: (ObservationRequest | string)[]) {
  const { url, requests } = await serve(quota, ...answers);
  const identity = { kind: "token", token: "ghp_SecretOfThisTest0000" } as const;
  const { reader } = await createClients({ apiUrl: url, identity }, { log: silent, pace: "none" });
  const whole = asks.map((ask) => (typeof ask === "string" ? { name: ask } : ask));
  const signal = new AbortController().signal;
  const { observations } = await observe(whole, { reader, cache: openCache(undefined), log: silent, signal });
  return { observations, paths: requests.slice(1).map(({ method, url: path }) => `${method} ${path}`) };
}

describe("what GitHub may say of a repository", () => {
  test("releases in whatever order, drafts, and what is none", async () => {
    const nodes = [
      release(1, { publishedAt: "2025-01-01T00:00:00Z" }),
      release(3, { publishedAt: "2025-03-01T08:00:00+08:00" }),
      release(2, { publishedAt: "2025-02-01T00:00:00Z", name: "" }),
      release(4, { isDraft: true, publishedAt: null }),
      release(5, { databaseId: null }),
      release(6, { url: "javascript:alert(1)" }),
      null,
    ];
    const { observations } = await look([data({ r0: repository({ releases: { nodes } }) })], "a/b");
    expect(found(observations[0]).releases.map(({ id, title, publishedAt }) => [id, title, publishedAt])).toEqual([
      [3, "v3", "2025-03-01T00:00:00Z"],
      [2, "v2", "2025-02-01T00:00:00Z"],
      [1, "v1", "2025-01-01T00:00:00Z"],
    ]);
  });

  test("notes whose cut falls into a character", async () => {
    const description = `${"x".repeat(19_999)}😀`;
    const { observations } = await look(
      [data({ r0: repository({ latestRelease: release(1, { description }) }) })],
      "a/b",
    );
    const notes = found(observations[0]).releases[0]?.notes ?? "";
    expect(notes.isWellFormed()).toBe(true);
    expect(notes.length).toBe(20_000);
  });

  test("tags with dates of any zone, without a tagger, or of something that is no commit", async () => {
    const nodes = [
      {
        name: "zone",
        target: { __typename: "Tag", oid: OTHER_OID, tagger: { date: "2023-06-25T01:00:00+08:00" }, target: COMMIT },
      },
      { name: "nobody", target: { __typename: "Tag", oid: OTHER_OID, tagger: null, target: COMMIT } },
      { name: "tree", target: { __typename: "Tree", oid: OTHER_OID } },
      {
        name: "nested",
        target: { __typename: "Tag", oid: OTHER_OID, tagger: null, target: { __typename: "Tag", oid: OID } },
      },
      { name: "none", target: null },
    ];
    const { observations } = await look([data({ r0: repository({ refs: { nodes } }) })], "a/b");
    expect(found(observations[0]).tags).toEqual([
      { name: "zone", commit: OID, date: "2023-06-24T17:00:00Z" },
      { name: "nobody", commit: OID, date: "2025-01-01T00:00:00Z" },
    ]);
  });

  const blobNamed = (name: string, oid = OID) => ({ name, type: "blob", oid });

  test("an empty repository, an unknown licence, and READMEs that are none", async () => {
    const fields = {
      refs: null,
      releases: { nodes: null },
      licenseInfo: { spdxId: "NOASSERTION" },
      root: {
        entries: [
          { name: "README.md", type: "tree", oid: OID },
          { name: "README_en.md", type: "commit", oid: OID },
          blobNamed("README_CN.md", "no id"),
          null,
          blobNamed("README_zh.md", OTHER_OID),
        ],
      },
    };
    const blobs = data({ r0: { object: { byteSize: 1, isTruncated: false, text: "x" } } });
    const { observations } = await look([data({ r0: repository(fields) }), blobs], "a/b");
    expect(found(observations[0])).toMatchObject({
      head: undefined,
      defaultBranch: undefined,
      license: undefined,
      releases: [],
      tags: [],
      readmes: [{ oid: OTHER_OID, path: "README_zh.md", text: "x" }],
    });
  });

  test.each([{ root: null }, { root: {} }, { root: { entries: null } }])("no root at all: %o", async (fields) => {
    const { observations } = await look([data({ r0: repository(fields) })], "a/b");
    expect(found(observations[0]).readmes).toEqual([]);
  });

  test.each([
    { nameWithOwner: "../../x\n" },
    { databaseId: "1" },
    { isArchived: null },
    { defaultBranchRef: { name: "main", target: { oid: "x" } } },
  ])("nothing that can be believed: %o", async (fields) => {
    const { observations } = await look([data({ r0: repository(fields) })], "a/b");
    expect(states(observations)).toEqual(["failed"]);
  });

  const two = { root: { entries: [blobNamed("README.md"), blobNamed("README_zh.md", OTHER_OID)] } };

  test("a README of a megabyte, which has no text for us", async () => {
    const blob = (byteSize: number) => ({ object: { byteSize, isTruncated: false, text: "text" } });
    const blobs = data({ r0: blob(1_000_001), r1: blob(1_000_000) });
    const { observations } = await look([data({ r0: repository(two) }), blobs], "a/b");
    expect(found(observations[0]).readmes).toEqual([
      { oid: OID, path: "README.md", text: undefined },
      { oid: OTHER_OID, path: "README_zh.md", text: "text" },
    ]);
  });

  test("a README that was replaced before it was read: to be looked at again", async () => {
    const blobs = data({ r0: { object: { byteSize: 1, isTruncated: false, text: "x" } }, r1: { object: null } });
    const { observations } = await look([data({ r0: repository(two) }), blobs], "a/b");
    expect(states(observations)).toEqual(["failed"]);
  });
});

describe("errors that come along", () => {
  const gone = { type: "NOT_FOUND", path: ["r0"], message: "Could not resolve to a Repository" };

  test.each(["NOT_FOUND", "FORBIDDEN"])("%s is looked at again by REST", async (type) => {
    const answers = [data({ r0: null }, [{ ...gone, type }]), json(404, { message: "Not Found" })];
    const { observations, paths } = await look(answers, "a/b");
    expect(states(observations)).toEqual(["missing"]);
    expect(paths).toEqual(["POST /graphql", "GET /repos/a/b"]);
  });

  test("a repository that was taken down is missing, one that is closed to us says nothing", async () => {
    const blocked = json(451, { message: "Repository access blocked", block: { reason: "dmca" } });
    expect(states((await look([data({ r0: null }, [gone]), blocked], "a/b")).observations)).toEqual(["missing"]);
    const closed = json(403, { message: "The organization has an IP allow list enabled" });
    expect(states((await look([data({ r0: null }, [gone]), closed], "a/b")).observations)).toEqual(["failed"]);
  });

  test("an error within a repository makes it worth a second question", async () => {
    const timeout = { message: "Something went wrong while executing your query.", path: ["r0", "refs"] };
    const partly = data({ r0: repository({ refs: null }), r1: repository({ databaseId: 2 }) }, [timeout]);
    const { observations, paths } = await look([partly, data({ r0: repository({ databaseId: 3 }) })], "a/b", "a/c");
    expect(observations.map((item) => found(item).id)).toEqual([3, 2]);
    expect(paths.length).toBe(2);
  });

  test("resource limits that name their fields cost only those", async () => {
    const limit = {
      type: "RESOURCE_LIMITS_EXCEEDED",
      message: "Resource limits for this query exceeded.",
      path: ["r1"],
    };
    const partly = data({ r0: repository({ databaseId: 1 }), r1: null }, [limit]);
    const { observations } = await look([partly, data({ r0: repository({ databaseId: 2 }) })], "a/b", "a/c");
    expect(observations.map((item) => found(item).id)).toEqual([1, 2]);
  });

  test.each([
    { errors: [{ type: "RATE_LIMIT", code: "graphql_rate_limit", message: "API rate limit already exceeded" }] },
    { data: null, errors: [{ type: "RATE_LIMITED", message: "API rate limit exceeded for user ID 1" }] },
    { data: null, errors: [{ message: "You have exceeded a secondary rate limit." }] },
  ])("a limit, as GitHub may word it: %o", async (body) => {
    const { observations, paths } = await look([json(200, body)], "a/b", "a/c");
    expect(states(observations)).toEqual(["quota", "quota"]);
    expect(paths.length).toBe(1);
  });

  test.each([
    ["is refused", json(403, { message: "GraphQL is disabled" })],
    ["is absent", json(404, { message: "Not Found" })],
    [
      "does not know the question",
      json(200, { errors: [{ message: "Field 'isDisabled' doesn't exist on type 'Repository'" }] }),
    ],
  ])("where GraphQL %s REST answers", async (_, refusal) => {
    const { observations, paths } = await look([refusal, json(404, { message: "Not Found" })], "a/b");
    expect(states(observations)).toEqual(["missing"]);
    expect(paths).toEqual(["POST /graphql", "GET /repos/a/b", "GET /repos/a/b"]);
  });

  test("a page that is no GitHub is not believed", async () => {
    const page = json(200, "<html>Log in to the Wi-Fi</html>");
    expect(states((await look([page], "a/b")).observations)).toEqual(["failed"]);
  });
});

test("a server that sets no limits is asked all the same", async () => {
  const { url } = await serve(
    json(404, { message: "Rate limiting is not enabled." }),
    json(200, { data: { r0: repository() } }),
  );
  const identity = { kind: "token", token: "ghp_SecretOfThisTest0000" } as const;
  const { reader } = await createClients({ apiUrl: url, identity }, { log: silent, pace: "none" });
  const options = { reader, cache: openCache(undefined), log: silent, signal: new AbortController().signal };
  const { observations, cost } = await observe([{ name: "a/b" }], options);
  expect(states(observations)).toEqual(["found"]);
  expect(cost).toEqual({ requests: 2, points: 0, remaining: undefined });
});

test("nothing to ask costs nothing", async () => {
  const { observations, paths } = await look([]);
  expect([observations, paths]).toEqual([[], []]);
});
