import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type PageWorld, startPage } from "./page-world.ts";
import { buttonsOf, openVisitor, textOf } from "./visitor.ts";

let world: PageWorld;
let url: string;
beforeAll(async () => {
  world = await startPage();
  url = world.url;
});
afterAll(() => world.stop());

const labels = (html: string): string[] => buttonsOf(html).map(({ label }) => label);

describe("commands on the page", () => {
  test("are answered with the view that Discord gets, as HTML", async () => {
    const answer = await openVisitor(url).say("/models glm-4-9b int4");
    await answer.end;
    expect(textOf(answer.html())).toContain("GLM-4-9B");
    expect(answer.html()).toContain("<table>");
    expect(labels(answer.html())).toContain("GLM-4-9B");
    expect(answer.events.filter((event) => "show" in event).map(({ at }) => at)).toEqual(["answer"]);
  });

  test("a page turns in its place, and a menu opens an entry in a new message", async () => {
    const visitor = openVisitor(url);
    const list = await visitor.say("/models int4");
    await list.end;
    const second = await visitor.press(list, "下一页");
    await second.end;
    expect(second.events).toMatchObject([{ at: "pressed" }]);
    expect(textOf(second.html())).toContain("第 2 页");
    const [first] = buttonsOf(second.html());
    const entry = await visitor.press(second, first?.label ?? "");
    await entry.end;
    expect(entry.events).toMatchObject([{ at: "answer" }]);
    expect(textOf(entry.html())).toContain("资源要求");
  });

  test("a narrow page gets lines where a wide one gets a table", async () => {
    const answer = await openVisitor(url).send("/chat/line", { line: "/models int4", narrow: true });
    await answer.end;
    expect(answer.html()).not.toContain("<table>");
    expect(textOf(answer.html())).toContain("INT4 显存");
  });

  test("what is wrong is said as on the terminal: no command, an unknown one, an open quotation mark", async () => {
    const visitor = openVisitor(url);
    for (const [line, help] of [
      ["你好", "/try qwen3 你好"],
      ["/modles", "/models"],
      ['/model "chatglm', "引号"],
      ["/model", "name"],
    ] as const) {
      const answer = await visitor.say(line);
      await answer.end;
      expect(textOf(answer.html())).toContain(help);
    }
  });

  test("a press of something that nobody made is refused, and takes no message's place", async () => {
    const answer = await openVisitor(url).send("/chat/press", { id: "nothing:at:all", values: [] });
    await answer.end;
    expect(answer.events).toMatchObject([{ at: "answer" }]);
    expect(textOf(answer.html())).toContain("这个按钮");
  });

  test("a chart comes as a picture with its figures as text for those who do not see it", async () => {
    const answer = await openVisitor(url).say("/compare chatglm-6b chatglm2-6b");
    await answer.end;
    const [, source = "", description = ""] =
      /<img src="data:image\/svg\+xml;base64,([^"]*)" alt="([^"]*)">/.exec(answer.html()) ?? [];
    expect(Buffer.from(source, "base64").toString()).toMatch(/^<svg [\s\S]*ChatGLM-6B[\s\S]*<\/svg>$/);
    expect(description).toContain("13 GB");
  });
});

describe("languages", () => {
  const page = async (url: string, headers: Record<string, string>, path = "/") => {
    const response = await fetch(url + path, { headers });
    return { html: await response.text(), headers: response.headers };
  };

  test.each([
    ["en-GB,en;q=0.9", "en-US"],
    ["de, zh-HK;q=0.8, en;q=0.9, fr;q=0", "en-US"],
    ["zh-HK,zh;q=0.9", "zh-TW"],
    ["de", "zh-CN"],
    ["zh-TW;q=0, zh", "zh-CN"],
    ["", "zh-CN"],
  ])("%s is answered in %s", async (accepted, locale) => {
    const { html } = await page(url, { "accept-language": accepted });
    expect(html).toContain(`<html lang="${locale}">`);
  });

  test("the switch is kept, for answers as well", async () => {
    const { html, headers } = await page(url, { "accept-language": "zh-CN" }, "/?lang=en-US");
    expect(html).toContain('<html lang="en-US">');
    const cookie = headers.get("set-cookie")?.split(";")[0] ?? "";
    expect((await page(url, { cookie, "accept-language": "zh-CN" })).html).toContain('<html lang="en-US">');
    const response = await fetch(`${url}/chat/line`, {
      method: "POST",
      headers: { cookie, "content-type": "application/json" },
      body: JSON.stringify({ line: "/help" }),
    });
    expect(await response.text()).toContain("Commands");
    expect((await page(url, { cookie }, "/?lang=xx")).html).toContain('<html lang="en-US">');
  });
});

test("the page works without a request to anybody else, and tells who has no scripts where to go", async () => {
  const html = await (await fetch(url)).text();
  const addresses = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address = ""]) => address);
  expect(addresses.filter((address) => /^(?:https?:)?\/\//.test(address))).toEqual([]);
  expect(html).toMatch(/<noscript>.*<a href="\/catalog">/);
  const scripts = addresses.filter((address) => address.startsWith("/assets/"));
  expect(scripts.length).toBeGreaterThan(2);
  for (const address of scripts) {
    const response = await fetch(url + address);
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toContain("immutable");
    expect(await response.text()).not.toBe("");
  }
  const outdated = await fetch(url + (scripts[0] ?? "").replace(/assets\/\w+/, "assets/000000000000"));
  expect(outdated.headers.get("cache-control")).toBe("no-cache");
  await outdated.text();
});
