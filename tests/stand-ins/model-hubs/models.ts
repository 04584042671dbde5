import { createHash } from "node:crypto";

/** A model as a test publishes it; what is left out is as of a small text model with weights in BF16. */
export type PublishedModel = {
  /** `organisation/name`. */
  id: string;
  createdAt?: string;
  lastModified?: string;
  /** Head of main; absent: made from all that is published, so that it changes with it. */
  sha?: string;
  pipelineTag?: string;
  library?: string;
  tags?: readonly string[];
  private?: boolean;
  disabled?: boolean;
  gated?: false | "auto" | "manual";
  /** Whether its page is shown only to those whom its owner let in. */
  hidesDetail?: boolean;
  /** config.json; a text stands as it is; null: there is none. */
  config?: Record<string, unknown> | string | null;
  /** What the hub takes out of config.json for its listings; absent: architectures and model_type. */
  configExtract?: Record<string, unknown>;
  safetensors?: { parameters: Record<string, number>; total: number } | null;
  /** model.safetensors.index.json. */
  index?: Record<string, unknown>;
  /** Files beside config.json and the index, with their sizes in bytes. */
  files?: readonly { path: string; bytes: number; lfs?: boolean }[];
  cardData?: Record<string, unknown>;
  /** ModelScope's own fields, as they stand in its answers. */
  modelscope?: { row?: Record<string, unknown>; detail?: Record<string, unknown> };
};

const sha1 = (text: string): string => createHash("sha1").update(text).digest("hex");
export const shaOf = (model: PublishedModel): string => model.sha ?? sha1(JSON.stringify(model));

const isConfig = (config: PublishedModel["config"]): config is Record<string, unknown> =>
  typeof config === "object" && config !== null;

/** Every file of its repository with its text, or only with its size. */
export function filesOf(model: PublishedModel): { path: string; bytes: number; text?: string; lfs?: boolean }[] {
  const { config, index, files = [{ path: "model.safetensors", bytes: 2_000_000, lfs: true }] } = model;
  const own = (path: string, content: unknown) => {
    const text = typeof content === "string" ? content : JSON.stringify(content);
    return { path, text, bytes: Buffer.byteLength(text) };
  };
  return [
    { path: ".gitattributes", bytes: 1519 },
    ...(config === null
      ? []
      : [own("config.json", config ?? { model_type: "qwen3", architectures: ["Qwen3ForCausalLM"] })]),
    ...(index === undefined ? [] : [own("model.safetensors.index.json", index)]),
    ...files,
  ];
}

/** All that Hugging Face can say of a model. Downloads and likes are of an hour. */
export function fieldsOf(model: PublishedModel): Record<string, unknown> {
  const { id, config } = model;
  const architectures = isConfig(config) ? config["architectures"] : config === undefined ? ["Qwen3ForCausalLM"] : [];
  const hour = Math.floor(Math.random() * 100_000);
  return {
    _id: sha1(id).slice(0, 24),
    ...{ id, modelId: id, author: id.split("/")[0] },
    createdAt: model.createdAt ?? "2026-01-01T00:00:00.000Z",
    lastModified: model.lastModified ?? model.createdAt ?? "2026-01-01T00:00:00.000Z",
    sha: shaOf(model),
    private: model.private ?? false,
    disabled: model.disabled ?? false,
    gated: model.gated ?? false,
    ...{ downloads: hour, downloadsAllTime: hour * 7, likes: hour % 1000, trendingScore: hour % 10, usedStorage: 4e9 },
    pipeline_tag: model.pipelineTag ?? "text-generation",
    ...(model.library !== undefined && { library_name: model.library }),
    tags: model.tags ?? ["transformers", "safetensors", "license:apache-2.0", "region:us"],
    ...(model.cardData && { cardData: model.cardData }),
    ...(model.safetensors !== null && { safetensors: model.safetensors ?? { parameters: { BF16: 1e6 }, total: 1e6 } }),
    config: model.configExtract ?? { ...(Array.isArray(architectures) && { architectures }), tokenizer_config: {} },
    siblings: filesOf(model).map(({ path }) => ({ rfilename: path })),
    ...{ spaces: [], widgetData: [], "model-index": null },
  };
}
