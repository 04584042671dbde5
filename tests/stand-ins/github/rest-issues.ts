import { z } from "zod";
import { json } from "./answer.ts";
import { BOT, type Hub } from "./hub.ts";
import type { Issue, Issues } from "./issues.ts";
import { ensureLabel, findLabel } from "./labels.ts";
import type { Pull, Pulls } from "./pulls.ts";
import { notFound, Refused, validationFailed } from "./refused.ts";
import type { Repository } from "./repository.ts";
import { type Call, PAGING, page, paging, type Route, route } from "./route.ts";
import { commentShape, issueShape, labelShape, pullUrl } from "./shapes.ts";

const issueQuery = z.strictObject({
  ...paging,
  state: z.enum(["open", "closed", "all"]).default("open"),
  labels: z.string().optional(),
  creator: z.string().optional(),
  sort: z.enum(["created", "updated"]).default("created"),
  direction: z.enum(["asc", "desc"]).default("desc"),
});
const labelNames = z.array(z.string().min(1));
const newIssue = z.strictObject({
  title: z.string().min(1),
  body: z.string().optional(),
  labels: labelNames.default([]),
});
const issueChange = z
  .strictObject({
    title: z.string().min(1),
    body: z.string(),
    state: z.enum(["open", "closed"]),
    state_reason: z.enum(["completed", "not_planned", "reopened"]),
  })
  .partial();
const newComment = z.strictObject({ body: z.string().min(1) });
const addedLabels = z.strictObject({ labels: labelNames.min(1) });

/** Issues, what is said on them and on pull requests, and the labels of both. */
export const issueRoutes: Route[] = [
  route("GET", "/issues", { query: issueQuery }, (call) => {
    const { items, headers } = page(call, "/issues", matching(call, call.query), call.query);
    const shapes = items.map((item) => shapeOf(call.hub, call.repository, item));
    return json(200, shapes, headers);
  }),

  route("POST", "/issues", { body: newIssue }, ({ hub, repository, body: { title, body = "", labels } }) => {
    const issues = issuesOf(hub, repository);
    const given = hub.quirks.refuseLabels === undefined ? labels : [];
    const names = given.map((label) => ensureLabel(hub, repository, label).name);
    return json(201, issueShape(hub, repository, issues.open({ title, body, labels: names, author: BOT })));
  }),

  route("GET", "/issues/:number", {}, (call) => json(200, shapeOf(call.hub, call.repository, itemOf(call)))),

  route("PATCH", "/issues/:number", { body: issueChange }, (call) => {
    const { hub, repository, body } = call;
    const issue = issuesOf(hub, repository).find(Number(call.param("number")));
    if (issue === undefined) throw notFound();
    repository.issues?.change(issue, body);
    return json(200, issueShape(hub, repository, issue));
  }),

  route("GET", "/issues/:number/comments", { query: PAGING }, (call) => {
    const item = itemOf(call);
    const { number } = item.is;
    const { items, headers } = page(call, `/issues/${number}/comments`, item.is.comments, call.query);
    const shapes = items.map((comment) => commentShape(call.hub, call.repository, { on: item.on, number }, comment));
    return json(200, shapes, headers);
  }),

  route("POST", "/issues/:number/comments", { body: newComment }, (call) => {
    const item = itemOf(call);
    const { body } = call.body;
    const comment = item.on === "pull" ? item.list.comment(item.is, BOT, body) : item.list.comment(item.is, BOT, body);
    return json(201, commentShape(call.hub, call.repository, { on: item.on, number: item.is.number }, comment));
  }),

  route("GET", "/issues/:number/labels", { query: PAGING }, (call) =>
    json(200, labelsOf(call.hub, call.repository, itemOf(call))),
  ),

  route("POST", "/issues/:number/labels", { body: addedLabels }, (call) => {
    const { hub, repository } = call;
    const item = itemOf(call);
    refuseLabels(hub);
    const names = call.body.labels.map((name) => ensureLabel(hub, repository, name).name);
    const missing = names.filter((name) => !item.is.labels.includes(name));
    item.is.labels.push(...new Set(missing));
    if (missing.length > 0) touch(item);
    return json(200, labelsOf(hub, repository, item));
  }),

  route("DELETE", "/issues/:number/labels/:name", {}, (call) => {
    const { hub, repository } = call;
    const item = itemOf(call);
    const name = findLabel(repository, call.param("name"))?.name;
    if (name === undefined || !item.is.labels.includes(name)) throw notFound();
    item.is.labels = item.is.labels.filter((label) => label !== name);
    touch(item);
    return json(200, labelsOf(hub, repository, item));
  }),
];

