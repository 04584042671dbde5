import type { Attention, Embeddings } from "#src/catalog/entry/schema.ts";
import type { Config } from "#src/sync/facts/config.ts";
import configs from "./configs.json" with { type: "json" };

/** A config with the shape that people wrote into the catalog; `in`: the entry, and its variant where it has one. */
type KnownConfig = {
  model: string;
  source: string;
  in: string[];
  config: Config;
  attention: Omit<Attention, "source"> | undefined;
  embeddings: Embeddings | undefined;
};

const LAYERS: Readonly<Record<string, string>> = {
  ...{ F: "full_attention", S: "sliding_attention", L: "linear_attention", D: "deepseek_sparse_attention" },
  ...{ C: "chunked_attention", f: "full", s: "shared" },
};

/** Lists are written short in the file: `layers:FSSS`, `digits:0111`, `numbers:0 4 128`. */
function unpacked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unpacked);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unpacked(inner)]));
  }
  const [kind, list] = typeof value === "string" ? value.split(":") : [];
  if (list === undefined) return value;
  if (kind === "layers") return [...list].map((letter) => LAYERS[letter]);
  if (kind === "digits") return [...list].map(Number);
  return kind === "numbers" ? list.split(" ").map(Number) : value;
}

const configOf = ({ config }: { config: object }): Config => unpacked(config) as Config;

export const KNOWN = (configs.configs as unknown as KnownConfig[]).map((known) => ({
  ...known,
  config: configOf(known),
}));
export const WITHOUT_SHAPE = configs.withoutShape.map(({ model, config }) => ({ model, config: configOf({ config }) }));
