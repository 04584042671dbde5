/** config.json of a dense model of 8 billion parameters, as Qwen publishes it. */
export const QWEN3_CONFIG = {
  architectures: ["Qwen3ForCausalLM"],
  model_type: "qwen3",
  num_hidden_layers: 36,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  head_dim: 128,
  hidden_size: 4096,
  vocab_size: 151_936,
  tie_word_embeddings: false,
  max_position_embeddings: 262_144,
  torch_dtype: "bfloat16",
};
