import type { ModelFacts } from "#src/sync/hubs/hub.ts";

/** What a hub says of a model of which it knows hardly anything, with what a test is about. */
export const modelFacts = (facts: Partial<ModelFacts> = {}): ModelFacts => ({
  hub: "huggingface",
  id: "Example/Model-8B",
  createdAt: undefined,
  lastModified: undefined,
  sha: undefined,
  pipelineTag: undefined,
  library: undefined,
  tags: [],
  architectures: [],
  gated: false,
  license: { tag: undefined, name: undefined, link: undefined },
  baseModels: [],
  languages: [],
  stored: undefined,
  files: [],
  config: undefined,
  ...facts,
});
