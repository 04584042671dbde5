import { z } from "zod";
import type { ModelFacts } from "./hub.ts";
import type { safetensorsIndex } from "./shapes.ts";

/** Bytes of a number, and the name that safetensors have for its type, by what config.json calls it. */
const TYPES: ReadonlyMap<string, { bytes: number; name: string }> = new Map([
  ["bfloat16", { bytes: 2, name: "BF16" }],
  ["float16", { bytes: 2, name: "F16" }],
  ["float32", { bytes: 4, name: "F32" }],
]);
/** Headers of the files are no numbers; what an author's tool wrote may be of other files altogether. */
const TOLERANCE = 0.02;

const typed = z.object({
  dtype: z.string().optional(),
  torch_dtype: z.string().optional(),
  quantization_config: z.unknown().optional(),
});

/**
 * How many numbers are stored, from the index of split safetensors: it says their bytes, config.json their type, which is
 * one type only where nothing is quantized. Undefined where the bytes are not those of the files.
 */
export function storedByIndex(
  { metadata }: z.output<typeof safetensorsIndex>,
  { config, files }: Pick<ModelFacts, "config" | "files">,
): ModelFacts["stored"] {
  const { total_size: bytes, total_parameters: total } = metadata;
  if (total !== undefined && Number.isInteger(total)) return { total, byType: {} };
  const { data } = typed.safeParse(config);
  const type = TYPES.get(data?.dtype ?? data?.torch_dtype ?? "");
  if (bytes === undefined || type === undefined || data?.quantization_config !== undefined) return undefined;
  const sizes = files.filter(({ path }) => /^[^/]+\.safetensors$/.test(path)).map((file) => file.bytes ?? Number.NaN);
  const inFiles = sizes.reduce((sum, size) => sum + size, 0);
  if (Number.isFinite(inFiles) && Math.abs(inFiles - bytes) > TOLERANCE * bytes) return undefined;
  const numbers = Math.round(bytes / type.bytes);
  return { total: numbers, byType: { [type.name]: numbers } };
}
