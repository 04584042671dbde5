import { readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runCatalogCommand } from "#src/cli/catalog-command.ts";
import { runCommand, runProgram } from "#tests/run-program.ts";
import { catalogWith, FEW, smallEntry, soundEntry } from "#tests/temporary-catalog.ts";

const check = (folder: string, args: string[] = ["--check"]) =>
  runCommand(runCatalogCommand, args, { CATALOG_DIR: folder });

describe("npm run catalog -- --check", () => {
  test("accepts this repository", async () => {
    const { code, stdout, stderr } = await runProgram("src/cli/catalog.ts", ["--check"]);
    expect(stderr).toBe("");
    expect(stdout).toContain("没有问题");
    expect(code).toBe(0);
  });

  test.each([
    ["a wrong key", smallEntry({ licence: "MIT" }), "bad.yaml:13:1 不认识的字段 licence，是不是 license？"],
    ["an impossible date", smallEntry({ released: "'2023-02-30'" }), "bad.yaml:13:1 released：应为真实日期"],
    ["a number written as text", smallEntry({ contextTokens: "many" }), "contextTokens：应为数字，实际是文字"],
    ["a missing field", smallEntry().replace(/^family:.*\n/m, ""), "family：缺少这个字段，应为文字"],
    ["an unknown precision", smallEntry({ quantizations: "\n  - int3" }), "quantizations[1]：应为以下之一：fp32"],
    ["no source", smallEntry({ sources: "[]" }), "sources：至少要有一个来源"],
    ["a bad address", smallEntry({ links: "\n  - label: x\n    url: javascript:alert(1)" }), "应为 http 或 https 地址"],
    [
      "an alias of another entry",
      smallEntry({ aliases: "\n  - ChatGLM" }),
      "chatglm-6b.yaml:5:5 aliases[1]：别名「chatglm」已属于 bad",
    ],
    [
      "a base model that nobody knows",
      smallEntry({ baseModel: "Lama-7B" }),
      "bad.yaml:13:1 baseModel：「Lama-7B」不是目录里的模型",
    ],
    [
      "a size that is not the one in the name",
      smallEntry({ variants: "\n  - name: Bad-7B\n    parametersB: 70" }),
      "bad.yaml:15:5 variants[1].parametersB：70B 与名字「Bad-7B」里的大小相差超过 15%",
    ],
    ["tabs", "name:\tx\nsummary:\n\tzh: x\n", "YAML 不能用制表符缩进"],
    ["broken YAML", "name: [", "bad.yaml:1:"],
    ["the same key twice", `${smallEntry()}name: Again\n`, "同一个字段写了两次"],
    ["an anchor", smallEntry({ family: "&x Small", developersNote: "*x" }), "锚点"],
    ["10 MB", `${smallEntry()}# ${"x".repeat(10_000_000)}\n`, "文件有 10.0 MB，超过 1.0 MB，没有读取"],
    ["an empty file", "", "bad.yaml 应为键值对"],
  ])("%s: says which file, which field and what was expected", async (_case, text, message) => {
    const folder = await catalogWith({ "bad.yaml": text }, FEW);
    const { code, stdout, stderr } = await check(folder);
    expect(stderr).toContain(message);
    expect(stdout).toBe("");
    expect(code).toBe(1);
  });

  test("a name that is no id is refused, so that no id comes twice", async () => {
    const { code, stderr } = await check(
      await catalogWith({ "chatglm-6b.yml": smallEntry(), "Small.yaml": smallEntry() }, FEW),
    );
    expect(stderr).toContain("chatglm-6b.yml 文件名应为");
    expect(stderr).toContain("Small.yaml 文件名应为");
    expect(code).toBe(1);
  });

  test("an entry out of layout and stale generated files are named", async () => {
    const { code, stderr } = await check(await catalogWith({ "small.yaml": soundEntry() }, FEW));
    expect(stderr).toContain("small.yaml 排版与规定不同");
    expect(stderr).toContain("README.md 与 catalog/models 不一致");
    expect(code).toBe(1);
  });
});

