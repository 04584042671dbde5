import { describe, expect, onTestFinished, test } from "vitest";
import { type Bot, openDiscord, startBot } from "#tests/discord/start-bot.ts";
import type { Message } from "#tests/stand-ins/discord/interactions.ts";
import { buttonsOf, textOf } from "#tests/stand-ins/discord/people.ts";
import type { Discord, DiscordOptions } from "#tests/stand-ins/discord.ts";
import { type Ollama, type OllamaOptions, startOllama } from "#tests/stand-ins/ollama.ts";
import { temporaryFolder } from "#tests/temporary-catalog.ts";

const MODELS = [
  { name: "glm4:9b", sizeBytes: 5.5e9, capabilities: ["completion", "tools"] },
  { name: "qwen3:8b", sizeBytes: 5.2e9, capabilities: ["completion", "thinking"] },
];
const ASKER = "300000000000000001";
const OTHER = "300000000000000002";

type World = { discord: Discord; ollama: Ollama; bot: Bot; restart: () => Bot };

async function open({
  env = {},
  ollama: ollamaOptions = {},
  discord: discordOptions = {},
}: {
  env?: Record<string, string>;
  ollama?: OllamaOptions;
  discord?: DiscordOptions;
} = {}): Promise<World> {
  const ollama = await startOllama({ models: MODELS, ...ollamaOptions });
  onTestFinished(() => ollama.stop());
  const discord = await openDiscord(discordOptions);
  const settings = { OLLAMA_HOSTS: ollama.url, DATA_DIR: await temporaryFolder(), ...env };
  const bot = startBot(discord, settings);
  await discord.ready();
  return { discord, ollama, bot, restart: () => startBot(discord, settings) };
}

const labels = (message: Message): string[] => buttonsOf(message).map(({ label }) => label);
const ended = (discord: Discord, message: Message): Promise<void> =>
  discord.until(() => labels(message).includes("再来一次"), `an end of\n${textOf(message)}`);
const shows = (discord: Discord, message: Message, text: string): Promise<void> =>
  discord.until(() => textOf(message).includes(text), `${text} in\n${textOf(message)}`);

