import { describe, expect, test } from "vitest";
import { textIn } from "#src/base/locale.ts";
import { byNewest } from "#src/catalog/search/names.ts";
import { criterionText } from "#src/chat/model/criterion-text.ts";
import { realCatalog } from "#tests/real-catalog.ts";

/**
 * What people type, and what they want to see: the ids that come first in this order, others that are among the first
 * ten, and ids that would annoy where they were said to be what was asked for. Families grow, so their newest is looked up and not named.
 */
type Row = [query: string, first: string[], among: string[], never: string[]];

const newest = (family: string, count = 1): string[] =>
  realCatalog.entries
    .filter((entry) => entry.family === family || entry.familyAliases.includes(family))
    .toSorted(byNewest)
    .slice(0, count)
    .map(({ id }) => id);

const NAMES: Row[] = [
  ["qwen", newest("qwen", 3), [], []],
  ["通义千问", newest("qwen", 3), [], ["chatglm-6b"]],
  ["通義千問", newest("qwen", 3), [], []],
  ["千问", newest("qwen", 3), [], []],
  ["tongyi", newest("qwen", 3), [], ["glm-4.5"]],
  ["qianwen", newest("qwen", 3), [], []],
  ["tyqw", newest("qwen", 3), [], []],
  ["千文", newest("qwen", 3), [], []],
  ["阿里", newest("qwen", 2), [], ["glm-5"]],
  ["qwen3", ["qwen3"], ["qwen3-coder", "qwen3-vl"], ["qwen2"]],
  ["Qwen 3", ["qwen3"], [], ["qwen2"]],
  ["ｑｗｅｎ３", ["qwen3"], ["qwen3-2507"], ["qwen2"]],
  ["qwne3", ["qwen3"], ["qwen3-coder"], ["qwen2"]],
  ["qwen3 8b", ["qwen3", "qwen3-vl"], [], ["qwen2", "qwen2.5"]],
  ["qwen3:8b", ["qwen3", "qwen3-vl"], [], ["qwen2"]],
  ["qwen 7b", [], ["qwen2.5", "qwen2.5-vl", "qwen2.5-omni"], ["qwen3", "deepseek-llm"]],
  ["千问 0.6b", ["qwen3"], [], ["qwen"]],
  ["gguf qwen 0.5b", [], ["qwen2.5", "qwen2"], ["qwen", "minicpm4"]],
  ["qwen coder", newest("qwen-coder", 2), ["qwen2.5-coder"], ["qwen2.5"]],
  ["qwen2.5 coder 7b", ["qwen2.5-coder"], [], ["qwen2.5", "qwen3-coder"]],
  ["qwen vl", newest("qwen-vl"), ["qwen2.5-vl"], ["qwen2.5"]],
  ["Qwen/Qwen2.5-7B-Instruct", ["qwen2.5"], [], ["qwen3"]],
  ["chatglm", ["chatglm-6b"], ["chatglm2-6b", "chatglm3-6b", ...newest("glm")], ["qwen3"]],
  ["chatgml", ["chatglm-6b"], ["chatglm3-6b"], ["qwen3"]],
  ["ChatGLM 6B", ["chatglm-6b"], ["chatglm3-6b", "chatglm2-6b"], ["glm-4-9b", "glm-130b"]],
  ["chatglm3", ["chatglm3-6b"], [], ["chatglm-6b"]],
  ["清华", [], ["glm-4-9b", "chatglm3-6b"], ["qwen3"]],
  ["清华的模型", [], ["glm-4-9b", "chatglm3-6b"], []],
  ["智谱", newest("glm", 3), [], ["qwen3"]],
  ["zhipu", newest("glm", 3), [], []],
  ["智普", newest("glm", 3), [], []],
  ["glm 4.5", ["glm-4.5"], ["glm-4.6"], ["glm-4-9b"]],
  ["gml-4.5", ["glm-4.5"], [], ["glm-4-9b"]],
  ["glm-4v", ["glm-4-9b"], [], ["glm-4.5"]],
  ["百川", newest("baichuan", 3), [], ["qwen3"]],
  ["百川 13b", ["baichuan2", "baichuan-13b"], [], ["baichuan-7b", "baichuan-m1-14b", "ziya-llama-13b"]],
  ["baichaun", newest("baichuan", 3), ["baichuan2"], []],
  ["bachuan", newest("baichuan", 3), [], []],
  ["deepseek", newest("deepseek", 3), [], ["qwen3"]],
  ["depseek", newest("deepseek", 3), [], []],
  ["深度求索", newest("deepseek", 3), [], []],
  ["deepseek r1", ["deepseek-r1", "deepseek-r1-distill"], [], ["deepseek-v2"]],
  ["deepseek r1 7b", ["deepseek-r1-distill"], [], ["deepseek-r1", "deepseek-llm"]],
  ["DeepSeek-R1-Distill-Qwen-7B", ["deepseek-r1-distill"], [], ["deepseek-r1", "qwen2.5"]],
  ["r1 蒸馏", ["deepseek-r1-distill"], [], ["deepseek-v3"]],
  ["deepseek 蒸馏 8g", ["deepseek-r1-distill"], [], ["deepseek-r1"]],
  ["r1", ["deepseek-r1"], ["light-r1", "deepseek-r1-distill"], ["vibethinker"]],
  ["混元", newest("hunyuan", 3), ["hunyuan-a13b"], ["qwen3"]],
  ["hunyuan", newest("hunyuan", 3), ["hunyuan-a13b"], []],
  ["hunyaun", newest("hunyuan", 3), [], []],
  ["腾讯", newest("腾讯", 2), ["hunyuan-mt"], []],
  ["书生", newest("internlm", 2), ["internlm-7b"], ["qwen3"]],
  ["internlm", newest("internlm", 2), ["internlm2.5"], []],
  ["浦语 7b", ["internlm2.5"], ["internlm2", "internlm-7b"], ["internlm-20b"]],
  ["kimi", newest("kimi", 3), ["kimi-k2"], []],
  ["月之暗面", newest("kimi", 3), ["kimi-k2.6"], []],
  ["零一万物", [], ["yi-1.5", "yi", "yi-coder"], ["qwen3"]],
  ["yi 34b", ["yi-1.5"], ["yi", "yi-vl"], ["internlm-20b"]],
  ["yi-34b", ["yi"], [], ["yi-1.5"]],
  ["阶跃", newest("step"), ["step3"], []],
  ["面壁", newest("minicpm", 2), ["minicpm-2b"], ["qwen3"]],
  ["minicpm 4b", ["minicpm3-4b"], [], ["minicpm-2b"]],
  ["文心一言", newest("ernie"), [], ["qwen3"]],
  ["豆包", newest("豆包"), ["seed-coder-8b"], []],
  ["b站", ["index-1.9b"], [], ["qwen3"]],
  ["belle", ["belle"], [], ["chatglm-6b", "qwen3"]],
  ["ziya", ["ziya-llama-13b"], [], ["chinese-vicuna"]],
  ["rwkv", newest("rwkv"), ["rwkv-6-world"], ["qwen3"]],
  ["羊驼", newest("羊驼", 2), ["llama-chinese"], ["qwen3"]],
  ["升腾", [], ["openpangu", "telechat3"], ["qwen3"]],
  ["昇騰", [], ["openpangu", "telechat3"], []],
  ["扩散", [], ["llada-8b", "llada2"], ["qwen3"]],
  ["最新 qwen", newest("qwen", 3), [], []],
];

