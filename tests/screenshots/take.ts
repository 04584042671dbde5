import { mkdir, stat } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { launchBrowser } from "#tests/web/browser.ts";
import { type PageWorld, startPage } from "#tests/web/page-world.ts";

/** `npm run screenshots`: the pictures of the README, from the pages as they are. */

const FOLDER = "docs";
/** Bytes; people read the README over slow lines too. */
const MOST = 200_000;
const SIZE = { width: 1040, height: 940 };

const ANSWER = `尊敬的王老师：

您好！我是三班的李明。因发烧需要休息，想请 **两天** 假：

1. 周四的语文课和数学课
2. 周五的全部课程

作业我会在周末补上。恳请批准，谢谢您！`;

async function say(page: Page, line: string): Promise<void> {
  await page.locator("#line").fill(line);
  await page.locator("#line").press("Escape");
  await page.locator("#line").press("Enter");
  await page.locator(".message:last-child:not([aria-busy]) .card").waitFor();
}

/** A conversation. */
async function chat(page: Page, { url }: PageWorld): Promise<void> {
  await page.goto(url);
  await say(page, "/models chatglm int4 6g 商用");
  await say(page, "/try chatglm 给老师写一封请假邮件");
  await page.evaluate(`window.scrollTo({ top: 0, behavior: "instant" })`);
}

const catalog = async (page: Page, { url }: PageWorld): Promise<void> => void (await page.goto(`${url}/catalog`));

async function shoot(browser: Browser, world: PageWorld): Promise<void> {
  for (const scheme of ["light", "dark"] as const) {
    for (const [name, show] of Object.entries({ chat, catalog })) {
      const page = await browser.newPage({ viewport: SIZE, colorScheme: scheme, locale: "zh-CN" });
      await show(page, world);
      const path = `${FOLDER}/${name}-${scheme}.png`;
      await page.screenshot({ path, animations: "disabled", caret: "hide" });
      await page.close();
      const { size } = await stat(path);
      if (size > MOST) throw new Error(`${path} has ${size} bytes, at most ${MOST}`);
      process.stdout.write(`${path} ${size}\n`);
    }
  }
}

await mkdir(FOLDER, { recursive: true });
const world = await startPage();
world.ollama.script({ text: ANSWER, tokensPerSecond: 48 });
const browser = await launchBrowser();
await shoot(browser, world).finally(() => browser.close());
await world.stop();
