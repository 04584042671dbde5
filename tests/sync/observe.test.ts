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
          readme: { oid, path: "README.md" },
        },
      },
    ]);
    expect(cost).toEqual({ requests: 2, points: github.points, remaining: 5000 - github.points });
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

  test("a README under another name", async () => {
    const { github, look } = await startWorld();
    github.upstream("a/b", { files: { "README_zh.md": "你好" } });
    github.upstream("a/none", { files: { "main.py": "" } });
    const { observations } = await look(["a/b", "a/none"]);
    expect(found(observations[0]).readme?.path).toBe("README_zh.md");
    expect(found(observations[1]).readme).toBeUndefined();
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
    expect(asked()).toEqual(["POST /graphql"]);
  });

  test("a repository is missing only after a second look", async () => {
    const { github, look, asked } = await startWorld();
    github.upstream("a/b", { readme: "b" });
    github.upstream("a/gone", { readme: "b" }).remove();
    const { observations } = await look(["a/b", "a/gone", "a/never"]);
    expect(states(observations)).toEqual(["found", "missing", "missing"]);
    expect(asked()).toEqual(["POST /graphql", "GET /repos/a/gone", "GET /repos/a/never"]);
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

describe("README texts", () => {
  test("at first sight and where nothing changed there is none", async () => {
    const { github, look, asked } = await startWorld();
    const oid = github.upstream("a/b").setReadme("same");
    const { observations } = await look(["a/b", { name: "a/b", reviewedReadme: oid }]);
    expect(observations.map((item) => found(item).readme)).toEqual([
      { oid, path: "README.md" },
      { oid, path: "README.md" },
    ]);
    expect(asked()).toEqual(["POST /graphql"]);
  });

  test("where it changed there are both, fetched once and then kept", async () => {
    const { github, look, asked } = await startWorld();
    const upstream = github.upstream("a/b");
    const before = upstream.setReadme("first: 第一版");
    const after = upstream.setReadme("second: 第二版");
    const ask = { name: "a/b", reviewedReadme: before };
    const expected = { oid: after, path: "README.md", text: "second: 第二版", reviewedText: "first: 第一版" };
    expect(found((await look([ask])).observations[0]).readme).toEqual(expected);
    expect(asked()).toEqual(["POST /graphql", "POST /graphql"]);
    expect(found((await look([ask])).observations[0]).readme).toEqual(expected);
    expect(asked()).toEqual(["POST /graphql"]);
  });

  test("each ask is answered for the README that it knows", async () => {
    const { github, look } = await startWorld();
    const upstream = github.upstream("a/b");
    const [first, second] = [upstream.setReadme("1"), upstream.setReadme("2")];
    const { observations } = await look([
      "a/b",
      ...[first, second].map((reviewedReadme) => ({ name: "a/b", reviewedReadme })),
    ]);
    expect(observations.map((item) => found(item).readme)).toEqual([
      { oid: second, path: "README.md" },
      { oid: second, path: "README.md", text: "2", reviewedText: "1" },
      { oid: second, path: "README.md" },
    ]);
  });

  test("a known README that GitHub has no more is left out", async () => {
    const { github, look } = await startWorld();
    const oid = github.upstream("a/b").setReadme("now");
    const { observations } = await look([{ name: "a/b", reviewedReadme: "0".repeat(40) }]);
    expect(found(observations[0]).readme).toEqual({ oid, path: "README.md", text: "now" });
  });

  test("what is binary or huge has no text, and is not fetched again", async () => {
    const { github, look, asked } = await startWorld();
    const binary = github.upstream("a/binary");
    const huge = github.upstream("a/huge");
    const asks = [
      { name: "a/binary", reviewedReadme: binary.setReadme("1") },
      { name: "a/huge", reviewedReadme: huge.setReadme("1") },
    ];
    const oids = [binary.setReadme("\0\u0001"), huge.setReadme("长".repeat(400_000))];
    const expected = oids.map((oid) => ({ oid, path: "README.md", reviewedText: "1" }));
    expect((await look(asks)).observations.map((item) => found(item).readme)).toEqual(expected);
    asked();
    expect((await look(asks)).observations.map((item) => found(item).readme)).toEqual(expected);
    expect(asked()).toEqual(["POST /graphql"]);
  });
});

test("a thousand repositories cost few requests and points", async () => {
  const { github, look } = await startWorld();
  const names = Array.from({ length: 1000 }, (_, index) => `org${index % 40}/model-${index}`);
  for (const name of names) github.upstream(name, { readme: name }).tag("v1");
  const { observations, cost } = await look(names);
  expect(new Set(states(observations))).toEqual(new Set(["found"]));
  expect(observations.map(({ asked }) => asked)).toEqual(names);
  expect(cost.points).toBe(github.points);
  expect(cost.points).toBeLessThanOrEqual(25);
  expect(cost.requests).toBe(github.requests.length);
  expect(cost.requests).toBeLessThanOrEqual(30);
});
