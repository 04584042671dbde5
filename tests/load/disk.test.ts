import { chmod, mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { startBotProgram } from "#tests/discord/start-bot.ts";
import { ASKER, ended, OTHER, OVER_REDIS, openProgramWorld, openWorld, shows } from "#tests/discord/try-world.ts";
import { runProgram } from "#tests/run-program.ts";
import { remountReadOnly, smallDisk, WITHOUT_MOUNT } from "#tests/small-disk.ts";
import { textOf } from "#tests/stand-ins/discord/people.ts";
import { temporaryFolder } from "#tests/temporary-catalog.ts";

const LOCKED_MS = 3000;
const NOBODY = "http://127.0.0.1:9";
const TRY = { model: "glm4:9b", prompt: "说" };

function openRaw(path: string): DatabaseSync {
  const raw = new DatabaseSync(path);
  onTestFinished(() => void (raw.isOpen && raw.close()));
  return raw;
}

type Folder = { path: string; says: RegExp };
const readOnly = (): string => {
  const { folder } = smallDisk();
  remountReadOnly(folder);
  return folder;
};
const FOLDERS: [string, () => Promise<Folder>, boolean][] = [
  [
    "a file",
    async () => {
      const path = join(await temporaryFolder(), "data");
      await writeFile(path, "");
      return { path, says: /DATA_DIR：\S+\/data 不是文件夹（EEXIST）/ };
    },
    false,
  ],
  ["on a disk that may only be read", async () => ({ path: readOnly(), says: /不能写（EROFS）.+chown -R \d+ / }), true],
];

describe.skipIf(OVER_REDIS)("DATA_DIR", () => {
  for (const [name, folder, needsMount] of FOLDERS)
    test.skipIf(needsMount && WITHOUT_MOUNT)(`${name}: one line says so, and catalog and tries go on`, async () => {
      const { path, says } = await folder();
      const { discord, runner } = await openProgramWorld({ env: { DATA_DIR: path } });
      const message = await discord.person({ id: ASKER }).run("try", TRY);
      await ended(discord, message);
      expect(textOf(message)).toContain("测试用的回答");
      const again = await discord.person({ id: ASKER }).press(message, "再来一次");
      await ended(discord, again);
      const status = await discord.person({ id: OTHER }).run("status", {});
      expect(textOf(status)).toMatch(/DATA_DIR 写不进去（cache\.db: E\w+）/);
      const warnings = runner
        .stderr()
        .split("\n")
        .filter((line) => line.includes('"level":40'));
      expect(warnings).toEqual([expect.stringMatching(says)]);
      expect(await runner.stop()).toBe(0);
    });

  test("files are for their owner alone, also those of before; a folder is left as open as somebody has chosen", async () => {
    const folder = await temporaryFolder();
    const files = ["sync.json", "mulu.db", "somebody-elses.txt"];
    for (const name of files) {
      await writeFile(join(folder, name), "");
      await chmod(join(folder, name), 0o644);
    }
    await chmod(folder, 0o750);
    const { discord, runner } = await openProgramWorld({ env: { DATA_DIR: folder } });
    await ended(discord, await discord.person({ id: ASKER }).run("try", TRY));
    const modes = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8);
    const found = await readdir(folder);
    expect(found).toEqual(expect.arrayContaining(["cache.db", "cache.db-wal", "tries.lock"]));
    for (const name of found)
      expect([name, await modes(join(folder, name))]).toEqual([name, name.startsWith("some") ? "644" : "600"]);
    expect(await modes(folder)).toBe("750");
    await runner.stop();
  });
});