const FACTS: Row[] = [
  ["int4", [], ["qwen3.6", "qwen3.5"], ["open-llama", "kimi-k3"]],
  ["６Ｇ　顯存", [], ["qwen3.5"], ["deepseek-r1", "qwq-32b", "qwen3-coder"]],
  ["6G显存能跑的", [], ["qwen3.5"], ["deepseek-r1", "qwq-32b", "glm-4.5"]],
  ["能在我的8G显卡上跑的", [], ["qwen3.5"], ["deepseek-r1", "qwq-32b"]],
  [
    "4090 代码",
    [],
    ["qwen3-coder", "qwen3.6", "seed-coder-8b"],
    ["deepseek-coder-v2-236b", "kimi-k2", "qwen3-coder-next"],
  ],
  ["双卡3090 70b", [], ["deepseek-r1-distill"], ["kimi-k2"]],
  ["商用 7b int4", [], ["deepseek-r1-distill", "qwen2.5", "qwen2.5-omni"], ["belle", "chinese-vicuna", "qwen3"]],
  ["可商用 apache 14b", [], ["qwen3", "qwen2.5"], ["baichuan-m1-14b", "kimi-k2"]],
  ["非商用", [], ["minimax-m2.7", "qwen2.5"], ["qwen3", "chatglm-6b"]],
  ["mit moe", [], ["deepseek-v4"], ["qwen3", "yi-1.5"]],
  ["128k 长文本", [], ["qwen3.8"], ["chatglm-6b", "baichuan-13b"]],
  ["1m 上下文", [], ["glm-5.3", "kimi-k3"], ["qwen3", "chatglm3-6b"]],
  ["百万上下文", [], ["glm-5.3", "kimi-k3"], ["qwen3"]],
  ["7b-13b", [], ["qwen3.5", "qwen3-vl"], ["qwq-32b", "minicpm-2b", "deepseek-r1"]],
  ["2023 6b", [], ["chatglm-6b", "chatglm2-6b", "chatglm3-6b", "yi"], ["glm-4-9b", "chinese-vicuna"]],
  ["2025年 moe", [], ["glm-4.7"], ["qwen3-vl-x", "deepseek-v2", "ling-3"]],
  ["moe <=16GB", [], ["ling-3", "deepseek-coder-v2"], ["qwen3-coder", "deepseek-r1", "qwen2.5"]],
  ["awq 24g", [], ["qwen3", "qwen2.5-vl", "minicpm4"], ["huozi", "chatglm-6b"]],
  ["最新", [], [], []],
  ["内存 8g", [], ["minicpm5", "minicpm4"], ["qwen3-coder"]],
  ["千亿", [], [], ["qwen2.5", "chatglm-6b", "kimi-k2"]],
  ["小模型 代码", [], ["qwen2.5-coder", "opencoder"], ["seed-coder-8b", "qwen3-coder"]],
  ["ollama 8g", [], ["qwen3", "minicpm5"], ["chatglm-6b", "qwen3-coder"]],
];

