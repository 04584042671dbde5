import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { deflateSync, inflateSync } from "node:zlib";
import {
  type Commit,
  decode,
  encode,
  type GitObject,
  oidOf,
  parseCommit,
  parseTree,
  type TreeEntry,
} from "./git-objects.ts";

/** Git objects by their ids. */
export type ObjectStore = {
  /** Gives the id. */
  put(object: GitObject): string;
  get(oid: string): GitObject | undefined;
};

export function createMemoryStore(): ObjectStore {
  const objects = new Map<string, GitObject>();
  return {
    put: (object) => {
      const oid = oidOf(object);
      objects.set(oid, object);
      return oid;
    },
    get: (oid) => objects.get(oid),
  };
}

/** Loose objects of the repository at `gitDir`, as git itself writes and reads them; memory only saves reading. */
export function createLooseStore(gitDir: string): ObjectStore {
  const memory = createMemoryStore();
  const pathOf = (oid: string): string => path.join(gitDir, "objects", oid.slice(0, 2), oid.slice(2));
  return {
    put: (object) => {
      const oid = oidOf(object);
      if (memory.get(oid) !== undefined) return oid;
      mkdirSync(path.dirname(pathOf(oid)), { recursive: true });
      writeFileSync(pathOf(oid), deflateSync(encode(object), { level: 1 }));
      return memory.put(object);
    },
    get: (oid) => {
      const known = memory.get(oid);
      if (known !== undefined || !/^[0-9a-f]{40}$/.test(oid)) return known;
      const bytes = readIfThere(pathOf(oid));
      if (bytes === undefined) return undefined;
      const object = decode(inflateSync(bytes));
      memory.put(object);
      return object;
    },
  };
}

// Objects never change: each is parsed once.
const commits = new WeakMap<GitObject, Commit>();
const trees = new WeakMap<GitObject, readonly TreeEntry[]>();

/** Throws where there is no such commit. */
export function readCommit(store: ObjectStore, oid: string): Commit {
  const object = store.get(oid);
  if (object?.type !== "commit") throw new Error(`no commit ${oid}`);
  const commit = commits.get(object) ?? parseCommit(object);
  commits.set(object, commit);
  return commit;
}

/** Throws where there is no such tree. */
export function readTree(store: ObjectStore, oid: string): readonly TreeEntry[] {
  const object = store.get(oid);
  if (object?.type !== "tree") throw new Error(`no tree ${oid}`);
  const entries = trees.get(object) ?? parseTree(object);
  trees.set(object, entries);
  return entries;
}

/** The commit and everything before it. */
export function ancestors(store: ObjectStore, oid: string): Set<string> {
  const seen = new Set([oid]);
  // What is added while the loop runs is visited as well.
  for (const next of seen) for (const parent of readCommit(store, next).parents) seen.add(parent);
  return seen;
}

/** True also where both are the same commit. */
export function isAncestor(store: ObjectStore, oid: string, of: string): boolean {
  return oid === of || ancestors(store, of).has(oid);
}

function readIfThere(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
