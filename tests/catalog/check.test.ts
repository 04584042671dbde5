import { describe, expect, test } from "vitest";
import { crossCheck } from "#src/catalog/check/check.ts";
import { parseEntry } from "#src/catalog/entry/parse.ts";
import { realCatalog } from "#tests/real-catalog.ts";
import { smallEntry, soundEntry } from "#tests/temporary-catalog.ts";

/** What the check says of these entries, as `file:line field rule`. */
function check(files: Record<string, string>): string[] {
  const parsed = Object.entries(files).map(([id, text]) => parseEntry(`${id}.yaml`, text));
  const locate = (id: string, path: readonly PropertyKey[]) =>
    parsed.find(({ entry }) => entry?.id === id)?.locate(path) ?? {};
  const { bases } = realCatalog;
  return crossCheck({ entries: parsed.flatMap(({ entry }) => entry ?? []), bases, locate }).map(
    ({ file, line, issue }) => `${file}:${line} ${issue.path.join(".")} ${issue.message}`,
  );
}

const variants = (text: string): string => soundEntry({ variants: `\n  - ${text.replaceAll("\n", "\n    ")}` });

test("the catalog of this repository has no fault", () => {
  expect(crossCheck({ ...realCatalog, locate: () => ({}) })).toEqual([]);
});

describe("a base model", () => {
  test.each([
    ["from scratch", "an own start"],
    ["base", "the id of an entry"],
    ["Base-7B", "a variant of an entry"],
    ["LLaMA 2", "a foreign model, however it is spaced"],
    ["LLaMA-7B/13B", "two sizes of a foreign model"],
    ["BLOOMZ-7B1-mt / base + Mistral-7B", "several"],
  ])("%s is known: %s", (base) => {
    const known = soundEntry({ name: "Base", variants: "\n  - name: Base-7B" });
    expect(check({ base: known, small: soundEntry({ baseModel: base }) })).toEqual([]);
  });

  test.each(["Lama-2", "LLaMA-7B/14B", "BLOOMZ-7B1-mt / basse"])("%s is not", (base) => {
    expect(check({ base: soundEntry({ name: "Base" }), small: soundEntry({ baseModel: base }) })).toEqual([
      "small.yaml:13 baseModel rule:unknownBase",
    ]);
  });

  test("of a variant is looked at too", () => {
    expect(check({ small: variants("name: Small-7B\nbaseModel: qwen33") })).toEqual([
      "small.yaml:15 variants.0.baseModel rule:unknownBase",
    ]);
  });
});

describe("a size and the name that states it", () => {
  test.each([
    "name: Small-7B\nparametersB: 7.6",
    "name: Small-7B\nparametersB: 8",
    "name: Small-30B-A3B\nparametersB: 30.5\nactiveParametersB: 3.3",
    "name: Small-2.4T-A95B\nparametersB: 2400\nactiveParametersB: 95",
    "name: Small-A4.2B\nparametersB: 25.8\nactiveParametersB: 4.2",
    "name: Small-8x7B\nparametersB: 46.7",
    "name: Small 6B / 34B\nparametersB: 34",
    "name: Small 1b4\nparametersB: 1.4",
    "name: Small-2B\nparametersB: 2.7\nnote: 2.7B with embeddings",
  ])("%j agree", (text) => {
    expect(check({ small: variants(text) })).toEqual([]);
  });

  test.each([
    ["name: Small-7B\nparametersB: 8.1", "small.yaml:15 variants.0.parametersB rule:sizeInName"],
    ["name: Small-7B\nparametersB: 70", "small.yaml:15 variants.0.parametersB rule:sizeInName"],
    ["name: Small-2B\nparametersB: 2.7\nnote: 27B", "small.yaml:15 variants.0.parametersB rule:sizeInName"],
    [
      "name: Small-30B-A3B\nparametersB: 30\nactiveParametersB: 30",
      "small.yaml:16 variants.0.activeParametersB rule:sizeInName",
    ],
    ["name: Small-1T\nparametersB: 100", "small.yaml:15 variants.0.parametersB rule:sizeInName"],
  ])("%j do not", (text, fault) => {
    expect(check({ small: variants(text) })).toEqual([fault]);
  });

  test("the entry's own, explained in its notes or not", () => {
    const given = { name: "Small-6B", parametersB: "7.8" };
    expect(check({ small: soundEntry(given) })).toEqual(["small.yaml:13 parametersB rule:sizeInName"]);
    expect(check({ small: soundEntry({ ...given, notes: "7.8B 含视觉部分" }) })).toEqual([]);
  });
});

