/** Models of the six projects that a list of language models leaves out: what people would not have, kept by hand. */
const UNWANTED = [
  /reward/i,
  /embedding/i,
  /reranker/i,
  /eagle/i,
  /-RAG-LoRA$/i,
  /-unquantized$/i,
  /-llama-format$/i,
  /whisper/i,
];

export const isUnwanted = (id: string): boolean => UNWANTED.some((pattern) => pattern.test(id));
