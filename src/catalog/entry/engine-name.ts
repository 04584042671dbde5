import type { Engine } from "./schema.ts";

/** Programs that run models, as they write their own names. */
const NAMES: Record<Exclude<Engine, "other">, string> = {
  transformers: "Transformers",
  "llama.cpp": "llama.cpp",
  ollama: "Ollama",
  vllm: "vLLM",
  sglang: "SGLang",
  lmdeploy: "LMDeploy",
  mlx: "MLX",
  ktransformers: "KTransformers",
  mindie: "MindIE",
};

/** Undefined for one that has no name of its own here. */
export const engineName = (engine: Engine): string | undefined => (engine === "other" ? undefined : NAMES[engine]);