describe("the pages of families", () => {
  test("one that is stale, missing or superfluous is refused, then mended; what people put beside them stays", async () => {
    const folder = await catalogWith({ "small.yaml": soundEntry() }, FEW);
    await check(folder, []);
    const page = (name: string): string => join(folder, "families", `${name}.md`);
    await rename(page("small"), page("gone"));
    await writeFile(page("qwen"), "old");
    await writeFile(page("notes"), "mine");
    const { code, stderr } = await check(folder);
    expect(stderr).toContain("families/small.md 与 catalog/models 不一致");
    expect(stderr).toContain("families/qwen.md 与 catalog/models 不一致");
    expect(stderr).toContain("families/gone.md 生成的页面已不再需要");
    expect(stderr).not.toContain("notes.md");
    expect(code).toBe(1);
    expect((await check(folder, [])).code).toBe(0);
    const names = await readdir(join(folder, "families"));
    expect(names).toEqual(expect.arrayContaining(["notes.md", "small.md", "qwen.md"]));
    expect(names).not.toContain("gone.md");
    expect(await readFile(page("notes"), "utf8")).toBe("mine");
    expect((await check(folder)).code).toBe(0);
  });

  test("one that GitHub would cut is refused with its size, also where only entries are checked", async () => {
    const wordy = (length: number) => {
      const notes = Array.from({ length }, () => `{title: ${"字".repeat(600)}}`);
      return catalogWith({ "wordy.yaml": soundEntry({ family: "Wordy", papers: `[${notes}]` }) }, FEW);
    };
    const refused = await check(await wordy(222), ["--check", "--entries"]);
    expect(refused.stderr).toContain("families/wordy.md 页面有 401 kB，超过 400 kB");
    expect(refused.code).toBe(1);
    const folder = await wordy(220);
    expect((await check(folder, [])).stderr).toBe("");
  });
});

describe("npm run catalog", () => {
  test("lays entries out, renews what is generated, and changes nothing the second time", async () => {
    const folder = await catalogWith({ "small.yaml": `# kept\n${soundEntry()}` }, FEW);
    const first = await check(folder, []);
    expect(first.stdout).toContain("small.yaml, README.md");
    const text = await readFile(join(folder, "models/small.yaml"), "utf8");
    expect(text).toContain("# kept");
    expect(await readFile(join(folder, "README.md"), "utf8")).toContain("[Small](families/small.md#small)");
    expect(await readFile(join(folder, "families/small.md"), "utf8")).toContain("## Small");
    const second = await check(folder, []);
    expect(second.stdout).toContain("没有需要更新的文件");
    expect((await check(folder)).code).toBe(0);
  });

  test("writes nothing where one entry is wrong", async () => {
    const folder = await catalogWith({ "bad.yaml": smallEntry({ oops: "1" }), "small.yaml": smallEntry() }, FEW);
    await writeFile(join(folder, "README.md"), "old");
    expect((await check(folder, [])).code).toBe(1);
    expect(await readFile(join(folder, "README.md"), "utf8")).toBe("old");
    expect(await readdir(join(folder, "models"))).not.toContainEqual(expect.stringContaining(".tmp"));
  });

  test("text of an entry cannot become HTML or Markdown of the list", async () => {
    const notes = "'<img src=x onerror=alert(1)> [x](javascript:1) | @someone'";
    const folder = await catalogWith({ "small.yaml": soundEntry({ notes }) }, FEW);
    await check(folder, []);
    const readme = await readFile(join(folder, "families/small.md"), "utf8");
    expect(readme).toContain("## Small");
    expect(readme).not.toMatch(/(?<!\\)<img/);
    expect(readme).not.toContain("[x](javascript");
    expect(readme).not.toContain("@someone");
  });
});
