import { createHash } from "node:crypto";
import { fieldsOf, filesOf, type PublishedModel, shaOf } from "./models.ts";
import { type Answer, type Request, startServer } from "./server.ts";

export type HuggingfaceOptions = {
  /** Tokens that are known; absent: only who is anonymous is served. */
  token?: string | undefined;
  /** Whether `If-None-Match` is heeded, as nobody documents; ETags are sent either way. */
  conditional?: boolean;
  /** The most rows of a page, however many are asked for. */
  maxRows?: number;
  /** Whether small files come from another host too, as large ones do. */
  filesElsewhere?: boolean;
  /** Requests until it answers 429; absent: as good as none. */
  quota?: number;
};

const LIST_FIELDS = new Set(
  (
    "author cardData config createdAt disabled downloads downloadsAllTime evalResults gated gguf inference " +
    "inferenceProviderMapping lastModified library_name likes mask_token model-index pipeline_tag private resourceGroup " +
    "safetensors sha siblings spaces tags transformersInfo trendingScore widgetData"
  ).split(" "),
);
const DETAIL_FIELDS = new Set([...LIST_FIELDS, "usedStorage", "baseModels", "childrenModelCount"]);
const LIST_PARAMETERS = new Set(
  "author search filter sort limit cursor expand expand[] full cardData config pipeline_tag apps gated inference num_parameters".split(
    " ",
  ),
);
/** What changes every hour: an answer with these is never the same twice. */
const RESTLESS = new Set(["downloads", "downloadsAllTime", "likes", "trendingScore", "spaces", "widgetData"]);

const refuse = (status: number, error: string, headers: Record<string, string> = {}): Answer => ({
  status,
  body: { error },
  headers: { "x-error-message": error, ...headers },
});
const MISSING = { "x-error-code": "RepoNotFound" };