const PURPOSES: Row[] = [
  ["写代码 商用", ["qwen3-coder-next"], ["qwen3-coder"], ["chatglm-6b"]],
  ["能商用的代码模型", ["qwen3-coder-next"], ["qwen3-coder"], ["chatglm-6b"]],
  ["有没有能写代码的模型", ["kimi-k2.7-code"], ["qwen3-coder-next"], ["chatglm-6b"]],
  ["代码 8g", [], ["qwen2.5-coder", "codegeex4-all-9b", "opencoder"], ["qwen3-coder", "kimi-dev-72b"]],
  ["程式碼", ["kimi-k2.7-code"], ["qwen3-coder-next"], ["chatglm-6b"]],
  ["推理", [], ["kimi-k2-thinking", "vibethinker"], ["chatglm-6b", "qwen3-coder", "minicpm-2b"]],
  ["推理 32b", [], ["qwq-32b", "deepseek-r1-distill", "glm-z1-0414"], ["qwen2.5", "deepseek-r1"]],
  ["apache-2.0 reasoning", [], ["qwen3.8", "skywork-or1"], ["deepseek-r1", "chatglm-6b"]],
  ["数学", [], ["confucius3-math", "light-r1"], ["chatglm-6b", "qwen3-coder"]],
  ["翻译", ["hunyuan-mt", "seed-x"], [], ["qwen3-coder", "chatglm-6b"]],
  ["看图", [], ["keye-vl-2.0", "minicpm-v-4.6"], ["chatglm-6b", "qwen3-coder"]],
  ["多模态 8b", ["qwen3-vl"], ["minicpm-v-4.5", "internvl3.5"], ["qwen3", "visualglm-6b"]],
  ["ocr", [], ["hunyuan-ocr", "deepseek-ocr-2", "paddleocr-vl"], ["chatglm-6b", "qwen3"]],
  ["语音", [], ["qwen3-omni", "kimi-audio", "step-audio-2-mini"], ["chatglm-6b", "qwen3-vl"]],
  ["端侧", ["minicpm5"], ["minicpm-v-4.6", "youtu-llm-2b"], ["deepseek-r1", "qwq-32b", "qwen3-coder"]],
  ["手机能跑", ["minicpm5"], ["minicpm-v-4.6"], ["deepseek-r1"]],
  ["工具调用", [], ["qwen-agentworld", "kimi-k3.1-pro"], ["chatglm-6b", "qwen2"]],
  ["智能体", ["qwen-agentworld"], ["kimi-k3.1-pro"], ["chatglm-6b"]],
  ["医疗", newest("baichuan"), ["baichuan-m2-32b", "huatuogpt-o1"], ["qwen3", "fin-r1", "baichuan2"]],
  ["法律 大模型", [], ["disc-lawllm", "chatlaw", "lawgpt"], ["disc-medllm", "qwen3"]],
  ["金融", [], ["fin-r1", "xuanyuan", "disc-finllm"], ["disc-lawllm"]],
  ["有哪些开源的医疗大模型可以商用", [], ["baichuan-m2-32b"], ["bianque", "huatuogpt-o1", "qwen3"]],
  ["推荐一个 8G 显存能跑的 商用 代码模型", [], ["qwen2.5-coder", "deepseek-coder"], ["qwen3-coder", "opencoder"]],
  ["8g 显存 聊天", [], ["qwen3.5"], ["deepseek-r1", "qwq-32b"]],
  ["llama 中文 微调", [], ["chinese-llama-alpaca-3", "llama3-chinese-chat"], ["chatglm-6b", "qwen3"]],
  ["多语言", [], ["xverse-65b", "polylm"], ["chatglm-6b", "deepseek-r1"]],
  ["角色扮演", ["index-1.9b"], [], []],
  ["日语 翻译", [], ["chinese-chatllama"], ["qwen2.5-math"]],
];

