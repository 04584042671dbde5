import { describe, expect, test } from "vitest";
import { smallCatalog, weights } from "./small-catalog.ts";

describe("the better of two comes first, though older", () => {
  const needs = (precision: string, gb: number): string => `{precision: ${precision}, vramInferenceGb: ${gb}}`;
  test.each<[what: string, query: string, better: Record<string, string>, other: Record<string, string>]>([
    ["own name before a variant's", "zeta", { name: "zeta" }, { variants: "\n  - {name: zeta}" }],
    ["a variant's name before a family's", "zeta", { variants: "\n  - {name: zeta}" }, { family: "zeta" }],
    ["a family's name before a mention", "zeta", { family: "zeta" }, { summary: "{zh: zeta, en: zeta}" }],
    ["a part of a name before the base", "zeta", { name: "alpha-zeta" }, { baseModel: "zeta" }],
    [
      "a part of a name before a variant's",
      "zeta 7b",
      { name: "a-zeta", parametersB: "7" },
      { parametersB: "7", variants: "\n  - {name: a-zeta-7b}" },
    ],
    ["a variant's name before the base", "zeta", { variants: "\n  - {name: a-zeta}" }, { baseModel: "zeta" }],
    ["the maker before the base", "zeta", { developers: "[{name: zeta}]" }, { baseModel: "zeta" }],
    ["the maker by its name in Chinese too", "泽塔", { developers: "[{name: a, zh: 泽塔}]" }, { baseModel: "泽塔" }],
    ["the maker by its name in English too", "zeta", { developers: "[{name: a, en: zeta}]" }, { baseModel: "zeta" }],
    ["the base before the summary", "zeta", { baseModel: "zeta" }, { summary: "{zh: zeta, en: zeta}" }],
    ["the summary before the rest", "zeta", { summary: "{zh: zeta, en: zeta}" }, { highlights: "[zeta]" }],
    [
      "free use before use on conditions",
      "商用",
      { license: "{commercial: 'yes'}" },
      { license: "{commercial: conditional}" },
    ],
    [
      "use on conditions before registration",
      "商用",
      { license: "{commercial: conditional}" },
      { license: "{commercial: registration}" },
    ],
    [
      "a licence of that name before one that is like it",
      "mit",
      { license: "{commercial: unknown, weights: MIT（HF 标注）}" },
      { license: "{commercial: unknown, weights: Modified MIT}" },
    ],
    ["a size called exactly so before one that is near", "7b", { parametersB: "7" }, { parametersB: "7.1" }],
    [
      "less memory where only a lower bound is",
      ">=4GB",
      { requirements: `\n  - ${needs("int4", 6)}` },
      { requirements: `\n  - ${needs("int4", 9)}` },
    ],
    [
      "known memory before unknown, where only a lower bound is",
      ">=4GB",
      { requirements: `\n  - ${needs("int4", 6)}` },
      { requirements: `\n  - ${needs("int4", 9)}\n  - ${needs("int8", 3)}` },
    ],
    [
      "what is made for a purpose before an assistant",
      "写小说",
      { purposes: "[chat, writing]" },
      { purposes: "[chat]" },
    ],
    [
      "what is made for a purpose before what only sees too",
      "看图",
      { purposes: "[chat, vision]", modalities: "[text, vision]" },
      { purposes: "[chat]", modalities: "[text, vision]" },
    ],
    [
      "an assistant before what is for another thing and converses too",
      "客服",
      { purposes: "[chat]", released: "'2024-06'" },
      { purposes: "[audio, chat]" },
    ],
    [
      "use on conditions before registration, also where other things are asked",
      "商用 7b",
      { license: "{commercial: conditional}", parametersB: "7" },
      { license: "{commercial: registration}", parametersB: "7" },
    ],
    ["that need not think before that may be told not to", "不思考", { thinking: "never" }, { thinking: "switchable" }],
    [
      "what mentions a word before what does not",
      "7b 小红书",
      { parametersB: "7", summary: "{zh: 小红书, en: x}" },
      { parametersB: "7" },
    ],
    [
      "what mentions more of the words",
      "小红书 抖音",
      { summary: "{zh: 小红书和抖音, en: x}" },
      { summary: "{zh: 抖音, en: x}" },
    ],
    [
      "what is of a field before an assistant",
      "法律 7b",
      { parametersB: "7", purposes: "[legal]" },
      { parametersB: "7", purposes: "[chat]" },
    ],
    [
      "an assistant before what is for one thing, where nothing says for what",
      "7b",
      { parametersB: "7", purposes: "[chat]" },
      { parametersB: "7", purposes: "[ocr]" },
    ],
    [
      "the named before who mentions it, also by date",
      "最新 zeta",
      { name: "zeta" },
      { summary: "{zh: zeta, en: zeta}" },
    ],
    [
      "the named before who mentions it, also by size",
      "最小 zeta",
      { name: "zeta", parametersB: "9" },
      { summary: "{zh: zeta, en: zeta}", parametersB: "3" },
    ],
    ["the smaller by size", "最小", { parametersB: "3" }, { parametersB: "9" }],
    ["a known size before an unknown one", "最小", { parametersB: "9" }, {}],
    [
      "the less memory by memory",
      "省显存",
      { requirements: `\n  - ${needs("int8", 6)}` },
      { requirements: `\n  - ${needs("int4", 9)}` },
    ],
    [
      "the named before who mentions it, also by memory",
      "省显存 zeta",
      { name: "zeta" },
      { summary: "{zh: zeta, en: zeta}", requirements: `\n  - ${needs("int4", 9)}` },
    ],
  ])("%s", (_what, query, better, other) => {
    const catalog = smallCatalog({
      better: { released: "'2023-01-01'", ...better },
      other: { released: "'2025-01-01'", ...other },
    });
    expect(catalog.search(query).hits.map(({ entry }) => entry.id)).toEqual(["better", "other"]);
  });

  test("of two that fit, the newer, whatever memory it takes", () => {
    const catalog = smallCatalog({
      older: { released: "'2023'", requirements: `\n  - ${needs("int4", 4)}` },
      newer: { released: "'2025'", requirements: `\n  - ${needs("int4", 7)}` },
    });
    expect(catalog.search("8g").hits.map(({ entry }) => entry.id)).toEqual(["newer", "older"]);
    expect(catalog.search("int4 8g").hits.map(({ entry }) => entry.id)).toEqual(["newer", "older"]);
    expect(catalog.search("int4").hits.map(({ entry }) => entry.id)).toEqual(["newer", "older"]);
  });

  test("of two precisions of one width, the newer, whichever is called so", () => {
    const both = (exact: string, relative: string): string[] =>
      smallCatalog({
        exact: { released: exact, weights: weights("int4") },
        relative: { released: relative, weights: weights("awq") },
      })
        .search("int4")
        .hits.map(({ entry }) => entry.id);
    expect(both("'2023'", "'2025'")).toEqual(["relative", "exact"]);
    expect(both("'2025'", "'2023'")).toEqual(["exact", "relative"]);
  });

  describe("what is made for a purpose comes before what is for it among others, unless it is older", () => {
    const both = (purpose: string, query: string, foremost: string, among: string): string[] =>
      smallCatalog({
        foremost: { released: foremost, purposes: `[${purpose}]` },
        among: { released: among, purposes: `[chat, ${purpose}]` },
      })
        .search(query)
        .hits.map(({ entry }) => entry.id);

    test("by a year", () => {
      expect(both("code", "写代码", "'2024-02-02'", "'2025-02-01'")).toEqual(["foremost", "among"]);
      expect(both("code", "写代码", "'2024-02-01'", "'2025-02-02'")).toEqual(["among", "foremost"]);
    });

    test("by half a year where any assistant will do", () => {
      expect(both("writing", "写作", "'2024-02-02'", "'2024-08-01'")).toEqual(["foremost", "among"]);
      expect(both("writing", "写作", "'2024-02-01'", "'2024-08-03'")).toEqual(["among", "foremost"]);
    });
  });

  test("where nothing says what for, assistants come before others of their year", () => {
    const both = (assistant: string, other: string, query: string): string[] =>
      smallCatalog({
        assistant: { released: assistant, parametersB: "7", purposes: "[chat]" },
        sees: {
          released: other,
          parametersB: "7",
          purposes: "[vision, chat]",
          modalities: "[text, vision]",
          weights: weights("int4"),
        },
      })
        .search(query)
        .hits.map(({ entry }) => entry.id);
    expect(both("'2025-01'", "'2025-12'", "7b")).toEqual(["assistant", "sees"]);
    expect(both("'2024-12'", "'2025-01'", "7b")).toEqual(["sees", "assistant"]);
    expect(both("'2025-01'", "'2025-12'", "7b 聊天")).toEqual(["sees", "assistant"]);
    expect(both("'2025-01'", "'2025-12'", "7b 多模态")).toEqual(["sees"]);
  });

  test("what one machine runs comes before what none does, where any assistant will do and nothing limits the size", () => {
    const both = (query: string, large: number) => {
      const { hits, runnableFirst } = smallCatalog({
        large: { released: "'2026'", parametersB: String(large), purposes: "[chat, code]" },
        small: { released: "'2025'", parametersB: "8", purposes: "[chat, code]" },
      }).search(query);
      return { ids: hits.map(({ entry }) => entry.id), runnableFirst };
    };
    expect(both("客服", 201)).toEqual({ ids: ["small", "large"], runnableFirst: true });
    expect(both("客服", 200)).toEqual({ ids: ["large", "small"], runnableFirst: false });
    for (const query of ["写代码", ">1b 客服", "最新 客服", "2025以后"])
      expect(both(query, 201)).toEqual({ ids: ["large", "small"], runnableFirst: false });
  });

  test("of a narrower word for a purpose, what mentions it, in a group of its own", () => {
    const groups = (query: string): string[] =>
      smallCatalog({
        mentions: { released: "'2023'", purposes: "[medical]", summary: "{zh: 中医, en: x}" },
        other: { released: "'2025'", purposes: "[medical]" },
        general: { released: "'2026'", purposes: "[chat]", summary: "{zh: 中医, en: x}" },
      })
        .search(query)
        .hits.map(({ entry, group }) => `${entry.id} ${group}`);
    expect(groups("中医")).toEqual(["mentions full", "other wider"]);
    expect(groups("最新 中医")).toEqual(["other full", "mentions full"]);
    for (const query of ["医疗", "心血管"]) expect(groups(query)).toEqual(["other full", "mentions full"]);
  });

  test("who names the maker of a family means all that it made, the newest first; else what it made is a group", () => {
    const groups = (developers: string): string[] =>
      smallCatalog({
        named: { familyAliases: "[zeta]", developers, released: "'2023'" },
        made: { developers: "[{name: zeta}]", released: "'2025'" },
        built: { baseModel: "zeta", released: "'2026'" },
      })
        .search("zeta")
        .hits.map(({ entry, group }) => `${entry.id} ${group}`);
    expect(groups("[{name: a, en: Zeta}]")).toEqual(["made full", "named full", "built mentions"]);
    expect(groups("[{name: a}]")).toEqual(["named full", "made makers", "built mentions"]);
  });

  test("registration is no free use, and unregistered use no registration", () => {
    const catalog = smallCatalog({
      registration: { released: "'2025'", license: "{commercial: registration}" },
      conditional: { released: "'2024'", license: "{commercial: conditional}" },
      free: { released: "'2023'", license: "{commercial: 'yes'}" },
    });
    const found = (query: string): string[] => catalog.search(query).hits.map(({ entry }) => entry.id);
    expect(found("商用")).toEqual(["free", "conditional", "registration"]);
    expect(found("免申请")).toEqual(["free", "conditional"]);
    expect(found("商用 无需登记")).toEqual(["free", "conditional"]);
  });

  test("an order that was asked for counts before how well the rest is met", () => {
    const catalog = smallCatalog({
      better: { released: "'2023'", license: "{commercial: 'yes'}", requirements: `\n  - ${needs("int4", 9)}` },
      worse: { released: "'2025'", license: "{commercial: conditional}", requirements: `\n  - ${needs("int4", 6)}` },
    });
    for (const query of ["最新 商用", "省显存 商用"])
      expect(catalog.search(query).hits.map(({ entry }) => entry.id)).toEqual(["worse", "better"]);
    expect(catalog.search("商用").hits.map(({ entry }) => entry.id)).toEqual(["better", "worse"]);
  });

  test("by memory counts the least of what was asked for, whatever its precision", () => {
    const catalog = smallCatalog({
      other: { released: "'2025'", requirements: `\n  - ${needs("int4", 7)}` },
      relative: { released: "'2023'", requirements: `\n  - ${needs("int4", 9)}\n  - ${needs("awq", 5)}` },
    });
    expect(catalog.search("int4", { sort: "memory" }).hits.map(({ entry }) => entry.id)).toEqual(["relative", "other"]);
    expect(catalog.search("int4").hits.map(({ entry }) => entry.id)).toEqual(["other", "relative"]);
  });

  test("the family of a name counts as named, in the order of release", () => {
    const catalog = smallCatalog({
      named: { name: "zeta", family: "Zetas", released: "'2023'" },
      relative: { family: "Zetas", released: "'2025'" },
      mention: { summary: "{zh: zeta, en: zeta}", released: "'2026'" },
    });
    expect(catalog.search("zeta", { sort: "newest" }).hits.map(({ entry }) => entry.id)).toEqual([
      "relative",
      "named",
      "mention",
    ]);
    expect(catalog.search("zeta").hits.map(({ entry }) => entry.id)).toEqual(["named", "relative", "mention"]);
  });

  test("by size and by memory counts the least variant that meets the rest", () => {
    const variants = (first: string, second: string): string =>
      [first, second]
        .map(
          (purpose, at) =>
            `\n  - {name: v-${at}, parametersB: ${at + 1}, purposes: [${purpose}], requirements: [${needs("int8", at + 2)}]}`,
        )
        .join("");
    const catalog = smallCatalog({
      chats: { released: "'2025'", variants: variants("chat", "code") },
      codes: { released: "'2023'", variants: variants("code", "chat") },
    });
    for (const query of ["最小 写代码", "省显存 写代码"])
      expect(catalog.search(query).hits.map(({ entry }) => entry.id)).toEqual(["codes", "chats"]);
  });

  test("a family that is called as a model of another is no nearer than that model's own", () => {
    const catalog = smallCatalog({
      own: { name: "zeta", family: "Greek", released: "'2023'" },
      successor: { name: "zeta-2", family: "Greek", released: "'2024'" },
      tuned: { family: "zeta", released: "'2025'" },
    });
    expect(catalog.search("zeta").hits.map(({ entry }) => entry.id)).toEqual(["own", "successor", "tuned"]);
  });

  test("of several variants that meet it all the best counts", () => {
    const permits = (...all: string[]): string =>
      all.map((permit, at) => `\n  - {name: v-${at}, parametersB: 7, license: {commercial: ${permit}}}`).join("");
    const catalog = smallCatalog({
      both: { released: "'2023'", variants: permits("conditional", "'yes'", "conditional") },
      one: { released: "'2025'", variants: permits("conditional", "registration") },
    });
    expect(catalog.search("7b 商用").hits.map(({ entry }) => entry.id)).toEqual(["both", "one"]);
  });

  test("of what meets not all the wishes, what meets the more of them comes first", () => {
    const catalog = smallCatalog({
      none: { released: "'2025'", parametersB: "7" },
      one: { released: "'2023'", parametersB: "7", summary: "{zh: 抖音, en: x}" },
      other: { released: "'2024'", parametersB: "3", summary: "{zh: 小红书, en: x}" },
    });
    expect(catalog.search("7b 抖音 小红书").hits.map(({ entry }) => entry.id)).toEqual(["one", "none"]);
  });

  test("by name, in the order of the alphabet", () => {
    const catalog = smallCatalog({ b: { name: "Beta", released: "'2025'" }, a: { name: "Alpha", released: "'2023'" } });
    expect(catalog.search("", { sort: "name" }).hits.map(({ entry }) => entry.id)).toEqual(["a", "b"]);
  });
});
