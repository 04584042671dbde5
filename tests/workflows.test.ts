import { execFile } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { SETTING_NAMES } from "#src/config.ts";
import { LABELS } from "#src/sync/propose/proposal-text.ts";
import { BRANCH_PREFIX } from "#src/sync/propose/repository-state.ts";

const run = promisify(execFile);

const step = z.object({
  name: z.string().optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  if: z.string().optional(),
  with: z.record(z.string(), z.unknown()).optional(),
  env: z.record(z.string(), z.string()).optional(),
});
const job = z.object({
  if: z.string().optional(),
  "timeout-minutes": z.number(),
  permissions: z.record(z.string(), z.string()).optional(),
  steps: z.array(step),
});
const workflow = z.object({
  on: z.record(z.string(), z.unknown()),
  permissions: z.record(z.string(), z.string()),
  jobs: z.record(z.string(), job),
});

const files = globSync(".github/workflows/*.yml");
const textOf = (name: string): string => readFileSync(`.github/workflows/${name}`, "utf8");
const read = (name: string) => workflow.parse(parse(textOf(name)));
const stepsOf = (name: string) => Object.values(read(name).jobs).flatMap(({ steps }) => steps);
function scriptOf(name: string, mark: string): string {
  const script = stepsOf(name).find((each) => each.run?.includes(mark))?.run;
  expect(script).toBeDefined();
  return script ?? "";
}

