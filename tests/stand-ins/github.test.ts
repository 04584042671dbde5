import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createClient, shaOf } from "./github/test-client.ts";
import { type CatalogRepository, type GithubStandIn, startGithub } from "./github.ts";

const NAME = "mulu/catalog";
const REPO = `/repos/${NAME}`;
const FILES = { "catalog/models/qwen3.yaml": "id: qwen3\nname: Qwen3\n", "README.md": "# Catalog\n" };

let github: GithubStandIn;
let catalog: CatalogRepository;
let call: ReturnType<typeof createClient>["call"];

beforeEach(async () => {
  github = await startGithub();
  catalog = await github.catalog(NAME, FILES);
  ({ call } = createClient(github));
});
afterEach(async () => {
  await github.close();
});

function git(...args: string[]): string {
  return execFileSync("git", ["--git-dir", catalog.gitDir, ...args], { encoding: "utf8", stdio: "pipe" });
}

/** A branch with one file changed, as a client makes it. */
async function push(branch: string, file: string, content: string): Promise<string> {
  const head = await catalog.head();
  const base = git("rev-parse", `${head}^{tree}`).trim();
  const entry = { path: file, mode: "100644", type: "blob", content };
  const tree = shaOf(await call("POST", `${REPO}/git/trees`, { base_tree: base, tree: [entry] }));
  const commit = shaOf(await call("POST", `${REPO}/git/commits`, { message: `Edit ${file}`, tree, parents: [head] }));
  expect(await call("POST", `${REPO}/git/refs`, { ref: `refs/heads/${branch}`, sha: commit })).toMatchObject({
    status: 201,
  });
  return commit;
}

async function propose(branch: string): Promise<number> {
  const body = { title: "Update", head: branch, base: "main", body: "why", draft: true };
  expect(await call("POST", `${REPO}/pulls`, body)).toMatchObject({ status: 201, data: { draft: true } });
  return catalog.pulls.length;
}

describe("git", () => {
  test("what is written over the API is there for git, whole and in order", async () => {
    const commit = await push("sync/qwen3", "catalog/models/qwen3.yaml", "id: qwen3\nname: Qwen3 新\n");

    expect(git("fsck", "--strict", "--full")).toBe("");
    expect(git("rev-parse", "sync/qwen3").trim()).toBe(commit);
    expect(git("show", "sync/qwen3:catalog/models/qwen3.yaml")).toBe("id: qwen3\nname: Qwen3 新\n");
    expect(git("diff", "--name-only", "main", "sync/qwen3")).toBe("catalog/models/qwen3.yaml\n");
    expect(git("log", "-1", "--format=%an <%cn> %s", commit)).toBe(
      "mulu-bot <GitHub> Edit catalog/models/qwen3.yaml\n",
    );
    expect(git("show-ref")).toContain(`${commit} refs/heads/sync/qwen3`);
  });

  test("trees come out as git would write them, whatever the names", async () => {
    const names = ["a.b", "a/x", "a-b", "a0", "é/ü.yaml", "a/b/c"];
    await catalog.person.commit("odd", Object.fromEntries(names.map((name) => [name, name])));

    expect(git("fsck", "--strict")).toBe("");
    const listed = git("-c", "core.quotePath=false", "ls-tree", "-r", "--name-only", "odd").trim().split("\n");
    expect(listed.toSorted()).toEqual([...names, ...Object.keys(FILES)].toSorted());
    // A folder that is left empty is gone.
    await catalog.person.commit("odd", { "a/b/c": null });
    expect(git("ls-tree", "odd", "a/").includes("a/b")).toBe(false);
  });

  test("a commit without an author is verified; one with an author is not, and a mistake", async () => {
    const tree = git("rev-parse", "main^{tree}").trim();
    const unnamed = await call("POST", `${REPO}/git/commits`, { message: "m", tree, parents: [] });
    const author = { name: "x", email: "x@example.org" };
    const named = await call("POST", `${REPO}/git/commits`, { message: "m", tree, parents: [], author });

    expect(unnamed.data).toMatchObject({ verification: { verified: true } });
    expect(named.data).toMatchObject({ verification: { verified: false } });
    expect(github.violations.splice(0)).toEqual([expect.stringContaining("author")]);
  });

  test("references: made once, moved forward, moved back by force only, deleted once", async () => {
    const first = await catalog.head();
    const second = await push("b", "x", "1");
    const create = { ref: "refs/heads/b", sha: second };
    const move = (sha: string, force?: boolean) =>
      call("PATCH", `${REPO}/git/refs/heads%2Fb`, { sha, ...(force === undefined ? {} : { force }) });

    expect(await call("POST", `${REPO}/git/refs`, create)).toMatchObject({
      status: 422,
      data: { message: "Reference already exists" },
    });
    expect(await move(first)).toMatchObject({ status: 422, data: { message: "Update is not a fast forward" } });
    expect(await move(first, true)).toMatchObject({ status: 200, data: { object: { sha: first } } });
    expect(await move(second)).toMatchObject({ status: 200 });
    expect((await call("GET", `${REPO}/git/matching-refs/heads/`)).data).toMatchObject([
      { ref: "refs/heads/b" },
      { ref: "refs/heads/main" },
    ]);
    expect(await call("DELETE", `${REPO}/git/refs/heads/b`)).toMatchObject({ status: 204 });
    expect(await call("DELETE", `${REPO}/git/refs/heads/b`)).toMatchObject({ status: 422 });
    expect(await call("GET", `${REPO}/git/ref/heads/b`)).toMatchObject({ status: 404 });
    expect(git("branch", "--list")).toBe("* main\n");
  });

  test("an archive is served from elsewhere, without the token, and tar reads it", async () => {
    const moved = await call("GET", `${REPO}/tarball/main`);
    expect(moved.status).toBe(302);
    const location = moved.headers.get("location") ?? "";
    expect(new URL(location).host).not.toBe(new URL(github.url).host);

    const reply = await fetch(location, { signal: AbortSignal.timeout(10_000) });
    const folder = mkdtempSync(path.join(tmpdir(), "mulu-tar-"));
    writeFileSync(path.join(folder, "a.tar.gz"), Buffer.from(await reply.arrayBuffer()));
    const listed = execFileSync("tar", ["tzf", path.join(folder, "a.tar.gz")], { encoding: "utf8" });
    rmSync(folder, { recursive: true });

    expect(listed.split("\n")).toContain(
      `mulu-catalog-${(await catalog.head()).slice(0, 7)}/catalog/models/qwen3.yaml`,
    );
    await fetch(location, { headers: { authorization: "Bearer x" }, signal: AbortSignal.timeout(10_000) });
    expect(github.violations.splice(0)).toEqual([expect.stringContaining("another host")]);
  });

  test("the repository is gone once the stand-in is closed", async () => {
    const other = await startGithub();
    const { gitDir } = await other.catalog("a/b", {});
    expect(readFileSync(path.join(gitDir, "HEAD"), "utf8")).toBe("ref: refs/heads/main\n");
    await other.close();
    expect(existsSync(gitDir)).toBe(false);
  });
});

