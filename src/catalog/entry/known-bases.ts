import { foldName } from "./text.ts";

/**
 * Models that entries build on and that no entry or variant is named after: mostly foreign ones. The check of the catalog
 * takes any other name for a mistake.
 */
export const KNOWN_BASES: readonly string[] = [
  "LLaMA",
  "LLaMA-7B",
  "LLaMA-13B",
  "LLaMA-30B",
  "LLaMA-33B",
  "LLaMA-65B",
  "Llama-2",
  "Llama-2-7B",
  "Llama-2-7b-chat",
  "Llama-2-13B",
  "Llama-2-13b-chat",
  "Llama-2-70B",
  "Llama-3",
  "Llama-3-8B",
  "Llama3-8B-Instruct",
  "Meta-Llama-3-8B",
  "Meta-Llama-3-8B-Instruct",
  "Meta-Llama-3-70B",
  "Llama-3.1-8B",
  "Llama-3.1-8B-Instruct",
  "Llama-3.1-70B",
  "Llama-3.2-1B",
  "Llama-3.2-3B",
  "Llama-3.3-70B-Instruct",
  "Llama-4",
  "Mistral-7B",
  "Mixtral-8x7B",
  "Mixtral-8x7B-v0.1",
  "BLOOM",
  "Bloom-7B",
  "BLOOMZ-7B1-mt",
  "Gemma",
  "Gemma-2",
  "Gemma-3",
  "Phi-3",
  "gpt-oss-20b",
  "gpt-oss-120b",
  "SigLip-400M",
  "Anima-33B",
  "Alpaca-Chinese-7B",
  "Chinese-Alpaca-Plus-7B",
  "ClueAI/ChatYuan-large-v2",
  "MiniCPM-2.4B",
];

const FOLDED = KNOWN_BASES.map(foldName);

/** Whether a name is that of one of them, or of a family of them (`llama`, `mistral`). */
export function isKnownBase(name: string): boolean {
  const folded = foldName(name);
  return folded.length > 2 && FOLDED.some((base) => base.startsWith(folded));
}
