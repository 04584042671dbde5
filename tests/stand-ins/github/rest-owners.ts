import { z } from "zod";
import { type Answer, json } from "./answer.ts";
import type { Hub } from "./hub.ts";
import { notFound } from "./refused.ts";
import { paging } from "./route.ts";
import { repositoryShape } from "./shapes.ts";

const query = z.strictObject({
  ...paging,
  type: z.enum(["all", "owner", "member"]).default("owner"),
  sort: z.enum(["created", "updated", "pushed", "full_name"]).default("full_name"),
  direction: z.enum(["asc", "desc"]).optional(),
});

/** Repositories of a user or an organisation, forks among them; undefined where the path is another. */
export function answerOwner(hub: Hub, method: string, path: string, search: URLSearchParams): Answer | undefined {
  const [, login] = /^\/users\/([^/]+)\/repos$/.exec(path) ?? [];
  if (login === undefined || method !== "GET") return undefined;
  const owner = hub.owner(decodeURIComponent(login));
  const parsed = query.safeParse(Object.fromEntries(search));
  if (!parsed.success) hub.violation(`GET ${path}: ${z.prettifyError(parsed.error)}`);
  if (owner === undefined || !parsed.success) throw notFound();
  const { per_page, page, sort, direction = sort === "full_name" ? "asc" : "desc" } = parsed.data;
  const keyOf = (repository: { createdAt: string; pushedAt: string; name: string }): string =>
    sort === "created" ? repository.createdAt : sort === "full_name" ? repository.name : repository.pushedAt;
  const found = hub.repositoriesOf(owner.login).filter(({ visibility }) => visibility === "public");
  found.sort((a, b) => Number(keyOf(a) > keyOf(b)) - Number(keyOf(a) < keyOf(b)) || a.id - b.id);
  const ordered = direction === "asc" ? found : found.reverse();
  const more = ordered.length > page * per_page;
  const next = new URLSearchParams(search);
  next.set("page", String(page + 1));
  return json(
    200,
    ordered.slice((page - 1) * per_page, page * per_page).map((repository) => repositoryShape(hub, repository)),
    more ? { link: `<${hub.url()}${path}?${next}>; rel="next"` } : {},
  );
}
