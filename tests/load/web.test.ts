import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { barriers, overhang } from "#tests/web/barriers.ts";
import { launchBrowser, openTab, WITHOUT_BROWSER } from "#tests/web/browser.ts";
import { openPage } from "#tests/web/page-world.ts";
import { openRoad } from "#tests/web/road.ts";

if (WITHOUT_BROWSER !== undefined) console.error(`tests/load/web.test.ts is skipped: ${WITHOUT_BROWSER}`);

const HOSTILE = [
  "<img src=x onerror=alert(1)>",
  "<script>alert(1)</script>",
  "![x](https://evil.example/x.png)",
  "[点我](javascript:alert(1))",
  "<pre> <svg onload=alert(1) ",
  "```html\n<iframe src=https://evil.example></iframe>\n```",
  `${"长".repeat(400)} ${"x".repeat(400)}`,
  "| a | b |\n| --- | --- |\n| <b onclick=alert(1)> | x |",
].join("\n\n");

const focused = (page: Page): Promise<unknown> => page.evaluate("document.activeElement?.textContent");

async function say(page: Page, line: string): Promise<void> {
  await page.locator("#line").fill(line);
  await page.locator("#line").press("Escape");
  await page.locator("#line").press("Enter");
}

const last = (page: Page) => page.locator(".message").last();

