import { z } from "zod";
import { bytes, empty, json } from "./answer.ts";
import { blob, commit, parseTree } from "./git-objects.ts";
import { BOT } from "./hub.ts";
import { readCommit } from "./object-store.ts";
import { checkCommit, checkFastForward, checkNewRef } from "./ref-rules.ts";
import { notFound, Refused } from "./refused.ts";
import { type Repository, resolve } from "./repository.ts";
import { inLines } from "./rest-repositories.ts";
import { type Call, type Route, route } from "./route.ts";
import { apiUrl, gitCommitShape, refShape } from "./shapes.ts";
import { type Change, editTree, typeOf, walkTree } from "./trees.ts";

const oid = z.string().regex(/^[0-9a-f]{40}$/, "40 lower-case hexadecimal digits");
const filePath = z.string().regex(/^(?!\/)(?!(.*\/)?(\.|\.\.|\.git)?(\/|$)).+$/, "a relative path without . and ..");

const newBlob = z.strictObject({ content: z.string(), encoding: z.enum(["utf-8", "base64"]).default("utf-8") });
const treeEntry = z
  .strictObject({
    path: filePath,
    mode: z.enum(["100644", "100755", "040000", "160000", "120000"]),
    type: z.enum(["blob", "tree", "commit"]),
    sha: oid.nullable().optional(),
    content: z.string().optional(),
  })
  .refine(({ sha, content }) => (sha === undefined) !== (content === undefined), "either sha or content")
  .refine(({ mode, type }) => typeOf(mode.replace(/^0/, "")) === type, "a mode of its type");
const newTree = z.strictObject({ tree: z.array(treeEntry).min(1), base_tree: oid.optional() });
const signature = z.strictObject({ name: z.string(), email: z.string(), date: z.iso.datetime().optional() });
const newCommit = z.strictObject({
  message: z.string().min(1),
  tree: oid,
  parents: z.array(oid).default([]),
  author: signature.optional(),
  committer: signature.optional(),
});
const newRef = z.strictObject({ ref: z.string(), sha: oid });
const refChange = z.strictObject({ sha: oid, force: z.boolean().default(false) });

type TreeEntry = z.infer<typeof treeEntry>;

