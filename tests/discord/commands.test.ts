import { rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { LOCALES } from "#src/base/locale.ts";
import { openDiscord, startBot } from "#tests/discord/start-bot.ts";
import { realCatalog } from "#tests/real-catalog.ts";
import { buttonsOf, menusOf, textOf } from "#tests/stand-ins/discord/people.ts";
import { catalogWith, smallEntry } from "#tests/temporary-catalog.ts";

/** Thirty small entries beside the real ones. */
const thirty = Object.fromEntries(
  Array.from({ length: 30 }, (_, at) => [
    `small-${at}.yaml`,
    smallEntry({ name: `Small ${at}`, quantizations: "\n  - int4" }),
  ]),
);
const NEXT: Record<string, string> = { "zh-CN": "下一页", "zh-TW": "下一頁", "en-US": "Next" };

describe.each(LOCALES)("a person whose client speaks %s", (locale) => {
  test("lists, turns every page, opens an entry, and everything still works after a restart", async () => {
    const folder = await catalogWith(thirty);
    const discord = await openDiscord();
    const first = startBot(discord, { CATALOG_DIR: folder });
    await discord.ready();
    const person = discord.person({ id: "300000000000000001", locale });

    const list = await person.run("models", { query: "int4" });
    expect(textOf(list)).toContain(realCatalog.search("int4").hits[0]?.entry.id);
    const seen = new Set<string>();
    let page = list;
    const next = NEXT[locale] ?? "";
    for (;;) {
      for (const { value } of menusOf(page)[0]?.options ?? []) seen.add(value);
      if (buttonsOf(page).find(({ label }) => label === next)?.disabled) break;
      page = await person.press(page, next);
      expect(page.id).toBe(list.id);
    }
    expect(seen.size).toBe(realCatalog.search("int4").hits.length + 30);

    expect(await first.stop()).toBe(0);
    startBot(discord, { CATALOG_DIR: folder });
    await discord.started(2);
    const chosen = menusOf(page)[0]?.options[0]?.value ?? "";
    const opened = await person.choose(page, chosen);
    expect(textOf(opened)).toContain(`\`${chosen}\``);
    expect(opened.id).not.toBe(list.id);
    expect(textOf(await person.press(page, buttonsOf(page)[0]?.label ?? ""))).toContain("INT4");

    const entry = await person.run("model", { name: "belle" });
    expect(textOf(entry)).toContain("BELLE");
    for (const { value } of menusOf(entry)[0]?.options ?? []) if (value !== "0") await person.choose(entry, value);
    expect(textOf(await person.run("help", { command: "models" }))).toContain("sort");
    expect(textOf(await person.run("help"))).toContain("/model");
  });

  test("is offered values key by key, within the limits", async () => {
    const discord = await openDiscord();
    startBot(discord);
    await discord.ready();
    const person = discord.person({ id: "300000000000000001", locale, inServer: false });
    for (const [command, option, word] of [
      ["models", "query", "int4 商用 7b"],
      ["model", "name", "清华chatglm"],
      ["help", "command", "/model"],
    ] as const) {
      for (let length = 0; length <= word.length; length++) {
        const choices = await person.type(command, option, word.slice(0, length));
        if (length === 0) expect(choices.length).toBeGreaterThan(0);
      }
    }
  });
});

test("another person's button answers that person alone and leaves the message as it is", async () => {
  const folder = await catalogWith(thirty);
  const discord = await openDiscord();
  startBot(discord, { CATALOG_DIR: folder });
  await discord.ready();
  const list = await discord.person({ id: "300000000000000001" }).run("models", { query: "int4" });
  const before = textOf(list);
  const theirs = await discord.person({ id: "300000000000000002", locale: "en-US" }).press(list, "下一页");
  expect(theirs.id).not.toBe(list.id);
  expect(theirs.ephemeral).toBe(true);
  expect(textOf(theirs)).toContain("Page 2 of");
  expect(textOf(list)).toBe(before);
});

test("a button on an entry that has gone meanwhile says so, to the person alone", async () => {
  const folder = await catalogWith({ "small.yaml": smallEntry() });
  const discord = await openDiscord();
  const bot = startBot(discord, { CATALOG_DIR: folder });
  await discord.ready();
  const person = discord.person({ id: "300000000000000001" });
  const list = await person.run("models", { query: "small" });
  await bot.stop();
  await rm(join(folder, "models/small.yaml"));
  startBot(discord, { CATALOG_DIR: folder });
  await discord.started(2);
  const answer = await person.choose(list, "small");
  expect(textOf(answer)).toContain("已经没有 small");
  expect(answer.ephemeral).toBe(true);
});

test("an unknown name, a name that would ping and text that looks like Markdown are answered as text", async () => {
  const discord = await openDiscord();
  startBot(discord);
  await discord.ready();
  const person = discord.person({ id: "300000000000000001" });
  for (const name of ["@everyone zzzz", "<@300000000000000002>", "# **zzzz** [x](https://x.y)"]) {
    const answer = await person.run("model", { name });
    expect(answer.ephemeral).toBe(true);
  }
  expect(textOf(await person.run("models", { query: "@here **" }))).toContain("没有符合条件的模型");
});