/** An issue or a pull request: they share their numbers. */
type Item = { on: "issues"; list: Issues; is: Issue } | { on: "pull"; list: Pulls; is: Pull };

const touch = (item: Item): void => (item.on === "pull" ? item.list.touch(item.is) : item.list.touch(item.is));

/** Throws where the repository has none, or they are switched off. */
function issuesOf({ quirks }: Hub, { issues }: Repository): Issues {
  if (quirks.issues === false) throw new Refused(410, "Issues has been disabled in this repository.");
  if (issues === undefined) throw notFound();
  return issues;
}

function itemOf({ repository, param }: Pick<Call<unknown, unknown>, "repository" | "param">): Item {
  const number = Number(param("number"));
  const { issues, pulls } = repository;
  const issue = issues?.find(number);
  if (issues && issue) return { on: "issues", list: issues, is: issue };
  const pull = pulls?.find(number);
  if (pulls && pull) return { on: "pull", list: pulls, is: pull };
  throw notFound();
}

function refuseLabels({ quirks: { refuseLabels: status } }: Hub): void {
  if (status === 422) throw validationFailed({ resource: "Label", code: "invalid", field: "name" });
  if (status !== undefined) throw new Refused(status, status === 404 ? "Not Found" : "Resource not accessible");
}

/** GitHub lists pull requests among issues. */
function matching(
  { hub, repository }: Pick<Call<unknown, unknown>, "hub" | "repository">,
  query: z.infer<typeof issueQuery>,
) {
  const { state, labels, creator, sort, direction } = query;
  const wanted = (labels ?? "").split(",").filter((label) => label !== "");
  const issues = issuesOf(hub, repository);
  const { pulls } = repository;
  const all: Item[] = [
    ...issues.all.map((is): Item => ({ on: "issues", list: issues, is })),
    ...(pulls?.all ?? []).flatMap((is): Item[] => (pulls ? [{ on: "pull", list: pulls, is }] : [])),
  ];
  const has = ({ is }: Item, label: string): boolean =>
    is.labels.some((own) => own.toLowerCase() === label.toLowerCase());
  const found = all.filter(
    (item) =>
      (state === "all" || item.is.state === state) &&
      (creator === undefined || item.is.author === creator) &&
      wanted.every((label) => has(item, label)),
  );
  const rank = ({ is }: Item): [string, number] => [sort === "updated" ? is.updatedAt : is.createdAt, is.number];
  const compare = (a: Item, b: Item): number => {
    const [[at, number], [otherAt, other]] = [rank(a), rank(b)];
    return Number(at > otherAt) - Number(at < otherAt) || number - other;
  };
  return found.sort((a, b) => (direction === "asc" ? compare(a, b) : compare(b, a)));
}

/** A pull request as an issue: it says so by `pull_request`. */
function shapeOf(hub: Hub, repository: Repository, item: Item) {
  const shape = issueShape(hub, repository, item.is);
  if (item.on === "issues") return shape;
  const url = pullUrl(repository, item.is);
  return { ...shape, html_url: url, pull_request: { html_url: url, merged_at: item.is.mergedAt ?? null } };
}

function labelsOf(hub: Hub, repository: Repository, { is: { labels } }: Item) {
  const found = labels.flatMap((name) => findLabel(repository, name) ?? []);
  return found.map((label) => labelShape(hub, repository, label));
}
