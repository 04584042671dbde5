import type { Engine } from "./schema.ts";

/** The programs that run models, as their makers write them; nothing for one that has no name. */
export const ENGINE_NAMES: Record<Engine, string> = {
  transformers: "Transformers",
  "llama.cpp": "llama.cpp",
  ollama: "Ollama",
  vllm: "vLLM",
  sglang: "SGLang",
  lmdeploy: "LMDeploy",
  mlx: "MLX",
  ktransformers: "KTransformers",
  mindie: "MindIE",
  other: "",
};
