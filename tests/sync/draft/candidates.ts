import { readFileSync } from "node:fs";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { NO_WATCH } from "#src/catalog/entry/watch.ts";
import type { FactsAnswer, HubName, ModelAddress, ModelFacts } from "#src/sync/hubs/hub.ts";
import type { Place } from "#src/sync/names/place.ts";
import type { DraftContext } from "#src/sync/propose/draft/drafts.ts";
import type { Naming, PlacedModel } from "#src/sync/sources/candidate.ts";
import { realCatalog } from "#tests/real-catalog.ts";

/** The texts of the catalog's files by id. */
export const realTexts: ReadonlyMap<string, string> = new Map(
  realCatalog.entries.map(({ id }) => [id, readFileSync(`catalog/models/${id}.yaml`, "utf8")]),
);

const realBases = readFileSync("catalog/bases.yaml", "utf8")
  .split("\n")
  .flatMap((line) => /^- '?(.*?)'?$/.exec(line)?.[1] ?? []);

/** The catalog of this repository, as drafts are made for it. */
export const realContext: DraftContext = {
  entries: realCatalog.entries,
  bases: realBases,
  texts: realTexts,
  watch: NO_WATCH,
};

export function realEntry(id: string): Entry {
  const entry = realCatalog.entries.find((item) => item.id === id);
  if (entry === undefined) throw new Error(`no entry ${id}`);
  return entry;
}

/** What Hugging Face says of a dense model of eight billion parameters. */
export const factsOf = (id: string, fields: Partial<ModelFacts> = {}): ModelFacts => ({
  hub: "huggingface",
  id,
  createdAt: "2026-11-20T03:00:00.000Z",
  lastModified: undefined,
  sha: "c".repeat(40),
  pipelineTag: "text-generation",
  library: "transformers",
  tags: [],
  architectures: [],
  gated: false,
  license: { tag: "apache-2.0", name: undefined, link: undefined },
  baseModels: [],
  languages: ["zh", "en"],
  stored: { total: 8_000_000_000, byType: { BF16: 8_000_000_000 } },
  files: [{ path: "model.safetensors", bytes: 16_000_000_000 }],
  config: {
    model_type: "qwen3",
    num_hidden_layers: 36,
    num_attention_heads: 32,
    num_key_value_heads: 8,
    head_dim: 128,
    hidden_size: 4096,
    vocab_size: 151_936,
    tie_word_embeddings: false,
    max_position_embeddings: 262_144,
  },
  ...fields,
});

export const foundOn = (facts: ModelFacts): FactsAnswer => ({ state: "found", facts });

/** A model that was seen, with what its hub says, and its place. */
export const placedAt = (
  id: string,
  place: Place,
  {
    facts = foundOn(factsOf(id)),
    also = [],
    named = [],
    hub = "huggingface",
  }: {
    facts?: FactsAnswer;
    also?: readonly ModelAddress[];
    named?: readonly Naming[];
    hub?: HubName;
  } = {},
): PlacedModel => ({ candidate: { model: { hub, id }, also, named, listed: undefined }, facts, place });

/** A line of a README that names a model. */
export const namingOf = (
  id: string,
  fields: Partial<Naming["repository"]> = {},
  text = `- [${id}](https://huggingface.co/${id})`,
): Naming => ({
  model: { hub: "huggingface", id },
  form: "link",
  at: { path: "README.md", line: 12, text },
  repository: { id: 987_654_321, name: "QwenLM/Qwen4", defaultBranch: "main", head: "d".repeat(40), ...fields },
});
