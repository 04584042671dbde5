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

const TYPES: Record<string, string> = {
  html: "text/html",
  css: "text/css",
  mjs: "text/javascript",
  json: "application/json",
};
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

  const ids = async (page: Page): Promise<string[]> => {
    const links = '[...document.querySelectorAll(".models tbody th a")]';
    const addresses = await page.evaluate<string[]>(`${links}.map((link) => link.getAttribute("href"))`);
    return addresses.map((address) => /models\/(.+)\.html$/.exec(address)?.[1] ?? "");
  };
  const answered = (page: Page, search: string): Promise<void> =>
    page.waitForURL((address) => address.search === search);
  const typed = (q: string): string => `?${new URLSearchParams({ q })}`;

  test("what one types finds what the server's page finds, in its order", async () => {
    const { page, faults } = await openTab(browser, await servePages());
    for (const query of ["int4", "商用", "<=8GB", "128k", "3060 写小说"]) {
      await page.getByLabel("查找").fill(query);
      await answered(page, typed(query));
      const wanted = listed(await open(reader, `/catalog${typed(query)}`));
      expect(wanted.length).toBeGreaterThan(0);
      expect(await ids(page)).toEqual(wanted);
      expect(await page.locator(".messages").innerText()).toContain(`找到 ${wanted.length} 个模型`);
    }
    expect(faults).toEqual([]);
  });

  test.each([
    "family=GLM",
    "precision=int4&vram=8",
    "size=50-150&vram=48",
    "commercial=allowed&year=2025&vram=24",
    "domain=legal",
    "q=%E9%80%9A%E7%BE%A9%E5%8D%83%E5%95%8F&sort=size",
  ])("?%s lists the rows that a server would list", async (query) => {
    const { page, faults } = await openTab(browser, await servePages());
    await page.goto(`${page.url()}?${query}`);
    await page.locator("#models:not([aria-busy])").waitFor();
    const wanted = listed(await open(reader, `/catalog?${query}`));
    expect(wanted.length).toBeGreaterThan(0);
    expect(await ids(page)).toEqual(wanted);
    expect(await page.locator("details:has(.menus)").getAttribute("open")).toBe("");
    expect(faults).toEqual([]);
  });

  test("a visitor who asks nothing loads neither the search nor its data", async () => {
    const { page } = await openTab(browser, await servePages());
    const loaded: string[] = [];
    page.on("request", (request) => loaded.push(new URL(request.url()).pathname.split("/").at(-1) ?? ""));
    await page.reload();
    await page.getByLabel("查找").waitFor();
    expect(loaded.filter((name) => /^(?:browser|list|t2cn|zh-tw)-/.test(name))).toEqual([]);
    await page.getByLabel("查找").fill("int4");
    await answered(page, "?q=int4");
    expect(
      loaded
        .map((name) => name.replace(/-.*/, ""))
        .filter((name) => /^(?:browser|list|t2cn)$/.test(name))
        .toSorted(),
    ).toEqual(["browser", "list"]);
    await page.getByLabel("查找").fill("千問");
    await answered(page, typed("千問"));
    expect(loaded.some((name) => name.startsWith("t2cn-"))).toBe(true);
  });

  test("filters while one types, orders by a heading, keeps both in the address, and can be cleared", async () => {
    const { page, faults } = await openTab(browser, await servePages());
    await page.getByLabel("查找").fill("chatglm");
    await answered(page, "?q=chatglm");
    await page.getByRole("link", { name: "参数" }).focus();
    await page.keyboard.press("Enter");
    await answered(page, "?q=chatglm&sort=size");
    expect(await page.locator("thead [aria-sort]").innerText()).toBe("参数");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("参数");
    await page.getByRole("link", { name: "8 GB", exact: true }).click();
    await answered(page, "?q=chatglm&vram=8&sort=size");
    const shown = await ids(page);
    expect(shown).toContain("chatglm-6b");
    await page.reload();
    await page.locator("#models:not([aria-busy])").waitFor();
    await expect.poll(() => ids(page)).toEqual(shown);
    await page.getByRole("link", { name: "EN", exact: true }).click();
    await page.waitForURL(/\/en\//);
    await page.locator("#models:not([aria-busy])").waitFor();
    expect(new URL(page.url()).search).toBe("?q=chatglm&vram=8&sort=size");
    expect(await ids(page)).toEqual(shown);
    await page.getByLabel("Search").fill("zzzzqqq");
    await answered(page, "?q=zzzzqqq&vram=8&sort=size");
    await page.getByRole("link", { name: "Clear" }).click();
    await answered(page, "");
    expect(await ids(page)).toHaveLength(realCatalog.entries.length);
    expect(faults).toEqual([]);
  });

  test("where the search does not load the list stays, and one is told", async () => {
    const { page } = await openTab(browser, await servePages());
    await page.route(/assets\/list-/, (route) => route.abort());
    await page.getByLabel("查找").fill("int4");
    await page.getByRole("alert").waitFor();
    expect(await ids(page)).toHaveLength(realCatalog.entries.length);
    await page.unroute(/assets\/list-/);
    await page.getByLabel("查找").fill("128k");
    await answered(page, "?q=128k");
    expect(await page.getByRole("alert").isVisible()).toBe(false);
  });

  test.each([360, 1280])("nobody is kept out of an answer in a window of %i pixels", async (width) => {
    const { page } = await openTab(browser, await servePages(), { width });
    await page.goto(`${page.url()}?q=int4&family=GLM&vram=8`);
    await answered(page, "?q=int4&family=GLM&vram=8");
    expect(await barriers(page)).toEqual([]);
    expect(await overhang(page)).toBeLessThanOrEqual(0);
  });
});
