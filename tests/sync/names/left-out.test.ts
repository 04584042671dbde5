import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { everyWeights } from "#src/catalog/entry/editions.ts";
import { readCatalog } from "#src/catalog/entry/load.ts";
import { type LeaveOutRule, NO_WATCH } from "#src/catalog/entry/watch.ts";
import { fitsGlob } from "#src/sync/names/glob.ts";
import { repositoryRuleAgainst, ruleAgainst } from "#src/sync/names/left-out.ts";
import { projects } from "#tests/sync/replay/projects.ts";

const { watch, entries } = await readCatalog("catalog");
const ruleOf = (id: string): string | undefined => ruleAgainst({ id }, watch)?.id;

const rule = (about: Partial<LeaveOutRule>): LeaveOutRule => ({ id: "some", zh: "一些", en: "Some", ...about });
const fits = (model: Parameters<typeof ruleAgainst>[0], ...leaveOut: LeaveOutRule[]): string | undefined =>
  ruleAgainst(model, { leaveOut })?.id;

describe("a rule", () => {
  test("is about a name in any case, with _ as -, and not about a part of one", () => {
    const reward = rule({ names: ["*-reward"] });
    expect(fits({ id: "internlm/internlm2-7B_Reward" }, reward)).toBe("some");
    expect(fits({ id: "internlm/internlm2-7b-rewards" }, reward)).toBeUndefined();
    expect(fits({ id: "some-reward/internlm2-7b" }, reward)).toBeUndefined();
  });

  test("with a slash is about the whole id", () => {
    const own = rule({ names: ["hfl/*-lora"] });
    expect(fits({ id: "HFL/chinese-lora" }, own)).toBe("some");
    expect(fits({ id: "other/chinese-lora" }, own)).toBeUndefined();
  });

  test.each([
    ["pipelineTags", { pipelineTag: "text-ranking" }, { pipelineTag: "text-generation" }],
    ["libraries", { library: "peft" }, { library: "transformers" }],
    ["tags", { tags: ["zh", "base_model:adapter:Qwen/Qwen3-8B"] }, { tags: ["base_model:finetune:Qwen/Qwen3-8B"] }],
    ["architectures", { architectures: ["Qwen2ForRewardModel"] }, { architectures: ["Qwen2ForCausalLM"] }],
  ] as const)("is about %s that a hub says", (field, fitting, other) => {
    const globs = {
      pipelineTags: ["text-ranking"],
      libraries: ["peft"],
      tags: ["base_model:adapter:*"],
      architectures: ["*RewardModel"],
    };
    const about = rule({ [field]: globs[field] });
    expect(fits({ id: "Qwen/A", ...fitting }, about)).toBe("some");
    expect(fits({ id: "Qwen/A", ...other }, about)).toBeUndefined();
    expect(fits({ id: "Qwen/A" }, about)).toBeUndefined();
  });

  test("is about its organisations only, and not about its exceptions", () => {
    const about = rule({ organizations: ["IDEA-CCNL"], names: ["Taiyi-*"], except: ["Taiyi-LLM*"] });
    expect(fits({ id: "idea-ccnl/Taiyi-CLIP" }, about)).toBe("some");
    expect(fits({ id: "DUTIR-BioNLP/Taiyi-CLIP" }, about)).toBeUndefined();
    expect(fits({ id: "IDEA-CCNL/Taiyi-LLM-7B" }, about)).toBeUndefined();
  });

  test("that says nothing of models fits none", () => {
    expect(fits({ id: "Qwen/A" }, rule({ organizations: ["Qwen"] }))).toBeUndefined();
  });

  test("comes before those behind it", () => {
    expect(fits({ id: "a/b" }, rule({ id: "first", names: ["b"] }), rule({ id: "second", names: ["*"] }))).toBe(
      "first",
    );
    expect(fits({ id: "a/c" }, rule({ id: "first", names: ["b"] }), rule({ id: "second", names: ["*"] }))).toBe(
      "second",
    );
  });

  test("of repositories is about the name without its owner", () => {
    const { leaveOutRepositories } = watch;
    expect(repositoryRuleAgainst("zai-org/awesome-glm", watch)?.id).toBe("list");
    expect(repositoryRuleAgainst("awesome-org/GLM-6", watch)).toBeUndefined();
    expect(repositoryRuleAgainst("zai-org/awesome-glm", NO_WATCH)).toBeUndefined();
    const followed = entries.flatMap(({ repository }) => repository?.name ?? []);
    expect(followed.filter((name) => repositoryRuleAgainst(name, { leaveOutRepositories }))).toEqual([]);
  });
});

