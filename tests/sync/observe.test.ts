import { describe, expect, test } from "vitest";
import { found, startWorld, states } from "./observe-world.ts";

describe("what is seen of a repository", () => {
  test("its number, name, branch, licence and README", async () => {
    const { github, look } = await startWorld();
    const upstream = github.upstream("QwenLM/Qwen3", { readme: "# Qwen3", license: "Apache-2.0" });
    const oid = upstream.setReadme("# Qwen3\n");
    const { observations, cost } = await look(["QwenLM/Qwen3"]);
    expect(observations).toEqual([
      {
        asked: "QwenLM/Qwen3",
        state: "found",
        repository: {
          id: upstream.id,
          name: "QwenLM/Qwen3",
          archived: false,
          disabled: false,
          defaultBranch: "main",
          head: upstream.head(),
          license: "Apache-2.0",
          releases: [],
          tags: [],
          readmes: [{ oid, path: "README.md", text: "# Qwen3\n" }],
        },
      },
    ]);
    expect(cost).toEqual({ requests: 3, points: github.points, remaining: 5000 - github.points });
  });

  test("its releases by publication, without drafts, and with notes that end somewhere", async () => {
    const { github, look } = await startWorld();
    const upstream = github.upstream("a/b", { readme: "b" });
    upstream.release({ tag: "v1", publishedAt: "2025-01-01T00:00:00Z", body: "长".repeat(30_000) });
    const id = upstream.release({ tag: "v0.9", name: "Backport", publishedAt: "2025-03-01T00:00:00Z" });
    upstream.release({ tag: "v2-rc", publishedAt: "2025-02-01T00:00:00Z", prerelease: true });
    upstream.release({ tag: "v3", publishedAt: "2025-04-01T00:00:00Z", draft: true });
    const { releases } = found((await look(["a/b"])).observations[0]);
    expect(releases.map(({ tag, prerelease }) => [tag, prerelease])).toEqual([
      ["v0.9", false],
      ["v2-rc", true],
      ["v1", false],
    ]);
    expect(releases[0]).toMatchObject({ id, title: "Backport", notes: "", publishedAt: "2025-03-01T00:00:00Z" });
    expect(releases[0]?.url).toMatch(/^https?:\/\/.*v0\.9$/);
    expect(releases[2]).toMatchObject({ title: "v1", notes: "长".repeat(20_000) });
  });

  test("its tags with the commit and a date, annotated or not", async () => {
    const { github, look } = await startWorld();
    const upstream = github.upstream("a/b", { readme: "b" });
    upstream.tag("light", { date: "2025-01-01T00:00:00Z" });
    upstream.tag("annotated", { date: "2025-02-01T00:00:00Z", annotated: true });
    const { tags } = found((await look(["a/b"])).observations[0]);
    expect(tags).toEqual([
      { name: "annotated", commit: expect.stringMatching(/^[0-9a-f]{40}$/), date: "2025-02-01T00:00:00Z" },
      { name: "light", commit: expect.stringMatching(/^[0-9a-f]{40}$/), date: "2025-01-01T00:00:00Z" },
    ]);
  });

  test("that it is archived or disabled", async () => {
    const { github, look } = await startWorld();
    github.upstream("a/old", { readme: "b" }).archive();
    github.upstream("a/off", { readme: "b" }).disable();
    const { observations } = await look(["a/old", "a/off"]);
    expect(found(observations[0])).toMatchObject({ archived: true, disabled: false });
    expect(found(observations[1])).toMatchObject({ archived: false, disabled: true });
  });
});

