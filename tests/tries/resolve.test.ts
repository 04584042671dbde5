import { describe, expect, test } from "vitest";
import { parseEntry } from "#src/catalog/entry/parse.ts";
import { openCatalog } from "#src/catalog/search/search.ts";
import type { InstalledModel } from "#src/inference/backend.ts";
import { normalName } from "#src/inference/ollama/names.ts";
import { type Resolution, resolveModel } from "#src/tries/resolve.ts";
import { smallEntry } from "#tests/temporary-catalog.ts";

const model = (name: string, exact = true): string => `\n  - model: ${name}\n    official: true\n    exact: ${exact}`;
const entries = {
  "qwen3.yaml": smallEntry({
    name: "Qwen3",
    family: "Qwen",
    familyAliases: "\n  - 通义千问",
    released: "'2025-04'",
    variants: `\n  - name: Qwen3-4B\n    ollama:\n      - model: qwen3:4b\n        official: true\n        exact: true\n  - name: Qwen3-8B\n    ollama:\n      - model: qwen3:8b\n        official: true\n        exact: true`,
  }),
  "qwen2.yaml": smallEntry({
    name: "Qwen2",
    family: "Qwen",
    familyAliases: "\n  - 通义千问",
    released: "'2024-06'",
    ollama: model("qwen2:7b"),
  }),
  "chatglm-6b.yaml": smallEntry({
    name: "ChatGLM-6B",
    family: "GLM",
    aliases: "\n  - chatglm",
    ollama: model("glm4:9b", false),
  }),
  "lora.yaml": smallEntry({ name: "Lora", family: "Qwen", ollama: "[]" }),
};
const catalog = openCatalog(Object.entries(entries).flatMap(([file, text]) => parseEntry(file, text).entry ?? []));

function resolve(
  name: string,
  installed: string[],
  { loaded = [], aliases = {} }: { loaded?: string[]; aliases?: Record<string, string> } = {},
): Resolution {
  const models = installed.map(
    (item, at): InstalledModel => ({
      name: item,
      sizeBytes: at + 1,
      digest: item,
      parameterSize: undefined,
      quantization: undefined,
      cloud: false,
      capabilities: undefined,
    }),
  );
  return resolveModel(name, {
    catalog,
    installed: models,
    isLoaded: (item) => loaded.includes(item),
    normalName,
    aliases: new Map(Object.entries(aliases)),
    allowCloud: false,
  });
}
const ready = (model: string, entryId: string | undefined, standIn = false): Resolution => ({
  kind: "ready",
  target: { model, entryId, standIn },
});

describe("a name becomes a model that is installed", () => {
  test.each<[string, string[], Resolution]>([
    ["qwen3", ["qwen3:4b", "qwen3:8b"], ready("qwen3:8b", "qwen3")],
    ["qwen3 4b", ["qwen3:4b", "qwen3:8b"], ready("qwen3:4b", "qwen3")],
    ["Qwen3-8B", ["qwen3:8b-q8_0"], ready("qwen3:8b-q8_0", "qwen3")],
    ["通义千问", ["qwen2:7b"], ready("qwen2:7b", "qwen2")],
    ["通义千问", ["qwen2:7b", "qwen3:4b"], ready("qwen3:4b", "qwen3")],
    ["chatglm", ["glm4:9b"], ready("glm4:9b", "chatglm-6b", true)],
    ["glm4:9b", ["glm4:9b"], ready("glm4:9b", undefined)],
    ["llama3", ["llama3:8b"], ready("llama3:8b", undefined)],
    ["qwen3:8b", ["qwen3:8b"], ready("qwen3:8b", "qwen3")],
  ])("%s with %j installed", (name, installed, expected) => {
    expect(resolve(name, installed)).toEqual(expected);
  });

  test("of several sizes the largest that is loaded, else the largest", () => {
    expect(resolve("qwen3", ["qwen3:4b", "qwen3:8b"], { loaded: ["qwen3:4b"] })).toEqual(ready("qwen3:4b", "qwen3"));
  });

  test("the operator's own model stands for an entry that Ollama has nothing for", () => {
    expect(resolve("lora", ["mine:7b"], { aliases: { lora: "mine:7b" } })).toEqual(ready("mine:7b", "lora"));
  });
});

test("nothing installed: what could be pulled, exact before stand-in", () => {
  expect(resolve("qwen2", [])).toMatchObject({ kind: "pullable", model: { model: "qwen2:7b" } });
  expect(resolve("chatglm", [])).toMatchObject({ kind: "pullable", model: { model: "glm4:9b", exact: false } });
});

test("an entry that Ollama cannot run offers relatives that run here", () => {
  expect(resolve("lora", ["qwen3:8b"])).toMatchObject({ kind: "impossible", relatives: [{ id: "qwen3" }] });
});

test("a name that nobody bears offers what is near", () => {
  const found = resolve("qwne3", []);
  expect(found.kind === "unknown" && found.near[0]?.id).toBe("qwen3");
});
