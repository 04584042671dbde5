import { filesOf, type PublishedModel } from "./models.ts";
import { type Answer, type Request, startServer } from "./server.ts";

/** The most rows of a page, and the last row that is paged to. */
const MAX_ROWS = 50;
const LAST_ROW = 3000;
const PARAMETERS = new Set(
  "owner sort page_number page_size search filter.task filter.library filter.license".split(" "),
);
const SORTS = ["default", "downloads", "likes", "last_modified"];

const ok = (body: unknown): Answer => ({ status: 200, body });
const missing: Answer = {
  status: 404,
  body: { Code: 10_010_205_001, Message: "模型不存在", RequestId: "r", Success: false },
};

const EARLY = "2026-01-01T00:00:00.000Z";

/** ModelScope on loopback: its OpenAPI for lists, the interface of its own client for one model. */
export async function startModelscope() {
  const models = new Map<string, PublishedModel>();
  const fileReads = new Map<string, number>();

  function route({ url }: Request): Answer {
    const { pathname: path } = url;
    if (path === "/openapi/v1/models") return list(url);
    const [, organization = "", name = "", rest = ""] =
      /^\/api\/v1\/models\/([^/]+)\/([^/]+)(\/repo(?:\/files)?)?$/.exec(path) ?? [];
    const model = models.get(`${organization}/${name}`.toLowerCase());
    if (organization === "") {
      server.violations.push(`no such route: ${path}`);
      return { status: 404, body: "404 page not found" };
    }
    if (model === undefined || model.private) return missing;
    if (rest === "/repo/files") return files(model, url);
    return rest === "/repo" ? file(model, url) : detail(model, url);
  }

  function list({ searchParams: query }: URL): Answer {
    for (const name of query.keys()) if (!PARAMETERS.has(name)) server.violations.push(`no such parameter: ${name}`);
    if (!SORTS.includes(query.get("sort") ?? "default")) server.violations.push(`no such order: ${query.get("sort")}`);
    const [page, size] = [Number(query.get("page_number") ?? 1), Number(query.get("page_size") ?? 10)];
    if (size > MAX_ROWS || page * size > LAST_ROW) {
      server.violations.push(`beyond what is paged to: page ${page} of ${size}`);
      return { status: 400, body: { success: false, code: "InvalidParameter", message: "page_size" } };
    }
    const owner = query.get("owner");
    const rows = [...models.values()]
      .filter(({ id, private: isPrivate }) => id.split("/")[0] === owner && isPrivate !== true)
      .toSorted((one, other) => (other.lastModified ?? EARLY).localeCompare(one.lastModified ?? EARLY));
    const shown = rows.slice((page - 1) * size, page * size).map((model) => ({
      id: model.id,
      display_name: "…",
      created_at: model.createdAt ?? EARLY,
      last_modified: model.lastModified ?? model.createdAt ?? EARLY,
      license: "apache-2.0",
      tasks: [model.pipelineTag ?? "text-generation"],
      tags: model.tags ?? ["library:pytorch"],
      ...{ private: false, gated: model.gated !== undefined && model.gated !== false, downloads: 1, likes: 2 },
      ...model.modelscope?.row,
    }));
    return ok({ success: true, data: { models: shown, total_count: rows.length, page_number: page, page_size: size } });
  }

  const seconds = (iso: string): number => Math.floor(Date.parse(iso) / 1000);

  function detail(model: PublishedModel, url: URL): Answer {
    if (url.search !== "") server.violations.push(`a revision breaks it: ${url.search}`);
    const [organization, name] = model.id.split("/");
    const data = {
      ...{ Id: 17, Path: organization, Name: name },
      CreatedTime: seconds(model.createdAt ?? EARLY),
      LastUpdatedTime: seconds(model.lastModified ?? model.createdAt ?? EARLY),
      License: "Apache License 2.0",
      Tasks: [{ Name: model.pipelineTag ?? "text-generation", Description: "…" }],
      Tags: model.tags ?? [],
      Libraries: ["transformers"],
      Architectures: ["Qwen3ForCausalLM"],
      ...{ BaseModel: [], BaseModelRelation: "", Visibility: 5, Downloads: 3, Stars: 4 },
      ...model.modelscope?.detail,
    };
    return ok({ Code: 200, Success: true, Message: "success", RequestId: "r", Data: data });
  }

  function files(model: PublishedModel, { searchParams: query }: URL): Answer {
    if (query.get("Revision") !== "master") server.violations.push("no revision was named");
    if (query.get("Recursive") !== "True")
      server.violations.push("the list of files is not recursive: write Recursive=True");
    const rows = filesOf(model)
      .filter(({ path }) => query.get("Recursive") === "True" || !path.includes("/"))
      .map(({ path, bytes }) => ({ Name: path, Path: path, Size: bytes, Type: "blob", Sha256: "0".repeat(64) }));
    return ok({
      Code: 200,
      Success: true,
      Data: { Files: [...rows, { Name: "figures", Path: "figures", Type: "tree" }] },
    });
  }

  function file(model: PublishedModel, { searchParams: query }: URL): Answer {
    const path = query.get("FilePath") ?? "";
    const found = filesOf(model).find((each) => each.path === path);
    if (found?.text === undefined) return { status: 404, body: { Code: 10_990_101_404, Message: "文件不存在" } };
    const key = `${model.id}@${model.lastModified ?? EARLY} ${path}`;
    fileReads.set(key, (fileReads.get(key) ?? 0) + 1);
    if ((fileReads.get(key) ?? 0) > 1) server.violations.push(`read twice: ${key}`);
    return { status: 200, body: found.text, headers: { "content-type": "application/octet-stream" } };
  }

  const server = await startServer(route);
  return {
    ...server,
    publish: (...published: PublishedModel[]) => {
      for (const model of published) models.set(model.id.toLowerCase(), model);
    },
    remove: (id: string) => void models.delete(id.toLowerCase()),
  };
}
