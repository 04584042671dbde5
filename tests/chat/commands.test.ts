import { describe, expect, test } from "vitest";
import { LOCALES, type Locale, textIn } from "#src/base/locale.ts";
import { byNewest } from "#src/catalog/search/names.ts";
import { commandDescription, optionDescription } from "#src/chat/descriptions.ts";
import {
  type Button,
  type Component,
  LIMITS,
  type Room,
  type StringSelect,
  UNLIMITED,
  type View,
} from "#src/chat/view.ts";
import { type Choice, choicesOf } from "#src/terminal/render.ts";
import { contextOf, testApp } from "#tests/test-app.ts";

const app = await testApp();
const everyId = app.services.catalog.entries.map(({ id }) => id);
/** A room as small as a Discord message. */
const MESSAGE: Room = { components: 40, characters: 4000, listLength: 10, tables: false, pictures: true, live: true };

async function ask(command: string, given: Record<string, string>, room = MESSAGE, locale: Locale = "zh-CN") {
  const shown: View[] = [];
  const context = contextOf(app, { locale, room, show: (view) => shown.push(view) });
  const outcome = await app.router.execute(command, given, context);
  return { outcome, view: shown.at(-1) ?? { components: [] } };
}

async function press({ customId, chosen }: Choice) {
  const shown: View[] = [];
  const context = contextOf(app, { room: MESSAGE, show: (view) => shown.push(view) });
  const outcome = await app.router.press(customId, chosen, context);
  return { outcome, view: shown.at(-1) ?? { components: [] } };
}

const flat = (components: Component[]): Component[] =>
  components.flatMap((item) => (item.type === 17 ? [item, ...flat(item.components)] : [item]));
const textOf = (view: View): string =>
  flat(view.components)
    .map((item) => (item.type === 10 ? item.content : ""))
    .join("\n");
const button = (view: View, label: string): Choice => {
  const choice = choicesOf(view).find((item) => item.label === label);
  if (choice === undefined) throw new Error(`no ${label} in ${JSON.stringify(choicesOf(view))}`);
  return choice;
};

function expectFits(view: View): void {
  const all = flat(view.components);
  const controls = all.flatMap((item): (Button | StringSelect)[] => (item.type === 1 ? item.components : []));
  expect(all.length + controls.length).toBeLessThanOrEqual(40);
  expect(all.reduce((sum, item) => sum + (item.type === 10 ? item.content.length : 0), 0)).toBeLessThanOrEqual(4000);
  const ids = controls.flatMap((item) => ("custom_id" in item ? item.custom_id : []));
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id.length).toBeLessThanOrEqual(LIMITS.customId);
}

describe("/models", () => {
  test("pages to the last page and back, each entry once", async () => {
    let { view } = await ask("models", { query: "" });
    const pages = Math.ceil(everyId.length / MESSAGE.listLength);
    const seen: string[] = [];
    for (let page = 1; ; page++) {
      expectFits(view);
      expect(textOf(view)).toContain(`第 ${page} 页，共 ${pages} 页`);
      seen.push(...choicesOf(view).flatMap(({ chosen }) => chosen));
      if (!choicesOf(view).some(({ label }) => label === "下一页")) break;
      ({ view } = await press(button(view, "下一页")));
    }
    expect(seen.toSorted()).toEqual(everyId.toSorted());
    ({ view } = await press(button(view, "上一页")));
    expect(textOf(view)).toContain(`第 ${pages - 1} 页`);
  });

  test("a page keeps the query, its colons, and the order", async () => {
    const { view } = await ask("models", { query: "7b 13b:", sort: "name" });
    const next = choicesOf(view).find(({ label }) => label === "下一页");
    expect(next?.customId).toBe("models:page:1:name:7b 13b:");
  });

  test("the longest query still fits into its buttons", async () => {
    const { view, outcome } = await ask("models", { query: `7b ${"，".repeat(67)}` });
    expect(outcome).toBe("answered");
    expectFits(view);
  });

  test("where nothing is found it says why and offers the nearest", async () => {
    const { view } = await ask("models", { query: "chatglm 9999b" });
    expect(textOf(view)).toContain("没有结果的原因：参数");
    expect(choicesOf(view).map(({ chosen }) => chosen)).toContainEqual(["chatglm3-6b"]);
  });
});

