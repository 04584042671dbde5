import { createHash } from "node:crypto";

/** The models an Ollama server has on disk and in memory, and how its API shows them. */

export type InstalledModel = {
  /** Without a tag, `:latest` is meant. */
  name: string;
  sizeBytes?: number;
  /** As Ollama writes it: `8.2B`, `751.63M`. */
  parameterSize?: string;
  quantization?: string;
  capabilities?: string[];
  /** Tokens the model was made for. */
  contextLength?: number;
  /** `PARAMETER num_ctx` of its Modelfile; 0: none. */
  numCtx?: number;
  /** The part of it that fits into graphics memory: 0 on a machine without. */
  vramShare?: number;
  /** Runs at ollama.com, not here. */
  cloud?: boolean;
  /** Added to `model_info` of /api/show; keys as there, such as `qwen3.block_count`. */
  modelInfo?: Record<string, string | number>;
};

type Stored = Required<InstalledModel> & { family: string; installedAt: Date };
type Loaded = { model: Stored; contextLength: number; users: number; expiresAt: number };

/** OLLAMA_CONTEXT_LENGTH, as it is with less than 24 GiB of graphics memory. */
const DEFAULT_CONTEXT = 4096;
const FOREVER = Date.UTC(2318, 0, 1);

/** One spelling per model: `Qwen3` and `library/qwen3:latest` are `qwen3:latest`. */
export function canonicalName(name: string): string {
  const short = name.toLowerCase().replace(/^(registry\.ollama\.ai\/)?(library\/)?/, "");
  return short.slice(short.lastIndexOf("/") + 1).includes(":") ? short : `${short}:latest`;
}

export type Library = ReturnType<typeof createLibrary>;

export function createLibrary(installed: InstalledModel[], defaultContext = DEFAULT_CONTEXT) {
  const stored = new Map<string, Stored>();
  const memory = new Map<string, Loaded>();
  let reloads = 0;

  const install = (model: InstalledModel): void => {
    stored.set(canonicalName(model.name), {
      ...withDefaults({ ...model, name: listedName(model.name) }),
      installedAt: new Date(),
    });
  };
  for (const model of installed) install(model);

  const loaded = (): Loaded[] => {
    for (const [name, { users, expiresAt }] of memory) if (users === 0 && expiresAt <= Date.now()) memory.delete(name);
    return [...memory.values()];
  };

  return {
    install,
    find: (name: string): Stored | undefined => stored.get(canonicalName(name)),
    remove: (name: string): boolean => {
      memory.delete(canonicalName(name));
      return stored.delete(canonicalName(name));
    },
    /** Replaces everything on disk. */
    setModels: (models: InstalledModel[]): void => {
      stored.clear();
      memory.clear();
      for (const model of models) install(model);
    },
    /**
     * Puts the model into memory for one user, again where it is there with another context; `giveUp` ends the use. A model
     * that runs elsewhere has no context here.
     */
    load: (model: Stored, keepAliveMs: number, numCtx: number | undefined) => {
      if (model.cloud) return { contextLength: Number.POSITIVE_INFINITY, giveUp: () => {} };
      const expiry = (): number => Math.min(Date.now() + keepAliveMs, FOREVER);
      const contextLength = Math.min(numCtx ?? (model.numCtx || defaultContext), model.contextLength);
      const key = canonicalName(model.name);
      const before = memory.get(key);
      if (before !== undefined && before.contextLength !== contextLength) reloads += 1;
      const entry = before ?? { model, contextLength, users: 0, expiresAt: 0 };
      entry.contextLength = contextLength;
      entry.expiresAt = expiry();
      entry.users += 1;
      memory.set(key, entry);
      const giveUp = (): void => {
        entry.users -= 1;
        entry.expiresAt = expiry();
      };
      return { contextLength, giveUp };
    },
    /** How often a model was loaded again because a request had another context. */
    reloads: () => reloads,
    unload: (name?: string): void => {
      if (name === undefined) memory.clear();
      else memory.delete(canonicalName(name));
    },
    loaded: (): string[] => loaded().map(({ model }) => model.name),
    tags: () => ({ models: [...stored.values()].map(listed) }),
    ps: () => ({ models: loaded().map(running) }),
    show: shown,
  };
}

