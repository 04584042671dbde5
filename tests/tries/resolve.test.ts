import { describe, expect, test } from "vitest";
import { parseEntry } from "#src/catalog/entry/parse.ts";
import type { InstalledModel } from "#src/inference/backend.ts";
import { normalName } from "#src/inference/ollama/names.ts";
import { type Resolution, resolveModel } from "#src/tries/resolve.ts";
import type { ResolvedModel } from "#src/tries/try.ts";
import { catalogOf } from "#tests/real-catalog.ts";
import { smallEntry } from "#tests/temporary-catalog.ts";

const model = (name: string, { exact = true, official = true, cloud = false } = {}): string =>
  `\n  - model: ${name}\n    official: ${official}\n    exact: ${exact}${cloud ? "\n    cloud: true" : ""}`;
const entries = {
  "qwen3.yaml": smallEntry({
    name: "Qwen3",
    family: "Qwen",
    familyAliases: "\n  - 通义千问",
    released: "'2025-04'",
    variants: `\n  - name: Qwen3-4B\n    ollama:\n      - model: qwen3:4b\n        official: true\n        exact: true\n  - name: Qwen3-8B\n    ollama:\n      - model: qwen3:8b\n        official: true\n        exact: true\n  - name: Qwen3-32B`,
  }),
  "alone.yaml": smallEntry({
    name: "Alone",
    family: "Alone",
    variants: "\n  - name: Alone-7B",
    ollama: model("alone"),
  }),
  "pair.yaml": smallEntry({
    name: "Pair",
    family: "Pair",
    variants: "\n  - name: Pair-9B-Chat\n  - name: Pair-9B-Code\n  - name: Pair-30B",
    ollama: model("pair:9b"),
  }),
  "qwen2.yaml": smallEntry({
    name: "Qwen2",
    family: "Qwen",
    familyAliases: "\n  - 通义千问",
    released: "'2024-06'",
    variants: "\n  - name: Qwen2-4B\n  - name: Qwen2-7B",
    ollama: model("qwen2:7b") + model("qwen2:4b"),
  }),
  "chatglm-6b.yaml": smallEntry({
    name: "ChatGLM-6B",
    family: "GLM",
    aliases: "\n  - chatglm",
    ollama: model("glm4:9b", { exact: false }),
  }),
  // The first in its file is not the best of any list.
  "glm-4.5.yaml": smallEntry({
    name: "GLM-4.5",
    family: "GLM",
    released: "'2025-07'",
    ollama: [
      model("glm45-stand-in:9b", { exact: false }),
      model("glm45:cloud", { cloud: true }),
      model("someone/glm45:9b", { official: false }),
      model("glm45:9b"),
    ].join(""),
  }),
  "internlm.yaml": smallEntry({
    name: "InternLM",
    family: "InternLM",
    ollama: model("internlm-stand-in:7b", { exact: false }) + model("someone/internlm:7b", { official: false }),
  }),
  // Its alias is the name of a family whose newest is another.
  "yi-old.yaml": smallEntry({
    name: "Yi-6B",
    family: "Yi",
    released: "'2023-11'",
    aliases: "\n  - yi",
    ollama: model("yi:6b"),
  }),
  "yi-new.yaml": smallEntry({ name: "Yi-1.5", family: "Yi", released: "'2024-05'", ollama: model("yi1.5:9b") }),

  // As a draft of the sync has it: nobody wrote down yet what it is called in Ollama.
  "fresh4.yaml": smallEntry({
    name: "Fresh4",
    family: "Fresh",
    variants: "\n  - name: Fresh4-8B\n  - name: Fresh4-30B-A3B\n    parametersB: 30",
    weights: "\n  - label: BF16\n    hub: huggingface\n    id: Fresh/Fresh4-8B",
    released: "'2026-11'",
  }),
  "fresh3.yaml": smallEntry({
    name: "Fresh3",
    family: "Fresh",
    variants: "\n  - name: Fresh3-8B\n  - name: Fresh3-4B",
    ollama: model("fresh3:8b") + model("fresh-other:4b", { exact: false }),
    released: "'2025-11'",
  }),
  "lora.yaml": smallEntry({ name: "Lora", family: "Qwen", ollama: "[]" }),
  ...Object.fromEntries(
    ["a", "b", "c", "d", "e", "f", "g"].map((at) => [
      `tulu-${at}.yaml`,
      smallEntry({ name: `Tulu-${at}`, family: "Tulu", ollama: at === "a" ? "[]" : model(`tulu-${at}:7b`) }),
    ]),
  ),
};
const catalog = catalogOf(Object.entries(entries).flatMap(([file, text]) => parseEntry(file, text).entry ?? []));

