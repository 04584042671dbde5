import { z } from "zod";
import { json } from "./answer.ts";
import { BOT, type Hub } from "./hub.ts";
import { addLabel, findLabel } from "./labels.ts";
import type { Pull } from "./pulls.ts";
import { notFound, validationFailed } from "./refused.ts";
import { ownerOf, type Repository } from "./repository.ts";
import { PAGING, page, paging, pullOf, type Route, route } from "./route.ts";
import { labelShape, pullShape, wholePullShape } from "./shapes.ts";

const pullQuery = z.strictObject({
  ...paging,
  state: z.enum(["open", "closed", "all"]).default("open"),
  head: z.string().optional(),
  base: z.string().optional(),
  sort: z.enum(["created", "updated"]).default("created"),
  direction: z.enum(["asc", "desc"]).optional(),
});
const newPull = z.strictObject({
  title: z.string().min(1),
  head: z.string().min(1),
  base: z.string().min(1),
  body: z.string().optional(),
  draft: z.boolean().default(false),
  maintainer_can_modify: z.boolean().optional(),
});
const pullChange = z
  .strictObject({
    title: z.string().min(1),
    body: z.string(),
    state: z.enum(["open", "closed"]),
  })
  .partial();
const newLabel = z.strictObject({
  name: z.string().min(1),
  color: z
    .string()
    .regex(/^[0-9a-fA-F]{6}$/, "six hexadecimal digits, without #")
    .optional(),
  description: z.string().max(100).optional(),
});

/** Pull requests, and the labels there are. */
export const pullRoutes: Route[] = [
  route("GET", "/pulls", { query: pullQuery }, (call) => {
    const { hub, repository, query } = call;
    const found = matchingPulls(hub, repository, query);
    const { items, headers } = page(call, "/pulls", found, query);
    return json(
      200,
      items.map((pull) => pullShape(hub, repository, pull)),
      headers,
    );
  }),

  route("POST", "/pulls", { body: newPull }, async ({ hub, repository, body: { title, base, draft, ...given } }) => {
    const { pulls } = repository;
    if (pulls === undefined) throw notFound();
    const [owner, head] = given.head.includes(":") ? given.head.split(":") : [ownerOf(repository), given.head];
    if (owner !== ownerOf(repository) || head === undefined) {
      hub.violation(`a pull request from another repository: ${given.head}`);
      throw validationFailed({ resource: "PullRequest", field: "head", code: "invalid" });
    }
    const pull = pulls.open({ title, body: given.body ?? "", head, base, draft, author: BOT });
    return json(201, wholePullShape(hub, repository, pull, await pulls.mergeable(pull)));
  }),

  route("GET", "/pulls/:number", {}, async (call) => {
    const { pull, pulls } = pullOf(call);
    return json(200, wholePullShape(call.hub, call.repository, pull, await pulls.mergeable(pull)));
  }),

  route("PATCH", "/pulls/:number", { body: pullChange }, async (call) => {
    const { pull, pulls } = pullOf(call);
    pulls.change(pull, call.body);
    return json(200, wholePullShape(call.hub, call.repository, pull, await pulls.mergeable(pull)));
  }),

  route("GET", "/labels", { query: PAGING }, (call) => {
    const { items, headers } = page(call, "/labels", [...call.repository.labels.values()], call.query);
    return json(
      200,
      items.map((label) => labelShape(call.hub, call.repository, label)),
      headers,
    );
  }),

  route("GET", "/labels/:name", {}, ({ hub, repository, param }) => {
    const label = findLabel(repository, param("name"));
    if (label === undefined) throw notFound();
    return json(200, labelShape(hub, repository, label));
  }),

  route("POST", "/labels", { body: newLabel }, ({ hub, repository, body: { name, color, description } }) => {
    if (findLabel(repository, name) !== undefined) {
      throw validationFailed({ resource: "Label", code: "already_exists", field: "name" });
    }
    const label = addLabel(hub, repository, name, { color, description: description ?? null });
    return json(201, labelShape(hub, repository, label));
  }),
];

function matchingPulls(hub: Hub, repository: Repository, query: z.infer<typeof pullQuery>): Pull[] {
  const { state, head, base, sort, direction = sort === "created" ? "desc" : "asc" } = query;
  // GitHub ignores a head that does not name its owner, and lists every pull request.
  const isIgnored = head === undefined || !head.includes(":");
  if (head !== undefined && isIgnored) hub.violation(`head does not name its owner: ${head}`);
  const found = (repository.pulls?.all ?? []).filter(
    (pull) =>
      (state === "all" || pull.state === state) &&
      (isIgnored || head === `${ownerOf(repository)}:${pull.head}`) &&
      (base === undefined || pull.base === base),
  );
  const rank = (pull: Pull): number => (sort === "created" ? pull.number : pull.touched);
  return found.sort((a, b) => (direction === "asc" ? rank(a) - rank(b) : rank(b) - rank(a)));
}
