import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LOCALES, type Locale } from "#src/base/locale.ts";
import type { Catalog } from "#src/catalog/search/search.ts";
import { filtersFor } from "#src/web/catalog/filters.ts";
import { listResults } from "#src/web/catalog/list-results.ts";
import { readParams, readRequest } from "#src/web/catalog/request.ts";
import { listLinks } from "#src/web/static/addresses.ts";
import type { Answer } from "#src/web/static/browser.ts";
import { bundleScript } from "#src/web/static/bundle.ts";
import { listData, UNREAD } from "#src/web/static/data.ts";
import { FACTS, NAMES, NOTHING, PURPOSES, SAID } from "#tests/catalog/typed-queries.ts";
import { catalogOf, realCatalog } from "#tests/real-catalog.ts";
import { temporaryFolder } from "#tests/temporary-catalog.ts";
import { readHtml } from "./html-shape.ts";
import { loadBundle, pageData } from "./static-world.ts";

const filters = filtersFor(realCatalog.entries);

/** What a server says and lists, with the addresses of the static site. */
async function served(search: string, locale: Locale, catalog: Catalog = realCatalog) {
  const params = readParams(new URLSearchParams(search));
  const links = listLinks("./", locale);
  const results = listResults(params, readRequest(params, filters), { catalog, filters, locale, links });
  return { messages: String(await results.messages), models: String(await results.models) };
}