function resolve(
  name: string,
  installed: string[],
  {
    loaded = [],
    aliases = {},
    allowCloud = false,
  }: { loaded?: string[]; aliases?: Record<string, string>; allowCloud?: boolean } = {},
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
      contextTokens: undefined,
    }),
  );
  return resolveModel(name, {
    catalog,
    installed: models,
    isLoaded: (item) => loaded.includes(item),
    normalName,
    aliases: new Map(Object.entries(aliases)),
    allowCloud,
  });
}
const ready = (model: string, entryId: string | undefined, more: Partial<ResolvedModel> = {}): Resolution => ({
  kind: "ready",
  target: { model, entryId, standIn: false, ...more },
});
/** The model that was taken for a name of several. */
const chosen = (model: string, entryId: string, chosenFor: string): Resolution => ready(model, entryId, { chosenFor });

describe("a name becomes a model that is installed", () => {
  test.each<[string, string[], Resolution]>([
    ["qwen3", ["qwen3:4b", "qwen3:8b"], ready("qwen3:8b", "qwen3")],
    ["qwen3 4b", ["qwen3:4b", "qwen3:8b"], ready("qwen3:4b", "qwen3")],
    ["Qwen3-8B", ["qwen3:8b-q8_0"], ready("qwen3:8b-q8_0", "qwen3")],
    ["通义千问", ["qwen2:7b"], chosen("qwen2:7b", "qwen2", "通义千问")],
    ["通义千问", ["qwen2:7b", "qwen3:4b"], chosen("qwen3:4b", "qwen3", "通义千问")],
    ["chatglm", ["glm4:9b"], ready("glm4:9b", "chatglm-6b", { standIn: true })],
    ["glm4:9b", ["glm4:9b"], ready("glm4:9b", undefined)],
    ["llama3", ["llama3:8b"], ready("llama3:8b", undefined)],
    ["qwen3:8b", ["qwen3:8b"], ready("qwen3:8b", "qwen3")],
    ["yi", ["yi:6b", "yi1.5:9b"], chosen("yi:6b", "yi-old", "yi")],
    ["glm", ["glm45:9b", "glm4:9b"], chosen("glm45:9b", "glm-4.5", "glm")],
    ["llama3", ["llama3:70b", "llama3:8b"], ready("llama3:8b", undefined)],
    ["yi", ["yi:latest", "yi:6b"], chosen("yi:6b", "yi-old", "yi")],
    [
      "qwen3 4b",
      ["qwen3:4bit"],
      { kind: "pullable", entry: expect.anything(), model: expect.anything(), wanted: "Qwen3-4B" },
    ],
  ])("%s with %j installed", (name, installed, expected) => {
    expect(resolve(name, installed)).toEqual(expected);
  });

  test("of several sizes the largest that is loaded, else the largest", () => {
    const three = ["qwen3:4b", "qwen3:8b", "qwen3:8b-q8_0"];
    expect(resolve("qwen3", three, { loaded: ["qwen3:4b"] })).toEqual(ready("qwen3:4b", "qwen3"));
    expect(resolve("qwen3", three, { loaded: ["qwen3:4b", "qwen3:8b"] })).toEqual(ready("qwen3:8b", "qwen3"));
    expect(resolve("llama3", ["llama3:8b", "llama3:70b"], { loaded: ["llama3:8b"] })).toEqual(
      ready("llama3:8b", undefined),
    );
  });

  test("an exact model before a stand-in, though that is larger and loaded", () => {
    const both = ["glm45:9b", "glm45-stand-in:9b"];
    expect(resolve("glm-4.5", both, { loaded: ["glm45-stand-in:9b"] })).toEqual(ready("glm45:9b", "glm-4.5"));
    expect(resolve("glm-4.5", both.slice(1))).toEqual(ready("glm45-stand-in:9b", "glm-4.5", { standIn: true }));
  });

  test("one that runs elsewhere only where that is allowed", () => {
    expect(resolve("glm-4.5", ["glm45:cloud"])).toMatchObject({ kind: "pullable" });
    expect(resolve("glm-4.5", ["glm45:cloud"], { allowCloud: true })).toEqual(ready("glm45:cloud", "glm-4.5"));
  });

  test("the operator's own model before those of the catalog, in any spelling", () => {
    const aliases = { qwen3: "Mine" };
    expect(resolve("qwen3", ["mine:latest", "qwen3:8b"], { aliases })).toEqual(ready("mine:latest", "qwen3"));
    expect(resolve("qwen3", ["qwen3:8b"], { aliases })).toEqual(ready("qwen3:8b", "qwen3"));
  });

  test("the operator's own model stands for an entry that Ollama has nothing for", () => {
    expect(resolve("lora", ["mine:7b"], { aliases: { lora: "mine:7b" } })).toEqual(ready("mine:7b", "lora"));
  });
});

