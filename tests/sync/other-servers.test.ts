import { describe, expect, onTestFinished, test } from "vitest";
import { createLog } from "#src/base/log.ts";
import { readConfig } from "#src/config.ts";
import { runSync } from "#src/sync/run.ts";
import { createClient } from "#tests/stand-ins/github/test-client.ts";
import { type GithubOptions, startGithub } from "#tests/stand-ins/github.ts";
import { temporaryFolder } from "#tests/temporary-catalog.ts";
import { known, NOW } from "./world.ts";

const LONG_AGO = new Date(NOW - 30 * 86_400_000).toISOString();
type Line = { level: number; msg: string } & Record<string, unknown>;

/** A catalog whose default branch has another name, two projects with a release, and the sync with no branch set. */
async function startSync(options: GithubOptions = {}, env: Record<string, string> = {}) {
  const github = await startGithub({ now: () => new Date(NOW), stallMs: 20, ...options });
  onTestFinished(() => github.close());
  const files = ["One", "Two"].map((name) => {
    const upstream = github.upstream(`Org/${name}`);
    upstream.release({ tag: "v1", publishedAt: LONG_AGO });
    return [`catalog/models/${name.toLowerCase()}.yaml`, known(name, upstream)];
  });
  const catalog = await github.catalog("list/mulu", Object.fromEntries(files), "trunk");
  const dataDir = await temporaryFolder();
  const config = readConfig({
    ...{ GITHUB_API_URL: github.url, GITHUB_TOKEN: github.token, CATALOG_REPOSITORY: "list/mulu", DATA_DIR: dataDir },
    ...env,
  });
  const lines: Line[] = [];
  const log = createLog({ logLevel: "debug" }, { write: (line) => void lines.push(JSON.parse(line)) });
  const sync = async () => {
    lines.length = 0;
    return runSync({
      ...{ ...config, mode: "pr", log, signal: new AbortController().signal },
      ...{ now: () => NOW, pace: "none" },
    });
  };
  return { github, catalog, sync, warnings: () => lines.filter(({ level }) => level >= 40) };
}

describe.each([
  ["with GraphQL", {}],
  ["without GraphQL", { graphql: false }],
])("%s", (_case, options) => {
  test("proposals go to the repository's own branch where none is set", async () => {
    const { catalog, sync } = await startSync(options);
    const { done } = await sync();
    expect(done.map(({ outcome }) => outcome)).toEqual(["done", "done"]);
    expect(catalog.pulls.map(({ base }) => base)).toEqual(["trunk", "trunk"]);
    expect((await sync()).done).toEqual([]);
  });

  test.each([403, 404, 422] as const)(
    "labels that are refused with %i are said once, and not tried again",
    async (status) => {
      const { catalog, github, sync, warnings } = await startSync({ ...options, quirks: { refuseLabels: status } });
      const { done } = await sync();
      expect(done.map(({ outcome }) => outcome)).toEqual(["done", "done"]);
      expect(catalog.pulls.map(({ labels, state }) => [labels, state])).toEqual([
        [[], "open"],
        [[], "open"],
      ]);
      const aboutLabels = () => warnings().filter(({ msg }) => msg.includes("labels"));
      expect(aboutLabels()).toHaveLength(1);
      const before = github.requests.length;
      expect((await sync()).done).toEqual([]);
      expect(github.requests.slice(before).filter(({ path }) => path.endsWith("/labels"))).toEqual([]);
      expect(aboutLabels()).toEqual([]);
    },
  );
});

test("an action that fails is a line without a stack", async () => {
  const { github, sync, warnings } = await startSync();
  github.faults.next("502", ({ method, path }) => method === "POST" && path.endsWith("/git/trees"));
  expect((await sync()).done.map(({ outcome }) => outcome)).toEqual(["failed", "done"]);
  expect(warnings()).toHaveLength(1);
  expect(JSON.stringify(warnings())).not.toMatch(/stack|\bat .*\.ts:\d/);
});

test("a branch that is missing ends the run with its name", async () => {
  const { sync } = await startSync({}, { CATALOG_BRANCH: "main" });
  await expect(sync()).rejects.toMatchObject({ kind: "noBranch", detail: expect.stringContaining("it has trunk") });
});

test("issues of the stand-in are as GitHub's: numbered with pull requests, by labels and state, in pages", async () => {
  const { github, catalog } = await startSync();
  const { call } = createClient(github);
  await catalog.person.commit("topic", { "x.txt": "x" });
  expect(await catalog.person.open("topic", "Theirs")).toBe(1);
  const path = "/repos/list/mulu/issues";
  const made = await call("POST", path, { title: "Dashboard", body: "- [ ] one", labels: ["mulu:dashboard"] });
  expect(made).toMatchObject({
    status: 201,
    data: { number: 2, state: "open", labels: [{ name: "mulu:dashboard" }], user: { login: "mulu-bot" } },
  });
  await catalog.person.editBody(2, "- [x] one");
  await catalog.person.openIssue("Another");
  expect(await call("GET", `${path}?labels=mulu:dashboard&state=all`)).toMatchObject({
    data: [{ number: 2, body: "- [x] one" }],
  });
  expect(await call("PATCH", `${path}/2`, { title: "New", body: "two", state: "closed" })).toMatchObject({
    data: { number: 2, title: "New", body: "two", state: "closed" },
  });
  expect((await call("GET", `${path}?labels=mulu:dashboard`)).data).toEqual([]);
  expect(await call("GET", `${path}?per_page=1`)).toMatchObject({ data: [{ number: 3 }] });
  expect(await call("GET", `${path}?per_page=1&page=2`)).toMatchObject({ data: [{ number: 1, pull_request: {} }] });
  expect(catalog.issues).toMatchObject([
    { number: 2, state: "closed", author: "mulu-bot" },
    { number: 3, state: "open", author: "wei" },
  ]);
  expect(await call("POST", `${path}/3/labels`, { labels: ["x"] })).toMatchObject({ data: [{ name: "x" }] });
  expect(await call("POST", `${path}/3/comments`, { body: "why" })).toMatchObject({ status: 201 });
  expect(catalog.issues[1]).toMatchObject({ labels: ["x"], comments: [{ body: "why" }] });
});
