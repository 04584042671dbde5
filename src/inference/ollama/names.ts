/** The name with its tag in lower case: `qwen3`, `Qwen3` and `qwen3:latest` are one model. */
export function normalName(model: string): string {
  const lower = model.trim().toLowerCase();
  return /:[^/]+$/.test(lower) ? lower : `${lower}:latest`;
}