describe.each(files.map((file) => file.slice(".github/workflows/".length)))("%s", (name) => {
  test("pins every action to a commit and says which version that is", () => {
    const uses = [...textOf(name).matchAll(/uses: (.*)$/gm)].map(([, value = ""]) => value);
    for (const value of uses) expect(value).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  test("may do by itself no more than read, and every job ends in time", () => {
    const { permissions, jobs } = read(name);
    for (const [scope, level] of Object.entries(permissions)) expect(`${scope}: ${level}`).toBe("contents: read");
    for (const { "timeout-minutes": minutes } of Object.values(jobs)) expect(minutes).toBeLessThanOrEqual(40);
  });

  test("puts nothing into a script but by the environment", () => {
    for (const { run: script } of stepsOf(name)) expect(script ?? "").not.toContain("${{");
  });
});

describe("the workflow that syncs", () => {
  const sync = stepsOf("sync-catalog.yml");
  test("hands on settings that exist, and keeps the folder that it names", () => {
    const env = sync.find(({ run: script }) => script?.includes("npm run -s sync"))?.env ?? {};
    const names = Object.keys(env).filter((name) => name !== "ONLY");
    expect(names).toEqual(expect.arrayContaining(["HF_ENDPOINT", "HF_TOKEN", "MODELSCOPE_ENDPOINT", "SYNC_HUBS"]));
    expect(names.filter((name) => !SETTING_NAMES.includes(name))).toEqual([]);
    expect(sync.find(({ uses }) => uses?.startsWith("actions/cache@"))?.with?.["path"]).toBe(env["DATA_DIR"]);
  });

  test("takes secrets from nowhere but secrets", () => {
    expect(textOf("sync-catalog.yml")).toMatch(/HF_TOKEN: \$\{\{ secrets\.HF_TOKEN \}\}/);
  });

  test("enables itself, with the right to that and to nothing else", () => {
    const { "keep-alive": keepAlive } = read("sync-catalog.yml").jobs;
    expect(keepAlive?.permissions).toEqual({ actions: "write" });
    expect(keepAlive?.steps[0]?.run).toContain("actions/workflows/sync-catalog.yml/enable");
  });
});

test("no workflow but CI takes the default branch to have a certain name", () => {
  for (const file of files.filter((path) => !path.endsWith("/ci.yml")))
    expect(readFileSync(file, "utf8"), file).not.toMatch(/\b(?:main|master)\b/);
});

describe("the workflow that merges facts", () => {
  const merge = read("merge-facts.yml");
  test("checks nothing out and reads no text of a pull request", () => {
    expect(stepsOf("merge-facts.yml").filter(({ uses }) => uses?.includes("checkout"))).toEqual([]);
    expect(textOf("merge-facts.yml")).not.toMatch(/pull_request\.(?:title|body)|head\.label/);
    for (const each of stepsOf("merge-facts.yml"))
      for (const value of Object.values(each.env ?? {})) expect(value).not.toMatch(/head\.ref|title|body/);
  });

  test("is off at first, and asks for the sync's label, its branches in this repository, and its identity", () => {
    for (const each of Object.values(merge.jobs)) expect(each.if).toContain("vars.MERGE_FACTS == 'true'");
    const condition = merge.jobs["merge"]?.if ?? "";
    for (const part of [
      `github.event.label.name == '${LABELS.facts}'`,
      `startsWith(github.event.pull_request.head.ref, '${BRANCH_PREFIX}')`,
      "github.event.pull_request.head.repo.full_name == github.repository",
      "github.event.sender.login == github.event.pull_request.user.login",
    ])
      expect(condition).toContain(part);
    expect(condition).not.toContain("||\n");
  });

  test("refuses where no check is required", async () => {
    const script = scriptOf("merge-facts.yml", "requires no check");
    const tried = async (rules: string, checks: string) => {
      const world = await fakeGh(`case "$2" in */rules/*) echo ${rules};; *) echo ${checks};; esac`);
      return bash(script, { ...world.env, BASE: "trunk", GH_REPO: "o/r" });
    };
    expect((await tried("0", "0")).code).toBe(1);
    expect((await tried("1", "0")).code).toBe(0);
    expect((await tried("0", "2")).code).toBe(0);
  });
});

/** A `gh` that notes what it is asked and answers by a script. */
async function fakeGh(answer: string) {
  const folder = await mkdtemp(join(tmpdir(), "mulu-workflow-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, "bin"));
  const asked = join(folder, "asked");
  await writeFile(asked, "");
  await writeFile(join(folder, "bin", "gh"), `#!/bin/sh\necho "$@" >> "${asked}"\n${answer}\n`);
  await chmod(join(folder, "bin", "gh"), 0o755);
  return {
    folder,
    asked: () => readFile(asked, "utf8"),
    env: { PATH: `${join(folder, "bin")}:${process.env["PATH"]}` },
  };
}

/** Runs a script as Actions does. */
async function bash(script: string, env: Record<string, string>, cwd = "."): Promise<{ code: number; out: string }> {
  try {
    const { stdout, stderr } = await run("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", script], {
      cwd,
      env: { ...env, HOME: cwd, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" },
      timeout: 60_000,
    });
    return { code: 0, out: stdout + stderr };
  } catch (error) {
    const failed = z.object({ code: z.number(), stdout: z.string(), stderr: z.string() }).parse(error);
    return { code: failed.code, out: failed.stdout + failed.stderr };
  }
}

describe("the workflow that renews what is generated", () => {
  const script = scriptOf("renew-catalog.yml", "git commit");
  const renewal = stepsOf("renew-catalog.yml").find(({ run: text }) => text === script)?.env?.["RENEWAL"] ?? "";

  /** A repository whose default branch is `trunk`, and a checkout of it in which something was generated anew. */
  async function startRenewal(openPulls = 0) {
    const world = await fakeGh(`[ "$2" = list ] && echo ${openPulls} || true`);
    const origin = join(world.folder, "origin.git");
    const checkout = join(world.folder, "checkout");
    const git = async (cwd: string, ...parts: string[]) =>
      (await run("git", ["-c", "user.name=a", "-c", "user.email=a@example.org", ...parts], { cwd })).stdout.trim();
    await git(world.folder, "init", "--quiet", "--bare", "--initial-branch=trunk", origin);
    await git(world.folder, "clone", "--quiet", origin, checkout);
    await git(checkout, "checkout", "--quiet", "-B", "trunk");
    await mkdir(join(checkout, "catalog", "families"), { recursive: true });
    for (const file of ["README.md", "schema.json", "families/a.md"])
      await writeFile(join(checkout, "catalog", file), "old\n");
    await git(checkout, "add", "--all");
    await git(checkout, "commit", "--quiet", "--message", "first");
    await git(checkout, "push", "--quiet", "origin", "trunk");
    await writeFile(join(checkout, "catalog", "README.md"), "new\n");
    const env = { ...world.env, BASE: "trunk", GH_REPO: "o/r", GH_TOKEN: "t", RENEWAL: renewal };
    return {
      asked: world.asked,
      git,
      checkout,
      readme: (branch: string) => git(origin, "show", `${branch}:catalog/README.md`),
      branches: async () => (await git(origin, "for-each-ref", "--format=%(refname:short)")).split("\n"),
      protect: async () => {
        const hook = join(origin, "hooks", "update");
        await writeFile(hook, '#!/bin/sh\n[ "$1" != refs/heads/trunk ]\n');
        await chmod(hook, 0o755);
      },
      renew: () => bash(script, env, checkout),
    };
  }

  test("pushes to the default branch, however it is called", async () => {
    const world = await startRenewal();
    expect(await world.renew()).toMatchObject({ code: 0 });
    expect([await world.readme("trunk"), await world.branches(), await world.asked()]).toEqual(["new", ["trunk"], ""]);
  });

  test("opens a pull request where the branch is protected, and has no second one", async () => {
    const world = await startRenewal();
    await world.protect();
    expect(await world.renew()).toMatchObject({ code: 0 });
    expect([await world.readme("trunk"), await world.readme(renewal)]).toEqual(["old", "new"]);
    expect(await world.asked()).toMatch(new RegExp(`pr create --head ${renewal} --base trunk `));
    expect(renewal.startsWith(BRANCH_PREFIX)).toBe(false);

    const again = await startRenewal(1);
    await again.protect();
    expect(await again.renew()).toMatchObject({ code: 0 });
    expect(await again.asked()).not.toContain("pr create");
    expect(await again.readme(renewal)).toBe("new");
  });

  test("leaves it to the next run where somebody pushed meanwhile", async () => {
    const world = await startRenewal();
    await world.git(world.checkout, "commit", "--quiet", "--allow-empty", "--message", "other");
    await world.git(world.checkout, "push", "--quiet", "origin", "trunk");
    await world.git(world.checkout, "reset", "--quiet", "--soft", "HEAD~1");
    expect(await world.renew()).toMatchObject({ code: 0, out: expect.stringContaining("Somebody pushed meanwhile") });
    expect([await world.branches(), await world.asked()]).toEqual([["trunk"], ""]);
  });

  test("does nothing where nothing changed", async () => {
    const world = await startRenewal();
    await writeFile(join(world.checkout, "catalog", "README.md"), "old\n");
    expect(await world.renew()).toMatchObject({ code: 0 });
    expect(await world.asked()).toBe("");
  });
});