test("a glob fits as the pattern it stands for, and in time that does not explode", () => {
  const piece = fc.stringMatching(/^[ab-]{0,3}$/);
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 4 }), fc.stringMatching(/^[ab-]{0,8}$/), (pieces, text) => {
      expect(fitsGlob(pieces.join("*"), text)).toBe(new RegExp(`^${pieces.join(".*")}$`).test(text));
    }),
  );
  expect(fitsGlob("*a".repeat(60), "a".repeat(50_000))).toBe(true);
  expect(fitsGlob(`${"*a".repeat(60)}b`, "a".repeat(50_000))).toBe(false);
});

test("no rule leaves out what the catalog lists", () => {
  const ids = entries.flatMap(everyWeights).flatMap(({ row: { id, formerId } }) => [id ?? [], formerId ?? []].flat());
  expect(ids.length).toBeGreaterThan(1500);
  expect(
    ids.filter((id) => id.includes("/")).flatMap((id) => (ruleOf(id) === undefined ? [] : [`${id}: ${ruleOf(id)}`])),
  ).toEqual([]);
});

/** What is no language model among what six projects named and the catalog lacks. */
const NO_LANGUAGE_MODELS = /reward|embedding|reranker|eagle|lora|unquantized|llama-format/i;

test("of what real projects named, only what is no language model is left out", () => {
  const missing = projects.flatMap(({ notInCatalog }) => notInCatalog);
  const expected = missing.filter((id) => NO_LANGUAGE_MODELS.test(id));
  expect(expected.length).toBeGreaterThan(20);
  expect(missing.filter((id) => ruleOf(id) !== undefined)).toEqual(expected);
});

