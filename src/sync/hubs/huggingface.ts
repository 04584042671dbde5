import { parseJson } from "#src/base/parse-json.ts";
import type { BaseModel, ListedModel, ModelFacts } from "./hub.ts";
import { collection, type ModelDetail, type ModelRow, modelDetail, modelRow } from "./huggingface-shapes.ts";
import {
  bodyAt,
  type HubProvider,
  inAddress,
  isModelId,
  isSameName,
  type ListedPage,
  unlessAbsent,
  walkPages,
} from "./provider.ts";
import { MAX_FILES, type RepositoryFiles, readConfig, readStored } from "./repository-files.ts";
import type { HubClient } from "./request.ts";

/** Only what is used: downloads and likes change every hour, and no answer would be the same twice. */
const FIELDS = "createdAt lastModified sha private gated disabled pipeline_tag library_name tags config".split(" ");
/** Rows of a page: clients of the hub ask for no more. */
const PAGE_ROWS = 500;
const MAX_DETAIL_BYTES = 8_000_000;
const MAX_COLLECTION_BYTES = 4_000_000;

/** What Hugging Face, or a mirror of it, says. */
export const createHuggingface = (client: HubClient): HubProvider => ({
  name: "huggingface",
  requests: client.requests,
  listModels: (organization, options = {}) => {
    const query = new URLSearchParams({ author: organization, sort: "lastModified", limit: String(PAGE_ROWS) });
    for (const field of FIELDS) query.append("expand", field);
    return walkPages(
      client,
      `/api/models?${query}`,
      ({ body, next }) => ({ ...readRows(client, organization, body), next }),
      options,
    );
  },
  readModel: (id, before) => unlessAbsent(async () => readModel(client, id, before)),
  readCollection: (slug) =>
    unlessAbsent(async () => {
      const body = await bodyAt(client, `/api/collections/${inAddress(slug)}`, MAX_COLLECTION_BYTES);
      const parsed = collection.safeParse(parseJson(body));
      if (!parsed.success) throw client.fail("unreadable", "a collection without items");
      const ids = parsed.data.items.flatMap((item) => (item?.type === "model" ? [item.id] : []));
      return ids.filter(isModelId);
    }),
});

function readRows(client: HubClient, organization: string, body: string): Pick<ListedPage, "models" | "leftOut"> {
  const rows = parseJson(body);
  if (!Array.isArray(rows)) throw client.fail("unreadable", "a listing that is no list");
  const models = rows.flatMap((row) => listedModel(organization, row) ?? []);
  return { models, leftOut: rows.length - models.length };
}

function listedModel(organization: string, row: unknown): ListedModel | undefined {
  const { data } = modelRow.safeParse(row);
  if (data === undefined || !isModelId(data.id) || !isForEverybody(data)) return undefined;
  return isSameName(data.id.slice(0, data.id.indexOf("/")), organization) ? listed(data) : undefined;
}

/** A token may show what others do not see, and nobody is to read of it in a proposal. */
const isForEverybody = (row: ModelRow): boolean => row.private !== true && row.disabled !== true;

const listed = (row: ModelRow): ListedModel => ({
  hub: "huggingface",
  id: row.id,
  createdAt: row.createdAt,
  lastModified: row.lastModified,
  sha: row.sha,
  pipelineTag: row.pipeline_tag,
  library: row.library_name,
  tags: row.tags,
  architectures: row.config?.architectures ?? [],
  gated: row.gated,
});

async function readModel(client: HubClient, id: string, before?: ModelFacts): Promise<ModelFacts | undefined> {
  const body = await bodyAt(client, `/api/models/${inAddress(id)}?blobs=true`, MAX_DETAIL_BYTES);
  const { data } = modelDetail.safeParse(parseJson(body));
  if (data === undefined || !isModelId(data.id)) throw client.fail("unreadable", "a model without an id");
  if (!isForEverybody(data)) return undefined;
  const files = filesOf(data);
  const isSame = before !== undefined && data.sha !== undefined && isSameCommit(before, listed(data));
  // Each reading of config.json counts as a download of the model (models-download-stats of the hub's documentation).
  const addressOf = (path: string): string => `/${inAddress(data.id)}/resolve/${data.sha ?? "main"}/${path}`;
  const repository: RepositoryFiles = { client, files, addressOf };
  const config = isSame ? before.config : await readConfig(repository);
  const facts: ModelFacts = {
    ...listed(data),
    license: licenseOf(data),
    baseModels: baseModelsOf(data),
    languages: data.cardData?.language ?? [],
    stored: data.safetensors && { total: data.safetensors.total, byType: data.safetensors.parameters },
    ...{ files, config },
  };
  if (facts.stored !== undefined) return facts;
  return { ...facts, stored: isSame ? before.stored : await readStored(repository, config) };
}

/** What could be read of it then can be read now. */
const isSameCommit = (before: ModelFacts, { id, sha, gated }: ListedModel): boolean =>
  before.id === id && before.sha === sha && before.gated === gated && before.files.length > 0;

const filesOf = ({ siblings }: ModelDetail): ModelFacts["files"] =>
  siblings.slice(0, MAX_FILES).map(({ rfilename, size, lfs }) => ({ path: rfilename, bytes: lfs?.size ?? size }));

function licenseOf({ cardData, tags }: ModelDetail): ModelFacts["license"] {
  const tagged = tags.find((tag) => tag.startsWith("license:"))?.slice("license:".length);
  return { tag: tagged ?? cardData?.license[0], name: cardData?.license_name, link: cardData?.license_link };
}

const RELATIONS: readonly BaseModel["relation"][] = ["finetune", "quantized", "merge", "adapter"];
const relationOf = (word: string | undefined): BaseModel["relation"] => RELATIONS.find((known) => known === word);

/** From `base_model:ID` and `base_model:RELATION:ID` among the tags, else from the card. */
function baseModelsOf({ tags, cardData }: ModelDetail): BaseModel[] {
  const found = new Map<string, BaseModel>();
  const add = (base: BaseModel): void => {
    const key = base.id.toLowerCase();
    if (isModelId(base.id) && found.get(key)?.relation === undefined) found.set(key, base);
  };
  for (const tag of tags) {
    const [, relation, id = ""] = /^base_model:(?:([a-z]+):)?([^:]+)$/.exec(tag) ?? [];
    add({ id, relation: relationOf(relation) });
  }
  for (const id of cardData?.base_model ?? []) add({ id, relation: relationOf(cardData?.base_model_relation) });
  return [...found.values()];
}
