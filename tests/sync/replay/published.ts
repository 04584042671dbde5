import type { ModelFacts } from "#src/sync/hubs/hub.ts";
import type { PublishedModel } from "#tests/stand-ins/model-hubs/models.ts";
import { hubFacts } from "#tests/sync/draft/hub-facts.ts";
import type { Filed } from "#tests/sync/names/placement-measures.ts";

/** A model that the catalog has, as its hub would show it under a name. */
export function publishedModel(id: string, { entry, variant, row }: Filed): PublishedModel {
  const facts = hubFacts(entry, variant, { ...row, hub: "huggingface", id });
  if (facts === undefined) throw new Error(`no facts of ${id}`);
  return asPublished(facts);
}

function asPublished({
  id,
  createdAt,
  pipelineTag,
  library,
  license,
  languages,
  stored,
  ...facts
}: ModelFacts): PublishedModel {
  const { tag, name, link } = license;
  return {
    id,
    ...(createdAt !== undefined && { createdAt, lastModified: createdAt }),
    ...(pipelineTag !== undefined && { pipelineTag }),
    ...(library !== undefined && { library }),
    tags: ["transformers", "safetensors", ...(tag === undefined ? [] : [`license:${tag}`])],
    config: facts.config === undefined ? null : { ...facts.config },
    safetensors: stored === undefined ? null : { parameters: { ...stored.byType }, total: stored.total },
    files: facts.files.map(({ path, bytes }) => ({ path, bytes: bytes ?? 1, lfs: true })),
    cardData: {
      language: languages,
      ...(tag !== undefined && { license: tag }),
      ...(name !== undefined && { license_name: name }),
      ...(link !== undefined && { license_link: link }),
    },
    modelscope: { detail: { License: name ?? tag ?? "" } },
  };
}

/** A model of which nothing is known, made on a day, as an ordinary text model. */
export const plainModel = (id: string, day: string): PublishedModel => ({
  id,
  createdAt: `${day}T06:00:00.000Z`,
  lastModified: `${day}T06:00:00.000Z`,
});
