import { describe, expect, test } from "vitest";
import { createApp } from "#src/app.ts";
import { UNLIMITED } from "#src/chat/view.ts";
import { type Config, readConfig } from "#src/config.ts";
import { answerTyped, type Terminal } from "#src/terminal/answer.ts";
import { renderView } from "#src/terminal/render.ts";
import { runCommand, runProgram } from "#tests/run-program.ts";
import { catalogWith, smallEntry } from "#tests/temporary-catalog.ts";
import { terminalOf, testApp } from "#tests/test-app.ts";

const ask = (args: string[], options = {}) => runProgram("src/cli/ask.ts", args, options);

const app = await testApp();

/** Answers one line in this process, as the program does. */
async function answer(line: string, { app: asked = app } = {}) {
  let shown = "";
  const terminal: Terminal = {
    room: UNLIMITED,
    show: (view) => {
      shown += renderView(view, { colour: false, columns: Number.POSITIVE_INFINITY });
    },
    screen: { write: () => {}, status: undefined, end: () => {} },
  };
  return { outcome: await answerTyped(line, terminalOf(asked), terminal), shown };
}

describe("npm run -s ask", () => {
  test("lists what runs at int4 with the memory that the project states", async () => {
    const { code, stdout } = await ask(["/models int4"]);
    const line = (name: string) => stdout.split("\n").find((item) => item.startsWith(name)) ?? "";
    expect(line("ChatGLM-6B")).toMatch(/chatglm-6b .* 6 GB /);
    expect(line("Chinese-Vicuna")).toMatch(/chinese-vicuna .* 5\.4 GB（GPTQ-Int4/);
    expect(line("Chinese-ChatLLaMA")).toMatch(/chinese-chatllama .* ≈ [\d.]+ GB（GGML Q4_0，.*估计）/);
    expect(stdout).toContain("条件：INT4");
    expect(code).toBe(0);
  });

  test("answers commands from stdin until it ends", async () => {
    const { code, stdout } = await ask([], { input: "/models int4\n\n/model chatglm\n" });
    expect(stdout).toMatch(/找到 \d+ 个模型/);
    expect(stdout).toContain("The ChatGLM-6B License");
    expect(code).toBe(0);
  });

  test("prints the views as JSON, one a line", async () => {
    const { stdout } = await ask(["--json"], { input: "/model belle\n/compare chatglm-6b qwen3\n" });
    const [model = "", comparison = ""] = stdout.split("\n");
    expect(JSON.parse(model)).toMatchObject({ components: [{ type: 17 }] });
    expect(JSON.parse(comparison).files[0].chart.groups[0].bars[0]).toMatchObject({ precision: "FP16", gb: 13 });
  });

  test("compares models, with the memory as a chart in characters", async () => {
    const { outcome, shown } = await answer("/compare chatglm-6b qwen3-8b belle vram:8");
    expect(outcome).toBe("answered");
    expect(shown).toMatch(/^项目 +ChatGLM-6B +Qwen3-8B +BELLE$/m);
    expect(shown).toMatch(/^ {2}FP16 +█+│█+.* 13 GB ✗$/m);
    expect(shown).toMatch(/^ {2}INT4 +█+[^█]*│ +6 GB$/m);
  });

  test.each([
    ["/modles", "/models"],
    ["/compare chatglm-6b", "model2"],
    ["/compare chatgml-6b belle", "chatglm-6b"],
    ["/compare chatglm-6b ChatGLM6B", "是同一个模型"],
    ["/compare chatglm-6b belle vram:0", "10000"],
    ["/model zzzzzz", "zzzzzz"],
    ["/model", "name"],
    ["/models sort:best", "memory、newest、size、name"],
    ["/fit", "vram"],
    ["/fit vram:0", "0.1 到 10000"],
    ["/fit vram:-8", "2x24"],
    ["/fit vram:99999", "10000"],
    ["/fit vram:big", "「big」"],
    ["/fit 8 ram:0", "内存「0」"],
    ["/fit 8 context:long", "32768"],
    ["/fit 8 purpose:dance", "translation"],
    [`/models ${"长".repeat(71)}`, "70"],
    ['/model "chatglm', "引号"],
    ["hello", "/try qwen3 hello"],
    ["帮我写一封请假邮件", "/try qwen3 帮我写一封请假邮件"],
    ["help me write an email to my boss", "/try qwen3 help me"],
    ["translate this sentence into English", "/try qwen3 translate this"],
    ["forget", "/models qwen3 int4"],
    ["/try", "/try chatglm 写一封邮件"],
    ["try qwen3", "/try <model> <prompt>"],
    [`/try qwen3 ${"长 ".repeat(10_000)}`, "10000"],
  ])("%s is refused with what would help", async (line, help) => {
    const { outcome, shown } = await answer(line);
    expect(shown).toContain(help);
    expect(outcome).toBe("refused");
  });

  test.each(["write me a poem", "写小说", "翻译 英语"])("%s asks for a purpose, and is looked for", async (line) => {
    const { outcome, shown } = await answer(line);
    expect(outcome).toBe("answered");
    expect(shown).toMatch(/^找到 \d+ 个模型$/m);
  });

  test("one line that is refused makes the exit code 1, and the others are answered", async () => {
    const { code, stdout } = await ask([], { input: "/modles\n/model chatglm\n" });
    expect(code).toBe(1);
    expect(stdout).toContain("The ChatGLM-6B License");
  });

  test("an option that is not one is text of the query, as on Discord: it finds nothing and says so", async () => {
    const { shown } = await answer("/models zzorder:zzprice");
    expect(shown).toContain("没有符合条件的模型");
    expect(shown).toContain("条件：「zzorder」 · 「zzprice」");
    // What occurs in some text is looked for there.
    expect((await answer("/models order:price")).shown).toContain("条件：「order」");
  });

  test("tells what runs on a card, however its memory is written", async () => {
    const spellings = ["/fit vram:6", "/fit 6", "/fit 6GB", "/fit 6 GB", "/fit “6 g”"];
    const answers = await Promise.all(spellings.map((line) => answer(line)));
    for (const { outcome, shown } of answers) {
      expect(outcome).toBe("answered");
      expect(shown).toMatch(/^6 GB 显存能跑 \d+ 个模型系列$/m);
    }
    expect(answers[0]?.shown).toMatch(
      /^Qwen3\.5 +Qwen3\.5-4B +GGUF Q4_K_M +▓+░+ ≈ [\d.]+ \/ 6 GB（估计）.* ollama run qwen3\.5:4b$/m,
    );
  });

  test("speaks the language of DEFAULT_LOCALE", async () => {
    const english = await ask(["/models int4"], { env: { DEFAULT_LOCALE: "en-US" } });
    expect(english.stdout).toMatch(/\d+ models found/);
    const taiwan = await answer("/model belle", { app: await testApp({ DEFAULT_LOCALE: "zh-TW" }) });
    expect(taiwan.shown).toContain("貝殼找房");
  });
});

