import { describe, expect, test } from "vitest";
import { LOCALES, type Locale, textIn } from "#src/base/locale.ts";
import { readCatalogFiles } from "#src/catalog/entry/load.ts";
import { type Room, UNLIMITED, type View } from "#src/chat/view.ts";
import { toMessage } from "#src/discord/message.ts";
import { type Choice, choicesOf } from "#src/terminal/render.ts";
import { catalogOf, originalCatalog } from "#tests/real-catalog.ts";
import { smallEntry } from "#tests/temporary-catalog.ts";
import { contextOf, testApp } from "#tests/test-app.ts";

const TODAY = Date.parse("2026-11-23T08:00:00Z");
const MESSAGE: Room = { components: 40, characters: 4000, listLength: 2, tables: false, pictures: true, live: true };

const { entries } = await readCatalogFiles(
  Object.entries({
    "fresh-7b.yaml": smallEntry({ name: "Fresh", released: "'2026-11-20'" }),
    "monthly-7b.yaml": smallEntry({
      name: "Monthly",
      released: "'2024'",
      updates: "\n  - name: Monthly-2\n    released: '2026-08'\n  - name: Monthly-1\n    released: '2025'",
    }),
    "steady-7b.yaml": smallEntry({
      name: "Steady",
      released: "'2026-01-05'",
      variants: "\n  - name: Steady-7B\n    released: '2026-01-05'\n  - name: Steady-14B\n    released: '2026-10-01'",
      repository: "\n  name: example/steady",
      latestRelease: "\n  tag: v1.2\n  date: '2026-10-01'",
    }),
  }).map(([file, text]) => ({ file, text })),
);
const app = await testApp();
app.catalog.current = { ...app.catalog.current, catalog: catalogOf([...originalCatalog.entries, ...entries]) };

type Asked = { outcome: string; view: View; text: string };

async function act(
  run: (context: ReturnType<typeof contextOf>) => Promise<string>,
  room: Room,
  locale: Locale = "zh-CN",
  now = TODAY,
): Promise<Asked> {
  const shown: View[] = [];
  const context = { ...contextOf(app, { locale, room, show: (view) => shown.push(view) }), now: () => now };
  const outcome = await run(context);
  const view = shown.at(-1) ?? { components: [] };
  return { outcome, view, text: textOf(view) };
}

const ask = (since: string | undefined, room = UNLIMITED, locale?: Locale, now?: number): Promise<Asked> =>
  act((context) => app.router.execute("updates", since === undefined ? {} : { since }, context), room, locale, now);
const press = ({ customId, chosen }: Choice, locale?: Locale): Promise<Asked> =>
  act((context) => app.router.press(customId, chosen, context), MESSAGE, locale);

const textOf = ({ components }: View): string =>
  components
    .flatMap((item) => (item.type === 17 ? item.components : [item]))
    .map((item) => (item.type === 10 ? item.content : ""))
    .join("\n");
const names = (text: string): string[] => [...text.matchAll(/\*\*(\w+)[^*]*\*\*/g)].map(([, name = ""]) => name);

describe("/updates", () => {
  test("without a date tells what came out in the last 90 days, newest first", async () => {
    const { text } = await ask(undefined);
    expect(text).toContain("2026-08-25 以来的更新：3 条");
    expect(names(text)).toEqual(["Fresh", "Steady", "Monthly"]);
    expect(text).toContain("首次发布");
    expect(text).toContain("Steady-14B · 发布 [v1.2](https://github.com/example/steady/releases/tag/v1.2)");
    expect(text).not.toContain("Steady-7B");
  });

  test.each([
    ["7d", ["Fresh"]],
    ["2026-11-20", ["Fresh"]],
    ["2026-11-21", []],
    ["2026-10", ["Fresh", "Steady"]],
    ["3个月", ["Fresh", "Steady", "Monthly"]],
    ["2026-08-31", ["Fresh", "Steady", "Monthly"]],
    ["2026-09", ["Fresh", "Steady"]],
    ["2026", ["Fresh", "Steady", "Monthly", "Steady"]],
    ["2025", ["Fresh", "Steady", "Monthly", "Steady", "Monthly"]],
  ])("since %s; a month known only as such counts whole", async (since, expected) => {
    const { text } = await ask(since);
    if (expected.length > 0) expect(names(text)).toEqual(expected);
    else expect(text).toMatch(/^### 2026-11-21 以来没有更新\n最近的：/);
  });

  test("where nothing is new it says so and shows the newest few", async () => {
    const { text, view, outcome } = await ask(undefined, MESSAGE, "zh-CN", Date.parse("2031-01-01"));
    expect(text).toContain("2030-10-03 以来没有更新");
    expect(names(text)[0]).toBe("Fresh");
    expect(outcome).toBe("answered");
    expect(toMessage(view)).toBeDefined();
  });

  test("a date that is none is refused with examples", async () => {
    const { outcome, text } = await ask("昨天");
    expect(outcome).toBe("refused");
    expect(text).toContain("「昨天」");
    expect(text).toContain("7d、30d、3个月、2026-08");
  });

  test.each(LOCALES)("fits a message, page by page, and nothing is lost, in %s", async (locale) => {
    const lines = ({ text }: Asked): string[] => text.split("\n").filter((line) => line.startsWith("- "));
    let page = await ask("2023", MESSAGE, locale);
    const seen = lines(page);
    for (;;) {
      expect(toMessage(page.view)).toBeDefined();
      const next = choicesOf(page.view).find(({ label }) => label === textIn(locale)("pages.next"));
      if (next === undefined) break;
      page = await press(next, locale);
      seen.push(...lines(page));
    }
    expect(seen).toEqual(lines(await ask("2023", { ...UNLIMITED, tables: false }, locale)));
    expect(seen.length).toBeGreaterThan(2 * MESSAGE.listLength);
  });

  test("a page stays the same list on another day, and its menu opens an entry", async () => {
    const { view } = await ask("1y", MESSAGE);
    const next = choicesOf(view).find(({ label }) => label === "下一页");
    expect(next?.customId).toBe("updates:page:1:2025-11-23");
    if (next === undefined) return;
    const { view: second } = await press(next);
    const opened = choicesOf(second).find(({ chosen }) => chosen.includes("monthly-7b"));
    expect((await press(opened ?? next)).text).toContain("## Monthly");
  });
});

describe("autocomplete", () => {
  const complete = (typed: string) =>
    app.router.complete("updates", "since", typed, { ...contextOf(app), now: () => TODAY });

  test("offers periods, then years and months, with how much that is", () => {
    expect(complete("")[0]).toEqual({ name: "7d（2026-11-16 以来 1 条）", value: "7d" });
    expect(complete("2026").map(({ value }) => value)).toEqual(["2026", "2026-11", "2026-10", "2026-08", "2026-01"]);
    expect(complete("3个月")).toEqual([{ name: "3个月（2026-08-23 以来 3 条）", value: "3个月" }]);
    expect(complete("zzz")).toEqual([]);
  });
});