describe("the context of an entry", () => {
  const editions = (contextTokens: string | undefined) =>
    soundEntry({
      ...(contextTokens !== undefined && { contextTokens }),
      variants:
        "\n  - name: Small-7B\n  - name: Small-7B-1M\n    contextTokens: 1048576\n  - name: Small-7B-32K\n    contextTokens: 32768",
    });

  test.each(["1048576", "2000000", undefined])(
    "%s is at least that of its longest edition, or not stated",
    (tokens) => {
      expect(check({ small: editions(tokens) })).toEqual([]);
    },
  );

  test("is not that of a shorter edition", () => {
    expect(check({ small: editions("131072") })).toEqual(["small.yaml:13 contextTokens rule:contextOfEdition"]);
  });

  test.each(["16K 仅 16k 版", "13B 支持 100K", "标准版 4K，另有 16K", "only the chat edition"])(
    "that a note tells apart by edition is stated by a variant: %j",
    (contextNote) => {
      const entry = (own: string) =>
        soundEntry({
          contextTokens: "16384",
          contextNote,
          variants: `\n  - name: Small-7B${own}\n  - name: Small-13B`,
        });
      expect(check({ small: entry("") })).toEqual(["small.yaml:14 contextNote rule:contextOfNoVariant"]);
      expect(check({ small: entry("\n    contextTokens: 16384") })).toEqual([]);
    },
  );

  test.each(["据部署指南", "训练 24K，外推到 96K"])("may be of all of them: %j", (contextNote) => {
    const editionsOfOne = "\n  - name: Small-7B\n  - name: Small-13B";
    expect(check({ small: soundEntry({ contextTokens: "98304", contextNote, variants: editionsOfOne }) })).toEqual([]);
  });

  test.each([
    ["Chat 32K", ["small.yaml:15 weights.0.label rule:contextInLabel"]],
    ["Chat 360K", []],
    ["Chat", []],
    ["4bits", []],
  ])("is no shorter than weights labelled %j", (label, faults) => {
    const weights = `\n  - label: ${label}\n    precision: bf16\n    hub: huggingface\n    id: small/Small-7B`;
    expect(check({ small: soundEntry({ contextTokens: "360000", weights }) })).toEqual(faults);
    const variants = `\n  - name: Small-7B\n    contextTokens: 32768\n    weights:${weights.replaceAll("\n", "\n    ")}`;
    expect(check({ small: soundEntry({ contextTokens: "360000", variants }) })).toEqual([]);
  });
});

const license = (text: string): string => `\n  ${text.replaceAll("\n", "\n  ")}`;

describe("what it is made for", () => {
  const unreviewed = { unreviewed: "true" };

  test("is stated by every entry that a person has looked at", () => {
    expect(check({ small: smallEntry() })).toEqual(["small.yaml:1 purposes rule:noPurposes"]);
    expect(check({ small: smallEntry(unreviewed) })).toEqual([]);
  });

  test.each([
    ["\n  - medical\n  - chat", []],
    ["\n  - chat\n  - legal", ["small.yaml:13 domain rule:domainNotPurpose"]],
  ])("%j beside the domain `medical`", (purposes, faults) => {
    expect(check({ small: soundEntry({ domain: "medical", purposes }) })).toEqual(faults);
  });
});

