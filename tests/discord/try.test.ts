import { describe, expect, test } from "vitest";
import { ASKER, ended, labels, OTHER, openWorld, shows } from "#tests/discord/try-world.ts";
import { textOf } from "#tests/stand-ins/discord/people.ts";
import { catalogWith, FEW, smallEntry } from "#tests/temporary-catalog.ts";

describe("/try", () => {
  test("streams the answer, names the stand-in, and ends with figures and buttons", async () => {
    const { discord, ollama } = await openWorld();
    ollama.script({ text: "尊敬的老师：您好！", tokensPerSecond: 100 });
    const message = await discord.person({ id: ASKER }).run("try", { model: "chatglm", prompt: "写一封邮件" });
    await ended(discord, message);
    const shown = textOf(message);
    expect(shown).toContain("> 写一封邮件");
    expect(shown).toContain("不是 ChatGLM-6B 本身，由 `glm4:9b` 代替");
    expect(shown).toContain("尊敬的老师：您好！");
    expect(shown).toMatch(/`glm4:9b` · Ollama 1 · \d+ tokens · 100\.0 tok\/s/);
    expect(labels(message)).toEqual(["再来一次", "继续"]);
    expect(ollama.requests[0]).toMatchObject({ model: "glm4:9b", messages: [{ role: "user", content: "写一封邮件" }] });
  });

  test("the newest text is shown, one edit at a time, no more than about one a second", async () => {
    const { discord, ollama } = await openWorld();
    ollama.script({ chunks: Array.from({ length: 120 }, (_, at) => `字${at} `), tokensPerSecond: 40 });
    const message = await discord.person({ id: ASKER }).run("try", { model: "glm4:9b", prompt: "数" });
    await ended(discord, message);
    const gaps = message.states.slice(1, -1).map(({ at }, index) => at - (message.states[index]?.at ?? 0));
    for (const gap of gaps) expect(gap).toBeGreaterThan(1100);
    expect(textOf(message)).toContain("字0 ");
    expect(textOf(message)).toContain("字119");
    expect(discord.rest.calls.filter(({ status }) => status === 429)).toEqual([]);
  });

  test("thinking is one line while it runs and a button afterwards", async () => {
    const { discord, ollama } = await openWorld();
    ollama.script({ thinking: "先想一想。".repeat(20), text: "想好了。", tokensPerSecond: 60 });
    const person = discord.person({ id: ASKER });
    const message = await person.run("try", { model: "qwen3", prompt: "问", think: "true" });
    await ended(discord, message);
    expect(textOf(message)).not.toContain("先想一想");
    const thinking = await person.press(message, "思考过程");
    expect(thinking.ephemeral).toBe(true);
    expect(textOf(thinking)).toContain("先想一想");
    expect(ollama.requests[0]?.think).toBe(true);
  });

  test("an answer that pings nobody, breaks nothing and hides no link", async () => {
    const { discord, ollama } = await openWorld();
    ollama.script({ text: "@everyone <@300000000000000002> [点我](https://evil.example) <img src=x>\n```js\n开着的" });
    const message = await discord.person({ id: ASKER }).run("try", { model: "glm4:9b", prompt: "坏" });
    await ended(discord, message);
    expect(textOf(message)).toContain("点我 (<https://evil.example>)");
    expect((textOf(message).match(/```/g) ?? []).length % 2).toBe(0);
  });

  test("a long answer goes on in a file, whole", async () => {
    const { discord, ollama } = await openWorld({ env: { TRY_MAX_TOKENS: "10000" } });
    const text = Array.from({ length: 700 }, (_, at) => `第 ${at} 句话。`).join("");
    ollama.script({ text });
    const message = await discord.person({ id: ASKER }).run("try", { model: "glm4:9b", prompt: "长" });
    await ended(discord, message);
    expect(message.files).toEqual([{ name: "answer.md", text }]);
    expect(textOf(message)).toContain("第 0 句话");
    expect(textOf(message)).toContain("还有更多");
  });

  test("continue keeps the conversation, for the person who had it alone", async () => {
    const { discord, ollama } = await openWorld();
    ollama.script({ text: "第一句" });
    const person = discord.person({ id: ASKER });
    const message = await person.run("try", { model: "glm4:9b", prompt: "一" });
    await ended(discord, message);
    const next = await person.write(message, "继续", "二");
    await ended(discord, next);
    expect(ollama.requests[1]?.messages).toEqual([
      { role: "user", content: "一" },
      { role: "assistant", content: "第一句" },
      { role: "user", content: "二" },
    ]);
    const refused = await discord.person({ id: OTHER }).press(message, "继续");
    expect(refused.ephemeral).toBe(true);
    expect(textOf(refused)).toContain("只有提问的人");
  });

  test("continue at a context that is full says what was left out, five long turns on", async () => {
    const { discord, ollama } = await openWorld({ env: { TRY_MAX_TOKENS: "500" } });
    ollama.script({ text: "好" });
    const person = discord.person({ id: ASKER });
    let message = await person.run("try", { model: "glm4:9b", prompt: "我叫小明。" });
    for (const prompt of ["一", "二", "三", "四"].map((name) => `${name}${"。".repeat(2500)}`)) {
      await ended(discord, message);
      message = await person.write(message, "继续", prompt);
    }
    await ended(discord, message);
    expect(textOf(message)).toMatch(/为放进模型的上下文（4,096 tokens），没有带上最早的 [1-4] 轮对话/);
    expect(ollama.requests.at(-1)?.messages[0]?.content).not.toContain("小明");
    expect(ollama.reloads()).toBe(0);
  });

  test("thinking that takes all the length offers an answer without", async () => {
    const { discord, ollama } = await openWorld({ env: { TRY_MAX_TOKENS: "16" } });
    ollama.script({ thinking: "想".repeat(100), text: "想好了。" });
    const person = discord.person({ id: ASKER });
    const message = await person.run("try", { model: "qwen3", prompt: "问", think: "true" });
    await ended(discord, message);
    expect(textOf(message)).toContain("思考用完了回答的长度");
    const answer = await person.press(message, "不思考，直接回答");
    await ended(discord, answer);
    expect(textOf(answer)).toContain("想好了。");
    expect(ollama.requests.map(({ think }) => think)).toEqual([true, false]);
  });

  test("again asks the same once more, in a new message", async () => {
    const { discord, ollama } = await openWorld();
    const person = discord.person({ id: ASKER });
    const message = await person.run("try", { model: "glm4:9b", prompt: "同" });
    await ended(discord, message);
    const again = await person.press(message, "再来一次");
    await ended(discord, again);
    expect(again.id).not.toBe(message.id);
    expect(ollama.requests.map(({ messages }) => messages.at(-1)?.content)).toEqual(["同", "同"]);
  });

  test("private is seen by the person alone", async () => {
    const { discord } = await openWorld();
    const message = await discord.person({ id: ASKER }).run("try", { model: "glm4:9b", prompt: "悄", private: "true" });
    await ended(discord, message);
    expect(message.ephemeral).toBe(true);
  });
});

describe("stopping", () => {
  test("the person who asked stops it, others do not, and Ollama's connection closes", async () => {
    const { discord, ollama } = await openWorld();
    ollama.script({ endless: true, tokensPerSecond: 30 });
    const person = discord.person({ id: ASKER });
    const message = await person.run("try", { model: "glm4:9b", prompt: "说个不停" });
    await shows(discord, message, "glm4:9b");
    const refused = await discord.person({ id: OTHER }).press(message, "停止");
    expect(textOf(refused)).toContain("只有提问的人");
    await person.tap(message, "停止");
    await discord.until(() => ollama.requests[0]?.closedByClientAt !== undefined, "Ollama's connection closed");
    await ended(discord, message);
    expect(textOf(message)).toContain("已停止");
  });

  test("somebody who manages messages may stop it", async () => {
    const { discord, ollama } = await openWorld();
    ollama.script({ endless: true, tokensPerSecond: 30 });
    const message = await discord.person({ id: ASKER }).run("try", { model: "glm4:9b", prompt: "说" });
    await discord.person({ id: OTHER, permissions: String(1n << 13n) }).tap(message, "停止");
    await ended(discord, message);
    expect(textOf(message)).toContain("已停止");
  });

  test("while it waits and while the model loads", async () => {
    const { discord, ollama } = await openWorld();
    ollama.script({ loadMs: 60_000 });
    const loading = await discord.person({ id: ASKER }).run("try", { model: "glm4:9b", prompt: "一" });
    await shows(discord, loading, "正在加载模型");
    const waiting = await discord.person({ id: OTHER }).run("try", { model: "glm4:9b", prompt: "二" });
    await shows(discord, waiting, "排队中，第 1 位");
    await discord.person({ id: OTHER }).tap(waiting, "停止");
    await ended(discord, waiting);
    await discord.person({ id: ASKER }).tap(loading, "停止");
    await ended(discord, loading);
    expect(ollama.requests.length).toBe(1);
  });
});

describe("names that run nothing", () => {
  test.each([
    ["belle", "Ollama 不能直接运行 BELLE"],
    ["draft-7b", "目录里还没有 Draft-7B 在 Ollama 里的名字"],
    ["zzzzqqq", "没有叫「zzzzqqq」的模型"],
  ])("%s", async (model, line) => {
    const files = { "draft-7b.yaml": smallEntry({ name: "Draft-7B" }) };
    const { discord } = await openWorld({ env: { CATALOG_DIR: await catalogWith(files, FEW) } });
    const answer = await discord.person({ id: ASKER }).run("try", { model, prompt: "问" });
    expect(textOf(answer)).toContain(line);
    expect(answer.ephemeral).toBe(true);
  });

  test("what could be pulled says so, and the operator's own model stands for an entry", async () => {
    const { discord } = await openWorld({
      ollama: { models: [{ name: "my-vicuna:7b" }] },
      env: { OLLAMA_ALIASES: "chinese-vicuna=my-vicuna:7b" },
    });
    const person = discord.person({ id: ASKER });
    expect(textOf(await person.run("try", { model: "chatglm", prompt: "问" }))).toContain("ollama pull glm4:9b");
    const message = await person.run("try", { model: "小羊驼", prompt: "问" });
    await ended(discord, message);
    expect(textOf(message)).toContain("my-vicuna:7b");
    const offered = await person.type("try", "model", "");
    expect(offered[0]?.name).toMatch(/^✓ Chinese-Vicuna/);
  });
});
