import { mkdirSync, readdirSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

export type RefMove = { name: string; before: string | undefined; after: string | undefined };

/** A repository's references by their whole names (`refs/heads/main`). */
export type Refs = {
  get(name: string): string | undefined;
  /** Undefined deletes it. */
  set(name: string, oid: string | undefined): void;
  /** By name. */
  list(prefix: string): [name: string, oid: string][];
  /** Runs after each move. */
  onMove(listener: (move: RefMove) => void): void;
};

/** `gitDir`: the bare repository where each is written down as well. */
export function createRefs(gitDir?: string): Refs {
  const oids = new Map<string, string>();
  const listeners: ((move: RefMove) => void)[] = [];
  return {
    get: (name) => oids.get(name),
    set: (name, oid) => {
      const before = oids.get(name);
      if (before === oid) return;
      if (oid === undefined) oids.delete(name);
      else oids.set(name, oid);
      if (gitDir !== undefined) writeRef(gitDir, name, oid);
      for (const listener of listeners) listener({ name, before, after: oid });
    },
    list: (prefix) =>
      [...oids].filter(([name]) => name.startsWith(prefix)).sort(([a], [b]) => Number(a > b) - Number(a < b)),
    onMove: (listener) => {
      listeners.push(listener);
    },
  };
}

function writeRef(gitDir: string, name: string, oid: string | undefined): void {
  const file = path.join(gitDir, name);
  if (oid !== undefined) {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, `${oid}\n`);
    return;
  }
  rmSync(file, { force: true });
  // Git removes the folders that a reference leaves empty, so that one of the folder's name can be made.
  for (let folder = path.dirname(name); folder.split("/").length > 2; folder = path.dirname(folder)) {
    if (readdirSync(path.join(gitDir, folder)).length > 0) return;
    rmdirSync(path.join(gitDir, folder));
  }
}

export function branchRef(branch: string): string {
  return `refs/heads/${branch}`;
}

export function tagRef(tag: string): string {
  return `refs/tags/${tag}`;
}
