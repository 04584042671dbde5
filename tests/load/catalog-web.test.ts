import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { staticSite } from "#src/web/static/site.ts";
import { realCatalog } from "#tests/real-catalog.ts";
import { barriers, overhang } from "#tests/web/barriers.ts";
import { launchBrowser, openTab, WITHOUT_BROWSER } from "#tests/web/browser.ts";
import { listed, open, openPages, type Reader } from "#tests/web/catalog-world.ts";

if (WITHOUT_BROWSER !== undefined) console.error(`tests/load/catalog-web.test.ts is skipped: ${WITHOUT_BROWSER}`);

const TYPES: Record<string, string> = { html: "text/html", css: "text/css", mjs: "text/javascript" };
const BASE = "/mulu/";

/** Serves the static site as GitHub Pages does: files and nothing else. Gives its address. */
async function servePages(): Promise<string> {
  const files = await staticSite(realCatalog, BASE);
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "", "http://pages.example");
    const path = pathname.startsWith(BASE) ? pathname.slice(BASE.length) || "index.html" : "";
    const text = files.get(path);
    response.writeHead(text === undefined ? 404 : 200, {
      "content-type": `${TYPES[path.split(".").at(-1) ?? ""] ?? "text/plain"}; charset=utf-8`,
    });
    response.end(text ?? files.get("404.html"));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}${BASE}`;
}

const PAGES = ["/catalog", "/catalog?q=int4&family=GLM&vram=8", "/catalog?family=GLM&vram=0.5", "/catalog/qwen2.5"];

describe.skipIf(WITHOUT_BROWSER !== undefined)("the catalog in a browser", () => {
  let browser: Browser;
  let reader: Reader;
  let url: string;
  beforeAll(async () => {
    [browser, reader] = [await launchBrowser(), await openPages()];
    url = new URL((await reader.get("/catalog")).url).origin;
  });
  afterAll(async () => {
    await browser.close();
    await reader.close();
  });

  test.each(PAGES.flatMap((path) => [320, 360, 768, 1280].map((width) => [path, width] as const)))(
    "%s is no wider than a window of %i pixels",
    async (path, width) => {
      const { page, faults } = await openTab(browser, url, { width });
      await page.goto(url + path);
      expect(await overhang(page)).toBeLessThanOrEqual(0);
      expect(faults.filter((fault) => !fault.includes("404"))).toEqual([]);
    },
  );

  test.each(PAGES.flatMap((path) => (["light", "dark"] as const).map((scheme) => [path, scheme] as const)))(
    "nobody is kept out of %s by what axe-core calls serious, in %s colours",
    async (path, scheme) => {
      for (const width of [360, 1280]) {
        const { page } = await openTab(browser, url, { width, scheme });
        await page.goto(url + path);
        expect(await barriers(page)).toEqual([]);
      }
    },
  );

  test("the form asks, and a menu can be opened on a phone", async () => {
    const { page } = await openTab(browser, url, { width: 360 });
    await page.goto(`${url}/catalog`);
    await page.getByText("更多条件").click();
    await page.getByLabel("家族").selectOption("GLM");
    await page.getByLabel("查找").fill("int4");
    await page.getByRole("button", { name: "查找" }).click();
    await page.getByText(/找到 \d+ 个模型/).waitFor();
    expect(new URL(page.url()).search).toBe("?q=int4&family=GLM");
  });
});

describe.skipIf(WITHOUT_BROWSER !== undefined)("the static site in a browser", () => {
  let browser: Browser;
  let reader: Reader;
  beforeAll(async () => {
    [browser, reader] = [await launchBrowser(), await openPages()];
  });
  afterAll(async () => {
    await browser.close();
    await reader.close();
  });

  const names = (page: Page): Promise<string[]> => page.locator(".models tbody tr:visible th a").allTextContents();

  test.each([
    "family=GLM",
    "precision=int4&vram=8",
    "size=50-150&vram=48",
    "commercial=allowed&year=2025&vram=24",
    "domain=legal",
  ])("%s leaves the rows that a server would list", async (query) => {
    const { page, faults } = await openTab(browser, await servePages());
    await page.goto(`${page.url()}?${query}`);
    const wanted = listed(await open(reader, `/catalog?${query}`)).map((id) => realCatalog.entry(id)?.name);
    expect(wanted.length).toBeGreaterThan(0);
    expect((await names(page)).toSorted()).toEqual(wanted.toSorted());
    expect(faults).toEqual([]);
  });

  test("filters while one types, orders by a heading, keeps both in the address, and can be cleared", async () => {
    const { page } = await openTab(browser, await servePages());
    await page.getByLabel("查找").fill("chatglm");
    await page.getByRole("link", { name: "参数" }).click();
    await page.getByRole("link", { name: "8 GB", exact: true }).click();
    expect(new URL(page.url()).search).toBe("?q=chatglm&vram=8&sort=size");
    const shown = await names(page);
    expect(shown).toContain("ChatGLM-6B");
    expect(await page.locator("#count").textContent()).toBe(`${shown.length} / ${realCatalog.entries.length}`);
    await page.reload();
    expect(await names(page)).toEqual(shown);
    await page.getByLabel("查找").fill("没有这样的模型");
    await page.getByText("没有符合条件的模型").waitFor();
    await page.getByRole("link", { name: "清除条件" }).click();
    await page.waitForURL((address) => address.search === "");
    expect(await names(page)).toHaveLength(realCatalog.entries.length);
  });
});
