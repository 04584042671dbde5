import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { textIn } from "#src/base/locale.ts";
import { everyWeights } from "#src/catalog/entry/editions.ts";
import { weightsUrl } from "#src/catalog/entry/urls.ts";
import { modelSections } from "#src/chat/model/sections.ts";
import { UNLIMITED } from "#src/chat/view.ts";
import { realCatalog } from "#tests/real-catalog.ts";
import { smallEntry } from "#tests/temporary-catalog.ts";
import { catalogOf, open, openPages, openPagesHere, type Reader } from "./catalog-world.ts";
import { readHtml, textOf, unescapeHtml, valuesOf } from "./html-shape.ts";

let reader: Reader;
beforeAll(async () => {
  reader = await openPages();
});
afterAll(() => reader.close());

describe("/catalog/<id>", () => {
  test.each(["zh-CN", "zh-TW", "en-US"])("is whole for every entry in %s", async (locale) => {
    for (const { id, name } of realCatalog.entries) {
      const { html, tags } = await open(reader, `/catalog/${id}?lang=${locale}`);
      expect(unescapeHtml(html.match(/<h1>(.*)<\/h1>/)?.[1] ?? "")).toBe(name);
      const anchors = valuesOf(tags, "a", "href").filter((href) => href.startsWith("#"));
      const ids = new Set(tags.flatMap(({ attributes }) => attributes.get("id") ?? []));
      expect(anchors.filter((anchor) => !ids.has(anchor.slice(1)))).toEqual([]);
    }
  });

  test.each(realCatalog.entries.filter((_, at) => at % 10 === 0).map((entry) => [entry.id, entry] as const))(
    "%s has every section, variant, download and source of /model",
    async (id, entry) => {
      const { html, tags } = await open(reader, `/catalog/${id}`);
      const text = textOf(html);
      const sections = modelSections(entry, { locale: "zh-CN", text: textIn("zh-CN"), room: UNLIMITED });
      const headings = [...html.matchAll(/<h2>(.*?)<\/h2>/g)].map(([, title = ""]) => title);
      expect(headings).toEqual(expect.arrayContaining(sections.map(({ title }) => title)));
      for (const { name } of entry.variants ?? []) expect(text).toContain(name);
      const links = new Set(valuesOf(tags, "a", "href"));
      const wanted = [
        ...everyWeights(entry).flatMap(({ row }) => weightsUrl(row) ?? []),
        ...entry.sources.filter((source) => source.startsWith("http")),
      ].map((url) => url.replace(/[()]/g, encodeURIComponent));
      expect(wanted.filter((url) => !links.has(url) && !links.has(decodeURIComponent(url)))).toEqual([]);
    },
  );

  test("draws the memory of each precision, and marks what is no measurement", async () => {
    const { html } = await open(reader, "/catalog/chatglm-6b");
    const [memory = ""] = html.split('<section id="memory">').slice(1);
    expect(textOf(memory)).toMatch(/FP16 13 GB INT8 8 GB INT4 6 GB/);
    expect(memory).toContain('<rect width="100.0" height="8"/>');
    const estimated = await open(
      await openPagesHere(
        await catalogOf({
          "small.yaml": smallEntry({
            requirements:
              "\n  - precision: int4\n    vramInferenceGb: 5\n    estimated: true\n  - precision: int8\n    vramInferenceGb: 8",
            parametersB: "7",
            weights: "\n  - label: BF16\n    precision: bf16\n    hub: huggingface\n    id: a/b",
          }),
        }),
      ),
      "/catalog/small",
    );
    const text = textOf(estimated.html);
    expect(text).toMatch(/BF16 ≈ [\d.–]+ GB INT8 8 GB INT4 5 GB 估算/);
    expect(estimated.html.match(/class="bar estimated"/g)).toHaveLength(2);
  });

  test("variants stand in a table with the columns that any of them fills, each with its own licence and cache", async () => {
    const variants = `
  - name: Small-0.5B
    parametersB: 0.5
    attention: {layers: 24, kvHeads: 2, headDim: 64, source: ['https://example.org/config.json']}
    license: {weights: Apache-2.0, commercial: 'yes'}
  - name: Small-3B
    parametersB: 3
    license: {weights: Research, commercial: 'no', clause: {zh: 只供研究, en: research only}}`;
    const files = { "small.yaml": smallEntry({ variants, license: "\n  commercial: 'no'" }) };
    const here = await openPagesHere(await catalogOf(files));
    const { html } = await open(here, "/catalog/small");
    const [, table = ""] = html.split('<section id="variants">');
    expect(textOf(table)).toContain(
      "模型 参数 KV 缓存 许可 Small-0.5B 0.5B 每 1K 上下文约 0.012 GB 可商用 Apache-2.0 Small-3B 3B",
    );
    expect(textOf(table)).toContain("Small-3B 3B 不可商用 Research · 只供研究");
    expect(textOf(table)).toContain("许可 代码许可 未注明 0.5B Apache-2.0 · 可商用 3B Research · 不可商用：只供研究");
    expect(textOf(html)).toContain("部分可商用（3B 不可商用）");
  });

  test("leads to its neighbours in the family, and to the family in the list", async () => {
    const page = await open(reader, "/catalog/chatglm2-6b");
    const [before, after] = ["prev", "next"].map((rel) => {
      const [link] = page.tags.filter(({ attributes }) => attributes.get("rel") === rel);
      return realCatalog.entry(link?.attributes.get("href")?.slice("/catalog/".length) ?? "");
    });
    expect([before?.family, after?.family]).toEqual(["GLM", "GLM"]);
    expect((before?.released ?? "") < "2023-06-25" && "2023-06-25" < (after?.released ?? "")).toBe(true);
    expect(valuesOf(page.tags, "a", "href")).toContain("/catalog?family=GLM");
  });

  test("has a title and a description of its own", async () => {
    const { html } = await open(reader, "/catalog/chatglm-6b?lang=en-US");
    expect(html).toContain("<title>ChatGLM-6B: memory, licence, downloads</title>");
    const summary = realCatalog.entry("chatglm-6b")?.summary.en ?? "";
    expect(unescapeHtml(html)).toContain(`<meta name="description" content="${summary.slice(0, 100)}`);
  });

  test("an alias leads to the entry", async () => {
    const response = await reader.get(`/catalog/${encodeURIComponent("清华chatglm")}`);
    expect([response.status, response.headers.get("location")]).toEqual([302, "/catalog/chatglm-6b"]);
  });

  test.each([
    ["Qwen3-8B", "qwen3"],
    ["qwen3:8b", "qwen3"],
    ["Qwen/Qwen3-8B-GGUF", "qwen3"],
    ["deepseek r1 14b", "deepseek-r1-distill"],
  ])("so does what a hub or a person calls it: %s", async (name, id) => {
    const response = await reader.get(`/catalog/${encodeURIComponent(name)}`);
    expect([response.status, response.headers.get("location")]).toEqual([302, `/catalog/${id}`]);
  });

  test("HEAD gives what GET would, without the body", async () => {
    const [head, get] = [await reader.get("/catalog/belle", { method: "HEAD" }), await reader.get("/catalog/belle")];
    expect(head.status).toBe(200);
    expect(await head.text()).toBe("");
    for (const name of ["etag", "content-length", "content-type"]) {
      expect(head.headers.get(name), name).toBe(get.headers.get(name));
    }
  });
});

