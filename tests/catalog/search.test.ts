import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Catalog, openCatalog } from "#src/catalog/search/search.ts";
import { ORIGINAL, originalCatalog, realCatalog } from "#tests/real-catalog.ts";

const ids = (query: string): string[] => originalCatalog.search(query).hits.map(({ entry }) => entry.id);

describe("what people type, and what must come first", () => {
  test.each<[query: string, first: string[], never: string[]]>([
    ["int4", ["chinese-chatllama"], ["open-llama"]],
    ["INT4", ["chinese-chatllama"], ["open-llama"]],
    ["ｉｎｔ４", ["chinese-chatllama"], ["open-llama"]],
    ["gptq", ["chinese-vicuna"], ["chatglm-6b", "open-llama"]],
    ["4bit", ["chinese-chatllama"], ["open-llama"]],
    ["8位量化", ["chinese-chatllama"], ["open-llama"]],
    ["6G", ["chinese-chatllama", "chinese-vicuna", "chatglm-6b"], ["belle", "open-llama"]],
    ["6G显存能跑的", ["chinese-chatllama"], ["belle"]],
    ["６Ｇ　顯存", ["chinese-chatllama"], ["belle"]],
    ["<=8GB", ["chinese-chatllama", "chinese-vicuna"], ["open-llama"]],
    ["8g vram", ["chinese-chatllama"], ["open-llama"]],
    ["显存 8g 以内", ["chinese-chatllama"], ["open-llama"]],
    ["int4 6g", ["chinese-chatllama"], ["belle", "open-llama"]],
    ["6g int4 商用", ["chatglm-6b"], ["chinese-vicuna"]],
    ["内存 6g", ["chatglm-6b"], ["belle"]],
    ["記憶體 6g", ["chatglm-6b"], ["belle"]],
    ["6b", ["chatglm-6b"], ["chinese-vicuna", "belle"]],
    ["62亿", ["chatglm-6b"], ["belle"]],
    ["13b", ["chinese-chatllama"], ["chatglm-6b", "open-llama"]],
    ["<7b", ["chatglm-6b"], ["belle"]],
    [">30b", ["chinese-chatllama"], ["belle"]],
    ["10-14b", ["chinese-chatllama"], ["chatglm-6b"]],
    ["2k 上下文", ["open-llama"], ["belle"]],
    ["商用", ["chatglm-6b"], ["belle", "chinese-vicuna"]],
    ["commercial", ["chatglm-6b"], ["belle"]],
    ["非商用", ["chinese-chatllama"], ["chatglm-6b"]],
    ["apache", ["belle"], ["open-llama", "chinese-chatllama"]],
    ["2023年", ["open-llama"], []],
    ["看图", ["belle"], ["chatglm-6b"]],
    ["chatglm", ["chatglm-6b"], ["open-llama"]],
    ["ChatGLM 6B", ["chatglm-6b"], ["open-llama"]],
    ["清华", ["chatglm-6b"], ["belle"]],
    ["qinghua", ["chatglm-6b"], ["belle"]],
    ["智谱", ["chatglm-6b"], ["belle"]],
    ["zhipu int4", ["chatglm-6b"], ["belle"]],
    ["chatgml", ["chatglm-6b"], ["belle"]],
    ["伶荔", ["chinese-chatllama"], ["chatglm-6b"]],
    ["lingli", ["chinese-chatllama"], ["chatglm-6b"]],
    ["贝壳", ["belle"], ["open-llama"]],
    ["belle", ["belle"], ["chatglm-6b"]],
    ["llama 中文 微调", ["chinese-chatllama"], ["chatglm-6b"]],
    ["bloomz", ["belle"], ["chatglm-6b"]],
    ["guanaco", ["chinese-chatllama", "chinese-vicuna"], ["chatglm-6b"]],
    ["wudao", ["open-llama"], ["chatglm-6b"]],
    ["从头预训练", ["open-llama"], ["chatglm-6b"]],
    ["邮件写作", ["open-llama"], []],
    ["int4 int8", ["chinese-chatllama"], ["open-llama"]],
    ["6b 13b", ["chinese-chatllama"], ["open-llama"]],
    ["gpl", ["chinese-chatllama", "chinese-vicuna"], ["belle"]],
    ["apache mit", ["belle"], ["open-llama"]],
    ["lora 7b", ["chinese-vicuna"], ["chatglm-6b"]],
  ])("%s", (query, first, never) => {
    const found = ids(query);
    expect(found.slice(0, first.length)).toEqual(first);
    for (const id of never) expect(found).not.toContain(id);
  });

  test.each(["阿巴阿巴", "zzzzqqq", "99999b", "int4 moe", "mit", "<1gb", "2024以后"])("%s finds nothing", (query) => {
    expect(ids(query)).toEqual([]);
  });

  test("no query lists everything, newest first", () => {
    expect(ids("").toSorted()).toEqual(ORIGINAL);
    expect(ids("")[0]).toBe("open-llama");
    const { hits } = realCatalog.search("");
    expect(hits).toHaveLength(realCatalog.entries.length);
    expect(hits[0]?.entry.released?.localeCompare(hits[1]?.entry.released ?? "")).toBeGreaterThanOrEqual(0);
  });
});

