import { connect } from "node:net";
import { text as readAll } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { openPage } from "./page-world.ts";
import { buttonsOf, openVisitor, textOf } from "./visitor.ts";

/** A request as bytes, for headers that `fetch` does not let through. */
async function raw(url: string, head: string[], body = ""): Promise<string> {
  const { port, hostname } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.end(
    `${[...head, "connection: close", `content-length: ${Buffer.byteLength(body)}`].join("\r\n")}\r\n\r\n${body}`,
  );
  return readAll(socket);
}

describe("strangers", () => {
  test.each([
    ["another site's page", { origin: "https://evil.example", "sec-fetch-site": "cross-site" }],
    ["another site that hides where it is", { origin: "null" }],
    ["another port of this machine", { origin: "http://127.0.0.1:1", "sec-fetch-site": "same-site" }],
    ["a browser that says only this", { origin: "", "sec-fetch-site": "cross-site" }],
  ])("%s cannot send a command", async (_who, headers) => {
    const { url } = await openPage();
    const refused = await openVisitor(url).send("/chat/line", { line: "/models int4" }, headers);
    expect(refused.status).toBe(403);
    expect(refused.headers.get("set-cookie")).toBeNull();
  });

  test("a name that was made to lead to this machine is not answered to", async () => {
    const { url } = await openPage();
    const answer = await raw(url, ["GET / HTTP/1.1", "host: evil.example"]);
    expect(answer).toMatch(/^HTTP\/1\.1 421 /);
  });

  test("what is not what our page sends is refused: another type, no JSON, wrong fields, too much", async () => {
    const { url } = await openPage();
    const visitor = openVisitor(url);
    const line = { line: "/help" };
    expect((await visitor.send("/chat/line", line, { "content-type": "text/plain" })).status).toBe(400);
    expect((await visitor.send("/chat/line", "{", {})).status).toBe(400);
    expect((await visitor.send("/chat/line", { line: 1 })).status).toBe(400);
    expect((await visitor.send("/chat/line", { line: "x".repeat(7000) })).status).toBe(400);
    expect((await visitor.send("/chat/press", { id: "x".repeat(101), values: [] })).status).toBe(400);
    expect((await visitor.send("/chat/press", { id: "a", values: Array(26).fill("") })).status).toBe(400);
    expect((await visitor.send("/chat/line", { line: "x".repeat(70_000) })).status).toBe(413);
    expect((await fetch(`${url}/chat/line`)).status).toBe(404);
  });
});

test("every answer of the page forbids scripts of others and frames around it", async () => {
  const { url } = await openPage();
  const answer = await openVisitor(url).say("/help");
  await answer.end;
  for (const { headers } of [await fetch(url), await fetch(`${url}/nowhere`), answer]) {
    expect(headers.get("content-security-policy")).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
  }
});