/** Git's own objects and references. */
export const gitRoutes: Route[] = [
  route("GET", "/git/blobs/:sha", {}, ({ repository, accept, param }) => {
    const object = repository.store.get(param("sha"));
    if (object?.type !== "blob") throw notFound();
    if (accept.includes("raw")) return bytes(200, object.content, "application/vnd.github.raw+json; charset=utf-8");
    const content = inLines(object.content.toString("base64"));
    return json(200, { sha: param("sha"), size: object.content.length, encoding: "base64", content });
  }),

  route("POST", "/git/blobs", { body: newBlob }, ({ hub, repository, body: { content, encoding } }) => {
    const sha = repository.store.put(blob(Buffer.from(content, encoding)));
    return json(201, { sha, url: `${apiUrl(hub, repository)}/git/blobs/${sha}` });
  }),

  route("GET", "/git/trees/*sha", { query: z.strictObject({ recursive: z.string().optional() }) }, (call) => {
    const named = resolve(call.repository, call.param("sha")) ?? "";
    const object = call.repository.store.get(named);
    const sha = object?.type === "commit" ? readCommit(call.repository.store, named).tree : named;
    if (call.repository.store.get(sha)?.type !== "tree") throw notFound();
    return json(200, treeShape(call, sha, call.query.recursive !== undefined));
  }),

  route("POST", "/git/trees", { body: newTree }, (call) => {
    const { hub, repository, body } = call;
    const { store } = repository;
    if (body.base_tree !== undefined && store.get(body.base_tree)?.type !== "tree") {
      hub.violation(`base_tree is no tree: ${body.base_tree}`);
      throw new Refused(422, "tree.base_tree is not a valid tree oid");
    }
    const changes = body.tree.map((entry): [string, Change] => [entry.path, changeOf(call, entry)]);
    return json(201, treeShape(call, editTree(store, body.base_tree, new Map(changes)), false));
  }),

  route("GET", "/git/commits/:sha", {}, ({ hub, repository, param }) => {
    if (repository.store.get(param("sha"))?.type !== "commit") throw notFound();
    return json(200, gitCommitShape(hub, repository, param("sha")));
  }),

  route("POST", "/git/commits", { body: newCommit }, ({ hub, repository, body }) => {
    const { store } = repository;
    const { message, tree, parents } = body;
    const isSet = body.author !== undefined || body.committer !== undefined;
    if (isSet) hub.violation("a commit with an author or a committer of our own, which GitHub does not sign");
    if (store.get(tree)?.type !== "tree") {
      hub.violation(`a commit of what is no tree: ${tree}`);
      throw new Refused(422, "Tree SHA does not exist");
    }
    for (const parent of parents) checkCommit(hub, repository, parent);
    const bot = { name: BOT, email: `${BOT}@users.noreply.github.com` };
    const dated = (given: z.infer<typeof signature>) => ({ ...given, date: new Date(given.date ?? hub.clock()) });
    const author = dated(body.author ?? bot);
    const committer = dated(body.committer ?? (isSet ? bot : { name: "GitHub", email: "noreply@github.com" }));
    const made = store.put(commit({ tree, parents, author, committer, message, signed: !isSet }));
    return json(201, gitCommitShape(hub, repository, made));
  }),

  route("GET", "/git/ref/*ref", {}, ({ hub, repository, param }) => {
    const name = `refs/${param("ref")}`;
    return json(200, refShape(hub, repository, [name, refOrThrow(repository, name, notFound())]));
  }),

  route("GET", "/git/matching-refs/*ref", {}, ({ hub, repository, param }) => {
    const found = repository.refs.list(`refs/${param("ref")}`);
    return json(
      200,
      found.map((ref) => refShape(hub, repository, ref)),
    );
  }),

  route("POST", "/git/refs", { body: newRef }, ({ hub, repository, body: { ref, sha } }) => {
    checkCommit(hub, repository, sha);
    if (repository.refs.get(ref) !== undefined) throw new Refused(422, "Reference already exists");
    checkNewRef(hub, repository, ref);
    repository.refs.set(ref, sha);
    return json(201, refShape(hub, repository, [ref, sha]));
  }),

  route("PATCH", "/git/refs/*ref", { body: refChange }, ({ hub, repository, param, body: { sha, force } }) => {
    const name = `refs/${param("ref")}`;
    const before = refOrThrow(repository, name, new Refused(422, "Reference does not exist"));
    checkCommit(hub, repository, sha);
    if (!force) checkFastForward(repository, before, sha);
    repository.refs.set(name, sha);
    return json(200, refShape(hub, repository, [name, sha]));
  }),

  route("DELETE", "/git/refs/*ref", {}, ({ repository, param }) => {
    const name = `refs/${param("ref")}`;
    refOrThrow(repository, name, new Refused(422, "Reference does not exist"));
    repository.refs.set(name, undefined);
    return empty(204);
  }),
];

function refOrThrow({ refs }: Repository, name: string, otherwise: Refused): string {
  const found = refs.get(name);
  if (found === undefined) throw otherwise;
  return found;
}

function changeOf({ hub, repository }: Call<unknown, unknown>, { path, mode, sha, content }: TreeEntry): Change {
  if (content !== undefined) return { mode, oid: repository.store.put(blob(content)) };
  if (sha === null || sha === undefined) return undefined;
  if (repository.store.get(sha)?.type === typeOf(mode.replace(/^0/, ""))) return { mode, oid: sha };
  hub.violation(`a tree entry without its object: ${path} ${sha}`);
  throw new Refused(422, `tree.sha ${sha} is not a valid blob`);
}

function treeShape({ hub, repository }: Call<unknown, unknown>, sha: string, recursive: boolean) {
  const { store } = repository;
  const root = store.get(sha);
  const direct = root === undefined ? [] : parseTree(root).map((entry) => ({ ...entry, path: entry.name }));
  const url = `${apiUrl(hub, repository)}/git`;
  const tree = (recursive ? walkTree(store, sha) : direct).map(({ path, mode, oid: entryOid }) => ({
    ...{ path, mode: mode.padStart(6, "0"), type: typeOf(mode), sha: entryOid },
    url: `${url}/${typeOf(mode)}s/${entryOid}`,
  }));
  return { sha, url: `${url}/trees/${sha}`, tree, truncated: false };
}