describe("what the parser says about itself", () => {
  const parse = (text: string) => originalCatalog.search(text).query;

  test("memory, size and precision are read with their bounds", () => {
    expect(parse("int4 <=8GB 7b").criteria).toEqual([
      { kind: "precision", asked: { kind: "precision", precision: "int4" } },
      { kind: "memory", device: "vram", gb: { max: 8 } },
      { kind: "parameters", billions: {}, exact: 7 },
    ]);
    expect(parse("8-16g").criteria).toEqual([{ kind: "memory", device: "vram", gb: { min: 8, max: 16 } }]);
    expect(parse(">=24gb 显存").criteria).toEqual([{ kind: "memory", device: "vram", gb: { min: 24 } }]);
    expect(parse("128k").criteria).toEqual([{ kind: "context", minTokens: 128_000 }]);
  });

  test("a mistyped name is corrected and says so", () => {
    expect(parse("chatgml").criteria).toMatchObject([{ kind: "word", typed: "chatgml", word: "chatglm" }]);
  });

  test("words without meaning are ignored and reported", () => {
    expect(parse("6G显存能跑的模型").ignored).toEqual(["能跑的", "模型"]);
  });

  test("an empty result names what emptied it and offers what comes nearest", () => {
    const { hits, emptiedBy, nearest } = originalCatalog.search("chatglm moe");
    expect(hits).toEqual([]);
    expect(emptiedBy).toMatchObject([{ kind: "architecture" }]);
    expect(nearest[0]?.id).toBe("chatglm-6b");
  });

  test("whatever is typed, parsing and searching end with an answer", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: "grapheme", maxLength: 80 }),
          fc
            .array(
              fc.constantFrom(
                "int4",
                "<=",
                "8",
                "g",
                "b",
                "显存",
                " ",
                "-",
                "商用",
                "2023",
                "k",
                "belle",
                "１２",
                "\u0001",
              ),
              { maxLength: 12 },
            )
            .map((parts) => parts.join("")),
        ),
        (text) => {
          const { hits, emptiedBy, query } = realCatalog.search(text);
          expect(hits.length > 0 || emptiedBy.length > 0).toBe(true);
          for (const criterion of query.criteria) if (criterion.kind === "word") expect(criterion.word).not.toBe("");
        },
      ),
      { numRuns: 500 },
    );
  });

  test("width, case and script do not matter", () => {
    for (const [typed, same] of [
      ["ＩＮＴ４　６Ｇ", "int4 6g"],
      ["清華", "清华"],
      ["顯存6G", "显存 6g"],
      ["≤8GB", "<=8gb"],
    ]) {
      expect(ids(typed ?? "")).toEqual(ids(same ?? ""));
    }
  });
});

describe("sorting", () => {
  test("by size, name, date and memory", () => {
    const sorted = (sort: "size" | "name" | "newest" | "memory") =>
      originalCatalog.search("", { sort }).hits.map(({ entry }) => entry.id);
    expect(sorted("size")[0]).toBe("chatglm-6b");
    expect(sorted("name")[0]).toBe("belle");
    expect(sorted("newest")[0]).toBe("open-llama");
    expect(sorted("memory").slice(0, 2)).toEqual(["chinese-vicuna", "chatglm-6b"]);
    expect(sorted("memory").at(-1)).toBe("open-llama");
  });
});

test("what is prepared in idle turns changes no answer", () => {
  const unprepared = openCatalog(realCatalog, () => {});
  const prepared = openCatalog(realCatalog, (steps) => {
    while (!steps.next().done);
  });
  for (const query of ["qwne3", "微调 数据", "int4 <=8GB", "qinghua", "写代码 apache", "chatglm 语音", "tyqw"]) {
    const ids = (catalog: Catalog): string[] => catalog.search(query).hits.map(({ entry }) => entry.id);
    expect(ids(prepared)).toEqual(ids(unprepared));
    expect(prepared.count(query)).toBe(ids(unprepared).length);
  }
});