/** What people type in a hurry: words of a purpose, amounts, dates and what they know of licences. */
const SAID: Row[] = [
  ["3060 写小说", [], ["longwriter", "qwen3", "qwen3.5"], ["kimi-k3", "qwen3-coder"]],
  ["写小说", [], ["longwriter", "qwen3"], []],
  ["帮我写文案", [], ["longwriter", "qwen3"], []],
  ["7b 客服", [], ["hunyuan-dense", "qwen2.5"], ["qwen3-coder"]],
  ["24g 法律 apache", ["disc-lawllm"], ["lawyer-llama", "qwen3.6"], ["deepseek-r1"]],
  ["解题", [], ["confucius3-math"], ["chatglm-6b"]],
  ["识图 8g", [], ["minicpm-v-4.6", "qwen3-vl"], ["glm-4.5v", "chatglm-6b"]],
  ["扫描票据", [], ["hunyuan-ocr", "paddleocr-vl"], ["qwen3"]],
  ["文字识别 4g", [], ["paddleocr-vl", "glm-ocr"], ["qwen3"]],
  ["听录音", [], ["qwen3-omni", "kimi-audio"], ["qwen3"]],
  ["深度研究", ["tongyi-deepresearch-30b"], ["mirothinker"], ["chatglm-6b"]],
  ["看视频 8g", [], ["qwen3-vl"], ["qwen3"]],
  ["文生图", [], ["bagel-7b-mot", "janus", "emu3"], ["qwen3", "qwen3-vl"]],
  ["能画图的模型", [], ["janus"], ["qwen3"]],
  ["批改作业", [], ["confucius3-math", "educhat"], []],
  ["古文", [], ["tonggu", "xunzi"], ["chatglm-6b"]],
  ["心理咨询", [], ["emollm", "soulchat", "mindchat"], ["disc-medllm"]],
  ["电商", ["ecomgpt"], [], []],
  ["交通", ["transgpt"], [], []],
  ["基座 7b", [], ["baichuan-7b"], ["qwen2.5-coder"]],
  ["写sql", [], ["qwen3-coder-next"], ["chatglm-6b"]],
  ["工具调用 24g", [], ["qwen3.6"], ["deepseek-r1", "chatglm-6b"]],
  ["会思考的 32b", [], ["qwen3", "qwq-32b"], ["qwen2.5", "deepseek-r1"]],
  ["可关闭思考 8b", [], ["qwen3", "minicpm-v-4.5"], ["qwen2.5", "qwq-32b"]],
  ["no-think 7b", [], ["qwen2.5-vl"], ["qwq-32b", "mimo-7b"]],
  ["vram<8", [], ["qwen3.5", "minicpm5"], ["deepseek-r1", "qwq-32b"]],
  ["≤8g", [], ["qwen3.5"], ["deepseek-r1"]],
  ["8到12g", [], ["qwen3.5", "qwen3-vl"], ["deepseek-r1"]],
  ["8-12GB显存 中文", [], [], ["deepseek-r1", "kimi-k2"]],
  ["8G 左右", [], ["qwen3.5"], ["kimi-k3", "deepseek-r1"]],
  ["少于 8 G 商用", [], ["minicpm5", "qwen3.5"], ["deepseek-r1"]],
  ["2026年发布的 moe", [], ["qwen3.8", "kimi-k3.1-pro"], ["qwen3", "deepseek-r1"]],
  ["2025年下半年 看图", [], ["qwen3-vl", "andesvl"], ["qwen2.5-vl", "qwen3.5"]],
  ["2026-06 以后", [], ["kimi-k3.1-pro"], ["qwen3.5", "qwen3"]],
  ["免申请 7b", [], ["mimo-vl-7b"], ["baichuan2"]],
  ["免费商用 14b", [], ["qwen3"], ["qwen2.5-math"]],
  ["商用 1.8b qwen", [], ["qwen1.5"], ["qwen"]],
  ["qwen 8g", ["qwen3.5"], ["qwen3", "qwen2.5"], ["minicpm5", "chatglm-6b"]],
  ["8g", [], ["qwen3.5", "qwen3-vl"], ["deepseek-r1"]],
  ["金融 7b", [], ["fin-r1", "dianjin-r1"], ["qwen2.5-coder"]],
  ["chatglm 法律", [], ["lexilaw", "chatglm3-6b"], ["qwen3"]],
  ["2张3090 编程", [], ["qwen3-coder", "seed-coder-8b"], ["kimi-k2.7-code"]],
  ["medical llm 24GB", ["baichuan-m2-32b"], ["huatuogpt-o1"], ["qwen3"]],
  ["best coding model for 16gb", [], ["qwen3.5", "opencoder"], ["qwen3-coder-next"]],
];

