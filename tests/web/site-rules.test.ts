import { Hono } from "hono";
import { expect, test } from "vitest";
import { createLog } from "#src/base/log.ts";
import { runServer, setRules } from "#src/web/http/server.ts";
import { visitorLocale } from "#src/web/http/visitor-locale.ts";

const LOOPBACK = "127.0.0.1";

function siteOn(host: string): Hono {
  const site = new Hono();
  setRules(site, { host }, createLog({ logLevel: "silent" }));
  return site
    .get("/", (context) => context.text(visitorLocale(context, "zh-CN")))
    .post("/", async (context) => context.text(String((await context.req.text()).length)));
}

const ask = async (bound: string, headers: Record<string, string>, method = "GET"): Promise<number> =>
  (await siteOn(bound).request("http://x/", { method, headers })).status;

test("a body may have so many bytes and not one more", async () => {
  const post = async (body: string): Promise<number> =>
    (await siteOn(LOOPBACK).request("/", { method: "POST", body, headers: { host: LOOPBACK } })).status;
  expect([await post("x".repeat(65_536)), await post("x".repeat(65_537))]).toEqual([200, 413]);
  expect([await post("目".repeat(21_845)), await post("目".repeat(21_846))]).toEqual([200, 413]);
});

test.each([
  [LOOPBACK, "127.0.0.1:8787", 200],
  [LOOPBACK, "localhost:8787", 200],
  [LOOPBACK, "[::1]:8787", 200],
  [LOOPBACK, "evil.example:8787", 421],
  [LOOPBACK, "127.0.0.1.evil.example", 421],
  [LOOPBACK, "localhost.evil.example", 421],
  [LOOPBACK, "", 421],
  ["0.0.0.0", "mulu.example", 200],
])("bound to %s, the name %j is answered with %d", async (bound, host, status) => {
  expect(await ask(bound, { host })).toBe(status);
});

test.each([
  ["our page", { "sec-fetch-site": "same-origin", origin: "http://localhost:8787" }, 200],
  ["an address that was typed", { "sec-fetch-site": "none" }, 200],
  ["no browser", {}, 200],
  ["another site", { "sec-fetch-site": "cross-site", origin: "http://localhost:8787" }, 403],
  ["another port", { "sec-fetch-site": "same-site" }, 403],
  ["another origin alone", { origin: "http://localhost:8788" }, 403],
  ["an origin that is hidden", { origin: "null" }, 403],
])("%s may change something: %s → %d", async (_who, headers, status) => {
  expect(await ask(LOOPBACK, { host: "localhost:8787", ...headers }, "POST")).toBe(status);
});

test("what another site only reads is answered; anything but reading is not", async () => {
  const foreign = { host: "localhost", "sec-fetch-site": "cross-site" };
  expect([await ask(LOOPBACK, foreign), await ask(LOOPBACK, foreign, "HEAD")]).toEqual([200, 200]);
  expect([await ask(LOOPBACK, foreign, "PUT"), await ask(LOOPBACK, foreign, "DELETE")]).toEqual([403, 403]);
});

test("the language in the address comes before the cookie's, that before the browser's, that before the standard", async () => {
  const locale = async (path: string, cookie: string, accepted: string): Promise<string> => {
    const headers = { host: LOOPBACK, cookie, "accept-language": accepted };
    return (await siteOn(LOOPBACK).request(path, { headers })).text();
  };
  expect(await locale("/?lang=en-US", "mulu-lang=zh-TW", "zh-CN")).toBe("en-US");
  expect(await locale("/", "mulu-lang=zh-TW", "en-US")).toBe("zh-TW");
  expect(await locale("/?lang=xx", "mulu-lang=zz", "en-GB, zh-HK")).toBe("en-US");
  expect(await locale("/", "", "en-GB;q=0.8, zh-HK;q=0.9")).toBe("zh-TW");
  expect(await locale("/", "", "zh-HK;q=0, en-GB;q=0.1")).toBe("en-US");
  expect(await locale("/", "", "*, de")).toBe("zh-CN");
  expect(await locale("/", "", "zh-TW;q=0, de")).toBe("zh-CN");
});

test("a connection is kept for longer than the proxies before us keep theirs", async () => {
  const stop = new AbortController();
  const listening = Promise.withResolvers<number>();
  const running = runServer(siteOn(LOOPBACK), { host: LOOPBACK, port: 0 }, stop.signal, listening.resolve);
  const response = await fetch(`http://${LOOPBACK}:${await listening.promise}/`);
  await response.text();
  const [, seconds] = /^timeout=(\d+)$/.exec(response.headers.get("keep-alive") ?? "") ?? [];
  expect(Number(seconds)).toBeGreaterThan(120);
  stop.abort();
  await running;
});
