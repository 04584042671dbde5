import { describe, expect, test } from "vitest";
import type { GithubStandIn } from "#tests/stand-ins/github.ts";
import { found, startWorld, states } from "./observe-world.ts";

/** Requests that a repository without a README costs: itself, releases, tags, the tree of its root. */
const COST = 4;
const isFor =
  (path: string) =>
  (request: { path: string }): boolean =>
    request.path === path;

function interesting(github: GithubStandIn) {
  const upstream = github.upstream("a/b", { readme: "first", license: "MIT" });
  upstream.release({ tag: "v1", publishedAt: "2025-01-01T00:00:00Z", body: "notes" });
  upstream.release({ tag: "v0.9", publishedAt: "2025-02-01T00:00:00Z" });
  return upstream;
}

describe("without GraphQL", () => {
  test.each([
    ["anonymously", { anonymous: true }],
    ["where the server has none", { graphql: false }],
  ])("%s the same is seen, but for the dates of tags", async (_, options) => {
    const plain = await startWorld(options);
    const upstream = interesting(plain.github);
    const repository = found((await plain.look(["a/b"])).observations[0]);
    expect(repository).toMatchObject({ id: upstream.id, name: "a/b", license: "MIT", defaultBranch: "main" });
    expect(repository.releases.map(({ tag, notes }) => [tag, notes])).toEqual([
      ["v0.9", ""],
      ["v1", "notes"],
    ]);
    expect(repository.tags.map(({ name, date }) => [name, date])).toEqual(
      expect.arrayContaining([
        ["v1", undefined],
        ["v0.9", undefined],
      ]),
    );

    const graphql = await startWorld();
    interesting(graphql.github);
    const other = found((await graphql.look(["a/b"])).observations[0]);
    expect(repository.readmes).toEqual(other.readmes);
    expect(repository.releases.map(({ tag }) => tag)).toEqual(other.releases.map(({ tag }) => tag));
  });

  test.each([
    ["with an identity", { graphql: false }, true],
    ["anonymously, where each request counts,", { anonymous: true }, false],
  ])("%s the commit to link to is asked for: %o", async (_, options, isAsked) => {
    const { github, look, asked } = await startWorld(options);
    const upstream = github.upstream("a/b", { readme: "b" });
    expect(found((await look(["a/b"])).observations[0]).head).toBe(isAsked ? upstream.head() : undefined);
    expect(asked().filter((line) => line.startsWith("GET")).length).toBe(COST + 1 + Number(isAsked));
  });

  test("the latest release is asked for only where the list goes on", async () => {
    const { github, look, asked } = await startWorld({ anonymous: true });
    const upstream = github.upstream("a/b");
    upstream.release({ tag: "v1", publishedAt: "2025-01-01T00:00:00Z" });
    const early = (number: number) =>
      upstream.release({ tag: `b${number}`, publishedAt: "2025-02-01T00:00:00Z", prerelease: true });
    for (let number = 1; number <= 28; number++) early(number);
    const tags = async () => found((await look(["a/b"])).observations[0]).releases.map(({ tag }) => tag);
    expect((await tags()).length).toBe(29);
    expect(asked()).not.toContain("GET /repos/a/b/releases/latest");
    for (let number = 29; number <= 40; number++) early(number);
    expect((await tags()).slice(-2)).toEqual(["b11", "v1"]);
    expect(asked()).toContain("GET /repos/a/b/releases/latest");
  });

  test("a rename is followed, and a repository without README, release or tag is one", async () => {
    const { github, look } = await startWorld({ anonymous: true });
    const upstream = github.upstream("a/old");
    upstream.rename("b/new");
    const { observations } = await look(["a/old"]);
    expect(found(observations[0])).toMatchObject({ id: upstream.id, name: "b/new", releases: [], readmes: [] });
  });

  test("missing takes two looks", async () => {
    const { look, asked } = await startWorld({ anonymous: true });
    expect(states((await look(["a/gone"])).observations)).toEqual(["missing"]);
    expect(asked()).toEqual(["GET /repos/a/gone", "GET /repos/a/gone"]);
  });

  test("one that always fails is left, its neighbours are not", async () => {
    const { github, look } = await startWorld({ anonymous: true });
    for (const name of ["a/1", "a/2", "a/3"]) github.upstream(name);
    for (let times = 0; times < 20; times++) github.faults.next("502", isFor("/repos/a/2"));
    expect(states((await look(["a/1", "a/2", "a/3"])).observations)).toEqual(["found", "failed", "found"]);
  });
});

describe("the anonymous hour", () => {
  const names = Array.from({ length: 20 }, (_, index) => `org/model-${String(index).padStart(2, "0")}`);

  test("goes to what was looked at longest ago, until it is spent", async () => {
    let now = Date.parse("2026-01-01T00:00:00Z");
    const world = await startWorld({ anonymous: true, restLimit: 40, now: () => new Date(now) });
    for (const name of names) world.github.upstream(name);
    for (const [index, name] of names.entries()) world.cache.checked(name, 1_000_000 - index);
    const first = await world.look(names);
    const reached = first.observations.filter(({ state }) => state === "found").map(({ asked }) => asked);
    expect(reached.length).toBeGreaterThanOrEqual(8);
    expect(reached).toEqual(names.slice(-reached.length));
    expect(states(first.observations.slice(0, -reached.length))).toEqual(Array(20 - reached.length).fill("quota"));
    expect(first.cost.remaining).toBe(40 - reached.length * COST);

    now += 3_700_000;
    const second = await world.look(names);
    const next = second.observations.filter(({ state }) => state === "found").map(({ asked }) => asked);
    expect(next).toEqual(expect.arrayContaining(names.slice(-reached.length - 5, -reached.length)));
  });

  test("that is spent already costs nothing more", async () => {
    const { github, look, asked } = await startWorld({ anonymous: true, restLimit: 0 });
    github.upstream("a/b");
    expect(states((await look(["a/b"])).observations)).toEqual(["quota"]);
    expect(asked()).toEqual([]);
  });

  test("that ends without warning leaves the rest", async () => {
    const { github, look } = await startWorld({ anonymous: true });
    for (const name of names.slice(0, 4)) github.upstream(name);
    github.faults.next("primary-limit", isFor(`/repos/${names[2]}`));
    expect(states((await look(names.slice(0, 4))).observations)).toEqual(["found", "found", "quota", "quota"]);
  });
});