/** Nonsense, and what the catalog holds none of. */
const NOTHING =
  "embedding|gpt4|GPT-4o|chatgpt|claude|文生视频|stable diffusion|whisper|deepseek embedding|阿巴阿巴|zzzzqqq|asdfgh|啊啊啊啊|???|99999b|星火|chatglm moe".split(
    "|",
  );

const ids = (query: string): string[] => realCatalog.search(query).hits.map(({ entry }) => entry.id);

describe.each([
  ["names", NAMES],
  ["facts", FACTS],
  ["purposes", PURPOSES],
  ["what people say", SAID],
])("by %s", (_what, rows) => {
  test.each(rows)("%s", (query, first, among, never) => {
    const found = ids(query);
    expect(found.slice(0, first.length)).toEqual(first);
    expect(found.slice(0, 10)).toEqual(expect.arrayContaining(among));
    const met = realCatalog.search(query).hits.filter(({ group }) => group !== "others" && group !== "doesToo");
    for (const id of never) expect(met.map(({ entry }) => entry.id)).not.toContain(id);
  });
});

test.each(NOTHING)("%s finds nothing", (query) => {
  expect(ids(query)).toEqual([]);
});

test("where nothing meets all, the named model and its family are nearest", () => {
  const { nearest } = realCatalog.search("chatglm 语音");
  expect(nearest.map(({ id }) => id)).toContain("chatglm-6b");
  expect(nearest.every(({ family }) => family === "GLM")).toBe(true);
});

test("what fits in a memory is shown at its largest, a named variant as itself", () => {
  const shown = (query: string) => realCatalog.search(query).hits[0]?.offers[0];
  expect(shown("qwen3 8g")).toMatchObject({ variant: "Qwen3-8B", precision: "awq" });
  expect(shown("qwen3-1.7b")).toMatchObject({ variant: "Qwen3-1.7B" });
  expect(shown("int4 chatglm")).toMatchObject({ precision: "int4", vramGb: 6 });
});

describe("what was understood is said", () => {
  const text = textIn("zh-CN");
  test.each<[query: string, criteria: string[], ignored: string[]]>([
    ["能商用的代码模型", ["可商用", "写代码"], []],
    ["6G显存能跑的", ["显存 ≤ 6 GB"], ["能跑的"]],
    ["4090 推理", ["显存 ≤ 24 GB", "推理（思考）"], []],
    ["2张3090", ["显存 ≤ 48 GB"], []],
    ["百川 13b", ["「百川」", "参数 ≈ 13B"], []],
    ["qwne3", ["「qwne3」 → 「qwen3」"], []],
    ["智普", ["「智普」 → 「智谱」"], []],
    ["qwen 适合新手", ["「qwen」"], ["适合", "新手"]],
    ["小模型", ["参数 ≤ 4B"], []],
    ["手机 ollama", ["可用 Ollama 运行", "端侧（手机等）"], []],
    ["1m apache license 2.0", ["上下文 ≥ 1M", "APACHE 许可"], []],
  ])("%s", (query, criteria, ignored) => {
    const { query: parsed } = realCatalog.search(query);
    expect(parsed.criteria.map((item) => criterionText(item, text, "zh-CN"))).toEqual(criteria);
    expect(parsed.ignored).toEqual(ignored);
  });
});
