import { describe, expect, test } from "vitest";
import { LOCALES, textIn } from "#src/base/locale.ts";
import { parseEntry } from "#src/catalog/entry/parse.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { newsView } from "#src/chat/updates/news-view.ts";
import { toMessage } from "#src/discord/message.ts";
import { factsOf, newsIn as newsOn } from "#src/sync/refresh/news.ts";
import { realCatalog } from "#tests/real-catalog.ts";
import { smallEntry } from "#tests/temporary-catalog.ts";

const newsIn = (entries: readonly Entry[], known: ReadonlySet<string>) => newsOn(entries, known, "2026-11-23");

function entry(id: string, fields: Record<string, string> = {}): Entry {
  const parsed = parseEntry(`${id}.yaml`, smallEntry(fields));
  if (parsed.entry === undefined) throw new Error(JSON.stringify(parsed.problems));
  return parsed.entry;
}

const weights = (...items: string[]): string =>
  items.map((item) => `\n  - label: ${item}\n    precision: fp16\n    hub: huggingface\n    id: ${item}`).join("");
const variants = (...items: string[]): string => items.map((item) => `\n  - name: ${item}`).join("");
const told = (...entries: Entry[]): Set<string> => new Set(factsOf(entries));

describe("what is news", () => {
  test("a new entry, with nothing said of its parts", () => {
    const added = entry("b-7b", { weights: weights("x/b"), latestRelease: "\n  tag: v1" });
    expect(newsIn([entry("a-7b"), added], told(entry("a-7b")))).toEqual([
      { entry: added, added: true, release: undefined, variants: [], weights: [] },
    ]);
  });

  test("a new release", () => {
    const next = entry("a-7b", { latestRelease: "\n  tag: v2\n  date: '2026-11-20'" });
    const [news] = newsIn([next], told(entry("a-7b", { latestRelease: "\n  tag: v1" })));
    expect(news?.release).toEqual({ tag: "v2", date: "2026-11-20" });
    expect(newsIn([next], told(entry("a-7b")))).toHaveLength(1);
  });

  test("new variants, and new weights of the entry and of a variant", () => {
    const before = entry("a-7b", { variants: variants("A 7B"), weights: weights("x/a") });
    const after = entry("a-7b", {
      variants: `${variants("A 7B")}\n    weights:${weights("x/a-7b").replaceAll("\n", "\n    ")}${variants("A 14B")}`,
      weights: weights("x/a", "x/a-gguf"),
    });
    const [news] = newsIn([after], told(before));
    expect(news?.variants).toEqual(["A 14B"]);
    expect(news?.weights.map(({ id }) => id)).toEqual(["x/a-7b", "x/a-gguf"]);
  });

  test("weights that a machine proposed, once a person has looked at them and not before", () => {
    const before = entry("a-7b", { weights: weights("x/a") });
    const proposed = entry("a-7b", { weights: `${weights("x/a", "x/b")}\n    unreviewed: true` });
    const reviewed = entry("a-7b", { weights: weights("x/a", "x/b") });
    expect(newsIn([proposed], told(before))).toEqual([]);
    expect(newsIn([reviewed], told(before, proposed))[0]?.weights.map(({ id }) => id)).toEqual(["x/b"]);
  });

  test.each<[string, Record<string, string>, Record<string, string>]>([
    ["nothing changed", { weights: weights("x/a") }, { weights: weights("x/a") }],
    ["facts were corrected", {}, { summary: "\n  zh: 改。\n  en: Changed.", released: "'2026-01-01'" }],
    ["an old release was noted", {}, { latestRelease: "\n  tag: v1\n  date: '2023-04-12'" }],
    ["a release went", { latestRelease: "\n  tag: v1" }, {}],
    [
      "weights moved to a variant, which has another name now",
      { variants: variants("A-7B"), weights: weights("x/a") },
      { variants: `${variants("A 7B chat")}\n    weights:${weights("x/a").replaceAll("\n", "\n    ")}` },
    ],
    [
      "weights were renamed on their hub",
      { weights: weights("x/a") },
      { weights: `${weights("x/a-new")}\n    formerId: x/a` },
    ],
    ["a variant is spelt differently", { variants: variants("A-7B") }, { variants: variants("a 7b") }],
  ])("none where %s", (_case, before, after) => {
    expect(newsIn([entry("a-7b", after)], told(entry("a-7b", before)))).toEqual([]);
  });

  test("none where what was told comes back", () => {
    const first = entry("a-7b", { latestRelease: "\n  tag: v1" });
    const second = entry("a-7b", { latestRelease: "\n  tag: v2" });
    expect(newsIn([first], told(first, second))).toEqual([]);
  });
});

describe("the message", () => {
  test.each(LOCALES)("names what is new with its date and link, in %s", (locale) => {
    const before = [...realCatalog.entries];
    const released = before.map((item) =>
      item.id === "belle" ? { ...item, latestRelease: { tag: "v2.0", date: "2026-11-20" } } : item,
    );
    const news = newsIn([...released, entry("new-7b", { name: "New 7B" })], told(...before));
    const message = JSON.stringify(newsView(news, { text: textIn(locale), locale }));
    expect(message).toContain("[v2.0](https://github.com/LianjiaTech/BELLE/releases/tag/v2.0) 2026-11-20");
    expect(message.indexOf("New 7B")).toBeLessThan(message.indexOf("BELLE"));
    expect(message).not.toMatch(/"(?:news|updates)\./);
  });

  test("ten entries are named and the rest is counted; the longest names fit as well", () => {
    const many = Array.from({ length: 23 }, (_, at) => entry(`small-${at}`, { name: `Small ${at}` }));
    const text = JSON.stringify(newsView(newsIn(many, new Set()), { text: textIn("zh-CN"), locale: "zh-CN" }));
    expect(text.match(/新收录/g)).toHaveLength(10);
    expect(text).toContain("还有 13 个条目");

    const longest = Array.from({ length: 12 }, (_, at) =>
      entry(`long-${at}`, { name: `"${"*".repeat(110)}${at}"`, latestRelease: `\n  tag: "${"_".repeat(120)}"` }),
    );
    const known = new Set(longest.map(({ id }) => `entry ${id}`));
    expect(toMessage(newsView(newsIn(longest, known), { text: textIn("zh-CN"), locale: "zh-CN" }))).toBeDefined();
  });

  test("an entry that nobody has reviewed says so", () => {
    const view = newsView(newsIn([entry("a-7b", { unreviewed: "true" })], new Set()), {
      text: textIn("zh-CN"),
      locale: "zh-CN",
    });
    expect(JSON.stringify(view)).toContain("⚠ 待审核");
  });
});