describe("a figure in a note", () => {
  const requirement = (text: string) =>
    soundEntry({ requirements: `\n  - precision: bf16\n    ${text.replaceAll("\n", "\n    ")}` });

  test.each([
    "note: 约 24 GB",
    "note: 加载约 657MB",
    "fileGb: 470.2\nnote: 显存约 500 GB",
    "vramInferenceGb: 13\nnote: CPU 推理约 32GB 内存",
    "vramInferenceGb: 13\nnote: 13 GB；权重文件 12.6 GiB",
    "vramInferenceGb: 8\nnote: LoRA 微调约 14G",
    "contextTokens: 1000\nnote: runs in 6 GB of VRAM",
  ])("is refused while its field is empty: %j", (text) => {
    expect(check({ small: requirement(text) })).toEqual([
      expect.stringMatching(/requirements\.0\.note rule:figureInNote$/),
    ]);
  });

  test.each([
    "vramInferenceGb: 24\nnote: 约 24 GB",
    "fileGb: 0.657\nnote: 文件 657 MB",
    "vramInferenceGb: 8\nnote: 推荐至少 10 GB 显存",
    "vramInferenceGb: 640\nnote: 八张卡，每张用 75 GB",
    "note: 可放入一张 80 GB 的卡",
    "note: 8×80GB",
    "note: fits on an 80 GB card",
    "note: 输入 1 token、生成 2048 token",
    "note: 7B 的 8-bit 版",
  ])("is no fault where it is held, tells another kind, or is a card's: %j", (text) => {
    expect(check({ small: requirement(text) })).toEqual([]);
  });

  test("of a variant is in its requirements or file sizes", () => {
    const rule = "small.yaml:15 variants.0.note rule:figureInNote";
    expect(check({ small: variants("name: Small-7B\nnote: 4-bit 约 104 GB") })).toEqual([rule]);
    const others = "requirements:\n  - precision: int4\n    fileGb: 90";
    expect(check({ small: variants(`name: Small-7B\n${others}\nnote: 4-bit 约 104 GB`) })).toHaveLength(1);
    expect(check({ small: variants("name: Small-7B\nfileGb:\n  int4: 104\nnote: 4-bit 约 104 GB") })).toEqual([]);
  });

  test("of a model in Ollama is its size", () => {
    const ollama = (size: string) =>
      soundEntry({ ollama: `\n  - model: small:7b\n    official: false\n    exact: true${size}\n    note: 约 1.5 GB` });
    expect(check({ small: ollama("") })).toEqual(["small.yaml:17 ollama.0.note rule:figureInNote"]);
    expect(check({ small: ollama("\n    sizeGb: 1.5") })).toEqual([]);
  });
});

describe("the licence of an entry", () => {
  const two = (own: Record<string, string | undefined>) =>
    `\n${Object.entries(own)
      .map(
        ([name, text]) => `  - name: ${name}${text === undefined ? "" : `\n    license:\n      commercial: ${text}`}`,
      )
      .join("\n")}`;

  test.each([
    ["weights: Apache-2.0；72B 为 Qwen License", "weights"],
    ["note: 72B 须另申请", "note"],
    ["clause:\n  zh: 72B 另有许可\n  en: the 72B has terms of its own", "clause"],
    ["note: Small-72B 须另申请", "note"],
  ])("that names a size asks each variant of that size for its own: %j", (text, field) => {
    const entry = (own: string | undefined) =>
      soundEntry({
        license: license(`commercial: conditional\n${text}`),
        variants: two({ "Small-7B": undefined, "Small-72B": own }),
      });
    expect(check({ small: entry(undefined) })).toEqual([
      expect.stringMatching(new RegExp(`license\\.${field} rule:sizeWithoutLicense$`)),
    ]);
    expect(check({ small: entry("conditional") })).not.toContainEqual(expect.stringMatching("sizeWithoutLicense"));
  });

  test("is that of every variant or of none", () => {
    const entry = (own: Record<string, string | undefined>) =>
      soundEntry({ license: license("commercial: conditional"), variants: two(own) });
    expect(check({ small: entry({ "Small-1B": "conditional", "Small-2B": undefined }) })).toEqual([
      expect.stringMatching(/variants\.1 rule:licenseOfSome$/),
    ]);
    expect(check({ small: entry({ "Small-1B": "conditional", "Small-2B": "conditional" }) })).toEqual([]);
    expect(check({ small: entry({ "Small-1B": undefined, "Small-2B": undefined }) })).toEqual([]);
  });

  test.each(["底座 Qwen2.5-72B 另有许可", "另有 72 条", "Small License"])("%j names no size", (note) => {
    const entry = soundEntry({
      license: license(`commercial: conditional\nnote: ${note}`),
      variants: two({ "Small-72B": undefined }),
    });
    expect(check({ small: entry })).toEqual([]);
  });

  test.each([
    ["yes", "conditional"],
    ["conditional", "registration"],
    ["registration", "unknown"],
    ["unknown", "no"],
  ])("is never freer than a variant's: %s, where one says %s", (freer, stricter) => {
    const entry = (commercial: string, own: Record<string, string>) =>
      soundEntry({ license: license(`commercial: '${commercial}'`), variants: two(own) });
    expect(check({ small: entry(freer, { "Small-1B": `'${freer}'`, "Small-2B": `'${stricter}'` }) })).toEqual([
      expect.stringMatching(/license\.commercial rule:freerThanVariant$/),
    ]);
    expect(check({ small: entry(stricter, { "Small-1B": `'${freer}'`, "Small-2B": `'${stricter}'` }) })).toEqual([]);
    expect(check({ small: entry(stricter, { "Small-1B": `'${freer}'`, "Small-2B": `'${freer}'` }) })).toEqual([]);
  });
});

