import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pino } from "pino";
import { describe, expect, it, onTestFinished } from "vitest";
import { layOut } from "#src/catalog/entry/layout.ts";
import { readCatalog } from "#src/catalog/entry/load.ts";
import { runSyncCommand } from "#src/cli/sync-command.ts";
import { readConfig } from "#src/config.ts";
import { withSyncLock } from "#src/sync/lock.ts";
import { type Ended, runProgram } from "#tests/run-program.ts";
import { type GithubStandIn, startGithub } from "#tests/stand-ins/github.ts";
import { type ModelHubs, startModelHubs } from "#tests/stand-ins/model-hubs.ts";
import { known } from "#tests/sync/world.ts";
import { temporaryFolder } from "#tests/temporary-catalog.ts";

const LONG_AGO = "2026-01-05T00:00:00Z";

async function world(): Promise<{
  github: GithubStandIn;
  hubs: ModelHubs;
  env: Record<string, string>;
  folder: string;
}> {
  const [github, hubs] = await Promise.all([startGithub(), startModelHubs()]);
  onTestFinished(() => github.close());
  onTestFinished(() => hubs.close());
  const upstream = github.upstream("zai-org/ChatGLM-6B", { readme: "# ChatGLM" });
  upstream.release({ tag: "v1.1", publishedAt: LONG_AGO, body: "notes" });
  await github.catalog("list/mulu", { "catalog/models/chatglm-6b.yaml": known("ChatGLM-6B", upstream) });
  const folder = await temporaryFolder();
  await cp("catalog", join(folder, "catalog"), { recursive: true });
  const env = {
    ...{ GITHUB_API_URL: github.url, DATA_DIR: join(folder, "data"), CATALOG_DIR: join(folder, "catalog") },
    ...hubs.environment(),
  };
  return { github, hubs, env, folder };
}

/** Runs the command in this process; `shown` is also what only a terminal gets. */
async function sync(
  args: string[],
  env: Record<string, string>,
  { isTTY = false, signal = new AbortController().signal } = {},
): Promise<Ended> {
  const output = { stdout: "", stderr: "" };
  const streamTo = (name: "stdout" | "stderr") => ({
    isTTY,
    write: (text: string) => {
      output[name] += text;
    },
  });
  const streams = { stdout: streamTo("stdout"), stderr: streamTo("stderr") };
  const code = await runSyncCommand(args, readConfig(env), streams, { signal, pace: "none" });
  return { code, ...output };
}