describe("pull requests", () => {
  test("one a branch, only with something to merge, only from a branch there is", async () => {
    await push("b", "x", "1");
    const open = (head: string, rest = {}) =>
      call("POST", `${REPO}/pulls`, { title: "t", head, base: "main", ...rest });

    expect(await open("b")).toMatchObject({ status: 201, data: { number: 1, state: "open", head: { ref: "b" } } });
    expect(await open("b")).toMatchObject({
      status: 422,
      data: { errors: [{ message: "A pull request already exists for mulu:b." }] },
    });
    expect(await open("main")).toMatchObject({
      status: 422,
      data: { errors: [{ message: "No commits between main and main" }] },
    });
    expect(await open("nowhere")).toMatchObject({ status: 422, data: { errors: [{ field: "head" }] } });
    expect(await open("b", { body: "x".repeat(65_537) })).toMatchObject({ status: 422 });
    expect(github.violations.splice(0)).toEqual([expect.stringContaining("body of 65537")]);
  });

  test("follow their branch, and end with it", async () => {
    await push("b", "x", "1");
    const number = await propose("b");
    const pushed = await catalog.person.commit("b", { x: "2" });
    expect(catalog.pulls).toMatchObject([{ state: "open", headOid: pushed }]);

    await catalog.person.deleteBranch("b");
    expect(catalog.pulls).toMatchObject([{ state: "closed", merged: false, headOid: pushed }]);
    expect(await call("PATCH", `${REPO}/pulls/${number}`, { state: "open" })).toMatchObject({
      status: 422,
      data: { errors: [{ message: "state cannot be changed. The b branch has been deleted." }] },
    });
    await catalog.person.setBranch("b", pushed);
    expect(await call("PATCH", `${REPO}/pulls/${number}`, { state: "open" })).toMatchObject({
      status: 200,
      data: { state: "open", closed_at: null },
    });
  });

  test("a closed one does not follow, and a forced push while closed keeps it closed", async () => {
    const first = await push("b", "x", "1");
    const number = await propose("b");
    await catalog.person.close(number);
    await catalog.person.setBranch("b", await push("c", "y", "1"));

    expect(catalog.pulls).toMatchObject([{ headOid: first }]);
    expect(await call("PATCH", `${REPO}/pulls/${number}`, { state: "open" })).toMatchObject({
      status: 422,
      data: { errors: [{ message: expect.stringContaining("force-pushed") }] },
    });
  });

  test("merge as git merges, with both sides' changes", async () => {
    await push("b", "catalog/models/glm.yaml", "id: glm\n");
    const number = await propose("b");
    await catalog.person.commit("main", { "catalog/models/yi.yaml": "id: yi\n" });
    await catalog.person.merge(number);

    expect(catalog.pulls).toMatchObject([{ state: "closed", merged: true }]);
    expect(await catalog.file("catalog/models/glm.yaml")).toBe("id: glm\n");
    expect(await catalog.file("catalog/models/yi.yaml")).toBe("id: yi\n");
    expect(git("rev-list", "--parents", "-1", "main").trim().split(" ")).toHaveLength(3);
    expect(git("fsck", "--strict")).toBe("");
    expect((await call("GET", `${REPO}/pulls/${number}`)).data).toMatchObject({
      merged: true,
      merged_at: expect.any(String),
      merge_commit_sha: await catalog.head(),
    });
  });

  test("a conflict is known after the second question, and stops a merge", async () => {
    await push("b", "catalog/models/qwen3.yaml", "id: qwen3\nname: ours\n");
    await catalog.person.commit("main", { "catalog/models/qwen3.yaml": "id: qwen3\nname: theirs\n" });
    const number = await propose("b");
    const look = async () => (await call("GET", `${REPO}/pulls/${number}`)).data;

    expect(await look()).toMatchObject({ mergeable: false, mergeable_state: "dirty" });
    await expect(catalog.person.merge(number)).rejects.toThrow("conflicts");
    await catalog.person.commit("b", { "catalog/models/qwen3.yaml": null, z: "1" });
    expect(await look()).toMatchObject({ mergeable: null, mergeable_state: "unknown" });
    expect(await look()).toMatchObject({ mergeable: false });
    expect(catalog.pulls).toMatchObject([{ state: "open", merged: false }]);
  });

  test("lists: by state, by branch, in pages that link on", async () => {
    for (const branch of ["a", "b", "c"]) {
      await push(branch, branch, "1");
      await propose(branch);
    }
    await catalog.person.close(2);
    const numbers = async (query: string) => (await call("GET", `${REPO}/pulls?${query}`)).data;

    expect(await numbers("")).toMatchObject([{ number: 3 }, { number: 1 }]);
    expect(await numbers("state=all&sort=updated&direction=desc")).toMatchObject([{ number: 2 }, { number: 3 }, {}]);
    expect(await numbers("state=all&head=mulu:b&base=main")).toMatchObject([{ number: 2, state: "closed" }]);
    const first = await call("GET", `${REPO}/pulls?state=all&per_page=2`);
    const next = /<([^>]+)>; rel="next"/.exec(first.headers.get("link") ?? "")?.[1] ?? "";
    expect(next).toContain(`/repositories/${catalog.id}/pulls?`);
    const second = await call("GET", next);
    expect(second.data).toMatchObject([{ number: 1 }]);
    expect(second.headers.get("link")).toContain('rel="prev"');
    // GitHub would list everything.
    expect(await numbers("state=all&head=b")).toHaveLength(3);
    expect(github.violations.splice(0)).toEqual([expect.stringContaining("head does not name its owner")]);
  });

  test("labels and comments", async () => {
    await push("b", "x", "1");
    const number = await propose("b");
    const label = { name: "sync", color: "ffcc00" };
    expect(await call("POST", `${REPO}/labels`, label)).toMatchObject({ status: 201 });
    expect(await call("POST", `${REPO}/labels`, { ...label, name: "Sync" })).toMatchObject({
      status: 422,
      data: { errors: [{ code: "already_exists" }] },
    });
    expect(await call("GET", `${REPO}/labels/none`)).toMatchObject({ status: 404 });
    await call("POST", `${REPO}/issues/${number}/labels`, { labels: ["sync", "new one"] });
    await catalog.person.unlabel(number, "sync");
    await catalog.person.comment(number, "looks good");
    await call("POST", `${REPO}/issues/${number}/comments`, { body: "left alone" });

    expect([...catalog.labels]).toEqual(["sync", "new one"]);
    expect(catalog.pulls).toMatchObject([
      {
        labels: ["new one"],
        comments: [
          { author: catalog.person.login, body: "looks good" },
          { author: "mulu-bot", body: "left alone" },
        ],
      },
    ]);
    expect((await call("GET", `${REPO}/issues/${number}/comments`)).data).toHaveLength(2);
    expect(await call("DELETE", `${REPO}/issues/${number}/labels/new%20one`)).toMatchObject({ status: 200, data: [] });
  });
});