describe("a variant by any of its names", () => {
  const both = ["qwen3:4b", "qwen3:8b"];
  test.each([
    "Qwen3-4B",
    "qwen3 4b instruct",
    "Qwen/Qwen3-4B",
    "Qwen/Qwen3-4B-AWQ",
    "hf.co/Qwen/Qwen3-4B-GGUF:Q4_K_M",
    "https://huggingface.co/Qwen/Qwen3-4B/tree/main",
    "Qwen3-4B-Q4_K_M.gguf",
    "ollama run qwen3:4b",
    "library/qwen3:4b",
    "qwen3:4b-q8_0",
    "Qwen3 · Qwen3-4B · INT4",
  ])("%s is its exact model, though a larger one of the entry is loaded", (name) => {
    expect(resolve(name, both, { loaded: ["qwen3:8b"] })).toEqual(ready("qwen3:4b", "qwen3"));
  });

  test.each(["Qwen3-4B", "qwen3:4b", "Qwen/Qwen3-4B-GGUF"])("of %s another size is never taken in silence", (name) => {
    const wanted = "Qwen3-4B";
    expect(resolve(name, ["qwen3:8b"])).toEqual(ready("qwen3:8b", "qwen3", { standIn: true, wanted }));
    expect(resolve(name, [])).toMatchObject({ kind: "pullable", model: { model: "qwen3:4b", exact: true }, wanted });
  });

  test("one that Ollama has nothing for is named where another size is pulled for it", () => {
    expect(resolve("Qwen3-32B", [])).toMatchObject({ kind: "pullable", model: { exact: false }, wanted: "Qwen3-32B" });
    expect(resolve("Qwen3-32B", ["qwen3:4b"])).toEqual(
      ready("qwen3:4b", "qwen3", { standIn: true, wanted: "Qwen3-32B" }),
    );
  });

  test("the model of the entry as a whole is its own where the entry has no other variant, or it is of its size", () => {
    expect(resolve("Alone-7B", ["alone:latest"])).toEqual(ready("alone:latest", "alone"));
    expect(resolve("Pair-9B-Chat", ["pair:9b"])).toEqual(ready("pair:9b", "pair"));
    expect(resolve("Pair-30B", ["pair:9b"])).toEqual(ready("pair:9b", "pair", { standIn: true, wanted: "Pair-30B" }));
  });

  test("a family and a size is the newest of that size that runs here", () => {
    expect(resolve("通义千问 4b", both)).toEqual(chosen("qwen3:4b", "qwen3", "通义千问 4b"));
    expect(resolve("通义千问 4b", ["qwen2:4b"])).toEqual(chosen("qwen2:4b", "qwen2", "通义千问 4b"));
  });

  test("an installed model of that very name is taken, whatever else the name means", () => {
    expect(resolve("qwen3:4b-q8_0", ["qwen3:4b", "qwen3:4b-q8_0"])).toEqual(ready("qwen3:4b-q8_0", "qwen3"));
    const name = "hf.co/qwen/qwen3-4b-gguf:q4_k_m";
    expect(resolve("ollama run hf.co/Qwen/Qwen3-4B-GGUF:Q4_K_M", ["qwen3:4b", name])).toEqual(ready(name, undefined));
  });
});

