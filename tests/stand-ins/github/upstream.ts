import { blob, commit, oidOf, type Signature, tag } from "./git-objects.ts";
import type { Hub } from "./hub.ts";
import { createMemoryStore, readCommit } from "./object-store.ts";
import { branchRef, createRefs, tagRef } from "./refs.ts";
import type { Release, Repository } from "./repository.ts";
import { isoTime } from "./time.ts";
import { type Change, editTree, FILE } from "./trees.ts";
import type { ReleaseInit, Upstream, UpstreamInit } from "./types.ts";

const README = "README.md";

/** A project's repository, which only its own people write to. */
export function createUpstream(hub: Hub, name: string, init: UpstreamInit = {}): Upstream {
  const { readme, files = {}, pushedAt = hub.now(), license = null, branch = "main" } = init;
  const id = hub.nextId();
  const store = createMemoryStore();
  const refs = createRefs();
  const createdAt = isoTime(new Date(init.createdAt ?? pushedAt));
  const { fork = false, template = false, description = null, visibility = "public", readmes = {} } = init;
  const repository: Repository = {
    ...{ id, nodeId: `R_${id}`, name, writable: false, createdAt, pushedAt, defaultBranch: branch },
    ...{ fork, template, description, visibility, store, refs, gitDir: undefined, releases: [], license },
    ...{ pulls: undefined, issues: undefined, labels: new Map<string, never>() },
    ...{ archived: false, disabled: false, removed: false },
  };
  hub.add(repository);

  const head = (): string | undefined => refs.get(branchRef(branch));
  const headOrThrow = (): string => {
    const oid = head();
    if (oid === undefined) throw new Error(`${repository.name} is empty`);
    return oid;
  };
  const signature = (date: string): Signature => ({ name: "dev", email: "dev@example.org", date: new Date(date) });
  /** A commit on top of the head that no branch points at yet. */
  const makeCommit = (changes: Map<string, Change>, date: string, message: string): string => {
    const parent = head();
    const tree = editTree(store, parent === undefined ? undefined : readCommit(store, parent).tree, changes);
    const by = signature(date);
    const parents = parent === undefined ? [] : [parent];
    return store.put(commit({ tree, parents, author: by, committer: by, message, signed: false }));
  };
  const setFiles = (texts: Record<string, string | null>, date: string): void => {
    const changes = Object.entries(texts).map(([path, text]): [string, Change] => [
      path,
      text === null ? undefined : { mode: FILE, oid: store.put(blob(text)) },
    ]);
    const message = `Update ${Object.keys(texts).join(", ")}\n`;
    refs.set(branchRef(branch), makeCommit(new Map(changes), date, message));
    repository.pushedAt = isoTime(new Date(date));
  };
  const setFile = (path: string, text: string | null): string => {
    setFiles({ [path]: text }, hub.now());
    return text === null ? "" : oidOf(blob(text));
  };
  setFiles({ ...files, ...readmes, ...(readme === undefined ? {} : { [README]: readme }) }, pushedAt);

  const setTag: Upstream["tag"] = (tagName, { date, annotated = false } = {}) => {
    const target = date === undefined ? headOrThrow() : makeCommit(new Map(), date, `Prepare ${tagName}\n`);
    const tagger = signature(date ?? hub.now());
    const oid = annotated
      ? store.put(tag({ object: target, type: "commit", name: tagName, tagger, message: tagName }))
      : target;
    refs.set(tagRef(tagName), oid);
    repository.pushedAt = hub.now();
  };
  /** A draft's tag is made when the draft is published. */
  const ensureTag = ({ tag: tagName, draft }: Release): void => {
    if (!draft && refs.get(tagRef(tagName)) === undefined) setTag(tagName);
  };
  const findRelease = (releaseId: number): Release => {
    const release = repository.releases.find((candidate) => candidate.id === releaseId);
    if (release === undefined) throw new Error(`${repository.name} has no release ${releaseId}`);
    return release;
  };

  return {
    id,
    get name() {
      return repository.name;
    },
    head: headOrThrow,
    setReadme: (text) => setFile(README, text),
    setFile,
    readmes: (texts) => {
      setFiles(texts, hub.now());
      return Object.fromEntries(Object.entries(texts).map(([path, text]) => [path, oidOf(blob(text ?? ""))]));
    },
    tag: setTag,
    removeTag: (tagName) => refs.set(tagRef(tagName), undefined),
    release: (values: ReleaseInit) => {
      const release = newRelease(hub, values);
      repository.releases.push(release);
      ensureTag(release);
      return release.id;
    },
    editRelease: (releaseId, change) => {
      const release = findRelease(releaseId);
      const { publishedAt = release.publishedAt } = change;
      Object.assign(release, change, { publishedAt: isoTime(new Date(publishedAt)), updatedAt: hub.now() });
      ensureTag(release);
    },
    removeRelease: (releaseId) => {
      const release = findRelease(releaseId);
      repository.releases = repository.releases.filter((candidate) => candidate !== release);
    },
    setLicense: (spdxId) => {
      repository.license = spdxId;
    },
    rename: (newName) => hub.rename(repository, newName),
    archive: (on = true) => {
      repository.archived = on;
    },
    disable: (on = true) => {
      repository.disabled = on;
    },
    remove: () => {
      repository.removed = true;
    },
    restore: () => {
      repository.removed = false;
    },
  };
}

function newRelease(hub: Hub, values: ReleaseInit): Release {
  const { tag: tagName, name = null, body = "", publishedAt = hub.now(), prerelease = false, draft = false } = values;
  const date = isoTime(new Date(publishedAt));
  const { latest } = values;
  return {
    ...{ id: hub.nextId(), tag: tagName, name, body, publishedAt: date, updatedAt: date, prerelease, draft, latest },
  };
}
