import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { refreshCatalog } from "#jobs/refresh-catalog.ts";
import type { Program } from "#tests/sync/refresh-world.ts";
import { startWorld } from "#tests/sync/refresh-world.ts";
import { smallEntry } from "#tests/temporary-catalog.ts";
import { contextOf } from "#tests/test-app.ts";

const idsOf = ({ app }: Program): string[] => app.services.catalog.entries.map(({ id }) => id);
const messages = ({ lines }: Program, level: number): string[] =>
  lines.filter((line) => line.level === level).map(({ msg }) => msg);
const [INFO, WARN] = [30, 40];

describe("a newer catalog", () => {
  test("is taken whole, answers at once, and /status says where it is from", async () => {
    const { start, commit } = await startWorld();
    const program = await start();
    expect(await program.read("status")).not.toContain("example/mulu");
    await program.refresh();
    const head = await commit({ "new-7b.yaml": smallEntry({ name: "New 7B" }), "open-llama.yaml": null });
    await program.refresh();
    expect(idsOf(program)).toEqual(["belle", "chatglm-6b", "chinese-chatllama", "chinese-vicuna", "new-7b"]);
    expect(await program.read("model", { name: "new 7b" })).toContain("## New 7B");
    expect(await program.read("status")).toContain(`example/mulu 的 \`${head.slice(0, 7)}\``);
  });

  test("is asked about with one request, and fetched with one more only where the branch has moved", async () => {
    const { github, start, commit, archives } = await startWorld();
    const program = await start();
    await program.refresh();
    expect(archives()).toBe(1);
    const before = github.requests.length;
    await program.refresh();
    await program.refresh();
    expect(github.requests.length - before).toBe(2);
    await commit({ "new-7b.yaml": smallEntry() });
    await program.refresh();
    expect(archives()).toBe(2);
  });

  test("may have fields that this version does not know", async () => {
    const { start, commit } = await startWorld();
    const program = await start();
    await commit({ "new-7b.yaml": smallEntry({ futureField: "1" }) });
    await program.refresh();
    expect(idsOf(program)).toContain("new-7b");
    expect(JSON.stringify(program.lines)).toContain("futureField");
  });

  test("is taken although the file that only the sync reads is broken, and the log says where", async () => {
    const { start, repository, commit } = await startWorld();
    const program = await start();
    await repository.person.commit("main", { "catalog/watch.yaml": "since: soon\n" });
    await commit({ "new-7b.yaml": smallEntry() });
    await program.refresh();
    expect(idsOf(program)).toContain("new-7b");
    expect(JSON.stringify(program.lines)).toContain("watch.yaml:1");
    expect(idsOf(await start())).toContain("new-7b");
    await repository.person.commit("main", { "catalog/bases.yaml": "a: b\n" });
    await commit({ "new-8b.yaml": smallEntry() });
    const again = await start();
    await again.refresh();
    expect(idsOf(again)).not.toContain("new-8b");
  });

  test("is found by the job itself, which ends when it is told to", async () => {
    const { start, commit } = await startWorld();
    const { app, log } = await start();
    const source = app.config.github.catalog;
    if (source === undefined) throw new Error("no repository is set");
    const stop = new AbortController();
    onTestFinished(() => stop.abort());
    const { config, upstreams, catalog: holder } = app;
    const parts = { config, source, upstreams, holder, now: Date.now, log };
    const ended = refreshCatalog(parts, stop.signal, { cron: "* * * * * *", jitterMs: 0 });
    const commitInUse = () => app.services.catalogInUse.origin?.commit;
    await expect.poll(commitInUse, { timeout: 10_000 }).toBeDefined();
    const head = await commit({ "new-7b.yaml": smallEntry() });
    await expect.poll(commitInUse, { timeout: 10_000 }).toBe(head);
    expect(app.services.catalog.entry("new-7b")).toBeDefined();
    stop.abort();
    await ended;
  });
});

