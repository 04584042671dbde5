import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { subjectName, subjectNamed } from "#src/catalog/search/subject.ts";
import { MAX_TYPED_NAME } from "#src/catalog/search/written-name.ts";
import { realCatalog } from "#tests/real-catalog.ts";
import { anyText } from "./any-text.ts";
import { smallCatalog } from "./small-catalog.ts";

/** The entry and variant that a name means in the catalog of this repository: `qwen3/Qwen3-8B`, `qwen3` for all of it. */
function meant(typed: string): string | undefined {
  const found = subjectNamed(typed, realCatalog)?.subject;
  return found && [found.entry.id, ...(found.variant ? [found.variant.name] : [])].join("/");
}

describe("what people type means", () => {
  test.each([
    // What Ollama calls it.
    ["qwen3:8b", "qwen3/Qwen3-8B"],
    ["QWEN3:8B", "qwen3/Qwen3-8B"],
    ["qwen3:8b-q4_K_M", "qwen3/Qwen3-8B"],
    ["qwen3", "qwen3"],
    ["qwen3:latest", "qwen3"],
    ["ollama run qwen3:8b", "qwen3/Qwen3-8B"],
    ["`ollama run qwen3:8b`", "qwen3/Qwen3-8B"],
    ["$ ollama run qwen3:8b --verbose", "qwen3/Qwen3-8B"],
    ["library/qwen3", "qwen3"],
    ["registry.ollama.ai/library/qwen3:8b", "qwen3/Qwen3-8B"],
    ["https://ollama.com/library/qwen3:8b", "qwen3/Qwen3-8B"],
    ["https://ollama.com/library/qwen3/tags", "qwen3"],
    ["deepseek-r1:14b", "deepseek-r1-distill/DeepSeek-R1-Distill-Qwen-14B"],
    ["deepseek-r1:32b-qwen-distill-q4_K_M", "deepseek-r1-distill/DeepSeek-R1-Distill-Qwen-32B"],
    ["qwen2.5:14b-instruct-q5_K_M", "qwen2.5/Qwen2.5-14B"],
    // What the hubs call it.
    ["Qwen/Qwen3-8B", "qwen3/Qwen3-8B"],
    ["qwen/qwen3-8b", "qwen3/Qwen3-8B"],
    ["Qwen/Qwen3-8B-GGUF", "qwen3/Qwen3-8B"],
    ["Qwen/Qwen3-8B-AWQ", "qwen3/Qwen3-8B"],
    ["Qwen/Qwen2.5-7B-Instruct-GPTQ-Int4", "qwen2.5/Qwen2.5-7B"],
    ["unsloth/Qwen3-8B-GGUF", "qwen3/Qwen3-8B"],
    ["bartowski/Qwen_Qwen3-8B-GGUF", "qwen3/Qwen3-8B"],
    ["hf.co/Qwen/Qwen3-8B-GGUF:Q4_K_M", "qwen3/Qwen3-8B"],
    ["ollama run hf.co/unsloth/Qwen3-8B-GGUF:UD-Q4_K_XL", "qwen3/Qwen3-8B"],
    ["https://huggingface.co/Qwen/Qwen3-8B", "qwen3/Qwen3-8B"],
    ["https://huggingface.co/Qwen/Qwen3-8B/tree/main", "qwen3/Qwen3-8B"],
    ["hf-mirror.com/Qwen/Qwen3-8B", "qwen3/Qwen3-8B"],
    ["https://www.modelscope.cn/models/Qwen/Qwen3-8B/summary", "qwen3/Qwen3-8B"],
    ["https://modelscope.cn/models/ZhipuAI/glm-4-9b-chat", "glm-4-9b/GLM-4-9B-Chat"],
    ["vllm serve Qwen/Qwen3-8B --max-model-len 4096", "qwen3/Qwen3-8B"],
    ["https://github.com/QwenLM/Qwen3", "qwen3"],
    ["github.com/QwenLM/Qwen2.5", "qwen2.5"],
    ["git@github.com:deepseek-ai/DeepSeek-R1.git", "deepseek-r1"],
    ["http://127.0.0.1:8787/catalog/qwen3", "qwen3"],
    // Files.
    ["qwen2.5-7b-instruct-q4_k_m.gguf", "qwen2.5/Qwen2.5-7B"],
    ["Qwen3-8B-Q4_K_M.gguf", "qwen3/Qwen3-8B"],
    ["qwen2.5-14b-instruct-q8_0-00001-of-00004.gguf", "qwen2.5/Qwen2.5-14B"],
    [
      String.raw`C:\models\DeepSeek-R1-Distill-Llama-8B-IQ4_XS.gguf`,
      "deepseek-r1-distill/DeepSeek-R1-Distill-Llama-8B",
    ],
    ["https://huggingface.co/Qwen/Qwen3-8B-GGUF/resolve/main/Qwen3-8B-Q4_K_M.gguf?download=true", "qwen3/Qwen3-8B"],
    // Names as people write them.
    ["qwen3 8b", "qwen3/Qwen3-8B"],
    ["qwen3_8b", "qwen3/Qwen3-8B"],
    ["Qwen3 8B Instruct", "qwen3/Qwen3-8B"],
    ["Qwen3 8B INT4", "qwen3/Qwen3-8B"],
    ["qwen2-5-7b", "qwen2.5/Qwen2.5-7B"],
    ["千问3 8b", "qwen3/Qwen3-8B"],
    ["千问3-8B", "qwen3/Qwen3-8B"],
    ["通義千問3 8b", "qwen3/Qwen3-8B"],
    ["ｑｗｅｎ３－８Ｂ", "qwen3/Qwen3-8B"],
    ["glm-45-air", "glm-4.5/GLM-4.5-Air"],
    ["Qwen3 · Qwen3-8B · INT4 · 可商用", "qwen3/Qwen3-8B"],
    // Names with a size.
    ["deepseek r1 14b", "deepseek-r1-distill/DeepSeek-R1-Distill-Qwen-14B"],
    ["14b deepseek r1", "deepseek-r1-distill/DeepSeek-R1-Distill-Qwen-14B"],
    ["deepseek r1 distill llama 8b", "deepseek-r1-distill/DeepSeek-R1-Distill-Llama-8B"],
    ["qwen2.5 7b", "qwen2.5/Qwen2.5-7B"],
    ["qwen-7b", "qwen/Qwen-7B"],
    ["qwen 7b", "qwen2.5/Qwen2.5-7B"],
    ["千问7b", "qwen2.5/Qwen2.5-7B"],
    ["qwen 7b q4_k_m", "qwen2.5/Qwen2.5-7B"],
    ["qwen coder 7b", "qwen2.5-coder/Qwen2.5-Coder-7B"],
    ["glm 9b", "glm-4-0414/GLM-4-9B-0414"],
    ["通义 32b", "qwen3/Qwen3-32B"],
    ["qwen 30b-a3b", "qwen3-2507/Qwen3-30B-A3B-2507"],
    ["yi-34b", "yi/Yi-34B"],
    ["yi 34b", "yi-1.5/Yi-1.5-34B"],
    ["baichuan 13b", "baichuan2/Baichuan2-13B"],
    ["chatglm 6b", "chatglm-6b"],
  ])("%s: %s", (typed, subject) => {
    expect(meant(typed)).toBe(subject);
  });

  test.each([
    "",
    "8GB",
    "8",
    "7b",
    "32k",
    "llama 7b",
    "TheBloke/Llama-2-7B-Chat-GGUF",
    "mistral:7b",
    "https://example.com/",
    "https://arxiv.org/abs/2412.15115",
    "https://huggingface.co/spaces/Qwen/Qwen3-Demo",
    "qwen 9999b",
    "x".repeat(MAX_TYPED_NAME + 1),
  ])("nothing: %s", (typed) => {
    expect(meant(typed)).toBeUndefined();
  });
});