describe.skipIf(OVER_REDIS)("two processes with one DATA_DIR", () => {
  const page = { HTTP_PORT: "0", OLLAMA_HOSTS: NOBODY };

  test("of two that start at once one ends with a line; the questions of a terminal are answered beside it", async () => {
    const { discord, runner } = await openProgramWorld({ env: { DATA_DIR: await temporaryFolder() } });
    const folder = await temporaryFolder();
    const env = { ...page, DATA_DIR: folder, DISCORD_TOKEN: "" };
    const both = [startBotProgram(discord, env), startBotProgram(discord, env)];
    const first = await Promise.race(both.map((program) => program.ended.then(() => program)));
    expect(await first.ended).toBe(1);
    expect(first.stderr()).toMatch(/^没有启动：另一个进程已经在用 \S+ 里的试用记录。.+DATA_DIR.+REDIS_URL。\n$/);
    const other = both.find((program) => program !== first);
    const answer = await runProgram("src/cli/ask.ts", ["/models qwen3"], { env: { DATA_DIR: folder } });
    expect(answer).toMatchObject({ code: 0, stderr: "" });
    expect(other?.process.exitCode).toBeNull();
    await runner.stop();
  });

  test("the system lets go of the folder when a process is killed", async () => {
    const { discord, ollama, runner, restart } = await openProgramWorld();
    ollama.script({ endless: true, tokensPerSecond: 30 });
    const message = await discord.person({ id: ASKER }).run("try", TRY);
    await shows(discord, message, "测试用的回答");
    const second = restart();
    expect(await second.ended).toBe(1);
    // The first one's answer goes on.
    const shown = textOf(message).length;
    await discord.until(() => textOf(message).length > shown, "more of the answer");
    runner.process.kill("SIGKILL");
    await runner.ended;
    restart();
    await ended(discord, message);
    expect(textOf(message)).toContain("机器人重启");
  });
});

describe.skipIf(OVER_REDIS)("a store of decisions that cannot be used", () => {
  const backup = "community-2026-11-20.db";
  const cases: [string, (path: string) => Promise<unknown>, string, RegExp][] = [
    [
      "damaged, with a backup",
      async (path) => {
        await writeFile(path, "垃圾".repeat(2000));
        await writeFile(join(path, "..", backup), "");
      },
      `用 DATA_DIR 里的备份 ${backup} 换掉 community.db`,
      /SQLITE_NOTADB \(26\): file is not a database: .+ is damaged, so no try is run; .+ copy community-2026-11-20\.db/,
    ],
    ["damaged, without one", (path) => mkdir(path), "也没有备份", /is damaged, so no try is run; there is no backup/],
    [
      "of a newer version",
      async (path) => openRaw(path).exec("PRAGMA user_version = 99"),
      "是更新的版本写的",
      /newer: the community store is of a newer version, so no try is run; start the version that wrote it/,
    ],
  ];
  test.each(cases)(
    "%s: tries are refused with the mend, and the catalog answers",
    async (_name, make, said, logged) => {
      const folder = await temporaryFolder();
      await make(join(folder, "community.db"));
      const { discord, ollama, runner } = await openProgramWorld({ env: { DATA_DIR: folder } });
      const refused = await discord.person({ id: ASKER }).run("try", TRY);
      await shows(discord, refused, said);
      const answer = await discord.person({ id: ASKER }).run("models", { query: "qwen3" });
      expect(textOf(answer)).toContain("Qwen3");
      const status = await discord.person({ id: OTHER }).run("status", {});
      expect(textOf(status)).toContain("community.db: ");
      expect(runner.stderr()).toMatch(logged);
      expect(ollama.requests).toHaveLength(0);
      await runner.stop();
    },
  );
});

