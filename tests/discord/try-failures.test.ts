import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { openDiscord, startBotProgram } from "#tests/discord/start-bot.ts";
import {
  ASKER,
  ended,
  labels,
  OTHER,
  OVER_REDIS,
  openProgramWorld,
  openWorld,
  shows,
} from "#tests/discord/try-world.ts";
import { textOf } from "#tests/stand-ins/discord/people.ts";
import { loadFailure, ollamaError, page } from "#tests/stand-ins/ollama/faults.ts";
import { startOllama } from "#tests/stand-ins/ollama.ts";
import { temporaryFolder } from "#tests/temporary-catalog.ts";

describe("when things break", () => {
  test("no Ollama at all, and it comes back", async () => {
    const { discord, ollama } = await openWorld();
    await discord.until(() => ollama.calls.some(({ path }) => path === "/api/version"), "a first look at the host");
    const status = async (): Promise<string> => textOf(await person.run("status"));
    const person = discord.person({ id: ASKER });
    await expect.poll(status).toMatch(/(?<!\d)2 个模型/);
    await ollama.down();
    const failed = await person.run("try", { model: "glm4:9b", prompt: "一" });
    await ended(discord, failed);
    expect(textOf(failed)).toContain("连不上 Ollama");
    // The other model is on the same host.
    expect(textOf(failed)).not.toContain("现在可以换成");
    // With workers elsewhere the bot hears of it a moment later.
    await expect.poll(status).toContain("连不上");
    const refused = await person.run("try", { model: "glm4:9b", prompt: "二" });
    expect(textOf(refused)).toContain("没有连上 Ollama");
    await ollama.up();
    await expect.poll(status).toMatch(/(?<!\d)2 个模型/);
    const message = await person.run("try", { model: "glm4:9b", prompt: "三" });
    await ended(discord, message);
    expect(textOf(message)).not.toContain("连不上");
  });

  test.each([
    ["an error in the middle", { failAfter: { chunks: 3, how: "error" } }, "Ollama 出错了"],
    ["a dropped connection", { failAfter: { chunks: 3, how: "drop" } }, "连接中断"],
    ["garbage", { failAfter: { chunks: 3, how: "garbage" } }, "连接中断"],
    ["an end in good order", { failAfter: { chunks: 3, how: "end" } }, "不停重复自己"],
    [
      "no memory in the middle",
      { failAfter: { chunks: 3, how: "error", error: "CUDA error: out of memory" } },
      "内存或显存不够",
    ],
  ] as const)("%s: what came stays, with again", async (_case, script, line) => {
    const { discord, ollama } = await openWorld();
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
    ["a proxy whose Ollama is down", page(502, "Bad Gateway"), "连不上 Ollama"],
    ["a login before Ollama", { code: 401, body: "" }, "拒绝了机器人（HTTP 401）"],
    ["another program", { code: 200, body: "<html>路由器</html>", contentType: "text/html" }, "不是 Ollama"],
    ["a model that is too new", loadFailure("unknown model architecture: 'hy4'"), "Ollama 0.14.2 还不认识这个模型"],
    ["a damaged file", loadFailure("invalid magic characters: 'GGML'"), "损坏或不完整"],
    [
      "a model that the kernel killed",
      ollamaError(500, "llama-server process has terminated: signal: killed"),
      "装不下",
    ],
    [
      "a model that is loaded too slowly",
      ollamaError(500, "timed out waiting for llama runner to start - progress 0.00 - "),
      "OLLAMA_LOAD_TIMEOUT",
    ],
  ])("%s", async (_case, status, line) => {
    const { discord, ollama } = await openWorld();
    ollama.script({ status });
    const message = await discord.person({ id: ASKER }).run("try", { model: "glm4:9b", prompt: "问" });
    await ended(discord, message);
    expect(textOf(message)).toContain(line);
    expect(textOf(message)).not.toContain("html");
  });

  test("one person's model that cannot be loaded: another's tries go on, 20 of 20, and the host is up", async () => {
    const { discord, ollama } = await openWorld({ env: { TRY_PER_PERSON_HOUR: "1000", TRY_HOST_SLOTS: "4" } });
    const broken = loadFailure("unknown model architecture: 'hy4'");
    ollama.script(({ model }) => (model === "glm4:9b" ? { status: broken } : { text: "好的，再见。" }));
    const [one, other] = [discord.person({ id: ASKER }), discord.person({ id: OTHER })];
    let answered = 0;
    for (let times = 0; times < 20; times++) {
      const [failed, message] = await Promise.all([
        one.run("try", { model: "glm4:9b", prompt: "问" }),
        other.run("try", { model: "qwen3:8b", prompt: "问" }),
      ]);
      await Promise.all([ended(discord, failed), ended(discord, message)]);
      expect(textOf(failed)).toContain("现在可以换成：`qwen3:8b`");
      expect(textOf(failed)).not.toContain("hy4");
      if (textOf(message).includes("好的，再见。")) answered += 1;
      if (times % 5 === 0) expect(textOf(await other.run("status"))).toMatch(/(?<!\d)2 个模型/);
    }
    expect(answered).toBe(20);
    expect(textOf(await other.run("status"))).not.toMatch(/连不上|hy4/);
  });

  test.skipIf(OVER_REDIS)(
    "what a host said is for administrators: under their private answer, in /status and /ollama",
    async () => {
      const { discord, ollama } = await openWorld({ env: { ADMIN_USER_IDS: ASKER } });
      ollama.script({ status: loadFailure("unknown model architecture: 'hy4'") });
      const [admin, other] = [discord.person({ id: ASKER }), discord.person({ id: OTHER })];
      const hidden = await admin.run("try", { model: "glm4:9b", prompt: "问", private: "true" });
      await ended(discord, hidden);
      expect(textOf(hidden)).toMatch(/对方说：.*unknown model architecture: 'hy4'/);
      const open = await admin.run("try", { model: "glm4:9b", prompt: "问" });
      await ended(discord, open);
      expect(textOf(open)).not.toContain("architecture");
      for (const command of ["status", "ollama"]) {
        // With workers elsewhere the bot hears of it a moment later.
        await expect
          .poll(async () => textOf(await admin.run(command)))
          .toMatch(/上次失败：.*UTC，`glm4:9b`，模型加载不了：.*'hy4'/);
        expect((await admin.run(command)).ephemeral).toBe(true);
      }
      const shown = await other.run("status");
      expect([shown.ephemeral, textOf(shown).includes("hy4")]).toEqual([false, false]);
    },
  );

  test("a host that came back, and a model that was pulled, a moment ago are tried and not refused", async () => {
    const { discord, ollama } = await openWorld();
    const person = discord.person({ id: ASKER });
    await expect.poll(async () => textOf(await person.run("status"))).toMatch(/(?<!\d)2 个模型/);
    ollama.install({ name: "yi:6b" });
    const pulled = await person.run("try", { model: "yi:6b", prompt: "问" });
    await ended(discord, pulled);
    expect(textOf(pulled)).toContain("测试用的回答");
    await ollama.down();
    await ended(discord, await person.run("try", { model: "yi:6b", prompt: "问" }));
    await expect.poll(async () => textOf(await person.run("status"))).toContain("连不上");
    await ollama.up();
    // A look for the one before is past after a second.
    await expect
      .poll(async () => textOf(await person.run("try", { model: "yi:6b", prompt: "问" })), { interval: 300 })
      .not.toContain("没有连上");
  });

  test("a model that cannot think is asked again without", async () => {
    const { discord, ollama } = await openWorld();
    const message = await discord.person({ id: ASKER }).run("try", { model: "glm4:9b", prompt: "问", think: "true" });
    await ended(discord, message);
    expect(ollama.requests[0]?.think).toBeUndefined();
  });

  test("Discord fails while it streams: the end is shown all the same", async () => {
    const { discord, ollama } = await openWorld();
    ollama.script({ text: "好的，再见。".repeat(10), tokensPerSecond: 20 });
    discord.rest.fail(({ method }) => method === "PATCH", 500, { times: 3 });
    discord.rest.fail(({ method }) => method === "PATCH", 429, { times: 1, retryAfterSeconds: 0.5 });
    const message = await discord.person({ id: ASKER }).run("try", { model: "glm4:9b", prompt: "问" });
    await ended(discord, message);
    expect(textOf(message)).toContain("好的，再见。".repeat(10));
  });

  test("Discord refuses the text: the answer comes as a file", async () => {
    const { discord, ollama } = await openWorld();
    ollama.script({ text: "被拦下的话", tokensPerSecond: 20 });
    // A server's word filter looks at what a message says, not into its files.
    const says = z.object({ components: z.unknown() }).transform(({ components }) => JSON.stringify(components));
    discord.rest.fail((_, body) => says.safeParse(body).data?.includes("被拦下的话") === true, 400, { times: 100 });
    const message = await discord.person({ id: ASKER }).run("try", { model: "glm4:9b", prompt: "问" });
    await ended(discord, message);
    expect(message.files).toEqual([{ name: "answer.md", text: "被拦下的话" }]);
  });

  test("the message is deleted: Ollama stops", async () => {
    const { discord, ollama } = await openWorld();
    ollama.script({ endless: true, tokensPerSecond: 30 });
    const message = await discord.person({ id: ASKER }).run("try", { model: "glm4:9b", prompt: "说" });
    message.deleted = true;
    await discord.until(() => ollama.requests[0]?.closedByClientAt !== undefined, "Ollama's connection closed");
  });

  test("SIGTERM: a last word, and an end by itself", async () => {
    const { discord, ollama, runner } = await openProgramWorld();
    ollama.script({ endless: true, tokensPerSecond: 30 });
    const message = await discord.person({ id: ASKER }).run("try", { model: "glm4:9b", prompt: "说" });
    expect(await runner.stop()).toBe(0);
    expect(textOf(message)).toContain("机器人重启");
    expect(labels(message)).toContain("再来一次");
  });

  // Over Redis it is begun again instead.
  test.skipIf(OVER_REDIS)("SIGKILL: the next start closes what was left open", async () => {
    const { discord, ollama, runner, restart } = await openProgramWorld();
    ollama.script({ endless: true, tokensPerSecond: 30 });
    const message = await discord.person({ id: ASKER }).run("try", { model: "glm4:9b", prompt: "说" });
    await shows(discord, message, "glm4:9b");
    runner.process.kill("SIGKILL");
    await runner.ended;
    restart();
    await ended(discord, message);
    expect(textOf(message)).toContain("机器人重启");
  });

  test("SIGKILL, and the data is gone: whose answer it is can end it by its button", async () => {
    const ollama = await startOllama({ models: [{ name: "glm4:9b" }] });
    onTestFinished(() => ollama.stop());
    ollama.script({ endless: true, tokensPerSecond: 30 });
    const discord = await openDiscord();
    const start = async () => startBotProgram(discord, { OLLAMA_HOSTS: ollama.url, DATA_DIR: await temporaryFolder() });
    const first = await start();
    await discord.ready();
    const message = await discord.person({ id: ASKER }).run("try", { model: "glm4:9b", prompt: "说" });
    await shows(discord, message, "测试用的回答");
    first.process.kill("SIGKILL");
    await first.ended;
    await start();
    await discord.started(2);
    const refused = await discord.person({ id: OTHER }).press(message, "停止");
    expect(textOf(refused)).toContain("只有提问的人");
    await discord.person({ id: ASKER }).press(message, "停止");
    expect(textOf(message)).toContain("测试用的回答");
    expect(textOf(message)).toContain("这次试用已经结束");
    expect(labels(message)).toEqual([]);
  });
});