describe("of a family and a size", () => {
  const chat = { purposes: "[chat]" };
  const family = { family: "Zeta", familyAliases: "[zeta]" };
  const variants = (...names: string[]) => ({ variants: names.map((name) => `\n  - {${name}}`).join("") });
  const catalog = smallCatalog({
    first: { ...family, ...chat, released: "'2024'", ...variants("name: Zeta1-7B", "name: Zeta1-70B") },
    second: {
      ...family,
      ...chat,
      released: "'2025'",
      ...variants("name: Zeta2-7B-Long", "name: Zeta2-7B", "name: Zeta2-Big, parametersB: 13.4"),
    },
    eyes: { ...family, purposes: "[vision, chat]", released: "'2026'", ...variants("name: Zeta2-V-7B") },
    ears: { ...family, ...chat, modalities: "[text, audio]", released: "'2026'", ...variants("name: Zeta-O-7B") },
    works: { ...family, purposes: "[agent]", released: "'2027'", ...variants("name: Zeta-A-7B") },
    near: { ...family, ...chat, released: "'2026'", ...variants("name: Zeta3-7.4B, parametersB: 7.4") },
    other: { family: "Other", ...chat, released: "'2026'", ...variants("name: Other-Zeta-7B") },
  });
  const names = (typed: string): string[] => {
    const found = subjectNamed(typed, catalog);
    return found === undefined ? [] : [found.subject, ...found.others].map(subjectName);
  };

  test("the newest that converses in writing, then newer ones that see or hear, then the others of exactly that size", () => {
    expect(names("zeta 7b")[0]).toEqual("Zeta2-7B");
    expect(names("zeta 7b").slice(1, 3).toSorted()).toEqual(["Zeta-O-7B", "Zeta2-V-7B"]);
    expect(names("zeta 7b").slice(3)).toEqual(["Zeta-A-7B", "Zeta2-7B-Long", "Zeta1-7B"]);
    expect(subjectNamed("zeta 7b", catalog)?.kind).toBe("size");
  });

  test("as people round it, up to a tenth", () => {
    expect(names("zeta 13b")).toEqual(["Zeta2-Big"]);
    expect(names("zeta 14b")).toEqual(["Zeta2-Big"]);
    expect(names("zeta 12b")).toEqual([]);
  });

  test("with further words those that have them", () => {
    expect(names("zeta v 7b")).toEqual(["Zeta2-V-7B"]);
    expect(names("zeta 7b long")).toEqual(["Zeta2-7B-Long"]);
    expect(names("zeta 7b wide")).toEqual([]);
  });

  test("one whose name is exactly that is meant where the size is joined to the name", () => {
    const both = smallCatalog({
      old: { ...family, ...chat, released: "'2023'", ...variants("name: Zeta-7B") },
      second: { ...family, ...chat, released: "'2025'", ...variants("name: Zeta2-7B") },
    });
    const of = (typed: string): string | undefined => {
      const found = subjectNamed(typed, both);
      return found && subjectName(found.subject);
    };
    expect([of("zeta-7b"), of("zeta7b"), of("zeta 7b")]).toEqual(["Zeta-7B", "Zeta-7B", "Zeta2-7B"]);
  });
});

test("whatever is typed throws nothing and is read at once", () => {
  const hostile = [
    "a-".repeat(100),
    "q4_".repeat(66),
    "-q8_0".repeat(40),
    "1b ".repeat(66),
    "/".repeat(200),
    "ﷺ".repeat(200),
  ];
  fc.assert(
    fc.property(fc.oneof(anyText, fc.constantFrom(...hostile), fc.webUrl({ withQueryParameters: true })), (typed) => {
      const began = performance.now();
      subjectNamed(typed, realCatalog);
      expect(performance.now() - began).toBeLessThan(1000);
    }),
    { numRuns: 500 },
  );
});