describe("attention", () => {
  const shape = (fields: string) =>
    soundEntry({
      attention: `\n  ${fields.replaceAll(", ", "\n  ")}\n  source:\n    - https://example.org/config.json`,
    });

  test.each([
    ["layers: 2, kvHeads: 4, headDim: 64", "headDim"],
    ["kind: sparse, layers: 2, kvHeads: 4, headDim: 64", "kvHeads"],
    ["kind: mla, layers: 2, latentRank: 512, ropeDim: 64", "ropeDim"],
    ["kind: sliding, layers: 2, kvHeads: 4, headDim: 64, window: 128, fullLayers: 1", "window"],
    ["kind: hybrid, fullLayers: 1, kvHeads: 4, headDim: 64", "fullLayers"],
    ["kind: hybrid, fullLayers: 1, latentRank: 512, ropeDim: 0", "ropeDim"],
    ["kind: linear, layers: 2", "layers"],
    ["kind: compressed, valuesPerToken: 3440", "valuesPerToken"],
  ])("%s needs every one of them", (fields, needed) => {
    expect(check({ small: shape(fields) })).toEqual([]);
    const lacking = fields.split(", ").filter((field) => !field.startsWith(`${needed}:`));
    const rest = lacking.length > 0 ? lacking.join(", ") : "note: 无";
    expect(check({ small: shape(rest) })).toEqual(["small.yaml:13 attention rule:attentionLacks"]);
  });

  const asked = (fields: Record<string, string>) =>
    soundEntry({
      released: "'2025'",
      weights: "\n  - label: BF16\n    precision: bf16\n    hub: huggingface\n    id: small/Small-7B",
      ...fields,
    });
  const stated = "\n  layers: 2\n  kvHeads: 4\n  headDim: 64\n  source:\n    - https://example.org/config.json";
  const inVariant = stated.replaceAll("\n", "\n    ");

  test("is stated of models since 2025, or the reason why not", () => {
    expect(check({ small: asked({}) })).toEqual(["small.yaml:1 attention rule:noAttention"]);
    expect(check({ small: asked({ attention: stated }) })).toEqual([]);
    expect(check({ small: asked({ attentionMissing: "没有读到 config" }) })).toEqual([]);
    expect(check({ small: asked({ released: "'2024-12-31'" }) })).toEqual([]);
    expect(check({ small: asked({ unreviewed: "true" }) })).toEqual([]);
    expect(check({ small: asked({ weights: "\n  []" }) })).toEqual([]);
  });

  test("of one variant is not that of another", () => {
    const shared = "\n  - name: Small-1B\n  - name: Small-2B";
    expect(check({ small: asked({ attention: stated, variants: shared }) })).toEqual([]);
    const own = `\n  - name: Small-1B\n    attention:${inVariant}\n  - name: Small-2B`;
    expect(check({ small: asked({ variants: own }) })).toEqual([
      expect.stringMatching(/variants\.1\.attention rule:noAttention$/),
    ]);
    expect(check({ small: asked({ variants: `${own}\n    attentionMissing: 没有读到 config` }) })).toEqual([]);
    const older = own.replace("Small-2B", "Small-2B\n    released: '2024'");
    expect(check({ small: asked({ variants: older }) })).toEqual([]);
  });
});

describe("an alias", () => {
  const other = soundEntry({
    name: "Other",
    variants: "\n  - name: Other-7B",
    weights: "\n  - label: BF16\n    precision: bf16\n    hub: huggingface\n    id: someone/Other-7B-Chat",
    ollama:
      "\n  - model: other:7b\n    official: true\n    exact: true\n  - model: namesake:7b\n    official: true\n    exact: false",
  });

  test.each(["other 7b", "Other-7B-Chat", "someone/other-7b-chat", "other:7b"])(
    "%s is refused: a part of another entry is called so",
    (alias) => {
      expect(check({ other, small: soundEntry({ aliases: `\n  - ${alias}` }) })).toEqual([
        "small.yaml:14 aliases.0 rule:aliasOfVariant",
      ]);
    },
  );

  test.each(["small", "other-70b", "namesake:7b"])("%s is free", (alias) => {
    expect(check({ other, small: soundEntry({ aliases: `\n  - ${alias}` }) })).toEqual([]);
  });

  test("may be what parts of its own entry are called too", () => {
    const small = soundEntry({ aliases: "\n  - other-7b", variants: "\n  - name: Other-7B" });
    expect(check({ other, small })).toEqual([]);
  });
});