/** Hugging Face on loopback, with a second server for the files that it has elsewhere. */
export async function startHuggingface(options: HuggingfaceOptions = {}) {
  const { token, conditional = true, maxRows = 1000, filesElsewhere = false, quota = 1_000_000 } = options;
  const models = new Map<string, PublishedModel>();
  const renamed = new Map<string, string>();
  const collections = new Map<string, { type: string; id: string }[]>();
  const configReads = new Map<string, number>();
  let left = quota;

  const elsewhere = await startServer(({ url, headers }) => {
    if (headers.authorization !== undefined) server.violations.push(`the token was sent to another host: ${url.href}`);
    return fileAnswer(url.pathname.replace(/^\/files/, ""));
  });

  const find = (id: string): PublishedModel | undefined => models.get(id.toLowerCase());

  function answer(request: Request): Answer {
    left = Math.max(0, left - 1);
    const limits = { ratelimit: `"api";r=${left};t=240`, "ratelimit-policy": `"fixed window";"api";q=${quota};w=300` };
    const given = left === 0 ? refuse(429, "We had to rate limit your IP (127.0.0.1).") : route(request);
    return { ...given, headers: { ...limits, ...given.headers } };
  }

  function route({ url, headers }: Request): Answer {
    const { pathname: path } = url;
    const isKnown = headers.authorization === `Bearer ${token ?? ""}` && token !== undefined;
    if (headers.authorization !== undefined && !isKnown)
      return refuse(401, "Invalid credentials in Authorization header");
    if (path === "/api/models") return marked(list(url), headers["if-none-match"]);
    if (path.startsWith("/api/models/")) return marked(detail(url, isKnown), headers["if-none-match"]);
    if (path.startsWith("/api/collections/")) return collection(path);
    if (path.startsWith("/api/resolve-cache/models/"))
      return fileAnswer(path.slice("/api/resolve-cache/models".length));
    if (/^\/[^/]+\/[^/]+\/resolve\//.test(path)) return resolve(path, isKnown);
    server.violations.push(`no such route: ${path}`);
    return refuse(404, "Sorry, we can't find the page you are looking for.");
  }

  function marked(given: Answer, known: string | undefined): Answer {
    if (given.status !== 200) return given;
    const etag = `W/"${createHash("sha1").update(JSON.stringify(given.body)).digest("base64url")}"`;
    const headers = { ...given.headers, etag };
    return conditional && known === etag ? { status: 304, body: "", headers } : { ...given, headers };
  }

  function expanded(url: URL, allowed: ReadonlySet<string>): string[] | Answer {
    const fields = [...url.searchParams.getAll("expand"), ...url.searchParams.getAll("expand[]")];
    for (const field of fields.filter((each) => RESTLESS.has(each)))
      server.violations.push(`asked for what changes every hour: ${field}`);
    const unknown = fields.find((field) => !allowed.has(field));
    if (unknown === undefined) return fields;
    server.violations.push(`no such field here: ${unknown}`);
    return refuse(400, `"expand" must be one of [${[...allowed].join(", ")}]`);
  }

  function list(url: URL): Answer {
    const { searchParams: query } = url;
    for (const name of query.keys())
      if (!LIST_PARAMETERS.has(name)) server.violations.push(`no such parameter: ${name}`);
    const fields = expanded(url, LIST_FIELDS);
    if (!Array.isArray(fields)) return fields;
    if (fields.length > 0 && ["full", "cardData", "config"].some((name) => query.has(name)))
      return refuse(400, `"expand" conflicts with "full"`);
    const author = query.get("author");
    const rows = [...models.values()]
      .filter(({ id, private: isPrivate }) => id.split("/")[0] === author && isPrivate !== true)
      .map(fieldsOf)
      .toSorted((one, other) => String(other["lastModified"]).localeCompare(String(one["lastModified"])));
    const from = Number(Buffer.from(query.get("cursor") ?? "", "base64url").toString() || 0);
    if (Number.isNaN(from)) return refuse(400, "Invalid cursor");
    const rowsOfPage = Math.min(Number(query.get("limit") ?? 100), maxRows);
    const page = rows.slice(from, from + rowsOfPage);
    const next = new URL(url);
    next.searchParams.set("cursor", Buffer.from(String(from + rowsOfPage)).toString("base64url"));
    const shown = fields.length === 0 ? ["downloads", "likes", "createdAt", "private", "pipeline_tag"] : fields;
    return {
      status: 200,
      body: page.map((row) => only(row, shown)),
      headers: from + rowsOfPage < rows.length ? { link: `<${next.href}>; rel="next"` } : {},
    };
  }

  const only = (row: Record<string, unknown>, fields: readonly string[]): Record<string, unknown> =>
    Object.fromEntries(Object.entries(row).filter(([name]) => ["_id", "id", ...fields].includes(name)));

  /** Why a model is not shown to who asks; undefined where it is. */
  function hidden(id: string, isKnown: boolean): Answer | undefined {
    const model = find(id);
    if (model === undefined || (model.private && !isKnown))
      return isKnown
        ? refuse(404, "Repository not found", MISSING)
        : refuse(401, "Invalid username or password.", MISSING);
    return model.disabled ? refuse(403, "Access to this resource is disabled.") : undefined;
  }

  const gatedRefusal = (id: string): Answer =>
    refuse(401, `Access to model ${id} is restricted. You must have access to it and be authenticated to access it.`, {
      "x-error-code": "GatedRepo",
    });

  function detail(url: URL, isKnown: boolean): Answer {
    const id = decodeURIComponent(url.pathname.slice("/api/models/".length));
    const to = renamed.get(id.toLowerCase());
    if (to !== undefined) return moved(`/api/models/${to}${url.search}`);
    for (const name of url.searchParams.keys())
      if (!["blobs", "expand", "expand[]"].includes(name)) server.violations.push(`no such parameter: ${name}`);
    const refused = hidden(id, isKnown);
    const model = find(id);
    if (refused || model === undefined) return refused ?? refuse(404, "Repository not found", MISSING);
    if (model.hidesDetail) return { ...gatedRefusal(id), status: 403 };
    const fields = expanded(url, DETAIL_FIELDS);
    if (!Array.isArray(fields)) return fields;
    const whole = fieldsOf(model);
    const siblings = filesOf(model).map(({ path, bytes, lfs }) => ({
      rfilename: path,
      ...(url.searchParams.get("blobs") === "true" && {
        size: bytes,
        ...(lfs && { lfs: { size: bytes, sha256: "0".repeat(64), pointerSize: 135 } }),
      }),
    }));
    return { status: 200, body: fields.length > 0 ? only(whole, fields) : { ...whole, siblings } };
  }

  const moved = (location: string, status = 307): Answer => ({
    status,
    body: `Temporary Redirect. Redirecting to ${location}`,
    headers: { location },
  });

  function resolve(path: string, isKnown: boolean): Answer {
    const [, organization = "", name = "", , revision = "", ...rest] = path.split("/").map(decodeURIComponent);
    const id = `${organization}/${name}`;
    const to = renamed.get(id.toLowerCase());
    if (to !== undefined) return moved(`/${to}/resolve/${revision}/${rest.join("/")}`);
    const refused = hidden(id, isKnown);
    if (refused) return refused;
    const model = find(id);
    if (model?.gated) return gatedRefusal(id);
    if (model === undefined || !["main", shaOf(model)].includes(revision))
      return refuse(404, "Revision not found", { "x-error-code": "RevisionNotFound" });
    const target = `/${id}/${shaOf(model)}/${rest.join("/")}`;
    return filesElsewhere
      ? moved(`${elsewhere.url}/files${target}?Signature=s3cret`, 302)
      : moved(`/api/resolve-cache/models${target}`);
  }

  function fileAnswer(path: string): Answer {
    const [, organization = "", name = "", sha = "", ...rest] = path.split("/");
    const file = filesOf(find(`${organization}/${name}`) ?? { id: "", config: null, files: [] }).find(
      (each) => each.path === rest.join("/"),
    );
    if (file?.text === undefined) return refuse(404, "Entry not found", { "x-error-code": "EntryNotFound" });
    const key = `${organization}/${name}@${sha} ${file.path}`;
    configReads.set(key, (configReads.get(key) ?? 0) + 1);
    if ((configReads.get(key) ?? 0) > 1) server.violations.push(`read twice, which counts as two downloads: ${key}`);
    return { status: 200, body: file.text, headers: { "content-type": "application/json", "x-repo-commit": sha } };
  }

  function collection(path: string): Answer {
    const slug = decodeURIComponent(path.slice("/api/collections/".length));
    const items = collections.get(slug.toLowerCase());
    if (items === undefined) return refuse(404, "Collection not found");
    const rows = items.map((item, position) => ({ _id: String(position), ...item, position }));
    return { status: 200, body: { slug, title: "…", owner: { name: slug.split("/")[0] }, items: rows } };
  }

  const server = await startServer(answer);
  return {
    ...server,
    /** Puts a model there, or in place of one of its name. */
    publish: (...published: PublishedModel[]) => {
      for (const model of published) models.set(model.id.toLowerCase(), model);
    },
    remove: (id: string) => void models.delete(id.toLowerCase()),
    rename: (from: string, to: string) => {
      const model = find(from);
      models.delete(from.toLowerCase());
      if (model) models.set(to.toLowerCase(), { ...model, id: to });
      renamed.set(from.toLowerCase(), to);
    },
    collect: (slug: string, items: { type: string; id: string }[]) => void collections.set(slug.toLowerCase(), items),
    close: async (): Promise<void> => {
      await Promise.all([server.close(), elsewhere.close()]);
    },
  };
}