describe.skipIf(OVER_REDIS)("while the disk takes nothing", () => {
  test("a lock that somebody holds in mid-stream holds up nobody: the answer is whole, and written afterwards", async () => {
    const folder = await temporaryFolder();
    const { discord, ollama } = await openWorld({ env: { DATA_DIR: folder } });
    ollama.script({ text: "长".repeat(400), tokensPerSecond: 80 });
    const message = await discord.person({ id: ASKER }).run("try", TRY);
    await shows(discord, message, "长长长");
    const other = openRaw(join(folder, "cache.db"));
    const stalls = monitorEventLoopDelay({ resolution: 5 });
    stalls.enable();
    other.exec("BEGIN IMMEDIATE");
    const until = performance.now() + LOCKED_MS;
    while (performance.now() < until) {
      const answer = await discord.person({ id: OTHER }).run("models", { query: "qwen3" });
      expect(textOf(answer)).toContain("Qwen3");
      await wait(100);
    }
    await ended(discord, message);
    stalls.disable();
    expect(textOf(message)).toContain("长".repeat(400));
    expect(stalls.max / 1e6).toBeLessThan(LOCKED_MS / 2);
    const during = await discord.person({ id: ASKER }).press(message, "再来一次");
    await ended(discord, during);
    other.exec("ROLLBACK");
    const whole = other.prepare("SELECT count(*) AS count FROM records WHERE shown = 1");
    await expect.poll(() => whole.get()).toEqual({ count: 2 });
  });

  test("a process that is killed before it could write starts again, and runs nothing twice", async () => {
    const folder = await temporaryFolder();
    const { discord, ollama, runner, restart } = await openProgramWorld({ env: { DATA_DIR: folder } });
    await ended(discord, await discord.person({ id: ASKER }).run("try", TRY));
    const other = openRaw(join(folder, "cache.db"));
    other.exec("BEGIN IMMEDIATE");
    const message = await discord.person({ id: ASKER }).run("try", TRY);
    await ended(discord, message);
    const asked = ollama.requests.length;
    const answer = textOf(message);
    runner.process.kill("SIGKILL");
    await runner.ended;
    other.exec("ROLLBACK");
    other.close();
    const again = restart();
    await discord.started(2);
    await ended(discord, await discord.person({ id: OTHER }).run("try", TRY));
    expect(textOf(message)).toBe(answer);
    expect(ollama.requests).toHaveLength(asked + 1);
    await again.stop();
    expect(openRaw(join(folder, "cache.db")).prepare("PRAGMA integrity_check").get()).toEqual({
      integrity_check: "ok",
    });
  });

  test("what Discord shows is kept where the disk had no more than the start, whole or in the middle", async () => {
    const folder = await temporaryFolder();
    const env = { DATA_DIR: folder, TRY_HOST_SLOTS: "2" };
    const { discord, ollama, runner, restart } = await openProgramWorld({ env });
    ollama.script(({ model }) =>
      model === TRY.model
        ? { text: "长".repeat(300), tokensPerSecond: 50 }
        : { text: "短".repeat(3000), tokensPerSecond: 40 },
    );
    const whole = await discord.person({ id: ASKER }).run("try", TRY);
    const part = await discord.person({ id: OTHER }).run("try", { ...TRY, model: "qwen3:8b" });
    const other = openRaw(join(folder, "cache.db"));
    await expect
      .poll(() => other.prepare("SELECT count(*) AS count FROM records WHERE ended = 0").get())
      .toEqual({ count: 2 });
    other.exec("BEGIN IMMEDIATE");
    await ended(discord, whole);
    await shows(discord, part, "短".repeat(100));
    const answer = textOf(whole);
    runner.process.kill("SIGKILL");
    await runner.ended;
    const [shown] = /短+/.exec(textOf(part)) ?? [""];
    other.exec("ROLLBACK");
    other.close();
    restart();
    await discord.started(2);
    await ended(discord, part);
    expect(textOf(part)).toContain("机器人重启");
    expect(textOf(part)).toContain(shown);
    await discord.until(() => discord.rest.calls.filter(({ method }) => method === "GET").length >= 2, "both looks");
    await ended(discord, await discord.person({ id: OTHER }).run("try", TRY));
    expect(textOf(whole)).toBe(answer);
  });

  test("a file of tries that is garbage is set aside with one line", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "cache.db"), "垃圾".repeat(2000));
    const { discord, runner } = await openProgramWorld({ env: { DATA_DIR: folder } });
    await ended(discord, await discord.person({ id: ASKER }).run("try", TRY));
    expect(runner.stderr()).toMatch(/"reason":"SQLITE_NOTADB \(26\): file is not a database".+was set aside/);
    expect((await readdir(folder)).filter((name) => name.includes("set-aside"))).toHaveLength(1);
    await runner.stop();
  });
});