/** From memory of what these organisations published or may publish; none of it is in a list of language models. */
const LEFT_OUT: Record<string, string> = {
  embedding:
    "Qwen/Qwen3-Embedding-8B Qwen/Qwen3-VL-Embedding-2B Qwen/Qwen3-Embedding-0.6B-GGUF BAAI/bge-m3 BAAI/bge-large-zh-v1.5 BAAI/BGE-VL-base openbmb/MiniCPM-Embedding-Light openbmb/VisRAG-Ret tencent/Youtu-Embedding tencent/KaLM-Embedding-Gemma3-12B-2511 Alibaba-NLP/gte-Qwen2-7B-instruct Alibaba-NLP/gme-Qwen2-VL-2B-Instruct shibing624/text2vec-base-chinese ByteDance-Seed/Seed1.5-Embedding openbmb/AgentCPM-Embedding BAAI/llm-embedder ATH-MaaS/Ovis-Embedding codefuse-ai/F2LLM-4B codefuse-ai/C2LLM-7B codefuse-ai/CodeFuse-CGE-Small BAAI/LLARA-beir qihoo360/360Zhinao-search iic/nlp_gte_sentence-embedding_chinese-base BAAI/BGE-Code-v2",
  reranker:
    "Qwen/Qwen3-Reranker-4B Qwen/Qwen3-VL-Reranker-8B BAAI/bge-reranker-v2-m3 openbmb/MiniCPM-Reranker openbmb/UltraRAG-Reranker tencent/Youtu-Reranker Alibaba-NLP/gte-multilingual-reranker-base netease-youdao/bce-reranker-base_v1 Alibaba-NLP/E2Rank-8B nex-agi/Nex-Reranker qihoo360/360Zhinao-1.8B-Reranking",
  reward:
    "Qwen/Qwen2.5-Math-RM-72B Qwen/Qwen2.5-Math-PRM-7B Qwen/WorldPM-72B internlm/internlm2_5-7b-reward internlm/internlm-xcomposer2d5-7b-reward internlm/POLAR-7B Skywork/Skywork-Reward-V2-Qwen3-8B Skywork/Skywork-o1-Open-PRM-Qwen-2.5-7B OpenGVLab/VisualPRM-8B OpenGVLab/VisualPRM-8B-v1_1 ByteDance-Seed/Seed-X-RM-7B IDEA-CCNL/Ziya-LLaMA-7B-Reward fnlp/moss-rlhf-reward-model-7B-zh openbmb/UltraRM-13b openbmb/Eurus-RM-7b zai-org/VisionReward-Image deepseek-ai/DeepSeek-GRM-27B FreedomIntelligence/medical_o1_verifier_3B inclusionAI/Ring-PRM-7B infly/INF-ORM-Llama3.1-70B BAAI/JudgeLM-7B-v1.0 BAAI/EditScore-7B internlm/Visual-ERM THUDM/ImageReward",
  "draft-head":
    "openbmb/MiniCPM4.1-8B-Eagle3 openbmb/MiniCPM4-8B-Eagle-FRSpec-QAT Tengyunw/qwen3_8b_eagle3 XiaomiMiMo/MiMo-V2-Flash-MTP z-lab/Qwen3-8B-DFlash tencent/Hunyuan-A13B-Eagle3 moonshotai/Kimi-K2-Instruct-eagle3 zai-org/GLM-5-DSpark baichuan-inc/Baichuan-M3-235B-Draft inclusionAI/Ling-flash-2.0-MTP stepfun-ai/Step-3.5-Flash-MTP-Draft",
  tokenizer:
    "stepfun-ai/Step-Audio-Tokenizer XiaomiMiMo/MiMo-Audio-Tokenizer zai-org/glm-4-voice-tokenizer zai-org/glm-4-voice-decoder BAAI/Emu3-VisionTokenizer Qwen/Qwen3-TTS-Tokenizer-12Hz OpenMOSS-Team/MOSS-Audio-Tokenizer fnlp/SpeechTokenizer inclusionAI/MingTok-Vision baichuan-inc/Baichuan-Audio-Tokenizer OpenMOSS-Team/MOSS-Speech-Codec MiniMaxAI/VTP-Base-f16d64 ByteDance/TA-TiTok-BL32 tencent/StableToken ICTNLP/cosy2_decoder",
  encoder:
    "OpenGVLab/InternViT-6B-448px-V2_5 OpenGVLab/InternViT-300M-448px moonshotai/MoonViT-SO-400M BAAI/EVA-CLIP-8B BAAI/AltCLIP mispeech/dasheng-base hfl/chinese-roberta-wwm-ext hfl/chinese-macbert-base hfl/chinese-electra-180g-base-discriminator hfl/rbt3 OpenGVLab/InternVL-14B-224px OpenGVLab/DCNv4 OpenGVLab/PonderV2 OpenGVLab/pvt_v2_b0 OpenGVLab/video-mamba OpenGVLab/InternVideo2_CLIP_S OpenGVLab/InternVideo-Next hfl/vle-base hfl/english-pert-base hfl/chinese-lert-base BAAI/EVA BAAI/Uni3D BAAI/Video-XL-vis BytedanceDouyinContent/SAILViT-Large-300M-448px m-a-p/MERT-v1-330M mispeech/ced-base mispeech/GLAP PaddlePaddle/ernie-search-base-dual-encoder-marco-en SCUT-DLVCLab/lilt-roberta-en-base tencent/Penguin-Encoder",
  "fengshenbang-before-llm":
    "IDEA-CCNL/Erlangshen-Ubert-110M-Chinese IDEA-CCNL/Randeng-T5-784M IDEA-CCNL/Taiyi-Diffusion-XL-3.5B IDEA-CCNL/Wenzhong2.0-GPT2-3.5B-chinese Fengshenbang/Zhouwenwang-Unified-1.3B",
  "speech-synthesis":
    "Qwen/Qwen3-TTS-12Hz-1.7B-Base zai-org/GLM-TTS FunAudioLLM/Fun-CosyVoice3-0.5B-2512 FunAudioLLM/CosyVoice2-0.5B openbmb/VoxCPM1.5 stepfun-ai/Step-Audio-EditX OpenMOSS-Team/MOSS-TTSD-v0.5 inclusionAI/Ming-omni-tts-0.5B IndexTeam/IndexTTS-2 tencent/SongGeneration tencent/SongPrep-7B rednote-hilab/dots.tts IndexTeam/IndexTTS2 ByteDance/MegaTTS3 FunAudioLLM/ThinkSound AIDC-AI/Marco-Voice meituan-longcat/LongCat-AudioDiT-1B m-a-p/YuE-s1-7B-anneal-en-cot MiniMaxAI/MiniMax-Speech-3 Tele-AI/TeleTTS ICTNLP/StreamSpeech_Models netease-youdao/EmotiVoice",
  "speech-recognition":
    "zai-org/GLM-ASR-Nano-2512 FunAudioLLM/SenseVoiceSmall FunAudioLLM/Fun-ASR-Nano-2512 BELLE-2/Belle-whisper-large-v3-zh XiaomiMiMo/MiMo-V2.5-ASR Tele-AI/TeleSpeech-ASR1.0 OpenMOSS-Team/MOSS-Transcribe-Diarize FireRedTeam/FireRedASR-LLM-L FireRedTeam/FireRedVAD rednote-hilab/dots.asr iic/speech_paraformer-large_asr_nat-zh-cn-16k",
  "image-generation":
    "Qwen/Qwen-Image Qwen/Qwen-Image-Edit-2511 zai-org/GLM-Image zai-org/CogView4-6B zai-org/CogVideoX-5b tencent/HunyuanImage-3.0 tencent/HunyuanVideo-1.5 tencent/Hunyuan3D-2.1 tencent/HunyuanWorld-1 stepfun-ai/Step1X-Edit stepfun-ai/NextStep-1-Large meituan-longcat/LongCat-Image meituan-longcat/LongCat-Video AIDC-AI/Ovis-Image-7B stepfun-ai/stepvideo-t2v ByteDance-Seed/SeedVR2-3B BAAI/AltDiffusion-m18 Skywork/SkyReels-A1 Skywork/SkyReels-V3-A2V-19B Skywork/Matrix-Game-2.0 Skywork/Matrix-3D Skywork/SkyCaptioner-V1 Skywork/Skywork-UniPic-1.5B Skywork/UniPic2-SD3.5M-Kontext-2B tencent/SRPO tencent/MimicMotion tencent/GeometryCrafter tencent/HY-WU tencent/HY-World-2.0 tencent/HunyuanMotion zai-org/SCAIL-Preview zai-org/RealVideo zai-org/Kaleido-14B-S2V inclusionAI/TwinFlow-Z-Image-Turbo inclusionAI/LLaDA-Image inclusionAI/ConceptEdit inclusionAI/LingBot-World ByteDance/LatentSync-1.6 ByteDance/Hyper-SD ByteDance/InfiniteYou ByteDance/SDXL-Lightning bytedance-research/UNO bytedance-research/HuMo bytedance-research/XVerse ByteDance-Seed/VINCIE-3B OpenMOSS-Team/MOVA-720p IndexTeam/Index-anisora Langboat/Guohua-Diffusion BAAI/nova-d48w1024-sd512 BAAI/URSA-1.7B-FSQ320 qihoo360/FancyVideo OPPOer/X2Edit Tele-AI/TeleWorld MiniMaxAI/MiniMax-Hailuo-02 meituan-longcat/LongCat-Video-Avatar baidu/MuseSteamer-2.0",
  detection:
    "PaddlePaddle/PP-OCRv5_server_det PaddlePaddle/en_PP-OCRv4_mobile_rec PaddlePaddle/PP-DocLayoutV2 PaddlePaddle/SLANeXt_wired opendatalab/PDF-Extract-Kit-1.0 BAAI/SegGPT BAAI/SegVol tencent/DepthCrafter inclusionAI/LingBot-Depth PaddlePaddle/LaTeX_OCR_rec PaddlePaddle/ch_SVTRv2_rec PaddlePaddle/UVDoc PaddlePaddle/RT-DETR-L_wired_table_cell_det PaddlePaddle/PicoDet_layout_1x OpenMEDLab/STU-Net iic/cv_resnet50_face-detection_retinaface",
  guard:
    "Qwen/Qwen3Guard-Gen-8B Qwen/Qwen3Guard-Stream-0.6B openbmb/Ultra-FineWeb-classifier thu-coai/ShieldLM-14B-qwen inclusionAI/SingGuard-NSFA inclusionAI/SingProbe opendatalab/meta-rater-reasoning-rating",
  robotics:
    "stepfun-ai/Step-VLA-7B BAAI/UniVLA-7B inclusionAI/LingBot-VA inclusionAI/LingBot-VLA-4B BAAI/RoboBrain-X0-Preview OpenMOSS-Team/RoboOmni OpenMOSS-Team/FRoM-W1",
  adapter:
    "openbmb/MiniCPM3-RAG-LoRA hfl/chinese-alpaca-2-lora-7b hfl/chinese-llama-2-lora-13b-64k hfl/llama-3-chinese-8b-instruct-v2-lora hfl/chinese-mixtral-lora internlm/internlm3-8b-adapter YeungNLP/firefly-mixtral-8x7b-lora",
  "training-state":
    "inclusionAI/Ling-mini-base-2.0-20T openbmb/MiniCPM4-0.5B-QAT-Int4-unquantized yulan-team/YuLan-Mini-Before-Annealing m-a-p/neo_scalinglaw_980M Skywork/Skywork-13B-Base-3.1TB",
  "other-framework":
    "baidu/ERNIE-4.5-21B-A3B-Paddle baidu/ERNIE-4.5-300B-A47B-W4A8C8-TP4-Paddle openbmb/MiniCPM-2B-sft-bf16-llama-format",
  dataset: "BelleGroup/train_3.5M_CN fnlp/moss-003-sft-data inclusionAI/Ring-lite-rl-data",
  "before-llm":
    "fnlp/bart-large-chinese fnlp/cpt-large ClueAI/PromptCLUE-base Langboat/mengzi-t5-base shibing624/macbert4csc-base-chinese shibing624/gpt2-dialogbot-base-chinese PaddlePaddle/plato-mini",
  "sparse-autoencoder":
    "Qwen/SAE-Res-Qwen3.5-27B-W80K-L0_100 Qwen/Qwen-Scope-8B fnlp/Llama-Scope fnlp/Llama3_1-8B-Base-LXR-8x",
  "time-series": "thuml/sundial-base-128m",
  biology: "zjunlp/MolGen-large zjunlp/OntoProtein ByteDance/Protenix ByteDance-Seed/byteff2 PaddlePaddle/HelixFold3",
};