describe.skipIf(WITHOUT_BROWSER !== undefined)("the page in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  test("completes a command, sends it, turns a page and opens an entry", async () => {
    const { url } = await openPage();
    const { page, faults } = await openTab(browser, url);
    await page.keyboard.type("/mod");
    await page.getByRole("option", { name: /^\/models/ }).click();
    await page.keyboard.type("int4");
    await page.getByRole("button", { name: "发送" }).click();
    await last(page)
      .getByText(/找到 \d+ 个模型/)
      .waitFor();
    expect(await last(page).locator(".asked").textContent()).toBe("/models int4");
    await last(page).getByRole("button", { name: "下一页" }).click();
    await last(page)
      .getByText(/第 2 页/)
      .waitFor();
    expect(await page.locator(".message").count()).toBe(1);
    await last(page).getByText("打开一个模型").click();
    const item = last(page).locator(".menu li button").first();
    const label = await item.textContent();
    await item.click();
    await page.locator(".message").nth(1).getByRole("heading", { name: "资源要求" }).waitFor();
    const asked = (await last(page).locator(".asked").textContent()) ?? "";
    expect(asked).not.toBe("");
    expect(label?.startsWith(asked)).toBe(true);
    expect(faults).toEqual([]);
  });

  test("an answer that was open when the bot lost it can be closed, and keeps what it said", async () => {
    const { url } = await openPage();
    const { page, faults } = await openTab(browser, url);
    const stop =
      '<div class="row"><button type="button" class="button danger" data-press="try:stop:0123456789abcdef">停止</button></div>';
    const kept = { messages: [{ asked: "/try", html: `<div class="card"><p>半句话</p>${stop}</div>` }], lines: [] };
    // Before the page is there: one that is left keeps what it has itself.
    await page.addInitScript((json) => sessionStorage.setItem("mulu-chat", json), JSON.stringify(kept));
    await page.goto(url);
    await last(page).getByRole("button", { name: "停止" }).click();
    await last(page).getByText("已经结束").waitFor();
    expect(await last(page).textContent()).toContain("半句话");
    expect(await last(page).getByRole("button").count()).toBe(0);
    expect(await page.locator(".message").count()).toBe(1);
    expect(faults).toEqual([]);
  });

  test("a try streams, is stopped, and is continued in a dialogue", async () => {
    const { url, ollama } = await openPage();
    ollama.script({ text: "第一句话。", endless: true, tokensPerSecond: 40 });
    const { page, faults } = await openTab(browser, url);
    await say(page, "/try chatglm 说个不停");
    await last(page).getByText("第一句话。第一句话。").waitFor();
    const early = (await last(page).textContent())?.length ?? 0;
    await expect.poll(async () => (await last(page).textContent())?.length ?? 0).toBeGreaterThan(early);
    await last(page).getByRole("button", { name: "停止" }).click();
    await last(page).getByText("已停止").waitFor();
    expect(await page.locator(".message").count()).toBe(1);
    ollama.script({ text: "好的。" });
    await last(page).getByRole("button", { name: "继续" }).click();
    await page.getByRole("dialog").getByLabel("接着说").fill("再短一点");
    await page.getByRole("dialog").getByRole("button", { name: "发送" }).click();
    await page.locator(".message").nth(1).getByText("好的。").waitFor();
    expect(ollama.requests[1]?.messages.at(-1)?.content).toBe("再短一点");
    await last(page).getByRole("button", { name: "继续" }).click();
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    expect(ollama.requests).toHaveLength(2);
    expect(faults).toEqual([]);
  });

  test("with the keyboard alone from an empty page to an opened entry and back", async () => {
    const { url } = await openPage();
    const { page } = await openTab(browser, url);
    await page.keyboard.type("/mod");
    await page.getByRole("option").first().waitFor();
    expect(await page.locator("#line").getAttribute("aria-activedescendant")).toBe("choice-0");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    expect(await page.locator("#line").inputValue()).toBe("/models ");
    await page.keyboard.type("glm-4-9b");
    await page.getByRole("option").first().waitFor();
    await page.keyboard.press("Escape");
    expect(await page.getByRole("option").count()).toBe(0);
    await page.keyboard.press("Enter");
    await last(page).getByText("打开一个模型").waitFor();
    for (let presses = 0; (await focused(page)) !== "打开一个模型" && presses < 10; presses++)
      await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.locator(".message").nth(1).getByRole("heading", { name: "资源要求" }).waitFor();
    await page.locator("#line").focus();
    await page.keyboard.press("ArrowUp");
    expect(await page.locator("#line").inputValue()).toBe("/models glm-4-9b");
    await page.keyboard.press("ArrowDown");
    expect(await page.locator("#line").inputValue()).toBe("");
  });

  test("the focus stays where it was when a page turns, and beside it where it cannot", async () => {
    const { url } = await openPage();
    const { page } = await openTab(browser, url);
    await say(page, "/models glm int4");
    await say(page, "/models int4 glm 7b");
    await say(page, "/models moe 128k");
    const list = last(page);
    await list.getByRole("button", { name: "下一页" }).focus();
    for (let turns = 0; turns < 30 && (await focused(page)) === "下一页"; turns++) {
      const before = await list.textContent();
      await page.keyboard.press("Enter");
      await expect.poll(() => list.textContent()).not.toBe(before);
    }
    expect(await focused(page)).toBe("上一页");
  });

  test("Enter that ends a composition sends nothing, Shift+Enter begins a line, and an empty line is none", async () => {
    const { url, ollama } = await openPage();
    const { page } = await openTab(browser, url);
    await page.keyboard.press("Enter");
    await page.locator("#line").fill("/try glm4:9b 一");
    await page.evaluate(
      `document.getElementById("line").dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", isComposing: true, bubbles: true }))`,
    );
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("二");
    expect(await page.locator(".message").count()).toBe(0);
    await page.keyboard.press("Enter");
    await last(page).getByRole("button", { name: "再来一次" }).waitFor();
    expect(ollama.requests[0]?.messages.at(-1)?.content).toBe("一\n二");
  });

  test("on a phone nothing is wider than the screen", async () => {
    const { url, ollama } = await openPage();
    ollama.script({ text: HOSTILE });
    const { page } = await openTab(browser, url, { width: 360, height: 740 });
    expect(await overhang(page)).toBeLessThanOrEqual(0);
    await page.keyboard.type("/");
    await page.getByRole("option").first().waitFor();
    expect(await overhang(page)).toBeLessThanOrEqual(0);
    for (const line of [
      "/models int4",
      "/model qwen3",
      "/compare chatglm-6b qwen3 vram:8",
      "/try glm4:9b 写",
      "/help",
      "你好",
    ]) {
      await say(page, line);
      await last(page).locator(".working").waitFor({ state: "detached" });
      await expect.poll(() => last(page).getAttribute("aria-busy")).toBeNull();
      expect(await overhang(page), line).toBeLessThanOrEqual(0);
    }
    await page.locator(".menu summary").first().click();
    expect(await overhang(page)).toBeLessThanOrEqual(0);
    await page.goto(`${url}/catalog`);
    expect(await overhang(page)).toBeLessThanOrEqual(0);
  });

  test.each(["light", "dark"] as const)(
    "nobody is kept out by what axe-core calls serious, in %s colours",
    async (scheme) => {
      const { url, ollama } = await openPage();
      ollama.script({ text: "一句话。\n\n||谜底||\n\n```js\nlet x;\n```" });
      const { page } = await openTab(browser, url, { scheme });
      expect(await barriers(page)).toEqual([]);
      await page.keyboard.type("/models ");
      await page.getByRole("option").first().waitFor();
      await page.keyboard.press("ArrowDown");
      expect(await barriers(page)).toEqual([]);
      for (const line of ["/models int4", "/model qwen3", "/compare chatglm-6b qwen3", "/try glm4:9b 写", "/modles"]) {
        await say(page, line);
        await expect.poll(() => last(page).getAttribute("aria-busy")).toBeNull();
      }
      await page.locator(".menu summary").first().click();
      expect(await barriers(page)).toEqual([]);
      await page.getByRole("button", { name: "继续" }).click();
      await page.getByRole("dialog").waitFor();
      expect(await barriers(page)).toEqual([]);
      await page.goto(`${url}/catalog`);
      expect(await barriers(page)).toEqual([]);
    },
  );

  test("what a model says does nothing but stand there", async () => {
    const { url, ollama } = await openPage();
    ollama.script({ text: HOSTILE, tokensPerSecond: 200 });
    const { page, faults } = await openTab(browser, url);
    await say(page, "/try glm4:9b <img src=x onerror=alert(1)>");
    await last(page).getByRole("button", { name: "再来一次" }).waitFor();
    expect(await last(page).locator(".answer").textContent()).toContain("<script>alert(1)</script>");
    expect(await last(page).locator("img, script, iframe, svg, b").count()).toBe(0);
    await page.reload();
    await last(page).getByRole("button", { name: "再来一次" }).waitFor();
    expect(faults).toEqual([]);
  });

  test("a page that is loaded again has its conversation, and its try goes on", async () => {
    const { url, ollama } = await openPage();
    ollama.script({ text: "第一句话。", endless: true, tokensPerSecond: 40 });
    const { page } = await openTab(browser, url);
    await say(page, "/help");
    await last(page).getByText("/models").first().waitFor();
    await say(page, "/try glm4:9b 说个不停");
    await last(page).getByText("第一句话。第一句话。").waitFor();
    await page.reload();
    expect(await page.locator(".asked").allTextContents()).toEqual(["/help", "/try glm4:9b 说个不停"]);
    const early = (await last(page).textContent())?.length ?? 0;
    await expect.poll(async () => (await last(page).textContent())?.length ?? 0).toBeGreaterThan(early);
    await last(page).getByRole("button", { name: "停止" }).click();
    await last(page).getByText("已停止").waitFor();
    await page.getByRole("button", { name: "清空对话" }).click();
    expect(await page.locator(".message").count()).toBe(0);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.reload();
    expect(await page.locator(".message").count()).toBe(0);
  });

  test("an answer whose connection breaks is taken up again", async () => {
    const { url, ollama } = await openPage();
    ollama.script({ text: "第一句话。", endless: true, tokensPerSecond: 40 });
    const road = await openRoad(url);
    const { page } = await openTab(browser, road.url);
    await say(page, "/try glm4:9b 说个不停");
    await last(page).getByText("第一句话。第一句话。").waitFor();
    road.cut();
    const early = (await last(page).textContent())?.length ?? 0;
    await expect.poll(async () => (await last(page).textContent())?.length ?? 0).toBeGreaterThan(early);
    await last(page).getByRole("button", { name: "停止" }).click();
    await last(page).getByText("已停止").waitFor();
    expect(ollama.requests).toHaveLength(1);
    expect(await page.locator(".trouble").count()).toBe(0);
  });

  test("when the program is gone, the page says so and keeps what was typed within reach", async () => {
    const { url, stop } = await openPage();
    const { page } = await openTab(browser, url);
    await page.getByRole("button", { name: /^\/models int4/ }).click();
    await last(page)
      .getByText(/找到 \d+ 个模型/)
      .waitFor();
    await stop();
    await say(page, "/help");
    await last(page).locator(".trouble").getByText("连不上服务器").waitFor();
    await page.keyboard.press("ArrowUp");
    expect(await page.locator("#line").inputValue()).toBe("/help");
  });

  test("two visitors at once see their own answers only", async () => {
    const { url, ollama } = await openPage({ ollama: { slots: 2 }, env: { TRY_HOST_SLOTS: "2" } });
    ollama.script(({ messages }) => ({ text: `答${messages.at(-1)?.content}。`, tokensPerSecond: 20 }));
    const [one, other] = await Promise.all([openTab(browser, url), openTab(browser, url)]);
    await Promise.all([say(one.page, "/try glm4:9b 甲"), say(other.page, "/try glm4:9b 乙")]);
    await Promise.all([last(one.page).getByText("答甲").waitFor(), last(other.page).getByText("答乙").waitFor()]);
    expect(await one.page.textContent("main")).not.toContain("乙");
    expect(await other.page.textContent("main")).not.toContain("甲");
  });
});