test("what a model or a person writes is text and nothing else", async () => {
  const { url, ollama } = await openPage();
  const hostile =
    "<img src=x onerror=alert(1)><script>alert(1)</script>\n\n![x](https://evil.example/x.png) [点我](javascript:alert(1)) <pre> <svg onload=alert(1) ";
  ollama.script({ text: hostile });
  const answer = await openVisitor(url).say("/try glm4:9b <b onclick=alert(1)>问</b>");
  await answer.end;
  for (const event of answer.events.filter((item) => "show" in item)) {
    expect(event.show).not.toMatch(/<(?:img|script|svg|b|pre)\b/);
    expect(event.show).not.toMatch(/href="(?!https?:)/);
  }
  expect(textOf(answer.html())).toContain("<img src=x onerror=alert(1)><script>alert(1)</script>");
  expect(textOf(answer.html())).toContain("<b onclick=alert(1)>问</b>");
});

describe("visitors", () => {
  test("are known by a cookie that scripts cannot read and other sites cannot send", async () => {
    const { url } = await openPage();
    const visitor = openVisitor(url);
    const first = await visitor.say("/help");
    expect(first.headers.get("set-cookie")).toMatch(
      /^mulu-visitor=[0-9a-f]{32}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    expect((await visitor.say("/help")).headers.get("set-cookie")).toBeNull();
    const made = await openVisitor(url).send("/chat/line", { line: "/help" }, { "x-forwarded-proto": "https" });
    expect(made.headers.get("set-cookie")).toContain("; Secure");
    // Whoever comes by a link from another site does not send the cookie that there is, and must not lose it.
    expect((await fetch(url)).headers.get("set-cookie")).toBeNull();
  });

  test("have the quotas of people, and addresses limits of their own", async () => {
    const { url, ollama } = await openPage({
      env: { TRY_PER_PERSON_HOUR: "1" },
      chat: { limits: { actions: 6, completions: 2, open: 2, openInAll: 3 } },
    });
    ollama.script({ endless: true, tokensPerSecond: 20 });
    const visitor = openVisitor(url);
    const running = await visitor.say("/try glm4:9b 一");
    await running.shows("测试用的回答");
    const refused = await visitor.say("/try glm4:9b 二");
    await refused.end;
    expect(textOf(refused.html())).toContain("次数用完了");
    const other = await openVisitor(url).say("/try glm4:9b 三");
    await other.shows("排队中");
    const third = await openVisitor(url).say("/help");
    expect(third.status).toBe(429);
    const elsewhere = openVisitor(url, { "x-forwarded-for": "203.0.113.7, 198.51.100.9" });
    expect((await elsewhere.say("/help")).status).toBe(200);
    await (await visitor.press(running, "停止")).end;
    await running.end;
    await openVisitor(url).say("/help");
    const tooFast = await openVisitor(url).say("/help");
    expect(tooFast.status).toBe(429);
    expect(Number(tooFast.headers.get("retry-after"))).toBeGreaterThan(0);
    const complete = () => elsewhere.send("/chat/complete", { line: "/m" });
    expect([(await complete()).status, (await complete()).status, (await complete()).status]).toEqual([200, 200, 429]);
  });

  test("of one IPv6 network count as one, of two as two", async () => {
    const { url } = await openPage({ chat: { limits: { actions: 1, completions: 1, open: 5, openInAll: 5 } } });
    const from = (address: string) => openVisitor(url, { "x-forwarded-for": address }).say("/help");
    expect((await from("2001:db8:1:2::1")).status).toBe(200);
    expect((await from("2001:db8:1:2:ffff::9")).status).toBe(429);
    expect((await from("2001:db8:1:3::1")).status).toBe(200);
  });
});

describe("the operator's commands", () => {
  const pull = async (options: Parameters<typeof openPage>[0], headers: Record<string, string> = {}) => {
    const { url } = await openPage(options);
    const answer = await openVisitor(url, headers).say("/ollama");
    await answer.end;
    return textOf(answer.html());
  };

  test("are refused, unless the page is for this machine alone and says so", async () => {
    expect(await pull({})).toContain("管理员");
    expect(await pull({ settings: { admin: true } })).toContain("glm4:9b");
    expect(await pull({ settings: { admin: true, host: "0.0.0.0" } })).toContain("管理员");
    expect(await pull({ settings: { admin: true } }, { "x-forwarded-for": "203.0.113.7" })).toContain("管理员");
  });

  test("a pull shows its progress in one message, and nobody else can cancel it", async () => {
    const { url, ollama } = await openPage({ settings: { admin: true } });
    ollama.pulls.offer("qwen3:0.6b", { layers: [2e9], bytesPerSecond: 1e9 });
    const admin = openVisitor(url);
    const pulling = await admin.say("/ollama action:pull model:qwen3:0.6b");
    await pulling.shows("MB/s");
    const [cancel] = buttonsOf(pulling.html());
    const other = openVisitor(url, { "x-forwarded-for": "203.0.113.7" });
    const refused = await other.send("/chat/press", { id: cancel?.id, values: [] });
    await refused.end;
    expect(textOf(refused.html())).toContain("管理员");
    await pulling.end;
    expect(textOf(pulling.html())).toContain("已下载到");
  });
});
