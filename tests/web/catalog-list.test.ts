import { request } from "node:http";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openCatalog } from "#src/catalog/search/search.ts";
import { realCatalog } from "#tests/real-catalog.ts";
import { smallEntry } from "#tests/temporary-catalog.ts";
import { catalogOf, listed, open, openPages, openPagesHere, type Reader } from "./catalog-world.ts";
import { readHtml, textOf, valuesOf } from "./html-shape.ts";

let reader: Reader;
beforeAll(async () => {
  reader = await openPages();
});
afterAll(() => reader.close());

const four = async (): Promise<Reader> => openPagesHere(await catalogOf());
const idsOf = async (at: Reader, path: string): Promise<string[]> => listed(await open(at, path));

/** Bytes of an answer as they come over the wire. */
async function transferred(path: string, encoding: string): Promise<number> {
  const { url } = await reader.get(path);
  const answered = Promise.withResolvers<number>();
  request(url, { headers: { "accept-encoding": encoding } }, (response) => {
    let bytes = 0;
    response.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
    });
    response.on("end", () => answered.resolve(bytes)).on("error", answered.reject);
  })
    .on("error", answered.reject)
    .end();
  return answered.promise;
}

describe("/catalog", () => {
  test("lists every entry once, the newest first, and needs no script", async () => {
    const page = await open(reader, "/catalog");
    const ids = listed(page);
    expect(ids.toSorted()).toEqual(realCatalog.entries.map(({ id }) => id).toSorted());
    const dates = ids.map((id) => realCatalog.entry(id)?.released ?? "");
    expect(dates).toEqual(dates.toSorted().toReversed());
    expect(valuesOf(page.tags, "script", "src")).toEqual([]);
    expect(page.html).toContain("<title>中文开源大模型目录</title>");
    expect(page.html).toMatch(/<meta name="description" content="\d+ 个中文开源大模型系列/);
  });

  test("is small: 0.9 kB a model as it is, 0.1 kB as browsers take it", async () => {
    const count = realCatalog.entries.length;
    expect(await transferred("/catalog", "identity")).toBeLessThan(900 * count);
    expect(await transferred("/catalog", "gzip")).toBeLessThan(100 * count);
  });

  test("says memory, licence and commercial use of a row, with a bar", async () => {
    const { html } = await open(reader, "/catalog?q=chatglm-6b");
    const [row = ""] = html.split("<tr").filter((part) => part.includes('href="/catalog/chatglm-6b"'));
    expect(textOf(row)).toContain("4.3 GB INT4+QE");
    expect(textOf(row)).toContain("登记后可商用 The ChatGLM-6B License");
    expect(row).toContain('<svg class="bar"');
  });

  test("answers the search's language, and says what was understood and what was not", async () => {
    const query = "glm int4 8g =";
    const { html } = await open(reader, `/catalog?${new URLSearchParams({ q: query })}`);
    const text = textOf(html);
    expect(text).toContain("条件：「glm」 · INT4 · 显存 ≤ 8 GB");
    expect(text).toContain("忽略：=");
    expect(listed({ html })).toEqual(realCatalog.search(query).hits.map(({ entry }) => entry.id));
  });

  test("rows of a kind stand below what they have in common, which is no row of the list", async () => {
    const folder = await catalogOf({
      "lawyer.yaml": smallEntry({ name: "Lawyer", parametersB: "7", purposes: "[legal]" }),
      "general.yaml": smallEntry({ name: "General", parametersB: "7", purposes: "[chat]" }),
      "reader.yaml": smallEntry({ name: "Reader", parametersB: "7", purposes: "[ocr]" }),
    });
    const reader = await openPagesHere(folder);
    const list = (params: Record<string, string>) => open(reader, `/catalog?${new URLSearchParams(params)}`);
    const legal = await list({ q: "法律 7b" });
    expect(listed(legal)).toEqual(["lawyer", "general"]);
    expect(textOf(legal.html)).toContain("找到 1 个模型");
    expect(textOf(legal.html)).toMatch(/Lawyer.*以下符合其余条件，但不符合：法律.*General/s);
    const any = await list({ q: "7b" });
    expect(listed(any)).toHaveLength(3);
    expect(textOf(any.html)).toMatch(/General.*以下只为某一种用途而做.*Reader/s);
    expect(listed(await list({ q: "法律 7b", sort: "memory" }))).toEqual(["lawyer", "general"]);
    expect(listed(await list({ q: "法律", size: "5-10" }))).toEqual(["lawyer"]);
    expect(listed(await list({ q: "法律 7b", size: "5-10" }))).toEqual(["lawyer", "general"]);
  });

  test("a mistyped name is corrected and said", async () => {
    expect(textOf((await open(reader, "/catalog?q=qwne3")).html)).toContain("「qwne3」 → 「qwen3」");
  });
});

describe("the menus", () => {
  test.each([
    ["family=Greek", ["beta", "alpha"]],
    ["size=5-10", ["alpha"]],
    ["size=50-150", ["gamma"]],
    ["precision=int4", ["beta", "gamma", "alpha"]],
    ["commercial=allowed", ["beta", "alpha"]],
    ["commercial=yes", ["alpha"]],
    ["commercial=no", ["gamma"]],
    ["commercial=unknown", ["delta"]],
    ["modality=vision", ["delta"]],
    ["domain=medical", ["delta"]],
    ["year=2025", ["beta", "gamma"]],
    ["vram=8", ["gamma", "alpha"]],
    ["precision=int4&vram=8", ["alpha"]],
    ["size=50-150&vram=8", []],
    ["size=50-150&precision=fp16", []],
    ["q=int4&vram=8", ["alpha"]],
    ["q=greek&commercial=conditional", ["beta"]],
    ["family=Greek&precision=int4&year=2025&vram=12", ["beta"]],
  ])("%s lists %j", async (query, ids) => {
    expect((await idsOf(await four(), `/catalog?${query}`)).toSorted()).toEqual(ids.toSorted());
  });

  test.each([
    ["memory", ["gamma", "alpha", "beta", "delta"]],
    ["newest", ["gamma", "beta", "alpha", "delta"]],
    ["size", ["gamma", "alpha", "beta", "delta"]],
    ["name", ["alpha", "beta", "delta", "gamma"]],
  ])("sort=%s orders the rows and marks its heading", async (sort, ids) => {
    const page = await open(await four(), `/catalog?sort=${sort}`);
    const ranked = sort === "newest" ? ["beta", "gamma", "alpha", "delta"] : ids;
    expect(listed(page)).toEqual(ranked);
    expect(valuesOf(page.tags, "th", "aria-sort")).toEqual([sort === "newest" ? "descending" : "ascending"]);
  });

  test("offer only what the catalog has, and show what is chosen", async () => {
    const page = await open(await four(), "/catalog?family=Greek&vram=8");
    expect(page.html).toContain('<option value="Greek" selected>Greek</option>');
    expect(page.html).not.toContain('<option value="finance">');
    const [vram] = page.tags.filter(({ attributes }) => attributes.get("name") === "vram");
    expect(vram?.attributes.get("value")).toBe("8");
  });

  test("what runs on a card shows how much of the card it takes", async () => {
    const { html } = await open(await four(), "/catalog?precision=int4&vram=8");
    expect(html).toContain('<rect width="75.0" height="8"/>');
    expect(textOf(html)).toContain("6 GB INT4");
  });

  test("what runs on a card is the largest that does", async () => {
    const { html } = await open(reader, "/catalog?q=qwen2.5&vram=24");
    const [row = ""] = html.split("<tr").filter((part) => part.includes('href="/catalog/qwen2.5"'));
    expect(textOf(row)).toContain("18.94 GB GPTQ-Int4 · Qwen2.5-32B");
  });

  test("each choice can be taken back by itself", async () => {
    const page = await open(await four(), "/catalog?family=Greek&vram=8");
    const choices = page.tags.filter(({ attributes }) => attributes.get("class") === "choice");
    expect(choices.map(({ attributes }) => attributes.get("href"))).toEqual([
      "/catalog?vram=8",
      "/catalog?family=Greek",
    ]);
    expect(textOf(page.html)).toContain("家族 Greek × 显存 ≤ 8 GB ×");
  });

  test("with nothing left it says what to take back", async () => {
    const { html } = await open(await four(), "/catalog?family=Greek&vram=4");
    expect(textOf(html)).toContain("没有符合条件的模型");
    expect(textOf(html)).toContain("去掉「家族 Greek」后有 1 个");
    expect(textOf(html)).toContain("去掉「显存 ≤ 4 GB」后有 2 个");
    expect(html).toContain('<a href="/catalog?vram=4">');
  });

  test("with nothing left of the query it names the criteria and what comes near", async () => {
    const { html } = await open(await four(), "/catalog?q=alpha+128k");
    expect(textOf(html)).toContain("没有结果的原因：上下文 ≥ 128K");
    expect(listed({ html })).toContain("alpha");
  });
});

describe("an address", () => {
  test.each([
    ["?vram=8&q=int4", "?q=int4&vram=8"],
    ["?q=&family=&vram=8&sort=", "?vram=8"],
    ["?q=a&q=b", "?q=a"],
    ["?utm_source=x&q=int4", "?q=int4"],
    ["?lang=xx", ""],
    ["?q=%20int4%20", "?q=int4"],
    [`?q=${"a".repeat(300)}`, `?q=${"a".repeat(100)}`],
  ])("%s leads to %s, where it stays", async (typed, canonical) => {
    const response = await reader.get(`/catalog${typed}`);
    expect([response.status, response.headers.get("location")]).toEqual([302, `/catalog${canonical}`]);
    await open(reader, `/catalog${canonical}`);
  });

  test.each([
    ["family=Gren", "家族没有「Gren」，没有按它筛选。 接近的有：Greek"],
    ["size=7", "参数没有「7」"],
    ["sort=price", "排序没有「price」"],
    ["vram=lots", "看不懂显存「lots」，请写 GB 数，如 8。"],
    ["vram=0", "看不懂显存「0」"],
    ["year=1999", "年份没有「1999」"],
  ])("with a wrong value (%s) says so and lists the rest", async (query, message) => {
    const { html } = await open(await four(), `/catalog?${query}`);
    expect(textOf(html)).toContain(message);
    expect(listed({ html })).toHaveLength(4);
  });

  test("a value is taken in any case", async () => {
    expect(await idsOf(await four(), "/catalog?family=greek&precision=INT4&vram=8gb")).toEqual(["alpha"]);
  });

  test("with a trailing slash leads to the list", async () => {
    expect((await reader.get("/catalog/?vram=8")).headers.get("location")).toBe("/catalog?vram=8");
  });

  test("whatever is typed is shown as text", async () => {
    const hostile = `"><img src=x onerror=alert(1)>'<script>alert(1)</script>`;
    for (const name of ["q", "family", "vram", "sort"]) {
      const { html } = await open(reader, `/catalog?${new URLSearchParams({ [name]: hostile })}`);
      expect(html).not.toContain("<img");
      expect(html).not.toContain("<script>");
    }
  });

  test("any text at all gets a whole page", async () => {
    const values = fc.record(
      {
        q: fc.oneof(
          fc.string({ unit: "binary" }),
          fc.string({ unit: fc.constantFrom(..."<>&\"'`[]()*_|#-int4 8gb商用") }),
        ),
        family: fc.string(),
        vram: fc.oneof(fc.double().map(String), fc.string()),
        sort: fc.string(),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(values, async (typed) => {
        const response = await reader.get(`/catalog?${new URLSearchParams(typed)}`, { redirect: "follow" });
        expect(response.status).toBe(200);
        readHtml(await response.text());
      }),
      { numRuns: 50 },
    );
  });
});

describe("the language", () => {
  const titles = {
    "zh-CN": "中文开源大模型目录",
    "zh-TW": "中文開源大模型目錄",
    "en-US": "Open Chinese language models",
  };

  test.each([
    ["zh-HK,zh;q=0.9", "zh-TW"],
    ["en-GB,en;q=0.9,zh;q=0.1", "en-US"],
    ["fr", "zh-CN"],
  ] as const)("follows the browser's (%s)", async (accepted, locale) => {
    const { html, response } = await open(reader, "/catalog", { headers: { "accept-language": accepted } });
    expect(html).toContain(`<html lang="${locale}">`);
    expect(html).toContain(`<title>${titles[locale]}</title>`);
    expect(response.headers.get("vary")).toContain("Accept-Language");
  });

  test("of an address comes before it, and stays on the links and the form", async () => {
    const page = await open(reader, "/catalog?vram=8&lang=en-US", { headers: { "accept-language": "zh-TW" } });
    expect(page.html).toContain('<html lang="en-US">');
    expect(page.html).toContain('href="/catalog/chatglm-6b?lang=en-US"');
    expect(page.html).toContain('<input type="hidden" name="lang" value="en-US">');
    expect(page.html).toContain('href="/catalog?vram=8&amp;lang=zh-TW" hreflang="zh-TW"');
  });

  test("text of the catalog comes in the signs of Taiwan", async () => {
    const { html } = await open(reader, "/catalog?q=chatglm-6b&lang=zh-TW");
    expect(html).toContain("清華大學 KEG");
  });
});

test("a page that has not changed is not sent again", async () => {
  const first = await reader.get("/catalog");
  const tag = first.headers.get("etag") ?? "";
  expect(tag).not.toBe("");
  const again = await reader.get("/catalog", { headers: { "if-none-match": tag } });
  expect([again.status, await again.text()]).toEqual([304, ""]);
  const english = await reader.get("/catalog", { headers: { "if-none-match": tag, "accept-language": "en" } });
  expect(english.status).toBe(200);
});

test("a newer catalog is shown as soon as it is in use, with where it came from", async () => {
  const pages = await four();
  const [first, entry] = [await pages.get("/catalog"), await pages.get("/catalog/alpha")];
  expect([listed({ html: await first.text() }).length, entry.status]).toEqual([4, 200]);
  const origin = { repository: "o/r", branch: "main", commit: "a".repeat(40), fetchedAt: "2026-11-23T00:00:00Z" };
  const { catalog: before } = pages.app.catalog.current;
  const catalog = openCatalog({ ...before, entries: before.entries.filter(({ id }) => id !== "alpha") });
  pages.app.catalog.current = { ...pages.app.catalog.current, catalog, origin };
  expect((await idsOf(pages, "/catalog")).toSorted()).toEqual(["beta", "delta", "gamma"]);
  expect((await pages.get("/catalog/alpha")).status).toBe(404);
  expect(JSON.parse(await (await pages.get("/catalog.json")).text())).toMatchObject({ commit: origin.commit });
});