const asked = (q: string): string => `?${new URLSearchParams({ q })}`;
const idsIn = (html: string): string[] =>
  [...html.matchAll(/<th scope="row"><a href="[^"]*models\/([^"]+)\.html"/g)].map(([, id = ""]) => id);

const TYPED = [
  ...[...NAMES, ...FACTS, ...PURPOSES, ...SAID].map(([query]) => query),
  ...NOTHING,
  ...["", "<=8GB", "128k", "商用", "3060 写小说", "chatglm 语音", "qwen 适合新手", "記憶體 8g", "<b>x</b>"],
  ...["hf.co/Qwen/Qwen3-8B-GGUF:Q4_K_M", "https://huggingface.co/Qwen/Qwen3-8B", "qwen2.5-7b-instruct-q4_k_m.gguf"],
];

/** The form's parts alone and together, with orders, and what is not offered. */
const CHOSEN = [
  "family=GLM",
  "precision=int4&vram=8",
  "size=50-150&vram=48",
  "commercial=allowed&year=2025&vram=24",
  "domain=legal",
  "modality=vision&sort=memory",
  "q=int4&family=GLM&vram=8",
  "q=%E5%95%86%E7%94%A8&sort=newest",
  "q=qwen&sort=size",
  "q=7b&sort=name&precision=awq",
  "q=%E7%BF%BB%E8%AD%AF&vram=24&commercial=yes",
  "family=GLM&vram=0.5",
  "family=Nobody&vram=much&sort=beauty",
];

describe("the list in a browser", () => {
  let list: (search: string) => Promise<Answer>;
  let close: () => Promise<void>;
  beforeAll(async () => {
    const folder = await temporaryFolder((closing) => {
      close = closing;
    });
    const { openList } = await loadBundle(folder);
    list = openList(...pageData(realCatalog, "zh-CN"));
  });
  afterAll(() => close());

  test.each(TYPED)("finds for 「%s」 what a server finds, in its order and words", async (query) => {
    const [here, there] = [await list(asked(query)), await served(asked(query), "zh-CN")];
    expect(idsIn(here.models)).toEqual(idsIn(there.models));
    expect(here).toMatchObject(there);
  });

  test.each(CHOSEN)("lists for ?%s what a server lists", async (search) => {
    const [here, there] = [await list(search), await served(search, "zh-CN")];
    expect(idsIn(here.models)).toEqual(idsIn(there.models));
    expect(here).toMatchObject(there);
  });

  test("keeps what is asked in its links and its address, and nothing that is empty", async () => {
    const { cards, models, search } = await list("?sort=size&q=int4&vram=&family=&utm=x");
    expect(search).toBe("?q=int4&sort=size");
    expect(cards).toContain('href="./index.html?q=int4&amp;vram=8&amp;sort=size"');
    expect(models).toContain('href="./index.html?q=int4&amp;sort=name"');
  });

  test("shows a hostile query as text", async () => {
    const attack = `<img src=x onerror=alert(1)>"'><script>alert(1)</script> [x](javascript:alert(1))`;
    for (const search of [
      asked(attack),
      `?family=${encodeURIComponent(attack)}`,
      `?vram=${encodeURIComponent(attack)}`,
    ]) {
      const { cards, messages, models } = await list(search);
      const tags = readHtml(`${cards}${messages}${models}`).map(({ name }) => name);
      expect(tags).not.toContain("img");
      expect(tags).not.toContain("script");
      expect(`${cards}${messages}${models}`).not.toContain('href="javascript:');
    }
  });
});

test.each(LOCALES)("speaks %s as the server does", async (locale) => {
  const { openList } = await loadBundle(await temporaryFolder());
  const list = openList(...pageData(realCatalog, locale));
  const searches = [...["", "int4 商用", "7b-13b", "qwne3", "chatglm 语音", "日语 1m", "32b"].map(asked), ...CHOSEN];
  for (const search of searches) expect(await list(search)).toMatchObject(await served(search, locale));
});

test("tables for traditional characters are loaded when some are typed, and not before", async () => {
  const { openList } = await loadBundle(await temporaryFolder(), ["t2cn"]);
  const list = openList(...pageData(realCatalog, "zh-TW"));
  expect(idsIn((await list(asked("通义千问"))).models)).not.toEqual([]);
  await expect(list(asked("通義千問"))).rejects.toThrow("t2cn");
});

test("a traditional name in the catalog is found as on a server", async () => {
  const [first, ...others] = realCatalog.entries;
  if (first === undefined) throw new Error("the catalog is empty");
  const catalog = catalogOf([{ ...first, aliases: ["記憶體模型"] }, ...others], () => undefined);
  const { openList } = await loadBundle(await temporaryFolder(), ["t2cn"]);
  const list = openList(...pageData(catalog, "zh-CN"));
  const { models } = await list(asked("内存模型"));
  expect(idsIn(models)).toEqual(idsIn((await served(asked("内存模型"), "zh-CN", catalog)).models));
  expect(idsIn(models)[0]).toBe(first.id);
});

test("the list reads nothing that its data leaves out", async () => {
  const guarded = catalogOf(
    realCatalog.entries.map((entry) => withGuards(entry, "entries")),
    () => undefined,
  );
  expect(() => Reflect.get(guarded.entries[0] ?? {}, "sources")).toThrow("sources");
  for (const query of TYPED)
    expect(await served(asked(query), "en-US", guarded)).toEqual(await served(asked(query), "en-US"));
  for (const search of CHOSEN) expect(await served(search, "zh-TW", guarded)).toEqual(await served(search, "zh-TW"));
});

/** A copy of a part of the catalog that refuses to give what the data leaves out of it. */
function withGuards<Value>(value: Value, place: string): Value {
  if (typeof value !== "object" || value === null) return value;
  const copy = structuredClone(value);
  for (const [key, item] of Object.entries(copy)) {
    if (UNREAD[place]?.includes(key)) {
      const get = () => {
        throw new Error(`${key} of ${place} is not in the list's data`);
      };
      Reflect.defineProperty(copy, key, { get, enumerable: false });
    } else Reflect.set(copy, key, withGuards(item, Array.isArray(copy) ? place : key));
  }
  return copy;
}

describe("what a browser loads", () => {
  const packed = (text: string): number => gzipSync(text).length;

  test("needs no Node.js, nor what only a server checks with", async () => {
    const { files } = await bundleScript();
    for (const [name, code] of files) {
      if (!name.endsWith(".mjs")) continue;
      expect(code, name).not.toMatch(/["'`]node:/);
      expect(code, name).not.toMatch(/\brequire\(|ZodError/);
    }
  });

  test("brings the licences of what is in it", async () => {
    const { files } = await bundleScript();
    const licenses = files.get("licenses.txt") ?? "";
    expect([...licenses.matchAll(/^=== (.*)$/gm)].map(([, name]) => name)).toEqual(
      expect.arrayContaining(["hono", "i18next", "lru-cache", "marked", "opencc-js"]),
    );
    expect(licenses).not.toMatch(/^=== (?:zod|rolldown)$/m);
    for (const [name, code] of files) if (name.endsWith(".mjs")) expect(code).toMatch(/^\/\*! licenses\.txt \*\//);
  });

  test("is small, and comes when it is needed", async () => {
    const { entry, files } = await bundleScript();
    const named = (name: string): string => [...files].find(([file]) => file.startsWith(`${name}-`))?.[1] ?? "";
    expect([...files.keys()].map((name) => name.replace(/-.*/, "")).toSorted()).toEqual([
      "browser",
      "catalog",
      "licenses.txt",
      "t2cn",
    ]);
    expect(entry).toMatch(/^catalog-/);
    expect(packed(named("catalog"))).toBeLessThan(2000);
    expect(packed(named("browser"))).toBeLessThan(110_000);
    // For each model of the catalog so much, as it may grow.
    expect(packed(listData(realCatalog))).toBeLessThan(600 * realCatalog.entries.length);
    // Whatever is imported at once would be loaded at once.
    for (const name of ["catalog", "browser"]) expect(named(name)).not.toMatch(/\bimport\s*[{"'`*]|\bfrom\s*["'`]/);
    expect(named("catalog")).toMatch(/\bimport\(["'`]\.\/browser-/);
    expect(named("browser")).toMatch(/\bimport\(["'`]\.\/t2cn-/);
  });
});
