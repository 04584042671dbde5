import { z } from "zod";
import { type Answer, bytes, json, redirect } from "./answer.ts";
import type { GitObject } from "./git-objects.ts";
import { readCommit, readTree } from "./object-store.ts";
import { branchRef, tagRef } from "./refs.ts";
import { notFound, Refused } from "./refused.ts";
import { latestRelease, peel, publishedReleases, type Repository, resolveCommit } from "./repository.ts";
import { PAGING, page, type RawCall, type Route, route } from "./route.ts";
import { apiUrl, commitShape, releaseShape, repositoryShape } from "./shapes.ts";
import { entryAt, typeOf } from "./trees.ts";

const AT_REVISION = z.strictObject({ ref: z.string().optional() });

/** What there is to read about a repository and its files. */
export const repositoryRoutes: Route[] = [
  route("GET", "", {}, ({ hub, repository }) => json(200, repositoryShape(hub, repository))),

  route("GET", "/releases", { query: PAGING }, (call) => {
    const { items, headers } = page(call, "/releases", publishedReleases(call.repository), call.query);
    const shapes = items.map((release) => releaseShape(call.hub, call.repository, release));
    return json(200, shapes, headers);
  }),

  route("GET", "/releases/latest", {}, ({ hub, repository }) => {
    const release = latestRelease(repository);
    if (release === undefined) throw notFound();
    return json(200, releaseShape(hub, repository, release));
  }),

  route("GET", "/branches", { query: PAGING }, (call) => {
    const { refs } = call.repository;
    const branches = refs.list(branchRef("")).map(([ref, sha]) => ({ name: ref.slice(branchRef("").length), sha }));
    const { items, headers } = page(call, "/branches", branches, call.query);
    const shapes = items.map(({ name, sha }) => ({ name, commit: { sha }, protected: false }));
    return json(200, shapes, headers);
  }),

  // By name backwards: GitHub's list has neither dates nor an order one could use.
  route("GET", "/tags", { query: PAGING }, (call) => {
    const { refs, store } = call.repository;
    const tags = refs.list(tagRef("")).map(([ref, oid]) => ({ name: ref.slice(tagRef("").length), oid }));
    const { items, headers } = page(call, "/tags", tags.reverse(), call.query);
    const url = apiUrl(call.hub, call.repository);
    const shapes = items.map(({ name, oid }) => {
      const sha = peel(store, oid);
      return { name, commit: { sha, url: `${url}/commits/${sha}` }, tarball_url: `${url}/tarball/${tagRef(name)}` };
    });
    return json(200, shapes, headers);
  }),

  route("GET", "/readme", { query: AT_REVISION }, (call) => {
    const root = readTree(call.repository.store, rootOf(call.repository, call.query.ref));
    const names = root.filter(({ mode, name }) => typeOf(mode) === "blob" && /^readme(\.|$)/i.test(name));
    const readme = names.find(({ name }) => name === "README.md") ?? names[0];
    if (readme === undefined) throw notFound();
    return contents(call, readme.name, call.query.ref);
  }),

  route("GET", "/contents/*path", { query: AT_REVISION }, (call) => contents(call, call.param("path"), call.query.ref)),

  route("GET", "/commits/*ref", {}, ({ hub, repository, accept, param }) => {
    const ref = param("ref");
    const oid = resolveCommit(repository, ref);
    if (oid === undefined) throw new Refused(422, `No commit found for SHA: ${ref}`);
    if (hub.quirks.strictMediaTypes && !/json|\*\/\*/.test(accept))
      throw new Refused(415, "Unsupported 'Accept' header");
    if (!hub.quirks.plainCommits && /^application\/vnd\.github\.(v3\.)?sha$/.test(accept)) {
      return bytes(200, Buffer.from(oid), "application/vnd.github.sha; charset=utf-8");
    }
    return json(200, commitShape(hub, repository, oid));
  }),

  route("GET", "/tarball/*ref", {}, ({ repository, codeloadUrl, param, hub }) => {
    if (hub.quirks.archives === false || resolveCommit(repository, param("ref")) === undefined) throw notFound();
    if (repository.gitDir === undefined) hub.violation(`${repository.name} has no archive here`);
    return redirect(302, `${codeloadUrl}/${repository.name}/legacy.tar.gz/${param("ref")}`);
  }),
];

function rootOf(repository: Repository, ref = "HEAD"): string {
  const commit = resolveCommit(repository, ref);
  if (commit === undefined) throw new Refused(404, `No commit found for the ref ${ref}`);
  return readCommit(repository.store, commit).tree;
}

function contents({ hub, repository, accept }: Omit<RawCall, "body">, path: string, ref?: string): Answer {
  const { store } = repository;
  const entry = entryAt(store, rootOf(repository, ref), path);
  if (entry === undefined) throw notFound();
  const shape = (file: { name: string; oid: string; mode: string }, at: string, object?: GitObject) => ({
    ...{ type: typeOf(file.mode) === "tree" ? "dir" : "file", name: file.name, path: at, sha: file.oid },
    ...{ size: object?.content.length ?? 0, url: `${apiUrl(hub, repository)}/contents/${at}` },
  });
  if (typeOf(entry.mode) === "tree") {
    const inside = readTree(store, entry.oid);
    return json(
      200,
      inside.map((file) => shape(file, `${path}/${file.name}`, store.get(file.oid))),
    );
  }
  const object = store.get(entry.oid);
  if (object === undefined) throw notFound();
  if (accept.includes("raw")) return bytes(200, object.content, "application/vnd.github.raw+json; charset=utf-8");
  const content = inLines(object.content.toString("base64"));
  return json(200, { ...shape(entry, path, object), encoding: "base64", content });
}

/** GitHub breaks base64 after 60 characters. */
export function inLines(base64: string): string {
  return base64.replaceAll(/.{1,60}/g, "$&\n");
}
