/**
 * How models mark what they think inside their text, where the program that runs them does not part it. This is how their
 * chat templates are written, as other programs read them; which model writes what is of no matter here.
 */
export type Tags = {
  open: string;
  close: string;
  /** Templates put the opening tag into the prompt, so that the text begins inside it. */
  openedByPrompt?: boolean;
};

const OPEN_WEBUI = "open-webui/open-webui backend/open_webui/utils/middleware.py, DEFAULT_REASONING_TAGS";

export const THINKING_TAGS: readonly (Tags & { source: string })[] = [
  // DeepSeek-R1, Qwen3, GLM, MiniMax, Hunyuan, ERNIE and most others.
  {
    open: "<think>",
    close: "</think>",
    openedByPrompt: true,
    source: "vllm-project/vllm vllm/reasoning/deepseek_r1_reasoning_parser.py, minimax_m2_reasoning_parser.py",
  },
  // ByteDance Seed-OSS.
  {
    open: "<seed:think>",
    close: "</seed:think>",
    openedByPrompt: true,
    source: "vllm-project/vllm vllm/reasoning/seedoss_reasoning_parser.py",
  },
  // Moonshot Kimi-VL Thinking.
  {
    open: "◁think▷",
    close: "◁/think▷",
    openedByPrompt: true,
    source: `hiyouga/LLaMA-Factory src/llamafactory/data/template.py, kimi_vl: thought_words; ${OPEN_WEBUI}`,
  },
  // Huawei openPangu.
  {
    open: "[unused16]",
    close: "[unused17]",
    source: "openPangu-Embedded, the example of its README that parts `thinking_content`",
  },
  // Fine-tunes on data of OpenThoughts and Sky-T1, and others.
  { open: "<|begin_of_thought|>", close: "<|end_of_thought|>", source: OPEN_WEBUI },
  { open: "<thinking>", close: "</thinking>", source: OPEN_WEBUI },
  { open: "<thought>", close: "</thought>", source: OPEN_WEBUI },
  { open: "<reason>", close: "</reason>", source: OPEN_WEBUI },
  { open: "<reasoning>", close: "</reasoning>", source: OPEN_WEBUI },
];

/** Some wrap also what they say, once they have thought. */
export const ANSWER_TAGS: readonly (Tags & { source: string })[] = [
  // Tencent Hunyuan: `<think>\n…\n</think>\n<answer>\n…\n</answer>`.
  {
    open: "<answer>",
    close: "</answer>",
    source: "vllm-project/vllm vllm/reasoning/hunyuan_a13b_reasoning_parser.py",
  },
  {
    open: "<|begin_of_solution|>",
    close: "<|end_of_solution|>",
    source: "NovaSky-AI/SkyThought, system prompt of Sky-T1: Thought and Solution",
  },
];
