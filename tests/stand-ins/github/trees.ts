import { type TreeEntry, tree } from "./git-objects.ts";
import { type ObjectStore, readTree } from "./object-store.ts";

/** What a path becomes: undefined removes it. */
export type Change = { mode: string; oid: string } | undefined;

export const FILE = "100644";
const FOLDER = "40000";

/** Gives the id of the changed tree; folders that are left empty vanish. */
export function editTree(store: ObjectStore, base: string | undefined, changes: ReadonlyMap<string, Change>): string {
  const entries = new Map((base === undefined ? [] : readTree(store, base)).map((entry) => [entry.name, entry]));
  const inFolders = new Map<string, Map<string, Change>>();
  for (const [path, change] of changes) {
    const slash = path.indexOf("/");
    if (slash >= 0) {
      const folder = path.slice(0, slash);
      const inside = inFolders.get(folder) ?? new Map<string, Change>();
      inFolders.set(folder, inside.set(path.slice(slash + 1), change));
    } else if (change === undefined) entries.delete(path);
    else entries.set(path, { name: path, mode: change.mode.replace(/^0/, ""), oid: change.oid });
  }
  for (const [name, inside] of inFolders) {
    const old = entries.get(name);
    const oid = editTree(store, old?.mode === FOLDER ? old.oid : undefined, inside);
    if (readTree(store, oid).length === 0) entries.delete(name);
    else entries.set(name, { name, mode: FOLDER, oid });
  }
  return store.put(tree([...entries.values()]));
}

/** What lies at a path, which is empty for the tree itself. */
export function entryAt(store: ObjectStore, root: string, path: string): TreeEntry | undefined {
  let entry: TreeEntry | undefined = { mode: FOLDER, name: "", oid: root };
  for (const name of path.split("/").filter((part) => part !== "")) {
    if (entry?.mode !== FOLDER) return undefined;
    entry = readTree(store, entry.oid).find((candidate) => candidate.name === name);
  }
  return entry;
}

/** Every entry below a tree with its whole path, folders before what they hold. */
export function walkTree(store: ObjectStore, root: string, above = ""): (TreeEntry & { path: string })[] {
  return readTree(store, root).flatMap((entry) => {
    const path = `${above}${entry.name}`;
    const below = entry.mode === FOLDER ? walkTree(store, entry.oid, `${path}/`) : [];
    return [{ ...entry, path }, ...below];
  });
}

export function typeOf(mode: string): "tree" | "commit" | "blob" {
  if (mode === FOLDER) return "tree";
  return mode === "160000" ? "commit" : "blob";
}