describe("/model", () => {
  test.each(LOCALES)("every entry fits a message, page by page, in %s", async (locale) => {
    for (const { id } of app.services.catalog.entries) {
      const whole = textOf((await ask("model", { name: id }, UNLIMITED, locale)).view);
      expectFits((await ask("model", { name: id }, MESSAGE, locale)).view);
      expect(whole).toContain(textIn(locale)("sections.requirements"));
    }
  });

  test("nothing of the whole page is lost in the pages of a message", async () => {
    const { view: first } = await ask("model", { name: "belle" });
    const pages = [textOf(first)];
    for (let view = first; choicesOf(view).some(({ label }) => label === "下一页"); ) {
      ({ view } = await press(button(view, "下一页")));
      pages.push(textOf(view));
    }
    const lines = textOf((await ask("model", { name: "belle" }, { ...UNLIMITED, tables: false })).view).split("\n");
    for (const line of lines) expect(pages.join("\n")).toContain(line);
  });

  test("what is not stated says so, a stand-in is named as one", async () => {
    const belle = textOf((await ask("model", { name: "belle" }, UNLIMITED)).view);
    expect(belle).toContain("上下文：未注明");
    const chatglm = textOf((await ask("model", { name: "chatglm" }, UNLIMITED)).view);
    expect(chatglm).toMatch(/glm4:9b` · ⚠ 替代，不是同一权重/);
    const vicuna = textOf((await ask("model", { name: "chinese-vicuna" }, UNLIMITED)).view);
    expect(vicuna).toContain("额外的预训练数据集：无");
  });

  test("a family's name opens its newest and offers the rest", async () => {
    const { view } = await ask("model", { name: "中文llama" });
    expect(textOf(view)).toContain("## Chinese-LLaMA-Alpaca-3");
    expect(choicesOf(view).map(({ chosen }) => chosen)).toContainEqual(["chinese-llama-alpaca-2"]);
  });

  test("every family's name fits a message", async () => {
    const families = app.services.catalog.entries.flatMap(({ family, familyAliases }) => [family, ...familyAliases]);
    for (const name of new Set(families)) expectFits((await ask("model", { name })).view);
  });

  test("an older entry names what is newer in its family, the newest does not", async () => {
    const family = app.services.catalog.entries.filter((entry) => entry.family === "GLM" && entry.domain === undefined);
    const [newest, second] = family.toSorted(byNewest);
    expect(textOf((await ask("model", { name: "chatglm-6b" })).view)).toContain(
      `同系列较新的：${newest?.name}、${second?.name}`,
    );
    expect(textOf((await ask("model", { name: newest?.id ?? "" })).view)).not.toContain("同系列较新的");
  });

  test("a first member that is called like its family is opened, and the newer ones are offered", async () => {
    const { view } = await ask("model", { name: "qwen" });
    expectFits(view);
    expect(textOf(view)).toContain("## Qwen");
    expect(textOf(view)).toContain("「qwen」还有：");
    const [newest] = app.services.catalog.entries.filter(({ family }) => family === "Qwen").toSorted(byNewest);
    const chosen = choicesOf(view).map((choice) => choice.chosen);
    expect(chosen).toContainEqual([newest?.id]);
    expect(chosen).not.toContainEqual(["qwen"]);
  });

  test("a variant's name opens its entry at the variant, with its own figures, on every page", async () => {
    const { view } = await ask("model", { name: "hf.co/Qwen/Qwen3-8B-GGUF:Q4_K_M" });
    const heading = /\*\*Qwen3-8B\*\* · 8.2B · 128K · 最低显存 .*Apache-2.0（可商用）/;
    expectFits(view);
    expect(textOf(view)).toContain("## Qwen3\n");
    expect(textOf(view)).toMatch(heading);
    const { view: second } = await press(button(view, "下一页"));
    expect(textOf(second)).toMatch(heading);
    expect(textOf((await ask("model", { name: "qwen3" })).view)).not.toMatch(heading);
  });

  test("of a name of several it is said which one was taken", async () => {
    const { view } = await ask("model", { name: "yi 34b" });
    expect(textOf(view)).toContain("「yi 34b」按 Yi-1.5-34B 理解，也可能是：");
    expect(textOf((await ask("model", { name: "qwen3 8b" })).view)).not.toContain("也可能是");
  });

  test("every variant's name fits a message", async () => {
    for (const { variants = [] } of app.services.catalog.entries)
      for (const { name } of variants) expectFits((await ask("model", { name })).view);
  });

  test("a name with a slip offers what it may mean, and opens it", async () => {
    const { view } = await ask("model", { name: "chatgml" });
    expect(textOf(view)).toContain("没有叫「chatgml」的模型");
    const opened = await press(choicesOf(view)[0] ?? { label: "", customId: "", chosen: [] });
    expect(textOf(opened.view)).toContain("## ChatGLM-6B");
  });

  test("a button of an entry that has gone says so", async () => {
    const { outcome, view } = await press({ label: "", customId: "model:page:1:gone-7b", chosen: [] });
    expect(outcome).toBe("refused");
    expect(textOf(view)).toContain("gone");
    expect((await press({ label: "", customId: "models:nothing:1", chosen: [] })).outcome).toBe("refused");
  });
});

describe("/help", () => {
  test.each(LOCALES)("describes every command and option in %s within Discord's 100 characters", (locale) => {
    const text = textIn(locale);
    for (const command of app.router.commands) {
      const descriptions = [
        commandDescription(command, text),
        ...Object.keys(command.options).map((name) => optionDescription(command, name, text)),
      ];
      for (const description of descriptions) {
        expect(description).not.toMatch(/^commands\./);
        expect(description.length).toBeGreaterThan(0);
        expect(description.length).toBeLessThanOrEqual(100);
      }
    }
  });

  test("explains one command, and corrects a mistyped one", async () => {
    expect(textOf((await ask("help", { command: "/models" })).view)).toContain("sort");
    expect(textOf((await ask("help", { command: "modles" })).view)).toContain("/models");
  });
});

describe("autocomplete", () => {
  const complete = (option: string, typed: string) => {
    const command = option === "query" ? "models" : "model";
    return app.router.complete(command, option, typed, contextOf(app));
  };

  test("is useful when nothing is typed", () => {
    const newest = app.services.catalog.search("").hits[0]?.entry.id;
    expect(complete("name", "")[0]?.value).toBe(newest);
    const { length } = app.services.catalog.search("int4").hits;
    expect(complete("query", "")[0]).toEqual({ name: `int4（${length} 个）`, value: "int4" });
  });

  test("key by key, suggestions are valid and find something", () => {
    const words = ["chatglm", "中文羊驼", "qinghua", "int4 商用", "<=8gb 7b"];
    const typed = words.flatMap((word) => [...word].map((_, at) => word.slice(0, at + 1)));
    for (const { name, value } of typed.flatMap((text) => complete("name", text))) {
      expect(name.length).toBeLessThanOrEqual(100);
      expect(app.services.catalog.entry(value)).toBeDefined();
    }
    for (const { name, value } of typed.flatMap((text) => complete("query", text))) {
      expect(name.length).toBeLessThanOrEqual(100);
      expect(value.length).toBeLessThanOrEqual(100);
      expect(app.services.catalog.search(value).hits.length).toBeGreaterThan(0);
    }
    for (const text of ["", ...typed]) expect(complete("query", text).length).toBeLessThanOrEqual(25);
    expect(complete("name", "chatg")[0]?.value).toBe("chatglm-6b");
    expect(complete("query", "gp").map(({ value }) => value)).toContain("gptq-int4");
  });
});
