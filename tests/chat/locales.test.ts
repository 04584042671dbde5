import { glob, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { LOCALES, nearestLocale, textIn } from "#src/base/locale.ts";
import { catalogText } from "#src/chat/traditional.ts";

type Tree = { [key: string]: string | Tree };

const flatten = (tree: Tree, prefix = ""): [string, string][] =>
  Object.entries(tree).flatMap(([key, value]): [string, string][] =>
    typeof value === "string" ? [[prefix + key, value]] : flatten(value, `${prefix}${key}.`),
  );

const load = async (locale: string): Promise<Map<string, string>> =>
  new Map(flatten(JSON.parse(await readFile(`src/base/locales/${locale}.json`, "utf8"))));

const texts = new Map(await Promise.all(LOCALES.map(async (locale) => [locale, await load(locale)] as const)));
/** English has a plural; Chinese has none. */
const withoutPlural = (key: string): string => key.replace(/_(?:one|other)$/, "");
const keysOf = (locale: (typeof LOCALES)[number]): string[] =>
  [...new Set([...(texts.get(locale)?.keys() ?? [])].map(withoutPlural))].toSorted();

describe("the locales", () => {
  test.each(LOCALES)("%s has every text", (locale) => {
    expect(keysOf(locale)).toEqual(keysOf("zh-CN"));
  });

  test.each(LOCALES)("%s fills in the same values as the others", (locale) => {
    for (const [key, value] of texts.get(locale) ?? []) {
      const names = (text: string): string[] => (text.match(/\{\{\w+\}\}/g) ?? []).toSorted();
      expect(names(value), key).toEqual(names(texts.get("zh-CN")?.get(withoutPlural(key)) ?? ""));
    }
  });

  test.each(["zh-CN", "zh-TW"] as const)("%s has a half-width space between Chinese and Latin", (locale) => {
    for (const [key, value] of texts.get(locale) ?? []) {
      expect(value.replaceAll(/\{\{\w+\}\}/g, "值"), key).not.toMatch(/\p{Script=Han}[A-Za-z]|[A-Za-z]\p{Script=Han}/u);
    }
  });

  test("every rule that the catalog can break has a text", async () => {
    const files = (await readdir("src/catalog", { recursive: true })).filter((file) => file.endsWith(".ts"));
    const sources = await Promise.all(files.map((file) => readFile(join("src/catalog", file), "utf8")));
    const rules = sources.join("\n").matchAll(/(?:brokenRule|rule|refuse)\("(\w+)"|rule: "(\w+)"/g);
    const names = [...rules].map(([, call, field]) => call ?? field ?? "");
    expect(names.length).toBeGreaterThan(15);
    for (const name of names) expect(texts.get("zh-CN")?.has(`problems.rules.${name}`), name).toBe(true);
  });

  test("every text is asked for, by its whole key or by a template that gives its last part", async () => {
    const files = await Array.fromAsync(glob("{src,commands,jobs}/**/*.{ts,mjs}"));
    const sources = (await Promise.all(files.map((file) => readFile(file, "utf8")))).join("\n");
    const words = new Set(sources.match(/[\w-]+/g));
    // What a template fills in is not known here: the last part of the key must at least be written somewhere.
    const templates = [...sources.matchAll(/`((?:\w+\.)+(?:\$\{[^}`]+\}[\w.]*)+)`/g)].map(
      ([, template = ""]) => new RegExp(`^${template.replaceAll(".", "\\.").replaceAll(/\$\{[^}]+\}/g, "[^.]+")}$`),
    );
    const asked = (key: string): boolean =>
      sources.includes(`"${key}"`) ||
      (templates.some((template) => template.test(key)) && words.has(key.replace(/.*\./, "")));
    expect(templates.length).toBeGreaterThan(20);
    expect(keysOf("zh-CN").filter((key) => !asked(key))).toEqual([]);
  });

  test("asking in two languages at once mixes nothing", () => {
    const [chinese, english] = [textIn("zh-CN"), textIn("en-US")];
    expect(english("list.none")).toBe("No model matches");
    expect(chinese("list.none")).toBe("没有符合条件的模型");
    expect(english("list.heading", { count: 1 })).toBe("1 model found");
  });
});

test.each([
  ["zh-HK", "zh-TW"],
  ["zh_TW.UTF-8", "zh-TW"],
  ["zh", "zh-CN"],
  ["en-GB", "en-US"],
  ["fr", undefined],
])("%s is served in %s", (name, locale) => {
  expect(nearestLocale(name)).toBe(locale);
});

test("catalog text is put into the words of Taiwan", () => {
  expect(catalogText("62 亿参数，显存 6 GB，软件与内存", "zh-TW")).toBe("62 億參數，顯示記憶體 6 GB，軟體與記憶體");
  expect(catalogText("参数", "zh-CN")).toBe("参数");
});
