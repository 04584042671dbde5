import { describe, expect, test } from "vitest";
import { OVER_REDIS } from "#tests/discord/try-world.ts";
import { openPage } from "./page-world.ts";
import { buttonsOf, openVisitor, textOf } from "./visitor.ts";

const labels = (html: string): string[] => buttonsOf(html).map(({ label }) => label);

/** The id under which the answer to "continue" is sent. */
async function continueOf(
  visitor: ReturnType<typeof openVisitor>,
  answer: Awaited<ReturnType<ReturnType<typeof openVisitor>["say"]>>,
): Promise<string | undefined> {
  const asked = await visitor.press(answer, "继续");
  await asked.end;
  return asked.events.flatMap((event) => ("ask" in event ? event.ask.customId : []))[0];
}

describe("/try on the page", () => {
  test("streams the answer, names the stand-in, and ends with figures and buttons", async () => {
    const { url, ollama } = await openPage();
    ollama.script({ text: "尊敬的老师：\n\n- **您好**！", tokensPerSecond: 100 });
    const answer = await openVisitor(url).say("/try chatglm 写一封邮件");
    await answer.end;
    const shown = textOf(answer.html());
    expect(shown).toContain("写一封邮件");
    expect(shown).toContain("由 glm4:9b 代替");
    expect(answer.html()).toContain("<li><strong>您好</strong>！</li>");
    expect(shown).toMatch(/glm4:9b · Ollama 1 · \d+ tokens · 100\.0 tok\/s/);
    expect(labels(answer.html())).toEqual(["再来一次", "继续"]);
    expect(ollama.requests[0]).toMatchObject({ model: "glm4:9b", messages: [{ role: "user", content: "写一封邮件" }] });
  });

  test("the newest text is shown about four times a second, however fast it comes", async () => {
    const { url, ollama } = await openPage();
    ollama.script({ chunks: Array.from({ length: 200 }, (_, at) => `字${at} `), tokensPerSecond: 100 });
    const began = performance.now();
    const answer = await openVisitor(url).say("/try glm4:9b 数");
    await answer.end;
    const seconds = (performance.now() - began) / 1000;
    const shown = answer.events.filter((event) => "show" in event);
    expect(shown.length).toBeGreaterThan(1);
    expect(shown.length).toBeLessThanOrEqual(seconds * 4 + 3);
    expect(textOf(answer.html())).toContain("字199");
  });

  test("stop ends it, with what there is", async () => {
    const { url, ollama } = await openPage();
    ollama.script({ endless: true, tokensPerSecond: 50 });
    const visitor = openVisitor(url);
    const answer = await visitor.say("/try glm4:9b 说个不停");
    await answer.shows("测试用的回答");
    const pressed = await visitor.press(answer, "停止");
    await Promise.all([pressed.end, answer.end]);
    expect(pressed.events).toEqual([]);
    expect(textOf(answer.html())).toContain("已停止");
    expect(textOf(answer.html())).toContain("测试用的回答");
    await expect.poll(() => ollama.requests[0]?.closedByClientAt).toBeDefined();
  });

  test("stop of a try that nobody knows any more takes its controls away and says why", async () => {
    const { url } = await openPage();
    const pressed = await openVisitor(url).send("/chat/press", { id: "try:stop:0123456789abcdef", values: [] });
    await pressed.end;
    expect(pressed.events).toMatchObject([{ at: "pressed", seals: true }]);
    expect(textOf(pressed.html())).toContain("已经结束");
  });

  test("continue asks in a dialogue and keeps the conversation; again asks the same", async () => {
    const { url, ollama } = await openPage();
    ollama.script({ text: "第一句" });
    const visitor = openVisitor(url);
    const first = await visitor.say("/try glm4:9b 一");
    await first.end;
    const asked = await visitor.press(first, "继续");
    await asked.end;
    const [question] = asked.events.flatMap((event) => ("ask" in event ? event.ask : []));
    expect(question).toMatchObject({ title: "继续对话", label: "接着说" });
    const next = await visitor.send("/chat/press", { id: question?.customId, values: ["二"] });
    await next.end;
    expect(ollama.requests[1]?.messages.map(({ content }) => content)).toEqual(["一", "第一句", "二"]);
    const again = await visitor.press(first, "再来一次");
    await again.end;
    expect(ollama.requests[2]?.messages.map(({ content }) => content)).toEqual(["一"]);
  });

  test("continue at a context that is full says what was left out", async () => {
    const { url, ollama } = await openPage({ env: { TRY_NUM_CTX: "1000", TRY_MAX_TOKENS: "100" } });
    ollama.script({ text: "好" });
    const visitor = openVisitor(url);
    let answer = await visitor.say("/try glm4:9b 我叫小明");
    for (const name of ["一", "二"]) {
      await answer.end;
      answer = await visitor.send("/chat/press", {
        id: await continueOf(visitor, answer),
        values: [`${name}${"。".repeat(1200)}`],
      });
    }
    await answer.end;
    expect(textOf(answer.html())).toContain("为放进模型的上下文（1,000 tokens），没有带上最早的 2 轮对话");
    expect(ollama.requests.map(({ options }) => options?.num_ctx)).toContain(1000);
    expect(ollama.requests.at(-1)?.messages.length).toBe(1);
  });

  test("what it thought is behind a button", async () => {
    const { url, ollama } = await openPage();
    ollama.script({ thinking: "先想一想。", text: "想好了。" });
    const visitor = openVisitor(url);
    const answer = await visitor.say("/try qwen3 问 think:true");
    await answer.end;
    expect(textOf(answer.html())).not.toContain("先想一想");
    const thought = await visitor.press(answer, "思考过程");
    await thought.end;
    expect(thought.events).toMatchObject([{ at: "answer" }]);
    expect(textOf(thought.html())).toContain("先想一想");
  });

  test("a very long answer goes on in a file, whole", async () => {
    const { url, ollama } = await openPage({ env: { TRY_MAX_TOKENS: "100000" } });
    const text = Array.from({ length: 3000 }, (_, at) => `第 ${at} 句话。`).join("");
    ollama.script({ text });
    const answer = await openVisitor(url).say("/try glm4:9b 长");
    await answer.end;
    const [, data = ""] =
      /href="data:text\/plain;charset=utf-8;base64,([^"]*)" download="answer.md"/.exec(answer.html()) ?? [];
    expect(Buffer.from(data, "base64").toString()).toBe(text);
    expect(textOf(answer.html())).toContain("还有更多");
  });

  // A worker looks at its hosts four times a minute, and cannot be asked to from here.
  test.skipIf(OVER_REDIS)("without an Ollama it says what to do", async () => {
    const { url, ollama, app } = await openPage();
    await ollama.down();
    const [host] = app.services.fleet.hosts;
    if (host) await app.services.fleet.check(host);
    const answer = await openVisitor(url).say("/try glm4:9b 你好");
    await answer.end;
    expect(textOf(answer.html())).toContain("没有连上 Ollama");
  });
});