describe("names", () => {
  test("a renamed repository is found under its old name and says the new one", async () => {
    const { github, look } = await startWorld();
    const upstream = github.upstream("THUDM/GLM-4", { readme: "glm" });
    upstream.rename("zai-org/GLM-4");
    const { observations } = await look(["THUDM/GLM-4", "zai-org/GLM-4"]);
    expect(observations.map((item) => [item.asked, found(item).name, found(item).id])).toEqual([
      ["THUDM/GLM-4", "zai-org/GLM-4", upstream.id],
      ["zai-org/GLM-4", "zai-org/GLM-4", upstream.id],
    ]);
  });

  test("an old name that somebody else took shows by its number", async () => {
    const { github, look } = await startWorld();
    const first = github.upstream("a/b", { readme: "b" });
    first.rename("a/c");
    const second = github.upstream("a/b", { readme: "another" });
    const { observations } = await look(["a/b"]);
    expect(found(observations[0]).id).toBe(second.id);
    expect(second.id).not.toBe(first.id);
  });

  test("the same repository asked for twice, in whatever case, is looked at once and answered twice", async () => {
    const { github, look, asked } = await startWorld();
    github.upstream("Qwen/Qwen", { readme: "b" });
    const { observations } = await look(["Qwen/Qwen", "qwen/QWEN", "Qwen/Qwen"]);
    expect(observations.map(({ asked: name }) => name)).toEqual(["Qwen/Qwen", "qwen/QWEN", "Qwen/Qwen"]);
    expect(states(observations)).toEqual(["found", "found", "found"]);
    expect(asked()).toEqual(["POST /graphql", "POST /graphql"]);
  });

  test("a repository is missing only after a second look", async () => {
    const { github, look, asked } = await startWorld();
    github.upstream("a/b", { readme: "b" });
    github.upstream("a/gone", { readme: "b" }).remove();
    const { observations } = await look(["a/b", "a/gone", "a/never"]);
    expect(states(observations)).toEqual(["found", "missing", "missing"]);
    expect(asked()).toEqual(["POST /graphql", "POST /graphql", "GET /repos/a/gone", "GET /repos/a/never"]);
  });

  test("one that the second look finds is no missing one", async () => {
    const { github, look } = await startWorld();
    const upstream = github.upstream("a/b", { readme: "b", license: "MIT" });
    upstream.release({ tag: "v1" });
    github.faults.next("partial-not-found", ({ graphql }) => graphql === "query");
    const { observations } = await look(["a/b"]);
    expect(found(observations[0])).toMatchObject({ id: upstream.id, license: "MIT", releases: [{ tag: "v1" }] });
  });
});

describe("versions", () => {
  const day = (number: number): string => new Date(Date.UTC(2025, 0, number)).toISOString();

  test("thirty releases are seen, and the latest where it is further back", async () => {
    const { github, look } = await startWorld();
    const upstream = github.upstream("a/b");
    upstream.release({ tag: "v1", publishedAt: day(1), body: "the notes" });
    for (let number = 2; number <= 41; number++)
      upstream.release({ tag: `b${number}`, publishedAt: day(number), prerelease: true, body: `notes ${number}` });
    const { releases } = found((await look(["a/b"])).observations[0]);
    expect(releases.map(({ tag }) => tag)).toEqual([
      ...Array.from({ length: 30 }, (_, index) => `b${41 - index}`),
      "v1",
    ]);
    expect(releases.map(({ notes }) => notes).filter((notes) => notes !== "")).toEqual([
      ...[41, 40, 39, 38, 37].map((number) => `notes ${number}`),
      "the notes",
    ]);
  });

  test("the latest is not there twice", async () => {
    const { github, look } = await startWorld();
    const upstream = github.upstream("a/b");
    for (const number of [1, 2, 3]) upstream.release({ tag: `v${number}`, publishedAt: day(number), body: "x" });
    expect(found((await look(["a/b"])).observations[0]).releases.map(({ tag }) => tag)).toEqual(["v3", "v2", "v1"]);
  });

  test("thirty tags are seen", async () => {
    const { github, look } = await startWorld();
    const upstream = github.upstream("a/b");
    for (let number = 1; number <= 31; number++) upstream.tag(`t${number}`, { date: day(number) });
    const { tags } = found((await look(["a/b"])).observations[0]);
    expect(tags.map(({ name }) => name)).toEqual(Array.from({ length: 30 }, (_, index) => `t${31 - index}`));
  });

  test.each([
    ["v0.2.1dev2023", true],
    ["v2-alpha.1", true],
    ["1.0.0beta2", true],
    ["v1.0-RC1", true],
    ["nightly", true],
    ["v3.0-pre", true],
    ["v1.0-preview", false],
    ["v1.0", false],
    ["devstral-2", false],
    ["prefix-1", false],
    ["arch-1", false],
  ])("%s is a pre-release: %s", async (tag, isOne) => {
    const { github, look } = await startWorld();
    github.upstream("a/b", { readme: "b" }).release({ tag });
    expect(found((await look(["a/b"])).observations[0]).releases).toMatchObject([{ tag, prerelease: isOne }]);
  });
});

test("a thousand repositories cost few requests and points", async () => {
  const { github, look } = await startWorld();
  const names = Array.from({ length: 1000 }, (_, index) => `org${index % 40}/model-${index}`);
  for (const name of names) github.upstream(name, { readme: name }).tag("v1");
  await look(names);
  const { points, requests: asked } = { points: github.points, requests: github.requests.length };
  const { observations, cost } = await look(names);
  expect(new Set(states(observations))).toEqual(new Set(["found"]));
  expect(observations.map(({ asked }) => asked)).toEqual(names);
  expect(cost.points).toBe(github.points - points);
  expect(cost.points).toBeLessThanOrEqual(25);
  expect(cost.requests).toBe(github.requests.length - asked);
  expect(cost.requests).toBeLessThanOrEqual(30);
});