describe("a catalog that must not be taken", () => {
  const BROKEN: [string, Record<string, string | null>, string][] = [
    ["an entry breaks the schema", { "belle.yaml": "name: [" }, "belle.yaml:1"],
    ["an entry has lost a field", { "belle.yaml": smallEntry().replace(/^family:.*\n/m, "") }, "belle.yaml"],
    [
      "most entries have gone",
      { "belle.yaml": null, "chatglm-6b.yaml": null, "chinese-vicuna.yaml": null },
      "只有 2 个可用的条目，现有 5 个",
    ],
    [
      "all entries have gone",
      {
        "belle.yaml": null,
        "chatglm-6b.yaml": null,
        "chinese-vicuna.yaml": null,
        "chinese-chatllama.yaml": null,
        "open-llama.yaml": null,
      },
      "只有 0 个",
    ],
  ];

  test.each(BROKEN)(
    "where %s: the present one goes on answering, and everybody is told why",
    async (_case, files, why) => {
      const { start, commit, archives } = await startWorld();
      const program = await start();
      await program.refresh();
      const good = program.app.services.catalogInUse.origin?.commit ?? "";
      const bad = await commit({ ...files, "new-7b.yaml": null });
      await program.refresh();
      expect(idsOf(program)).toHaveLength(5);
      expect(await program.read("model", { name: "belle" })).toContain("## BELLE");
      const status = await program.read("status");
      expect(status).toContain(good.slice(0, 7));
      expect(status).toContain(`没有采用较新的目录 \`${bad.slice(0, 7)}\``);
      expect(status.replaceAll("\\", "")).toContain(why);
      expect(messages(program, WARN)).toHaveLength(1);

      await program.refresh();
      expect(archives()).toBe(2);
      expect(messages(program, WARN)).toHaveLength(1);
    },
  );

  test("the next good commit is taken, and nothing is said of the bad one any more", async () => {
    const { repository, start, commit } = await startWorld();
    const program = await start();
    const belle = await repository.file("catalog/models/belle.yaml");
    await commit({ "belle.yaml": "name: [" });
    await program.refresh();
    expect(program.app.services.catalogInUse.refused).toBeDefined();
    const good = await commit({ "belle.yaml": belle ?? "" });
    await program.refresh();
    expect(program.app.services.catalogInUse).toMatchObject({ origin: { commit: good }, refused: undefined });
    expect(await program.read("status")).not.toContain("没有采用");
  });

  test("also where the branch goes back to the commit in use", async () => {
    const { repository, start, commit } = await startWorld();
    const program = await start();
    await program.refresh();
    const good = await repository.head();
    await commit({ "belle.yaml": "name: [" });
    await program.refresh();
    await repository.person.setBranch("main", good);
    await program.refresh();
    expect(program.app.services.catalogInUse).toMatchObject({ origin: { commit: good }, refused: undefined });
  });

  test("where an entry is a link to something else", async () => {
    const { repository, start } = await startWorld();
    const program = await start();
    await program.refresh();
    await repository.person.setBranch("main", withLink(repository.gitDir, "catalog/models/leak.yaml", "/etc/passwd"));
    await program.refresh();
    expect(idsOf(program)).toHaveLength(5);
    expect(await program.read("status")).toContain("leak.yaml 不是普通文件");
  });
});

describe("a restart", () => {
  test("while GitHub is away answers from the newest catalog known", async () => {
    const { github, start, commit } = await startWorld();
    await commit({ "new-7b.yaml": smallEntry({ name: "New 7B" }) });
    await (await start()).refresh();
    github.faults.random(1, 1);
    const program = await start();
    await program.refresh();
    expect(messages(program, WARN)).toHaveLength(1);
    expect(await program.read("model", { name: "new-7b" })).toContain("## New 7B");
    expect(await program.read("status")).toContain("example/mulu");
  });

  test("does not fetch what it knows already", async () => {
    const { start, archives } = await startWorld();
    await (await start()).refresh();
    await (await start()).refresh();
    expect(archives()).toBe(1);
  });

  test.each([
    ["another branch is set", { CATALOG_BRANCH: "next" }, (text: string) => text],
    ["another repository is set", { CATALOG_REPOSITORY: "example/other" }, (text: string) => text],
    ["the file is broken", {}, (text: string) => text.slice(0, 500)],
    ["an entry in it is broken", {}, (text: string) => text.replaceAll("family: Small", "familie: Small")],
  ])("where %s answers from the folder", async (_case, env, spoil) => {
    const world = await startWorld();
    await world.commit({ "new-7b.yaml": smallEntry() });
    await (await world.start()).refresh();
    const file = join(world.dataDir, "catalog.json");
    const stored = await readFile(file, "utf8");
    expect(stored).toContain("new-7b.yaml");
    await writeFile(file, spoil(stored));
    const program = await world.start(env);
    expect(idsOf(program)).toHaveLength(5);
    expect(program.app.services.catalogInUse.origin).toBeUndefined();
  });
});

