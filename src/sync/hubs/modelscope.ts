import { parseJson } from "#src/base/parse-json.ts";
import type { BaseModel, ListedModel, ModelFacts } from "./hub.ts";
import { oldFiles, oldModel, openListing, openRow, refusedInside } from "./modelscope-shapes.ts";
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

/** The most rows of a page, and the last row that the hub pages to. */
const PAGE_ROWS = 50;
const LAST_ROW = 3000;
const MAX_DETAIL_BYTES = 8_000_000;

/** What ModelScope says: organisations over its OpenAPI, models over the interface of its own client. */
export const createModelscope = (client: HubClient): HubProvider => ({
  name: "modelscope",
  requests: client.requests,
  listModels: (organization, options = {}) =>
    walkPages(client, pageOf(organization, 1), ({ body }, path) => readPage(client, organization, body, path), options),
  readModel: (id, before) => unlessAbsent(async () => readModel(client, id, before)),
});

const pageOf = (organization: string, page: number): string =>
  `/openapi/v1/models?${new URLSearchParams({ owner: organization, sort: "last_modified", page_number: String(page), page_size: String(PAGE_ROWS) })}`;

/** The newest models come first, and what is behind the last row that the hub pages to stays unseen. */
function readPage(
  client: HubClient,
  organization: string,
  body: string,
  path: string,
): Pick<ListedPage, "models" | "leftOut" | "next"> {
  const parsed = openListing.safeParse(accepted(client, body));
  if (!parsed.success) throw client.fail("unreadable", "a listing without models");
  const { models: rows, total_count: total = Number.POSITIVE_INFINITY } = parsed.data.data;
  const models = rows.flatMap((row) => listedModel(organization, row) ?? []);
  const page = Number(new URLSearchParams(path.slice(path.indexOf("?"))).get("page_number"));
  const isLast = rows.length < PAGE_ROWS || page * PAGE_ROWS >= total || (page + 1) * PAGE_ROWS > LAST_ROW;
  return { models, leftOut: rows.length - models.length, next: isLast ? undefined : pageOf(organization, page + 1) };
}

/** The answer's JSON. Throws the refusal that stands in an answer 200. */
function accepted(client: HubClient, body: string): unknown {
  const json = parseJson(body);
  const { data } = refusedInside.safeParse(json);
  if (data === undefined) return json;
  const said =
    "Code" in data ? `${data.Code} ${data.Message ?? ""}` : `${data.code ?? ""} ${data.message ?? data.msg ?? ""}`;
  if (/quota|limit|\b429\b/i.test(said)) {
    const failure = client.fail("limit", said);
    client.stop(failure);
    throw failure;
  }
  throw client.fail(/\b404\b|not ?(?:found|exist)|不存在/i.test(said) ? "missing" : "refused", said);
}

function listedModel(organization: string, row: unknown): ListedModel | undefined {
  const { data } = openRow.safeParse(row);
  if (data === undefined || !isModelId(data.id) || data.private === true) return undefined;
  if (!isSameName(data.id.slice(0, data.id.indexOf("/")), organization)) return undefined;
  return {
    hub: "modelscope",
    id: data.id,
    createdAt: data.created_at,
    lastModified: data.last_modified,
    sha: undefined,
    pipelineTag: data.tasks[0],
    library: data.tags.find((tag) => tag.startsWith("library:"))?.slice("library:".length),
    tags: data.tags,
    architectures: [],
    gated: data.gated ?? false,
  };
}

async function readModel(client: HubClient, id: string, before?: ModelFacts): Promise<ModelFacts | undefined> {
  const address = `/api/v1/models/${inAddress(id)}`;
  const parsed = oldModel.safeParse(accepted(client, await bodyAt(client, address, MAX_DETAIL_BYTES)));
  const model = parsed.data?.Data;
  if (model === undefined || !isModelId(`${model.Path}/${model.Name}`))
    throw client.fail("unreadable", "a model without a name");
  if (!model.Visibility) return undefined;
  const listed: ListedModel = {
    hub: "modelscope",
    id: `${model.Path}/${model.Name}`,
    createdAt: model.CreatedTime,
    lastModified: model.LastUpdatedTime,
    sha: undefined,
    pipelineTag: model.Tasks[0],
    library: model.Libraries[0],
    tags: model.Tags,
    architectures: model.Architectures,
    gated: model.Gated ?? false,
  };
  const relation = RELATIONS.find((known) => known === model.BaseModelRelation?.toLowerCase());
  return {
    ...listed,
    license: licenseOf(model.License),
    baseModels: model.BaseModel.filter(isModelId).map((base) => ({ id: base, relation })),
    languages: model.Language,
    ...(await contentOf(client, address, listed, before)),
  };
}

/** Its files and what two of them say; nothing is read again of a model that did not change since. */
async function contentOf(
  client: HubClient,
  address: string,
  { id, lastModified, gated }: ListedModel,
  before: ModelFacts | undefined,
): Promise<Pick<ModelFacts, "files" | "config" | "stored">> {
  const isSame = before?.id === id && before.lastModified === lastModified && before.gated === gated;
  if (isSame && lastModified !== undefined)
    return { files: before.files, config: before.config, stored: before.stored };
  // With a small letter in `Recursive` only the root is listed.
  const listing = `${address}/repo/files?Revision=master&Recursive=True`;
  const parsed = oldFiles.safeParse(accepted(client, await bodyAt(client, listing, MAX_DETAIL_BYTES)));
  if (!parsed.success) throw client.fail("unreadable", "a model without a list of its files");
  const files = parsed.data.Data.Files.filter(({ Type }) => Type !== "tree")
    .slice(0, MAX_FILES)
    .map(({ Path, Size }) => ({ path: Path, bytes: Size }));
  const repository: RepositoryFiles = {
    ...{ client, files },
    addressOf: (path) => `${address}/repo?Revision=master&FilePath=${path}`,
    parse: (text) => accepted(client, text),
  };
  const config = await readConfig(repository);
  return { files, config, stored: await readStored(repository, config) };
}

const RELATIONS: readonly BaseModel["relation"][] = ["finetune", "quantized", "merge", "adapter"];

/** The hub writes licences as people do (`Apache License 2.0`), or as tags. */
function licenseOf(written: string | undefined): ModelFacts["license"] {
  const word = written?.toLowerCase() ?? "";
  const known = LICENSES.find(([pattern]) => pattern.test(word))?.[1];
  const tag = known ?? (/^[a-z0-9][a-z0-9.-]*$/.test(word) ? word : undefined);
  return { tag, name: tag === undefined ? written : undefined, link: undefined };
}

const LICENSES: readonly [RegExp, string][] = [
  [/^apache[ -]*(?:license)?[ ,-]*(?:version|v)? ?2(?:\.0)?$/, "apache-2.0"],
  [/^(?:the )?mit(?: license)?$/, "mit"],
];
