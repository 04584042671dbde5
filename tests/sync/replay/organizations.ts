import type { NamedFact, Project } from "./projects.ts";
import { truthOf } from "./scenario.ts";

/** An organisation of the catalog, a repository of its that the replay takes as the one that names all of its models. */
export type Organization = {
  repository: string;
  entry: string;
  hubOrgs: string[];
  /** What it published beside language models: named too, and not wanted. */
  others: string[];
};

const of = (repository: string, entry: string, hubOrgs: string, others: string): Organization => ({
  ...{ repository, entry, hubOrgs: hubOrgs.split(" ") },
  others: others.split(/\s+/).filter((id) => id !== ""),
});

export const organizations: readonly Organization[] = [
  of("deepseek-ai/DeepSeek-V3", "deepseek-v3", "deepseek-ai", "deepseek-ai/ESFT-token-code-lite"),
  of("baichuan-inc/Baichuan2", "baichuan2", "baichuan-inc", ""),
  of("01-ai/Yi", "yi", "01-ai", ""),
  of(
    "OpenGVLab/InternVL",
    "internvl",
    "OpenGVLab",
    `OpenGVLab/InternViT-6B-224px OpenGVLab/InternViT-6B-448px-V1-5 OpenGVLab/InternViT-300M-448px-V2_5
     OpenGVLab/InternVL-14B-224px OpenGVLab/VisualPRM-8B OpenGVLab/VideoMAEv2-Base OpenGVLab/InternVideo2-Stage2_1B-224p-f4`,
  ),
  of(
    "OpenBMB/MiniCPM-V",
    "minicpm-v",
    "openbmb",
    `openbmb/MiniCPM-Embedding openbmb/MiniCPM-Reranker openbmb/MiniCPM-Embedding-Light openbmb/VisRAG-Ret openbmb/UltraRM-13b
     openbmb/Eurus-RM-7b openbmb/EurusPRM-Stage2 openbmb/MiniCPM4-8B-Eagle-vLLM openbmb/VoxCPM-0.5B openbmb/MiniCPM3-RAG-LoRA`,
  ),
  of("MoonshotAI/Kimi-K2", "kimi-k2", "moonshotai", "moonshotai/MoonViT-SO-400M"),
  of("MiniMax-AI/MiniMax-M1", "minimax-m1", "MiniMaxAI", "MiniMaxAI/VTP-Large-f16d64"),
  of(
    "Tencent-Hunyuan/Hunyuan-A13B",
    "hunyuan-a13b",
    "tencent",
    "tencent/HunyuanVideo tencent/HunyuanImage-3.0 tencent/Hunyuan3D-2 tencent/HunyuanWorld-1 tencent/HunyuanVideo-Foley tencent/Youtu-Embedding",
  ),
  of(
    "PaddlePaddle/ERNIE",
    "ernie-4.5",
    "baidu PaddlePaddle",
    "PaddlePaddle/PP-OCRv5_server_det PaddlePaddle/PP-DocLayoutV2 PaddlePaddle/ernie-3.0-base-zh baidu/ERNIE-4.5-300B-A47B-2Bits-Paddle",
  ),
  of(
    "stepfun-ai/Step-Audio",
    "step-audio",
    "stepfun-ai",
    "stepfun-ai/Step-Audio-Tokenizer stepfun-ai/stepvideo-t2v stepfun-ai/Step1X-Edit stepfun-ai/NextStep-1-Large stepfun-ai/Step-Audio-EditX",
  ),
  of(
    "SkyworkAI/Skywork",
    "skywork",
    "Skywork",
    `Skywork/Skywork-Reward-Llama-3.1-8B Skywork/Skywork-Reward-Gemma-2-27B Skywork/Skywork-Reward-V2-Qwen3-8B
     Skywork/Skywork-o1-Open-PRM-Qwen-2.5-7B Skywork/Skywork-Critic-Llama-3.1-70B Skywork/SkyReels-V1-Hunyuan-T2V`,
  ),
  of("inclusionAI/Ling", "ling", "inclusionAI", "inclusionAI/MingTok-Vision inclusionAI/MingTok-Audio"),
  of(
    "zai-org/GLM-4",
    "glm-4",
    "zai-org ZhipuAI THUDM",
    "zai-org/CogVideoX-5b zai-org/CogView4-6B zai-org/cogvlm2-llama3-caption zai-org/GLM-TTS zai-org/GLM-ASR-Nano-2512",
  ),
  of(
    "QwenLM/Qwen3",
    "qwen3",
    "Qwen",
    `Qwen/Qwen3-Embedding-0.6B Qwen/Qwen3-Embedding-8B Qwen/Qwen3-Reranker-4B Qwen/Qwen2.5-Math-RM-72B Qwen/Qwen2.5-Math-PRM-7B
     Qwen/WorldPM-72B Qwen/Qwen-Image Qwen/Qwen-Image-Edit Qwen/Qwen3Guard-Gen-8B Qwen/Qwen3-VL-Embedding-2B Qwen/Qwen3-TTS-12Hz-1.7B-Base`,
  ),
  of(
    "ymcui/Chinese-LLaMA-Alpaca",
    "chinese-llama-alpaca",
    "hfl",
    "hfl/chinese-roberta-wwm-ext hfl/chinese-macbert-base hfl/rbt3",
  ),
  of("XiaomiMiMo/MiMo", "mimo-7b", "XiaomiMiMo", "XiaomiMiMo/MiMo-Audio-Tokenizer"),
  of(
    "InternLM/InternLM",
    "internlm",
    "internlm",
    "internlm/internlm2-7b-reward internlm/POLAR-7B internlm/OREAL-7B-SFT",
  ),
  of(
    "FlagAI-Open/Aquila2",
    "aquila2",
    "BAAI",
    "BAAI/bge-m3 BAAI/bge-reranker-v2-m3 BAAI/AquilaMed-RL BAAI/Emu3-VisionTokenizer BAAI/EVA-CLIP-8B",
  ),
  of(
    "IDEA-CCNL/Fengshenbang-LM",
    "ziya",
    "IDEA-CCNL",
    "IDEA-CCNL/Erlangshen-Roberta-110M-NLI IDEA-CCNL/Taiyi-Stable-Diffusion-1B-Chinese-v0.1 IDEA-CCNL/Ziya-LLaMA-7B-Reward",
  ),
  of("xverse-ai/XVERSE-13B", "xverse", "xverse", ""),
];