function withDefaults(model: InstalledModel) {
  const [family = ""] = model.name.slice(model.name.lastIndexOf("/") + 1).split(":");
  return {
    sizeBytes: 5_200_000_000,
    parameterSize: "8.2B",
    quantization: "Q4_K_M",
    capabilities: ["completion"],
    contextLength: 40_960,
    cloud: false,
    numCtx: 0,
    vramShare: 1,
    modelInfo: {},
    ...model,
    family: family.toLowerCase().replaceAll("-", ""),
  };
}

/** As `ollama ls` prints it: with its tag, in the case that it was pulled with. */
function listedName(name: string): string {
  const short = name.replace(/^(registry\.ollama\.ai\/)?(library\/)?/, "");
  return short.slice(short.lastIndexOf("/") + 1).includes(":") ? short : `${short}:latest`;
}

/** A cloud model is a stub, of which next to nothing is known here. */
function details({ family, parameterSize, quantization, cloud }: Stored) {
  if (cloud) return { ...NO_DETAILS, parent_model: "", families: null };
  return {
    parent_model: "",
    format: "gguf",
    family,
    families: [family],
    parameter_size: parameterSize,
    quantization_level: quantization,
  };
}

const NO_DETAILS = { format: "", family: "", parameter_size: "", quantization_level: "" };
/** Bytes of the file that names a cloud model. */
const STUB_BYTES = 382;

/** Only cloud models carry these two. */
function remote({ cloud, name }: Stored) {
  return cloud ? { remote_model: name.replace(/-cloud$/, ""), remote_host: "https://ollama.com:443" } : {};
}

function digest({ name }: Stored): string {
  return createHash("sha256").update(name).digest("hex");
}

function listed(model: Stored) {
  return {
    name: model.name,
    model: model.name,
    ...remote(model),
    modified_at: model.installedAt.toISOString(),
    size: model.cloud ? STUB_BYTES : model.sizeBytes,
    digest: digest(model),
    details: { ...details(model), context_length: model.contextLength },
    capabilities: model.capabilities,
  };
}

function running({ model, contextLength, expiresAt }: Loaded) {
  // In memory a model takes its file and the cache of its context.
  const size = Math.round(model.sizeBytes * 1.2);
  return {
    name: model.name,
    model: model.name,
    size,
    digest: digest(model),
    details: details(model),
    expires_at: new Date(expiresAt).toISOString(),
    size_vram: Math.round(size * model.vramShare),
    context_length: contextLength,
  };
}

function shown(model: Stored) {
  const { family, contextLength, numCtx, modelInfo, capabilities } = model;
  return {
    license: "Apache License\nVersion 2.0, January 2004",
    modelfile: `FROM ${model.name}`,
    parameters: `temperature                    0.6${numCtx === 0 ? "" : `\nnum_ctx                        ${numCtx}`}`,
    template: "{{ .Prompt }}",
    details: details(model),
    ...remote(model),
    model_info: {
      "general.architecture": family,
      "general.parameter_count": parameterCount(model.parameterSize),
      [`${family}.attention.head_count`]: 32,
      [`${family}.attention.head_count_kv`]: 8,
      [`${family}.block_count`]: 36,
      [`${family}.context_length`]: contextLength,
      [`${family}.embedding_length`]: 4096,
      ...modelInfo,
    },
    capabilities,
    modified_at: model.installedAt.toISOString(),
  };
}

function parameterCount(size: string): number {
  const units: Record<string, number> = { K: 1e3, M: 1e6, B: 1e9, T: 1e12 };
  return Math.round(Number.parseFloat(size) * (units[size.slice(-1)] ?? 1));
}