describe("npm run sync, as a program", () => {
  it("shows what it would propose, without a token and without a catalog repository", async () => {
    const { env } = await world();
    const { code, stdout, stderr } = await runProgram("src/cli/sync.ts", ["--dry-run", "--only", "chatglm-6b"], {
      env,
    });
    expect(stdout).toMatch(/将会提议：\n- ChatGLM-6B：新版本 v1\.1\n {4}chatglm-6b: latestRelease.tag: v1.1\n/);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  it("is refused with a line and the exit code of a wrong setting", async () => {
    const { env } = await world();
    const { code, stdout, stderr } = await runProgram("src/cli/sync.ts", ["--pr"], { env });
    expect(stderr).toMatch(/^[^\n]*CATALOG_REPOSITORY[^\n]*\n$/);
    expect({ code, stdout }).toEqual({ code: 78, stdout: "" });
  });
});

describe("the sync command", () => {
  it("edits the files here, and does so only once", async () => {
    const { env, folder } = await world();
    const file = join(folder, "catalog", "models", "chatglm-6b.yaml");
    const before = await readFile(file, "utf8");
    expect((await sync(["--write", "--only", "chatglm-6b"], env)).stdout).toContain("已写入 1 个文件：chatglm-6b.yaml");
    const after = await readFile(file, "utf8");
    expect(after).toContain("latestRelease:\n  tag: v1.1\n  date: '2026-01-05'\n");
    const kept = before.split("\n").filter((line) => !after.split("\n").includes(line));
    expect(kept).toEqual([]);
    expect((await sync(["--write", "--only", "chatglm-6b"], env)).stdout).toContain("没有需要提议的变化");
    expect(await readFile(file, "utf8")).toBe(after);
    expect(layOut(after)).toBe(after);
    expect((await readCatalog(join(folder, "catalog"))).problems).toEqual([]);
  });

  it("opens pull requests, and reports them as JSON", async () => {
    const { github, env } = await world();
    const pr = { ...env, GITHUB_TOKEN: github.token, CATALOG_REPOSITORY: "list/mulu" };
    const { stdout, code } = await sync(["--pr", "--json"], pr);
    expect(JSON.parse(stdout)).toMatchObject({
      plan: { actions: [{ kind: "open", reason: "new" }] },
      done: [{ action: "open", outcome: "done" }],
      seen: 1,
      unreached: [],
    });
    expect(code).toBe(0);
    const again = await sync(["--pr"], pr);
    expect(again.stdout).toContain("拉取请求都是最新的");
    expect(again.stdout + again.stderr).not.toContain(github.token);
  });

  it("says line by line what it did", async () => {
    const { github, env } = await world();
    const pr = { ...env, GITHUB_TOKEN: github.token, CATALOG_REPOSITORY: "list/mulu" };
    const { stdout } = await sync(["--pr"], pr);
    expect(stdout).toMatch(/^- 打开: ChatGLM-6B：新版本 v1\.1 https:\S+\/pull\/1$/m);
    expect(stdout).toMatch(/^一览已写好：https:\S+\/issues\/2$/m);
    expect(stdout).not.toMatch(/sync\.\w+/);
  });

  it("ends with 1 where a proposal could not be carried out", async () => {
    const { github, env } = await world();
    github.faults.next("502", ({ method, path }) => method === "POST" && path.endsWith("/pulls"));
    const pr = { ...env, GITHUB_TOKEN: github.token, CATALOG_REPOSITORY: "list/mulu" };
    const { code, stdout } = await sync(["--pr"], pr);
    expect(stdout).toContain("（失败：");
    expect(code).toBe(1);
  });

  it("says what it leaves out and why, in the language that is set", async () => {
    const { github, hubs, env } = await world();
    github.upstream("zai-org/GLM-9-demo", { createdAt: "2026-11-20T00:00:00Z", readme: "# A page\n" });
    hubs.huggingface.publish(
      { id: "zai-org/GLM-9-Embedding", createdAt: "2026-11-20T00:00:00.000Z", pipelineTag: "feature-extraction" },
      { id: "zai-org/GLM-1-Forgotten-1B", createdAt: "2024-01-01T00:00:00.000Z" },
    );
    const args = ["--dry-run", "--only", "chatglm-6b"];
    const token = { GITHUB_TOKEN: github.token };
    const { stdout } = await sync(args, { ...env, ...token });
    expect(stdout).toContain("略过的新仓库 1 个：zai-org/GLM-9-demo");
    expect(stdout).toMatch(/按规则 embedding 略过的模型 1 个：zai-org\/GLM-9-Embedding/);
    expect(stdout).toMatch(/早于 watch.yaml 里 since 的模型 1 个：zai-org\/GLM-1-Forgotten-1B/);
    expect(stdout).not.toContain("谢绝");
    const english = await sync(args, { ...env, ...token, DEFAULT_LOCALE: "en-US" });
    expect(english.stdout).toContain("left out by the rule embedding (1): zai-org/GLM-9-Embedding");
    expect(english.stdout).not.toMatch(/\p{Script=Han}|（/u);
  });

  it("says in one line which hub said nothing, and which owners were not looked at without a token", async () => {
    const { hubs, env } = await world();
    hubs.down(true);
    const { stdout, code } = await sync(["--dry-run", "--only", "chatglm-6b,qwen3"], env);
    expect(stdout.match(/Hugging Face 连不上，2 个组织的列表没有看到：/g)).toHaveLength(1);
    expect(stdout).toMatch(/有 2 个所有者的新仓库这次没有看：.*QwenLM.*\n没有令牌/);
    expect(code).toBe(0);
    const off = await sync(["--dry-run", "--only", "chatglm-6b"], { ...env, SYNC_HUBS: "false" });
    expect(off.stdout).toContain("没有看模型平台（SYNC_HUBS=false）");
    expect(off.stdout).not.toContain("连不上");
  });

  it("shows how far it is on a terminal only", async () => {
    const { env } = await world();
    const args = ["--dry-run", "--only", "chatglm-6b"];
    expect((await sync(args, env, { isTTY: true })).stderr).toMatch(/1\/1/);
    expect((await sync(args, env)).stderr).toBe("");
  });

  it.each([
    [["--dry-run", "--only", "chatglm-7b"], "没有条目「chatglm-7b」。 是不是 chatglm-6b", 1],
    [["--pr"], "CATALOG_REPOSITORY", 78],
  ])("%j is refused with a line", async (args, line, exitCode) => {
    const { env } = await world();
    const { code, stdout, stderr } = await sync(args, env);
    expect(stderr).toContain(line);
    expect({ code, stdout }).toEqual({ code: exitCode, stdout: "" });
  });

  it("says in one line that it cannot reach GitHub, and changes nothing", async () => {
    const { env, folder } = await world();
    const { code, stdout, stderr } = await sync(["--dry-run", "--only", "chatglm-6b"], {
      ...env,
      GITHUB_API_URL: "http://127.0.0.1:1",
    });
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: "",
      stderr: "连不上 127.0.0.1:1：请检查网络和 GITHUB_API_URL。\n",
    });
    expect(await readFile(join(folder, "catalog/models/chatglm-6b.yaml"), "utf8")).toBe(
      await readFile("catalog/models/chatglm-6b.yaml", "utf8"),
    );
  });

  it("does not run beside another run", async () => {
    const { env } = await world();
    const { stderr, code } = await withSyncLock(
      env["DATA_DIR"] ?? "",
      () => sync(["--dry-run"], env),
      pino({ level: "silent" }),
    );
    expect(stderr).toContain("另一次同步正在运行");
    expect(code).toBe(1);
  });

  it("runs where nothing can be kept, and says so", async () => {
    const { env, folder } = await world();
    await writeFile(join(folder, "file"), "");
    const nowhere = { ...env, DATA_DIR: join(folder, "file", "data"), LOG_LEVEL: "warn" };
    const { code, stdout, stderr } = await runProgram("src/cli/sync.ts", ["--dry-run", "--only", "chatglm-6b"], {
      env: nowhere,
    });
    expect(stdout).toContain("latestRelease.tag: v1.1");
    expect(code).toBe(0);
    expect(stderr).toContain("DATA_DIR cannot be locked: take care that one sync runs at a time");
  });

  it("says that it was interrupted", async () => {
    const { env } = await world();
    const { stderr, code } = await sync(["--dry-run"], env, { signal: AbortSignal.abort() });
    expect(stderr).toBe("已中断，没有做完的下次会继续。\n");
    expect(code).toBe(1);
  });

  it("says that a token is refused, and does not show it", async () => {
    const { env } = await world();
    const token = "github_pat_wrong_token_1234";
    const { stderr, code } = await sync(["--pr"], { ...env, GITHUB_TOKEN: token, CATALOG_REPOSITORY: "list/mulu" });
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).not.toContain(token);
    expect(code).toBe(1);
  });
});
