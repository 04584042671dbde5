import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createClient, shaOf } from "./github/test-client.ts";
import { type CatalogRepository, type GithubStandIn, startGithub } from "./github.ts";

const REPO = "/repos/mulu/catalog";

let github: GithubStandIn;
let catalog: CatalogRepository;
let client: ReturnType<typeof createClient>;

beforeEach(async () => {
  github = await startGithub({ stallMs: 20 });
  catalog = await github.catalog("mulu/catalog", { x: "1" });
  client = createClient(github);
});
afterEach(async () => {
  await github.close();
});

const addLabel = (name: string) => client.call("POST", `${REPO}/labels`, { name });
const labels = () => [...catalog.labels];

describe("one fault", () => {
  test("happens to the next request that matches, and to no other", async () => {
    github.faults.next("502", ({ method, body }) => method === "POST" && JSON.stringify(body).includes("b"));

    expect(await addLabel("a")).toMatchObject({ status: 201 });
    expect(await addLabel("b")).toMatchObject({ status: 502 });
    expect(await addLabel("b")).toMatchObject({ status: 201 });
  });

  test("is carried out or not, as its name says", async () => {
    github.faults.next("drop-before");
    await expect(addLabel("drop-before")).rejects.toThrow();
    github.faults.next("drop-after");
    await expect(addLabel("drop-after")).rejects.toThrow();
    github.faults.next("stall");
    await expect(addLabel("stall")).rejects.toThrow();
    github.faults.next("stall-after");
    await expect(addLabel("stall-after")).rejects.toThrow();
    github.faults.next("502-after");
    expect(await addLabel("502-after")).toMatchObject({ status: 502 });

    expect(labels()).toEqual(["drop-after", "stall-after", "502-after"]);
  });

  test("limits and credentials", async () => {
    github.faults.next("secondary-limit");
    const secondary = await addLabel("a");
    expect(secondary.status).toBe(403);
    expect(secondary.headers.get("retry-after")).toBe("1");
    github.faults.next("primary-limit");
    const primary = await addLabel("a");
    expect(primary.status).toBe(403);
    expect(primary.headers.get("x-ratelimit-remaining")).toBe("0");
    expect(Number(primary.headers.get("x-ratelimit-reset"))).toBeGreaterThan(Date.now() / 1000);
    github.faults.next("expired-token");
    expect(await addLabel("a")).toMatchObject({ status: 401 });
    github.faults.next("primary-limit");
    expect((await client.graphql("{ viewer { login } }")).errors).toMatchObject([{ type: "RATE_LIMITED" }]);

    expect(labels()).toEqual([]);
    expect(await addLabel("a")).toMatchObject({ status: 201 });
  });

  test("GraphQL: part of an answer", async () => {
    const query = `{ rateLimit{cost} ${["a", "b", "c"].map((x) => `${x}:repository(owner:"mulu",name:"catalog"){id}`).join(" ")} }`;
    github.faults.next("partial");
    // It waits for a query that it can spoil.
    expect(await addLabel("a")).toMatchObject({ status: 201 });
    const partial = await client.graphql(query);
    expect(partial.data).toMatchObject({ rateLimit: { cost: 1 }, a: {}, b: {}, c: null });
    expect(partial.errors).toMatchObject([{ path: ["c"], message: expect.stringContaining("Something went wrong") }]);
    github.faults.next("partial-not-found");
    expect((await client.graphql(query)).errors).toMatchObject([{ path: ["c"], type: "NOT_FOUND" }]);
    github.faults.next("resource-limit");
    const limited = await client.graphql(query);
    expect(limited.data).toMatchObject({ a: {}, b: null, c: null });
    expect(limited.errors).toMatchObject([{ type: "RESOURCE_LIMITS_EXCEEDED" }]);
  });
});

test("a person can act between two requests", async () => {
  const seen = await catalog.head();
  github.faults.before(
    ({ method }) => method === "PATCH",
    async () => {
      await catalog.person.commit("main", { x: "theirs" });
    },
  );
  const entry = { path: "x", mode: "100644", type: "blob", content: "ours" };
  const tree = shaOf(await client.call("POST", `${REPO}/git/trees`, { tree: [entry] }));
  const sha = shaOf(await client.call("POST", `${REPO}/git/commits`, { message: "ours", tree, parents: [seen] }));

  expect(await client.call("PATCH", `${REPO}/git/refs/heads/main`, { sha })).toMatchObject({ status: 422 });
  expect(await catalog.file("x")).toBe("theirs");
});

test("a crash: the k-th request is carried out and not answered, and nothing after it arrives", async () => {
  github.faults.crashAfter(2);
  expect(await addLabel("a")).toMatchObject({ status: 201 });
  await expect(addLabel("b")).rejects.toThrow();
  await expect(addLabel("c")).rejects.toThrow();
  await expect(client.graphql("{ viewer { login } }")).rejects.toThrow();

  expect(labels()).toEqual(["a", "b"]);
  expect(github.requests).toHaveLength(2);
  github.faults.calm();
  expect(await addLabel("c")).toMatchObject({ status: 201 });
});

test("random faults: the same for the same seed, at about their rate, and over when calm", async () => {
  const run = async (seed: number): Promise<string> => {
    github.faults.random(seed, 0.3);
    let fates = "";
    for (let at = 0; at < 60; at++) {
      fates += await client.call("GET", REPO).then(
        ({ status }) => (status === 200 ? "." : "5"),
        () => "x",
      );
    }
    return fates;
  };
  const first = await run(1);

  expect(await run(1)).toBe(first);
  expect(await run(2)).not.toBe(first);
  const failed = first.replaceAll(".", "").length;
  expect(failed).toBeGreaterThan(6);
  expect(failed).toBeLessThan(36);
  github.faults.calm();
  for (let at = 0; at < 20; at++) expect(await client.call("GET", REPO)).toMatchObject({ status: 200 });
});