/** From memory too: language models, of which the catalog may lack any, and names that coming ones may have. */
const LISTED =
  `Qwen/Qwen4-32B Qwen/Qwen3.8-Coder-Next Qwen/Qwen2.5-7B-Instruct-MLX Qwen/Qwen3-8B-AWQ Qwen/Qwen3-4B-SafeRL Qwen/Qwen2.5-1.5B
Qwen/Qwen3-VL-30B-A3B-Instruct-FP8 Qwen/Qwen2.5-Omni-7B-GPTQ-Int4 Qwen/Qwen3-Omni-30B-A3B-Captioner Qwen/Qwen2-Audio-7B-Instruct Qwen/Qwen3-ASR-2B
deepseek-ai/DeepSeek-V3.1-Terminus deepseek-ai/DeepSeek-V3.2-Speciale deepseek-ai/DeepSeek-Math-V2 deepseek-ai/ESFT-vanilla-lite deepseek-ai/JanusFlow-1.3B
deepseek-ai/deepseek-coder-7b-instruct-v1.5 deepseek-ai/DeepSeek-R1-0528-Qwen3-8B zai-org/GLM-5.4 zai-org/GLM-4.6V-Flash-FP8 zai-org/GLM-Z1-Rumination-32B-0414
THUDM/glm-4-9b-chat-1m THUDM/LongReward-llama3.1-8b-DPO THUDM/agentlm-7b ZhipuAI/GLM-4-Voice-9B zai-org/cogvlm2-video-llama3-base
OpenGVLab/InternVL3_5-8B-MPO OpenGVLab/InternVL3-8B-Pretrained OpenGVLab/InternVL2-Pretrain-Models OpenGVLab/Mini-InternVL2-4B-DA-DriveLM OpenGVLab/InternVL-Chat-ViT-6B-Vicuna-7B
OpenGVLab/InternVL3_5-241B-A28B-Flash OpenGVLab/InternVL2_5-8B-MPO-AWQ OpenGVLab/VideoChat-Flash-Qwen2-7B_res448 OpenGVLab/InternVideo2_5_Chat_8B
openbmb/MiniCPM-V-4_5-gguf openbmb/MiniCPM-o-4_5-GPTQ openbmb/MiniCPM5-V openbmb/MiniCPM4-MCP openbmb/MiniCPM4-Survey openbmb/MiniCPM4-8B-marlin-vLLM openbmb/OmniLMM-12B
openbmb/MiniCPM-2B-dpo-fp32 openbmb/MiniCPM-V-2_6-awq openbmb/AgentCPM-GUI openbmb/BitCPM-CANN-8B openbmb/Eurus-70b-nca baichuan-inc/Baichuan2-13B-Chat-4bits
baichuan-inc/Baichuan-M2-32B-GPTQ-Int4 baichuan-inc/Baichuan-Audio-Instruct baichuan-inc/Baichuan-Omni-1d5 baichuan-inc/Baichuan-M3-235B-FP8 01-ai/Yi-1.5-34B-Chat-GGUF 01-ai/Yi-34B-200K 01-ai/Yi-Coder-9B-Chat 01-ai/Yi-VL-6B
tencent/Hunyuan-A13B-Pretrain tencent/Hunyuan-7B-Instruct-FP8 tencent/HunyuanOCR-1.5 tencent/Hunyuan-MT-Chimera-7B tencent/Hy4-Instruct tencent/Youtu-LLM-2B-Base tencent/Youtu-VL-4B-Instruct tencent/Youtu-Parsing
baidu/ERNIE-4.5-300B-A47B-Base-PT baidu/ERNIE-5.0-Thinking baidu/ERNIE-4.5-VL-28B-A3B-Base-PT PaddlePaddle/PaddleOCR-VL-2.0 moonshotai/Kimi-K3-Instruct moonshotai/Kimi-Audio-7B-Instruct moonshotai/Kimi-VL-A3B-Thinking-2506 moonshotai/Kimi-Linear-48B-A3B-Base moonshotai/Kimi-Dev-72B
MiniMaxAI/MiniMax-M1-80k-hf MiniMaxAI/MiniMax-Text-01-hf MiniMaxAI/MiniMax-M4 stepfun-ai/step3-fp8 stepfun-ai/Step-Audio-2-mini-Base stepfun-ai/Step-Audio-R1 stepfun-ai/Step-Audio-Chat stepfun-ai/StepFun-Formalizer-7B stepfun-ai/GELab-Zero-4B-preview
Skywork/Skywork-13B-Math Skywork/Skywork-OR1-32B-Preview Skywork/Skywork-R1V3-38B-AWQ Skywork/Skywork-o1-Open-Llama-3.1-8B Skywork/Skywork-MoE-Base-FP8 Skywork/Skywork-SWE-32B
inclusionAI/Ling-1T inclusionAI/Ring-1T-preview inclusionAI/Ring-flash-linear-2.0 inclusionAI/Ling-mini-base-2.0 inclusionAI/Ling-Coder-lite-base inclusionAI/Ring-lite-distill-preview inclusionAI/Ming-UniAudio-16B-A3B inclusionAI/Ming-flash-omni-Preview inclusionAI/LLaDA2.0-flash-CAP
ByteDance-Seed/Seed-OSS-36B-Base-woSyn ByteDance-Seed/Seed-Coder-8B-Reasoning-bf16 ByteDance-Seed/BAGEL-7B-MoT ByteDance-Seed/Stable-DiffCoder-8B-Instruct ByteDance-Seed/UI-TARS-72B-DPO ByteDance-Seed/Seed-X-PPO-7B
XiaomiMiMo/MiMo-7B-RL-Zero XiaomiMiMo/MiMo-VL-7B-SFT-2508 XiaomiMiMo/MiMo-Audio-7B-Base XiaomiMiMo/MiMo-V2-Flash-Base XiaomiMiMo/MiMo-Embodied-7B XiaomiMiMo/MiMo-V2.5-Pro-FP8
hfl/chinese-alpaca-2-7b-64k-gguf hfl/chinese-llama-lora-7b hfl/chinese-alpaca-lora-13b hfl/chinese-alpaca-plus-lora-33b hfl/llama-3-chinese-8b-instruct-v3-gguf hfl/chinese-mixtral-instruct-gguf hfl/Qwen2.5-VL-3B-Instruct-GPTQ-Int4
IDEA-CCNL/Ziya-LLaMA-13B-v1.1 IDEA-CCNL/Ziya-Coding-34B-v1.0 IDEA-CCNL/Ziya2-13B-Chat IDEA-CCNL/Ziya-Writing-LLaMa-13B-v1 IDEA-CCNL/Ziya-Visual-Lyrics-14B fnlp/moss-moon-003-sft-plugin-int8 fnlp/moss-base-7b fnlp/AnyGPT-chat OpenMOSS-Team/MOSS-Speech OpenMOSS-Team/MOSS-VL-Instruct-0708
Chinese-Vicuna/Chinese-Vicuna-lora-7b-chatv2 Chinese-Vicuna/llama13b_4bit_128g BelleGroup/BELLE-7B-3M BelleGroup/BELLE-on-Open-Datasets-2 BelleGroup/BELLE-LLaMA-13B-2M-enc BELLE-2/BELLE-Llama2-13B-chat-0.4M P01son/ChatLLaMA-zh-7B-int4
internlm/internlm2-chat-1_8b-sft internlm/internlm2_5-7b-chat-4bit internlm/OREAL-32B internlm/AlchemistCoder-DS-6.7B internlm/Intern-S1-mini-GGUF internlm/internlm-xcomposer2d5-ol-7b Shanghai_AI_Laboratory/internlm3-8b-instruct-awq
BAAI/Aquila-VL-2B-llava-qwen BAAI/Emu3.5 BAAI/RoboBrain2.0-7B BAAI/AquilaChat2-34B-Int4-GPTQ FlagAlpha/Llama3-Chinese-8B-Instruct-v2 shibing624/llama-3-8b-instruct-262k-chinese-lora YeungNLP/firefly-llama2-13b-chat YeungNLP/firefly-baichuan-7b-qlora-sft-merge AIDC-AI/Ovis-Clip-Llama3-8B ICTNLP/LLaMA-Omni3-8B FunAudioLLM/Fun-Audio-Chat-8B-Int4 Infinigence/Megrez-3B-Omni
Qwen/Qwen4-235B-A22B Qwen/Qwen4-VL-8B Qwen/Qwen4-Omni-30B-A3B Qwen/Qwen4-ASR-2B Qwen/Qwen-AgentWorld-2-35B Qwen/WebWorld-8B Qwen/Qwen4-Coder-Next Qwen/Qwen4-Math-7B Qwen/QwQ-2-32B
zai-org/GLM-5.5 zai-org/GLM-6 zai-org/GLM-6-Air-FP8 zai-org/GLM-5V-Flash zai-org/GLM-OCR-2 zai-org/GLM-5-Voice zai-org/GLM-Edge-2-4B zai-org/AutoGLM-2-9B zai-org/cogvlm3-9b zai-org/WebVIA-Agent zai-org/SWE-Dev-32B
deepseek-ai/DeepSeek-V5 deepseek-ai/DeepSeek-V5-Base deepseek-ai/DeepSeek-V4.2-Exp deepseek-ai/DeepSeek-OCR-3 deepseek-ai/DeepSeek-VL3 deepseek-ai/Janus-2-7B deepseek-ai/DeepSeek-Prover-V3 deepseek-ai/DeepSeek-Engram
openbmb/MiniCPM6-V openbmb/MiniCPM6-8B openbmb/MiniCPM-V-5 openbmb/MiniCPM-o-5 openbmb/MiniCPM-SALA-2 openbmb/AgentCPM-Explore openbmb/RLPR-Qwen2.5-7B openbmb/InfLLM-V2-Long-Sparse-Base openbmb/EVisRAG-7B
OpenGVLab/InternVL5 OpenGVLab/InternVL4-38B-HF OpenGVLab/InternVideo3-Chat-8B OpenGVLab/VideoChat-R1_5 OpenGVLab/InternVL-U OpenGVLab/ScaleCUA-7B OpenGVLab/SDLM-3B-D8 OpenGVLab/VeBrain OpenGVLab/Mono-InternVL-2B OpenGVLab/VisionLLMv2 OpenGVLab/PVC-InternVL2-8B OpenGVLab/NaViL-2B OpenGVLab/ASMv2
tencent/Hunyuan-A40B-Instruct tencent/Hunyuan-8B-Pretrain tencent/Hy5 tencent/Hy5-FP8 tencent/HY-MT3-7B tencent/HunyuanOCR-2 tencent/HY-Embodied-0.5 tencent/Youtu-VL-8B tencent/POINTS-Reader tencent/Penguin-VL-8B tencent/WeDLM-30B-Instruct tencent/Covo-Audio-Chat tencent/DRIVE-RL tencent/Hunyuan-Vision-2
baidu/ERNIE-6 baidu/ERNIE-6.0-VL-28B-A3B-PT baidu/ERNIE-5.5-Pro-Base baidu/Qianfan-VL-8B baidu/Qianfan-OCR PaddlePaddle/PaddleOCR-VL-3 PaddlePaddle/ERNIE-5.0-0.3B-PT
BAAI/Aquila3-7B BAAI/Emu4 BAAI/Emu3.5-Image-Chat BAAI/Video-XL-3 BAAI/RoboBrain3.0-8B BAAI/OpenSeek-Mid-v1 BAAI/Infinity-Instruct-7M-Gen-Llama3_1-8B BAAI/EVE-7B-HD-v1.0 BAAI/M3D-LaMed-Phi-3-4B BAAI/Bunny-v2-4B BAAI/Brainmu-8B
Skywork/Skywork-2-70B Skywork/Skywork-R1V4-30B Skywork/Skywork-OR2-32B Skywork/Matrix-Agent-32B stepfun-ai/Step-5 stepfun-ai/Step-5-Flash-FP8 stepfun-ai/Step4-VL-10B stepfun-ai/Step-Audio-3-mini stepfun-ai/Step-Audio-AQAA stepfun-ai/StepAudio-3-Realtime stepfun-ai/Step-GUI-8B stepfun-ai/PaCoRe-8B stepfun-ai/GOT-OCR-3.0
ByteDance-Seed/Seed-OSS-2-36B ByteDance-Seed/Seed-Coder-2-8B ByteDance-Seed/UI-TARS-2-7B ByteDance-Seed/Cola-DLM ByteDance-Seed/cudaLLM-8B ByteDance-Seed/M3-Agent-Control ByteDance/Ouro-2.6B ByteDance/Dolphin-v3 ByteDance/Sa2VA-8B ByteDance-Seed/AHN-Mamba2-for-Qwen-2.5-Instruct-7B bytedance-research/Valley3 BytedanceDouyinContent/SAIL-VL3-8B
internlm/internlm4-8b internlm/Intern-S3 internlm/Intern-S3-mini-FP8 internlm/internlm-xcomposer3-7b internlm/CapRL-3B internlm/Spark-VL-7B internlm/JanusCoder-8B MiniMaxAI/MiniMax-M4-FP8 MiniMaxAI/MiniMax-VL-02 MiniMaxAI/SynLogic-32B MiniMaxAI/MiniMax-H1
inclusionAI/Ling-4 inclusionAI/Ling-4.0-flash-VL inclusionAI/Ring-3-1T inclusionAI/Ming-flash-omni-3.0 inclusionAI/LLaDA3.0-mini inclusionAI/Ling-Med-flash inclusionAI/UI-Venus-2-8B inclusionAI/DR-Venus-4B inclusionAI/AReaL-boba-2-8B inclusionAI/ASearcher-Web-14B inclusionAI/Zooming-without-Zooming-v2-8B inclusionAI/Qwen3-32B-AWorld inclusionAI/M2-Reasoning
AIDC-AI/Ovis3-8B AIDC-AI/Ovis-U2-3B AIDC-AI/Marco-LLM-8B AIDC-AI/OvisOCR Kwai-Keye/Keye-VL-3-8B Kwai-Keye/Thyme-SFT Kwaipilot/KAT-Coder-V3 Kwai-Klear/Klear-46B-A2.5B-Instruct meituan-longcat/LongCat-3.0-FP8 meituan-longcat/LongCat-Flash-Prover meituan-longcat/LongCat-Audio-Chat meituan-longcat/LongCat-Next-2
XiaomiMiMo/MiMo-V3-Pro XiaomiMiMo/MiMo-Embodied-2-7B XiaomiMiMo/MiMo-Audio-2-7B-Instruct Tele-AI/TeleChat4-36B Tele-AI/TeleMM-2.0 Tele-AI/Tele-FLM-1T Tele-AI/TeleOCR FunAudioLLM/Fun-Audio-Chat-2-8B IDEA-CCNL/Ziya3-13B-Chat rednote-hilab/dots.llm2.inst rednote-hilab/dots.vlm2.inst rednote-hilab/dots.ocr-2 dots-studio/dots3-note
moonshotai/Kimi-K4 moonshotai/Kimi-K4-Base moonshotai/Kimi-VL-2-Thinking moonshotai/Kimi-Audio-2-7B moonshotai/Kimina-Prover-2 moonshotai/Kimi-Linear-2-48B opendatalab/MinerU3-1.2B opendatalab/MinerU-HTML opendatalab/MinerU-Diffusion-V1 Alibaba-NLP/WebSailor-32B Alibaba-NLP/Tongyi-DeepResearch-2 Alibaba-NLP/ZeroSearch_wiki_V2 IndexTeam/Index-Translate-35B-A3B-preview IndexTeam/Index-2-8B
OpenMOSS-Team/MOSS-VL-2-Instruct OpenMOSS-Team/MOSS-Audio-2-8B-Instruct OpenMOSS-Team/SpeechGPT-2.0-preview-7B fnlp/Llama-2-7B-MLA fnlp/MOSS-video-preview-sft m-a-p/neo2_7b m-a-p/ChatMusician codefuse-ai/CodeFuse-CGM-72B infly/Infinity-Parser2-8B infly/INF-34B-Chat mispeech/midashenglm-8b ICTNLP/stream-omni-8b zjunlp/OceanGPT-2-8B OPPOer/AndesVL-8B qihoo360/360Zhinao4-7B openpangu/openPangu-VL-8B sensenova/SenseNova-SI-1.3-8B Langboat/Mengzi3-8B-Chat shibing624/llama-4-chinese`.split(
    /\s+/,
  );