describe("an unknown id", () => {
  test("is a 404 page with what comes near", async () => {
    const response = await reader.get("/catalog/qwne3");
    const html = await response.text();
    readHtml(html);
    expect(response.status).toBe(404);
    expect(textOf(html)).toContain("目录里没有「qwne3」。");
    expect(html).toContain('<a href="/catalog/qwen3">Qwen3</a>');
  });

  test.each([
    "%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E",
    "..%2f..%2fpackage.json%00",
    "%",
    "a".repeat(5000),
    "__proto__",
    "constructor",
  ])("%s is text and no way out", async (id) => {
    const response = await reader.get(`/catalog/${id}`);
    expect(response.status).toBe(404);
    const html = await response.text();
    if (response.headers.get("content-type")?.startsWith("text/html")) readHtml(html);
    expect(html).not.toContain("<img");
    expect(html.length).toBeLessThan(10_000);
  });
});

test("hostile text in an entry is text on every page", async () => {
  const attack = `<img src=x onerror=alert(1)> "><script>a()</script> [x](javascript:a()) ![y](https://e.example/p) <pre>`;
  const quoted = `'${attack.replaceAll("'", "''")}'`;
  const folder = await catalogOf({
    "small.yaml": smallEntry({
      name: quoted,
      family: quoted,
      summary: `\n  zh: ${quoted}\n  en: ${quoted}`,
      developers: `\n  - name: ${quoted}`,
      highlights: `\n  - ${quoted}`,
      baseModel: quoted,
      contextNote: quoted,
      variants: `\n  - name: ${quoted}\n    baseModel: ${quoted}\n    note: ${quoted}\n    pretrainingTokens: ${quoted}\n    license:\n      weights: ${quoted}\n      commercial: 'no'`,
      weights: `\n  - label: ${quoted}\n    hub: huggingface\n    id: a/b\n    note: ${quoted}`,
      requirements: `\n  - precision: int4\n    variant: ${quoted}\n    vramInferenceGb: 6\n    note: ${quoted}`,
      training: `\n  process: ${quoted}`,
      license: `\n  commercial: unknown\n  weights: ${quoted}\n  note: ${quoted}`,
      papers: `\n  - title: ${quoted}\n    authors: ${quoted}`,
      demos: `\n  - ${quoted}`,
      notes: quoted,
      sources: `\n  - ${quoted.replace("'", "'secondary: ")}`,
    }),
  });
  const hostile = await openPagesHere(folder);
  for (const path of ["/catalog", "/catalog/small", "/catalog?q=img", "/catalog/smal"]) {
    for (const locale of ["zh-CN", "zh-TW", "en-US"]) {
      const response = await hostile.get(`${path}${path.includes("?") ? "&" : "?"}lang=${locale}`);
      const html = await response.text();
      const tags = readHtml(html);
      expect(tags.filter(({ name }) => ["img", "script", "pre", "style", "iframe"].includes(name))).toEqual([]);
      const addresses = tags.flatMap(({ attributes }) => attributes.get("href") ?? attributes.get("action") ?? []);
      expect(addresses.filter((address) => !/^(?:https?:\/\/|\/|#|data:,$)/.test(address))).toEqual([]);
      expect(html).toContain("&lt;img src=x onerror=");
    }
  }
});