test.each(app.router.commands.flatMap(({ name, examples }) => examples.map((example) => `/${name} ${example}`.trim())))(
  "%s says which parts of the app it needs, also where it is the first to need them",
  async (line) => {
    const lazy = await createApp(readConfig({ LOG_LEVEL: "silent", OLLAMA_HOSTS: "http://127.0.0.1:9" }), {
      lazy: true,
    });
    expect((await answer(line, { app: lazy })).outcome).not.toBe("failed");
  },
);

describe("a start that must not happen", () => {
  test("a wrong setting is named with what it accepts, and the value is not shown", async () => {
    const { code, stdout, stderr } = await ask(["/models"], { env: { DEFAULT_LOCALE: "fr", LOG_LEVEL: "loud" } });
    expect(code).toBe(78);
    expect(stdout).toBe("");
    expect(stderr).toContain("DEFAULT_LOCALE：应为一种语言：zh-CN, zh-TW, en-US");
    expect(stderr).toContain("LOG_LEVEL：应为以下之一：fatal, error");
    expect(stderr).not.toContain("loud");
  });

  test("a missing catalog folder is named", async () => {
    const start = async (config: Config): Promise<number> => {
      await createApp(config);
      return 0;
    };
    const { code, stderr } = await runCommand((_args, config) => start(config), [], { CATALOG_DIR: "/nowhere" });
    expect(code).toBe(78);
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
