import { describe, expect, test } from "vitest";
import { runProgram } from "#tests/run-program.ts";
import { catalogWith, smallEntry } from "#tests/temporary-catalog.ts";

const ask = (args: string[], options = {}) => runProgram("src/cli/ask.ts", args, options);

describe("npm run -s ask", () => {
  test("lists what runs at int4 with the memory that the project states", async () => {
    const { code, stdout } = await ask(["/models int4"]);
    const line = (name: string) => stdout.split("\n").find((item) => item.startsWith(name)) ?? "";
    expect(line("ChatGLM-6B")).toMatch(/chatglm-6b .* 6 GB /);
    expect(line("Chinese-Vicuna")).toMatch(/chinese-vicuna .* 5\.4 GB（GPTQ-Int4/);
    expect(line("Chinese-ChatLLaMA")).toMatch(/chinese-chatllama .* 未注明（GGML Q4_0）/);
    expect(stdout).toContain("条件：INT4");
    expect(code).toBe(0);
  });

  test("answers commands from stdin until it ends", async () => {
    const { code, stdout } = await ask([], { input: "/models int4\n\n/model chatglm\n" });
    expect(stdout).toMatch(/找到 \d+ 个模型/);
    expect(stdout).toContain("The ChatGLM-6B License");
    expect(code).toBe(0);
  });

  test("prints the view as JSON", async () => {
    const { stdout } = await ask(["--json", "/model belle"]);
    expect(JSON.parse(stdout)).toMatchObject({ components: [{ type: 17 }] });
  });

  test.each([
    ["/modles", "/models"],
    ["/model zzzzzz", "zzzzzz"],
    ["/model", "name"],
    ["/models sort:best", "memory, newest, size, name"],
    ["/models order:name", "query"],
    [`/models ${"长".repeat(71)}`, "70"],
    ['/model "chatglm', "引号"],
    ["hello", "/models hello"],
  ])("%s is refused with what would help", async (line, help) => {
    const { code, stdout } = await ask([line]);
    // An option that is not one is text of the query, as on Discord; it finds nothing and says so.
    if (line.includes("order:")) return expect(stdout).toContain("没有符合条件的模型");
    expect(stdout).toContain(help);
    return expect(code).toBe(1);
  });

  test("speaks the language of DEFAULT_LOCALE", async () => {
    const english = await ask(["/models int4"], { env: { DEFAULT_LOCALE: "en-US" } });
    expect(english.stdout).toMatch(/\d+ models found/);
    const taiwan = await ask(["/model belle"], { env: { DEFAULT_LOCALE: "zh-TW" } });
    expect(taiwan.stdout).toContain("貝殼找房");
  });
});

describe("a start that must not happen", () => {
  test("a wrong setting is named with what it accepts, and the value is not shown", async () => {
    const { code, stdout, stderr } = await ask(["/models"], { env: { DEFAULT_LOCALE: "zh-CH", LOG_LEVEL: "loud" } });
    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toContain("DEFAULT_LOCALE：应为以下之一：zh-CN, zh-TW, en-US");
    expect(stderr).toContain("LOG_LEVEL：应为以下之一：fatal, error");
    expect(stderr).not.toContain("loud");
  });

  test("a missing catalog folder is named", async () => {
    const { code, stderr } = await ask(["/models"], { env: { CATALOG_DIR: "/nowhere" } });
    expect(code).toBe(1);
    expect(stderr).toContain("/nowhere/models");
    expect(stderr.split("\n").length).toBe(2);
  });

  test("one bad file leaves the others answering, and is reported", async () => {
    const folder = await catalogWith({ "broken.yaml": "name: [", "newer.yaml": smallEntry({ futureField: "1" }) });
    const { code, stdout, stderr } = await ask(["/models small"], { env: { CATALOG_DIR: folder } });
    expect(code).toBe(0);
    expect(stdout).toContain("newer");
    expect(stderr).toContain("broken.yaml");
    expect(stderr).toContain("futureField");
  });
});
