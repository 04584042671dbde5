import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { LOCALES, type Locale } from "#src/base/locale.ts";
import { answerCall, type ProgramName, readArguments } from "#src/cli/arguments.ts";
import { callerLocale } from "#src/cli/caller-locale.ts";
import { runProgram } from "#tests/run-program.ts";
import { temporaryFolder } from "#tests/temporary-catalog.ts";

/** What a program answers to arguments before it runs. */
function call(name: ProgramName, args: string[], locale: Locale = "zh-CN") {
  const output = { stdout: "", stderr: "" };
  const into = (stream: keyof typeof output) => ({
    write: (text: string) => {
      output[stream] += text;
      return true;
    },
  });
  const code = answerCall(name, args, { stdout: into("stdout"), stderr: into("stderr") }, () => locale);
  return { code, ...output };
}

const PROGRAMS = ["start", "ask", "worker", "register", "catalog", "sync", "bench", "screenshots"] as const;

describe.each(LOCALES)("help in %s", (locale) => {
  test.each(PROGRAMS)("of %s says what it does, how it is called, and every option", (name) => {
    const { code, stdout, stderr } = call(name, ["--help"], locale);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/npm (?:start|run)/);
    // Each line of an option has its text, and no text is the name of a key.
    for (const line of stdout.split("\n").filter((item) => item.startsWith("  -")))
      expect(line).toMatch(/ {2}\S.{3,}$/);
    expect(stdout).not.toMatch(/cli\.|\{\{/);
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThan(160);
    expect(call(name, ["-h"], locale).stdout).toBe(stdout);
  });
});

describe("a call that is not what the usage says", () => {
  test.each<[ProgramName, string[], string]>([
    ["ask", ["--jsonn"], "没有 --jsonn 这个选项。是不是 --json？"],
    ["ask", ["-x", "/models"], "没有 -x 这个选项。"],
    ["ask", ["--json=yes"], "--json 不带值。"],
    ["ask", [""], "命令是空的。"],
    ["ask", ["　", " "], "命令是空的。"],
    ["start", ["--port", "1"], "没有 --port 这个选项。"],
    ["start", ["now"], "多余的参数「now」。"],
    ["start", ["--help=yes"], "--help 不带值。"],
    ["worker", ["x"], "多余的参数「x」。"],
    ["register", ["--guild"], "--guild 后面缺少值。"],
    ["register", ["--guild", "--dry-run"], "--guild 后面缺少值。"],
    ["register", ["--guild="], "--guild 后面缺少值。"],
    ["catalog", ["--site="], "--site 后面缺少值。"],
    ["sync", ["--write", "--only", " "], "--only 后面缺少值。"],
    ["register", ["--guild", "mulu"], "--guild 应为服务器 ID（15 到 20 位数字），不能是「mulu」。"],
    ["catalog", ["--chek"], "没有 --chek 这个选项。是不是 --check？"],
    ["catalog", ["--check", "--site", "x"], "--check 和 --site 不能一起用。"],
    ["catalog", ["--base", "/x/"], "--base 要和 --site 一起用。"],
    ["catalog", ["--site", "x", "--base", "x"], "--base 应以斜杠开头和结尾，如 /mulu/，不能是「x」。"],
    ["sync", [], "要选其中一个：--dry-run --write --pr"],
    ["sync", ["--only", "chatglm-6b"], "要选其中一个：--dry-run --write --pr"],
    ["sync", ["--write", "--pr"], "--write 和 --pr 不能一起用。"],
    ["sync", ["--dry-run", "--only", "chatglm-6b,"], "--only 应为条目 id，用逗号隔开，不能是「chatglm-6b,」。"],
    ["sync", ["--dry-run", "more"], "多余的参数「more」。"],
    ["bench", ["--fast"], "没有 --fast 这个选项。"],
    ["start", ["\u001b[31mred"], "多余的参数「[31mred」。"],
  ])("%s %j is refused with one line and the usage", (name, args, line) => {
    const { code, stdout, stderr } = call(name, args);
    const lines = stderr.split("\n");
    expect(lines[0]).toBe(line);
    expect(lines[1]).toMatch(/^用法：npm (?:start|run)/);
    expect(lines.length).toBe(4);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });

  test.each(["mulu", "/mulu", "//evil.example/", "/a b/", "https://x.example/"])("%s is no base of a site", (base) => {
    expect(call("catalog", ["--site", "site", "--base", base])).toMatchObject({ code: 2, stdout: "" });
    expect(() => readArguments("catalog", ["--site", "site", "--base", base])).toThrow("--base");
  });

  test("a huge argument is not said again in full", () => {
    expect(call("start", ["x".repeat(1_000_000)]).stderr.length).toBeLessThan(300);
  });
});

test.each<[ProgramName, string[]]>([
  ["ask", []],
  ["ask", ["--json", "/models", "int4"]],
  ["ask", ["--", "-h"]],
  ["register", ["--guild", "123456789012345678"]],
  ["catalog", ["--check", "--entries"]],
  ["catalog", ["--site", "x", "--base", "/mulu/"]],
  ["sync", ["--pr", "--only", "a, b", "--json"]],
])("%s %j runs", (name, args) => {
  expect(call(name, args)).toEqual({ code: undefined, stdout: "", stderr: "" });
});

test("values are read as they are typed", () => {
  expect(readArguments("sync", ["--write", "--only", "a, b"]).values).toMatchObject({
    write: true,
    pr: false,
    only: "a, b",
  });
  expect(readArguments("ask", ["/models", "int4"]).positionals).toEqual(["/models", "int4"]);
});

test.each([
  ["en-US", "en-US"],
  ["en", "en-US"],
  ["zh_TW", "zh-TW"],
  ['"en_GB.UTF-8"', "en-US"],
  ["klingon", "zh-CN"],
])("DEFAULT_LOCALE=%s speaks %s before the settings are read", (name, locale) => {
  expect(callerLocale({ DEFAULT_LOCALE: name }, undefined)).toBe(locale);
});

test("so does a .env as Windows writes it, below the environment", async () => {
  const file = join(await temporaryFolder(), ".env");
  const text = "\ufeffDEFAULT_LOCALE = 'en'\r\n";
  for (const encoding of ["utf8", "utf16le"] as const) {
    await writeFile(file, text, encoding);
    expect(callerLocale({}, file)).toBe("en-US");
    expect(callerLocale({ DEFAULT_LOCALE: "" }, file)).toBe("en-US");
    expect(callerLocale({ DEFAULT_LOCALE: "zh_HK" }, file)).toBe("zh-TW");
  }
});

test("help needs no setting to be right, and loads nothing but itself", async () => {
  const { code, stdout, stderr } = await runProgram("src/start.ts", ["--help"], {
    env: {
      LOG_LEVEL: "loud",
      HTTP_PORT: "x",
      CATALOG_DIR: "/nowhere",
      NODE_OPTIONS: "--import=./tests/loaded-modules.mjs",
    },
  });
  expect(stdout).toContain("用法：npm start");
  expect(code).toBe(0);
  expect(stderr).toContain("/src/cli/arguments.ts");
  expect(stderr).not.toMatch(/\/node_modules\/(?:zod|pino|discord\.js)\/|\/src\/(?:app|config|main)\.ts/);
});

test("--version says which Mulu it is", () => {
  expect(call("worker", ["--version"])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^mulu \d+\.\d+\.\d+\n$/),
  });
});
