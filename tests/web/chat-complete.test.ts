import { describe, expect, test } from "vitest";
import { textIn } from "#src/base/locale.ts";
import { completeLine } from "#src/chat/line/complete.ts";
import { UNLIMITED } from "#src/chat/view.ts";
import { wholeLines } from "#src/web/chat/complete.ts";
import { contextOf, testApp } from "#tests/test-app.ts";
import { openPage } from "./page-world.ts";
import { openVisitor } from "./visitor.ts";

const app = await testApp();
const complete = (line: string, locale: "zh-CN" | "en-US" = "zh-CN") =>
  wholeLines(line, completeLine(line, app.router, contextOf(app, { locale, room: UNLIMITED })));
const lines = (line: string): string[] => complete(line).items.map((item) => item.line);

describe("completions while a line is typed", () => {
  test("commands with what they do, and Enter takes the first of an unfinished one", () => {
    const { items, needed } = complete("/mod", "en-US");
    expect(items.map(({ label }) => label)).toEqual(["/models", "/model"]);
    expect(items[0]).toMatchObject({ line: "/models ", about: textIn("en-US")("commands.models.description") });
    expect(needed).toBe(true);
    expect(complete("/model").needed).toBe(false);
    expect(lines("／sta")).toEqual(["/status"]);
    expect(lines("/")).toHaveLength(app.router.commands.length);
  });

  test("what a command offers for the option at the end of the line, and its options that are still open", () => {
    expect(lines("/model chatg")).toContain("/model chatglm-6b ");
    expect(complete("/try qwen3 ").items.map(({ label }) => label)).toEqual(["think:", "private:"]);
    expect(lines("/models ")).toEqual(expect.arrayContaining(["/models int4 ", "/models sort:"]));
    expect(lines("/models sort:newest ")).not.toContain("/models sort:newest sort:");
    expect(complete("/models int4 so").items.at(-1)).toMatchObject({ line: "/models int4 sort:", label: "sort:" });
  });

  test("sub-commands, behind the command that has them", () => {
    expect(lines("/admin blo")).toEqual(["/admin block ", "/admin blocks "]);
    expect(complete("/admin ").needed).toBe(true);
    const begun = "/admin block <@300000000000000001> ";
    expect(lines(begun)).toEqual([`${begun}hours:`]);
    expect(complete(begun).hint).toMatch(/^reason · /);
  });

  test("choices and flags with their meaning", () => {
    expect(complete("/models sort:n").items).toMatchObject([
      { line: "/models sort:newest ", label: "newest" },
      { line: "/models sort:name ", label: "name" },
    ]);
    expect(lines("/try qwen3 你好 think:")).toEqual(["/try qwen3 你好 think:true ", "/try qwen3 你好 think:false "]);
  });

  test("names what is being typed", () => {
    expect(complete("/try qwen3 写").hint).toMatch(/^prompt · /);
    expect(complete("/try qwen3 写").items).toEqual([]);
    expect(complete("/model ").hint).toMatch(/^name · /);
  });

  test("a value with spaces is quoted where the line would end it else", () => {
    const offered = lines("/compare ");
    for (const line of offered) expect(line).toMatch(/^\/compare (?:"[^"]*"|\S+) ?$/);
  });

  test("a value goes on where one with spaces is typed without marks, and a command is known in capitals", () => {
    const offered = lines("/models int4 7");
    expect(offered[0]).toMatch(/^\/models int4 7/);
    for (const line of offered) expect(line).not.toContain('"');
    expect(lines("/MODELS sort:ne")).toEqual(["/MODELS sort:newest "]);
  });

  test("25 at once: values give way to the options", () => {
    const item = (kind: "value" | "option", text: string) => ({ kind, text, replaces: "x", label: text, about: "" });
    const values = Array.from({ length: 30 }, (_, at) => item("value", `v${at}`));
    const { items } = wholeLines("/a x", {
      items: [...values, item("option", "o:"), item("option", "p:")],
      typed: "x",
      needed: false,
      hint: "",
    });
    expect(items).toHaveLength(25);
    expect(items.slice(-3).map(({ line }) => line)).toEqual(["/a v22 ", "/a o:", "/a p:"]);
  });

  test.each(["", "hello", "/nothing x", '/model "chatglm', "x /models "])("%s offers nothing", (line) => {
    expect(complete(line).items.map((item) => item.label)).toEqual([]);
  });
});

test("the page asks for them in the visitor's language", async () => {
  const { url } = await openPage();
  const headers = { "content-type": "application/json", "accept-language": "zh-TW" };
  const response = await fetch(`${url}/chat/complete`, {
    method: "POST",
    headers,
    body: JSON.stringify({ line: "/stat" }),
  });
  expect(await response.json()).toMatchObject({
    items: [{ line: "/status", about: textIn("zh-TW")("commands.status.description") }],
  });
  expect((await openVisitor(url).send("/chat/complete", { line: 1 })).status).toBe(400);
});