describe("GitHub being away", () => {
  test("is said once, and once when it is back; the present catalog goes on answering", async () => {
    const { github, start, commit } = await startWorld();
    const program = await start();
    await program.refresh();
    await commit({ "new-7b.yaml": smallEntry() });
    const away = (): void => github.faults.next("expired-token");
    for (const _look of [1, 2, 3]) {
      away();
      await program.refresh();
    }
    expect(messages(program, WARN)).toEqual(["could not look for a newer catalog"]);
    expect(idsOf(program)).toHaveLength(5);
    await program.refresh();
    expect(messages(program, INFO)).toContain("the catalog's repository can be read again");
    expect(idsOf(program)).toHaveLength(6);
  });

  test("a download that breaks off changes nothing and is made up for", async () => {
    const { github, start } = await startWorld();
    const program = await start();
    github.faults.next("drop-after", ({ path }) => path.includes("legacy.tar.gz"));
    github.faults.next("drop-after", ({ path }) => path.includes("legacy.tar.gz"));
    github.faults.next("drop-after", ({ path }) => path.includes("legacy.tar.gz"));
    await program.refresh();
    expect(program.app.services.catalogInUse).toMatchObject({ origin: undefined, refused: undefined });
    await program.refresh();
    expect(program.app.services.catalogInUse.origin).toBeDefined();
  });

  test("a look under way ends at once when the program stops", async () => {
    const { github, start } = await startWorld({ stallMs: 60_000 });
    const { app, log, lines } = await start();
    const source = app.config.github.catalog;
    if (source === undefined) throw new Error("no repository is set");
    const stop = new AbortController();
    const asked = Promise.withResolvers<void>();
    github.faults.before(
      () => true,
      async () => asked.resolve(),
    );
    github.faults.next("stall");
    const { config, upstreams, catalog: holder } = app;
    const ended = refreshCatalog({ config, source, upstreams, holder, now: Date.now, log }, stop.signal);
    await asked.promise;
    stop.abort();
    await ended;
    expect(lines.filter(({ level }) => level >= WARN)).toEqual([]);
  });
});

describe("a command that runs while the catalog is replaced", () => {
  test("sees the one it began with, to its end", async () => {
    const { start, commit } = await startWorld();
    const program = await start();
    const { app } = program;
    const shown: unknown[] = [];
    const context = contextOf(app, { show: (view) => shown.push(view) });
    // It waits for a look at Ollama before it reads the catalog.
    const running = app.router.execute("status", {}, context);
    await commit({
      "new-7b.yaml": smallEntry({ name: "New 7B", ollama: "\n  - model: new:7b\n    official: true\n    exact: true" }),
    });
    const old = app.catalog.current;
    await program.refresh();
    expect(app.catalog.current).not.toBe(old);
    await running;
    expect(JSON.stringify(shown)).toContain("5 个模型系列");
    expect(JSON.stringify(shown)).not.toContain("example/mulu");

    expect(context.catalog.entry("new-7b")).toBeUndefined();
    expect(context.resolve("new-7b").kind).toBe("unknown");
    const next = contextOf(app);
    expect(next.catalog.entry("new-7b")).toBeDefined();
    expect(next.resolve("new-7b").kind).toBe("pullable");
  });
});

/** A commit on top of the main branch with a symbolic link, as only git can make it. */
function withLink(gitDir: string, path: string, target: string): string {
  const git = (args: string[], input = ""): string =>
    execFileSync("git", ["--git-dir", gitDir, "-c", "user.name=x", "-c", "user.email=x@example.org", ...args], {
      input,
      env: { PATH: process.env["PATH"], GIT_INDEX_FILE: join(gitDir, "index.test") },
    })
      .toString()
      .trim();
  git(["read-tree", "main"]);
  const blob = git(["hash-object", "-w", "--stdin"], target);
  git(["update-index", "--add", "--cacheinfo", `120000,${blob},${path}`]);
  return git(["commit-tree", git(["write-tree"]), "-p", "main", "-m", "link"]);
}