test.each(Object.entries(LEFT_OUT))("models of other kinds are left out: %s", (kind, ids) => {
  const known = ids.split(" ").map((id) => [id, ruleOf(id)]);
  expect(known).toEqual(ids.split(" ").map((id) => [id, kind]));
});

test("language models are proposed, whatever they are called", () => {
  expect(LISTED.filter((id) => ruleOf(id) !== undefined).map((id) => `${id}: ${ruleOf(id)}`)).toEqual([]);
});

test.each([
  ["Qwen/Qwen4-32B", "text-generation", undefined],
  ["Qwen/Qwen5-Omni-7B", "any-to-any", undefined],
  ["moonshotai/Kimi-Audio-8B-Instruct", "automatic-speech-recognition", undefined],
  ["zai-org/GLM-Hearing", "automatic-speech-recognition", "speech-recognition"],
  ["deepseek-ai/Janus-Pro-3-7B", "text-to-image", undefined],
  ["zai-org/GLM-Paint", "text-to-image", "image-generation"],
  ["BAAI/BVG-large", "sentence-similarity", "embedding"],
  ["OpenGVLab/InternVL4-8B", "feature-extraction", undefined],
])("%s, which its hub says is for %s, is judged by that too", (id, pipelineTag, expected) => {
  expect(ruleAgainst({ id, pipelineTag }, watch)?.id).toBe(expected);
});