describe("a page that goes away", () => {
  test("stops its try after a while", async () => {
    const { url, ollama } = await openPage({ chat: { graceMs: 1000 } });
    ollama.script({ endless: true, tokensPerSecond: 50 });
    const answer = await openVisitor(url).say("/try glm4:9b 说个不停");
    await answer.shows("测试用的回答");
    answer.leave();
    await expect.poll(() => ollama.requests[0]?.closedByClientAt).toBeDefined();
  });

  test("gives up its place in the queue", async () => {
    const { url, ollama, app } = await openPage({ chat: { graceMs: 1000 } });
    ollama.script({ endless: true, tokensPerSecond: 50 });
    const runs = await openVisitor(url).say("/try glm4:9b 说个不停");
    await runs.shows("测试用的回答");
    const waits = await openVisitor(url).say("/try glm4:9b 等着");
    await waits.shows("排队");
    const counts = () => app.services.tries.counts();
    expect(await counts()).toEqual({ running: 1, waiting: 1 });
    waits.leave();
    await expect.poll(counts).toEqual({ running: 1, waiting: 0 });
    runs.leave();
    await expect.poll(counts).toEqual({ running: 0, waiting: 0 });
    expect(ollama.requests.length).toBe(1);
  });

  test("and comes back sees it go on, and nobody else can", async () => {
    const { url, ollama } = await openPage();
    ollama.script({ endless: true, tokensPerSecond: 50 });
    const visitor = openVisitor(url);
    const answer = await visitor.say("/try glm4:9b 说个不停");
    await answer.shows("测试用的回答");
    const [id] = answer.events.flatMap((event) => ("watch" in event ? event.watch : []));
    answer.leave();
    expect((await openVisitor(url).send("/chat/watch", { id })).status).toBe(404);
    const back = await visitor.send("/chat/watch", { id });
    await back.shows("测试用的回答");
    const pressed = await visitor.press(back, "停止");
    await Promise.all([pressed.end, back.end]);
    expect(textOf(back.html())).toContain("已停止");
    const late = await visitor.send("/chat/watch", { id });
    await late.end;
    expect(textOf(late.html())).toContain("已停止");
  });
});

test("two visitors at once have an answer each, and neither can touch the other's", async () => {
  const { url, ollama } = await openPage({ ollama: { slots: 2 }, env: { TRY_HOST_SLOTS: "2" } });
  ollama.script(({ messages }) => ({ text: `答${messages.at(-1)?.content}。`, endless: true, tokensPerSecond: 50 }));
  const [one, other] = [openVisitor(url), openVisitor(url)];
  const [first, second] = await Promise.all([one.say("/try glm4:9b 甲"), other.say("/try glm4:9b 乙")]);
  await Promise.all([first.shows("答甲"), second.shows("答乙")]);
  expect(textOf(first.html())).not.toContain("乙");
  expect(textOf(second.html())).not.toContain("甲");
  const forbidden = await other.press(first, "停止");
  await forbidden.end;
  expect(textOf(forbidden.html())).toContain("只有提问的人");
  await (await one.press(first, "停止")).end;
  await first.end;
  expect(textOf(first.html())).toContain("已停止");
  const stolen = await other.press(first, "继续");
  await stolen.end;
  expect(textOf(stolen.html())).toContain("过期");
  const looked = await other.press(first, "再来一次");
  await looked.end;
  expect(textOf(looked.html())).toContain("过期");
  await (await other.press(second, "停止")).end;
  await second.end;
});

test("when the program stops, an answer under way ends with a last word", async () => {
  const { url, ollama, stop } = await openPage();
  ollama.script({ endless: true, tokensPerSecond: 50 });
  const answer = await openVisitor(url).say("/try glm4:9b 说个不停");
  await answer.shows("测试用的回答");
  await stop();
  await answer.end;
  expect(textOf(answer.html())).toContain("重启");
  expect(textOf(answer.html())).toContain("测试用的回答");
});
