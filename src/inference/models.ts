import { z } from "zod";

/** What Ollama says of a model; unknown fields are left alone, since every version adds some. */
const listed = z.object({
  name: z.string(),
  size: z.number().default(0),
  digest: z.string().default(""),
  details: z.object({ parameter_size: z.string().optional(), quantization_level: z.string().optional() }).default({}),
  /** Set where the model runs on Ollama's servers and not here. */
  remote_host: z.string().optional(),
});
export const tagsAnswer = z.object({ models: z.array(listed).default([]) });
export const psAnswer = z.object({
  models: z.array(z.object({ name: z.string(), size_vram: z.number().default(0) })).default([]),
});
export const showAnswer = z.object({ capabilities: z.array(z.string()).default([]) });

export type InstalledModel = {
  /** With its tag: `qwen3:latest`. */
  name: string;
  sizeBytes: number;
  digest: string;
  parameterSize: string | undefined;
  quantization: string | undefined;
  cloud: boolean;
  /** `completion`, `thinking`, `vision` …; undefined where the host has not said. */
  capabilities: readonly string[] | undefined;
};

/** `qwen3` and `qwen3:latest` are one model; names are compared in lower case. */
export function normalModel(name: string): string {
  const lower = name.trim().toLowerCase();
  return /:[^/]+$/.test(lower) ? lower : `${lower}:latest`;
}

export function asInstalled(
  model: z.infer<typeof listed>,
  capabilities: readonly string[] | undefined,
): InstalledModel {
  return {
    name: normalModel(model.name),
    sizeBytes: model.size,
    digest: model.digest,
    parameterSize: model.details.parameter_size,
    quantization: model.details.quantization_level,
    cloud: model.remote_host !== undefined,
    capabilities,
  };
}

/** Whether a model can be talked to, as far as its host has said. */
export const canChat = ({ capabilities }: InstalledModel): boolean => capabilities?.includes("completion") ?? true;