describe("/try", () => {
  test("streams the answer, names the stand-in, and ends with figures and buttons", async () => {
    const { discord, ollama } = await open();
    ollama.script({ text: "尊敬的老师：您好！", tokensPerSecond: 100 });
    const message = await discord.person({ id: ASKER }).run("try", { model: "chatglm", prompt: "写一封邮件" });
    await ended(discord, message);
    const shown = textOf(message);
    expect(shown).toContain("> 写一封邮件");
    expect(shown).toContain("不是 ChatGLM-6B 本身，由 `glm4:9b` 代替");
    expect(shown).toContain("尊敬的老师：您好！");
    expect(shown).toMatch(/`glm4:9b` · 127\.0\.0\.1:\d+ · \d+ tokens · 100\.0 tok\/s/);
    expect(labels(message)).toEqual(["再来一次", "继续"]);
    expect(ollama.requests[0]).toMatchObject({ model: "glm4:9b", messages: [{ role: "user", content: "写一封邮件" }] });
  });

  test("the newest text is shown, one edit at a time, no more than about one a second", async () => {
    const { discord, ollama } = await open();
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
    const { discord, ollama } = await open();
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
    const { discord, ollama } = await open();
    ollama.script({ text: "@everyone <@300000000000000002> [点我](https://evil.example) <img src=x>\n```js\n开着的" });
    const message = await discord.person({ id: ASKER }).run("try", { model: "glm4:9b", prompt: "坏" });
    await ended(discord, message);
    expect(textOf(message)).toContain("点我 (<https://evil.example>)");
    expect((textOf(message).match(/```/g) ?? []).length % 2).toBe(0);
  });

  test("a long answer goes on in a file, whole", async () => {
    const { discord, ollama } = await open({ env: { TRY_MAX_TOKENS: "10000" } });
    const text = Array.from({ length: 700 }, (_, at) => `第 ${at} 句话。`).join("");
    ollama.script({ text });
    const message = await discord.person({ id: ASKER }).run("try", { model: "glm4:9b", prompt: "长" });
    await ended(discord, message);
    expect(message.files).toEqual([{ name: "answer.md", text }]);
    expect(textOf(message)).toContain("第 0 句话");
    expect(textOf(message)).toContain("还有更多");
  });

  test("continue keeps the conversation, for the person who had it alone", async () => {
    const { discord, ollama } = await open();
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

  test("again asks the same once more, in a new message", async () => {
    const { discord, ollama } = await open();
    const person = discord.person({ id: ASKER });
    const message = await person.run("try", { model: "glm4:9b", prompt: "同" });
    await ended(discord, message);
    const again = await person.press(message, "再来一次");
    await ended(discord, again);
    expect(again.id).not.toBe(message.id);
    expect(ollama.requests.map(({ messages }) => messages.at(-1)?.content)).toEqual(["同", "同"]);
  });

  test("private is seen by the person alone", async () => {
    const { discord } = await open();
    const message = await discord.person({ id: ASKER }).run("try", { model: "glm4:9b", prompt: "悄", private: "true" });
    await ended(discord, message);
    expect(message.ephemeral).toBe(true);
  });
});

describe("stopping", () => {
  test("the person who asked stops it, others do not, and Ollama's connection closes at once", async () => {
    const { discord, ollama } = await open();
    ollama.script({ endless: true, tokensPerSecond: 30 });
    const person = discord.person({ id: ASKER });
    const message = await person.run("try", { model: "glm4:9b", prompt: "说个不停" });
    await shows(discord, message, "glm4:9b");
    const refused = await discord.person({ id: OTHER }).press(message, "停止");
    expect(textOf(refused)).toContain("只有提问的人");
    const pressedAt = performance.now();
    await person.tap(message, "停止");
    await ended(discord, message);
    expect(textOf(message)).toContain("已停止");
    expect((ollama.requests[0]?.closedByClientAt ?? Number.POSITIVE_INFINITY) - pressedAt).toBeLessThan(500);
  });

  test("somebody who manages messages may stop it", async () => {
    const { discord, ollama } = await open();
    ollama.script({ endless: true, tokensPerSecond: 30 });
    const message = await discord.person({ id: ASKER }).run("try", { model: "glm4:9b", prompt: "说" });
    await discord.person({ id: OTHER, permissions: String(1n << 13n) }).tap(message, "停止");
    await ended(discord, message);
    expect(textOf(message)).toContain("已停止");
  });

  test("while it waits and while the model loads", async () => {
    const { discord, ollama } = await open();
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

describe("when things break", () => {
  test("no Ollama at all, and it comes back", async () => {
    const { discord, ollama } = await open();
    await ollama.down();
    const person = discord.person({ id: ASKER });
    const failed = await person.run("try", { model: "glm4:9b", prompt: "一" });
    await ended(discord, failed);
    expect(textOf(failed)).toContain("连不上 Ollama");
    const refused = await person.run("try", { model: "glm4:9b", prompt: "二" });
    expect(textOf(refused)).toContain("没有连上 Ollama");
    await ollama.up();
    await discord.until(() => ollama.calls.filter(({ path }) => path === "/api/tags").length > 1, "a look at the host");
    const status = async (): Promise<string> => textOf(await person.run("status"));
    await expect.poll(status, { timeout: 10_000 }).toContain("2 个模型");
    const message = await person.run("try", { model: "glm4:9b", prompt: "三" });
    await ended(discord, message);
    expect(textOf(message)).not.toContain("连不上");
  });

  test.each([
    ["an error in the middle", { failAfter: { chunks: 3, how: "error" } }, "Ollama 出错了"],
    ["a dropped connection", { failAfter: { chunks: 3, how: "drop" } }, "连接中断"],
    ["garbage", { failAfter: { chunks: 3, how: "garbage" } }, ""],
  ] as const)("%s: what came stays, with again", async (_case, script, line) => {
    const { discord, ollama } = await open();
    ollama.script({ chunks: ["一", "二", "三", "四", "五"], tokensPerSecond: 50, ...script });
    const message = await discord.person({ id: ASKER }).run("try", { model: "glm4:9b", prompt: "问" });
    await ended(discord, message);
    expect(textOf(message)).toContain("一二三");
    expect(textOf(message)).toContain(line);
  });

  test.each([
    ["404", { code: 404, body: '{"error":"model \'glm4:9b\' not found"}' }, "已经没有这个模型"],
    [
      "503",
      { code: 503, body: '{"error":"server busy, please try again.  maximum pending requests exceeded"}' },
      "正忙",
    ],
    [
      "out of memory",
      { code: 500, body: '{"error":"model requires more system memory (12 GiB) than is available"}' },
      "装不下",
    ],
    [
      "an error that is no JSON",
      { code: 502, body: "<html>bad gateway</html>", contentType: "text/html" },
      "Ollama 出错了",
    ],
  ])("%s", async (_case, status, line) => {
    const { discord, ollama } = await open();
    ollama.script({ status });
    const message = await discord.person({ id: ASKER }).run("try", { model: "glm4:9b", prompt: "问" });
    await ended(discord, message);
    expect(textOf(message)).toContain(line);
    expect(textOf(message)).not.toContain("html");
  });

  test("a model that cannot think is asked again without", async () => {
    const { discord, ollama } = await open();
    const message = await discord.person({ id: ASKER }).run("try", { model: "glm4:9b", prompt: "问", think: "true" });
    await ended(discord, message);
    expect(ollama.requests[0]?.think).toBeUndefined();
  });

  test("Discord fails while it streams: the end is shown all the same", async () => {
    const { discord, ollama } = await open();
    ollama.script({ text: "好的，再见。".repeat(10), tokensPerSecond: 20 });
    discord.rest.fail(({ method }) => method === "PATCH", 500, { times: 3 });
    discord.rest.fail(({ method }) => method === "PATCH", 429, { times: 1, retryAfterSeconds: 0.5 });
    const message = await discord.person({ id: ASKER }).run("try", { model: "glm4:9b", prompt: "问" });
    await ended(discord, message);
    expect(textOf(message)).toContain("好的，再见。".repeat(10));
  });

  test("Discord refuses the text: the answer comes as a file", async () => {
    const { discord, ollama } = await open();
    ollama.script({ text: "被拦下的话", tokensPerSecond: 20 });
    // The first words, and the end.
    discord.rest.fail(({ method }) => method === "PATCH", 400, { times: 2 });
    const message = await discord.person({ id: ASKER }).run("try", { model: "glm4:9b", prompt: "问" });
    await ended(discord, message);
    expect(message.files).toEqual([{ name: "answer.md", text: "被拦下的话" }]);
  });

  test("the message is deleted: Ollama stops", async () => {
    const { discord, ollama } = await open();
    ollama.script({ endless: true, tokensPerSecond: 30 });
    const message = await discord.person({ id: ASKER }).run("try", { model: "glm4:9b", prompt: "说" });
    message.deleted = true;
    await discord.until(() => ollama.requests[0]?.closedByClientAt !== undefined, "Ollama's connection closed");
  });

  test("SIGTERM: a last word, and an end within 10 s", async () => {
    const { discord, ollama, bot } = await open();
    ollama.script({ endless: true, tokensPerSecond: 30 });
    const message = await discord.person({ id: ASKER }).run("try", { model: "glm4:9b", prompt: "说" });
    const started = Date.now();
    expect(await bot.stop()).toBe(0);
    expect(Date.now() - started).toBeLessThan(10_000);
    expect(textOf(message)).toContain("机器人重启");
    expect(labels(message)).toContain("再来一次");
  });

  test("SIGKILL: the next start closes what was left open", async () => {
    const { discord, ollama, bot, restart } = await open();
    ollama.script({ endless: true, tokensPerSecond: 30 });
    const message = await discord.person({ id: ASKER }).run("try", { model: "glm4:9b", prompt: "说" });
    await shows(discord, message, "glm4:9b");
    bot.process.kill("SIGKILL");
    await bot.ended;
    restart();
    await ended(discord, message);
    expect(textOf(message)).toContain("机器人重启");
  });
});

describe("fairness", () => {
  test("one running and one waiting for each person, a bounded queue, and a quota that says when", async () => {
    const { discord, ollama } = await open({ env: { TRY_QUEUE_MAX: "2", TRY_PER_PERSON_HOUR: "2" } });
    ollama.script({ endless: true, tokensPerSecond: 30 });
    const person = discord.person({ id: ASKER });
    const running = await person.run("try", { model: "glm4:9b", prompt: "一" });
    const waiting = await person.run("try", { model: "glm4:9b", prompt: "二" });
    expect(textOf(await person.run("try", { model: "glm4:9b", prompt: "三" }))).toContain("已经有一个在运行");
    const others = ["4", "5"].map((end) => discord.person({ id: `30000000000000000${end}` }));
    const [second, third] = others;
    await second?.run("try", { model: "glm4:9b", prompt: "四" });
    const full = await third?.run("try", { model: "glm4:9b", prompt: "五" });
    expect(full && textOf(full)).toContain("排队的人太多了");
    await person.tap(waiting, "停止");
    await person.tap(running, "停止");
    await ended(discord, running);
    const refused = await person.run("try", { model: "glm4:9b", prompt: "六" });
    expect(textOf(refused)).toMatch(/\d+ 分钟后可以再试/);
    expect(refused.ephemeral).toBe(true);
  });

  test("lists of channels, roles and models", async () => {
    const { discord } = await open({
      env: { TRY_BLOCKED_MODELS: "qwen3", TRY_ALLOWED_ROLES: "600000000000000001", ADMIN_USER_IDS: OTHER },
    });
    const allowed = discord.person({ id: ASKER, roles: ["600000000000000001"] });
    expect(textOf(await discord.person({ id: ASKER }).run("try", { model: "glm4:9b", prompt: "一" }))).toContain(
      "身份组",
    );
    expect(textOf(await allowed.run("try", { model: "qwen3:8b", prompt: "二" }))).toContain("不开放 qwen3:8b");
    const message = await discord.person({ id: OTHER }).run("try", { model: "qwen3:8b", prompt: "三" });
    await ended(discord, message);
  });

  test("what is kept of a person can be deleted", async () => {
    const { discord } = await open();
    const person = discord.person({ id: ASKER });
    const message = await person.run("try", { model: "glm4:9b", prompt: "一" });
    await ended(discord, message);
    expect(textOf(await person.run("forget"))).toContain("已删除 1 条对话");
    expect(textOf(await person.press(message, "再来一次"))).toContain("已经过期或被删除");
  });
});

describe("names that run nothing", () => {
  test.each([
    ["belle", "Ollama 不能直接运行 BELLE"],
    ["zzzzqqq", "没有叫「zzzzqqq」的模型"],
  ])("%s", async (model, line) => {
    const { discord } = await open();
    const answer = await discord.person({ id: ASKER }).run("try", { model, prompt: "问" });
    expect(textOf(answer)).toContain(line);
    expect(answer.ephemeral).toBe(true);
  });

  test("what could be pulled says so, and the operator's own model stands for an entry", async () => {
    const { discord } = await open({
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