describe("an entry of which nobody wrote down its name in Ollama", () => {
  test.each([
    ["fresh4", ["fresh4:8b"], "fresh4:8b"],
    ["Fresh4-8B", ["fresh4:8b"], "fresh4:8b"],
    ["fresh4:8b", ["fresh4:8b"], "fresh4:8b"],
    ["Fresh4-8B", ["fresh4:8b-q8_0"], "fresh4:8b-q8_0"],
    ["Fresh4-8B", ["fresh4-8b:latest"], "fresh4-8b:latest"],
    ["Fresh4-30B-A3B", ["fresh4:8b", "fresh4:30b"], "fresh4:30b"],
    ["Fresh4-8B", ["fresh4:8b", "fresh4:30b"], "fresh4:8b"],
    ["Fresh4-8B", ["hf.co/fresh/fresh4-8b-gguf:q4_k_m"], "hf.co/fresh/fresh4-8b-gguf:q4_k_m"],
    ["fresh4", ["fresh4:latest"], "fresh4:latest"],
  ])("%s with %j installed is %s", (name, installed, expected) => {
    expect(resolve(name, installed)).toEqual(ready(expected, "fresh4"));
  });

  test.each([
    ["Fresh4-8B", "fresh4-abliterated:8b"],
    ["Fresh4-8B", "someone/fresh4:8b"],
    ["Fresh4-8B", "hf.co/someone/fresh4-8b-gguf:q4_k_m"],
    ["Fresh4-8B", "fresh:8b"],
    ["Fresh4-8B", "fresh3:8b"],
    ["fresh4", "fresh4:q4_k_m"],
  ])("%s is not %s", (name, installed) => {
    expect(resolve(name, [installed])).toMatchObject({ kind: "impossible", entry: { id: "fresh4" } });
  });

  test("another size of it stands in, and is named as such", () => {
    expect(resolve("Fresh4-30B-A3B", ["fresh4:8b"])).toEqual(
      ready("fresh4:8b", "fresh4", { standIn: true, wanted: "Fresh4-30B-A3B" }),
    );
  });

  test("what the catalog says comes before what is only called so, and that before a stand-in", () => {
    const loaded = ["fresh3-8b:latest"];
    expect(resolve("Fresh3-8B", ["fresh3:8b", "fresh3-8b:latest"], { loaded })).toEqual(ready("fresh3:8b", "fresh3"));
    expect(resolve("Fresh3-8B", ["fresh3-8b:latest"])).toEqual(ready("fresh3-8b:latest", "fresh3"));
    expect(resolve("Fresh3-4B", ["fresh3:4b", "fresh-other:4b"])).toEqual(ready("fresh3:4b", "fresh3"));
    expect(resolve("Fresh3-4B", ["fresh-other:4b"])).toEqual(ready("fresh-other:4b", "fresh3", { standIn: true }));
  });

  test("a family's name is the newest that runs here", () => {
    expect(resolve("fresh", ["fresh4:8b", "fresh3:8b"])).toEqual(chosen("fresh4:8b", "fresh4", "fresh"));
  });
});

test("nothing installed: what could be pulled, exact before stand-in, then official before community", () => {
  expect(resolve("glm-4.5", [], { allowCloud: true })).toMatchObject({ model: { model: "glm45:9b" } });
  // What bears the name itself comes before others of a family that has it, also where only those are installed.
  expect(resolve("yi", ["yi1.5:9b"])).toMatchObject({ kind: "pullable", model: { model: "yi:6b" } });
  expect(resolve("internlm", [])).toMatchObject({ model: { model: "someone/internlm:7b" } });
  expect(resolve("qwen2", [])).toMatchObject({ kind: "pullable", model: { model: "qwen2:7b" } });
  expect(resolve("chatglm", [])).toMatchObject({ kind: "pullable", model: { model: "glm4:9b", exact: false } });
});

test("an entry that Ollama cannot run offers relatives that run here", () => {
  const found = resolve("lora", ["qwen3:8b", "glm45:9b"]);
  expect(found.kind === "impossible" && found.relatives.map(({ id }) => id)).toEqual(["qwen3"]);
});

test("at most five relatives are offered, or names that are near", () => {
  const found = resolve(
    "tulu-a",
    ["b", "c", "d", "e", "f", "g"].map((at) => `tulu-${at}:7b`),
  );
  expect(found.kind === "impossible" && found.relatives.length).toBe(5);
  const unknown = resolve("tulux", []);
  expect(unknown.kind === "unknown" && unknown.near.length).toBe(5);
});

test("a name that nobody bears offers what is near", () => {
  const found = resolve("qwne3", []);
  expect(found.kind === "unknown" && found.near[0]?.id).toBe("qwen3");
});