/** A history made of the catalog: at the day of each release the README names what came out, and half way the rest. */
export function projectOf({ repository, entry, hubOrgs, others }: Organization): Project {
  const bare: Project = {
    repository,
    entry,
    hubOrgs,
    tags: [],
    newlyNamed: [],
    inCatalogUnder: {},
    notInCatalog: others,
  };
  const { filed } = truthOf(bare);
  const byDay = new Map<string, NamedFact[]>();
  const name = (day: string, id: string, hub = "huggingface"): void => {
    const facts = byDay.get(day) ?? [];
    byDay.set(day, facts);
    facts.push(facts.length % 4 === 3 && hub === "huggingface" ? { form: "code", id } : { form: "link", hub, id });
  };
  for (const rows of filed.values())
    for (const { id, entry: own, variant, row } of rows) {
      const released = variant?.released ?? own.released;
      if (released === undefined || (row.hub !== "huggingface" && row.hub !== "modelscope")) continue;
      name(`${released}-15-15`.slice(0, "YYYY-MM-DD".length).replace(/^(\d{4})-15-15$/, "$1-06-15"), id, row.hub);
      bare.inCatalogUnder[id] = [own.id];
    }
  const days = [...byDay.keys()].toSorted();
  const middle = days[Math.floor(days.length / 2)] ?? "2024-06-15";
  for (const id of others) name(middle, id);
  const newlyNamed = days.map((date) => ({
    date,
    commit: "0".repeat(12),
    files: { "README.md": byDay.get(date) ?? [] },
  }));
  return { ...bare, newlyNamed };
}
