import { mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import { fastestFolder } from "#tests/fastest-folder.ts";
import { initBare } from "./git.ts";
import type { Hub } from "./hub.ts";
import { createIssues } from "./issues.ts";
import { createLooseStore, readCommit } from "./object-store.ts";
import { createPerson } from "./person.ts";
import { createPulls } from "./pulls.ts";
import { branchRef, createRefs } from "./refs.ts";
import type { Label } from "./repository.ts";
import { ownerOf, type Repository, resolveCommit, resolveExpression } from "./repository.ts";
import type { CatalogRepository } from "./types.ts";

/** A repository that takes branches and pull requests, on disk where git itself can read it until `remove`. */
export async function createCatalog(
  hub: Hub,
  name: string,
  files: Record<string, string>,
  defaultBranch: string,
): Promise<{ catalog: CatalogRepository; remove: () => Promise<void> }> {
  const gitDir = await mkdtemp(path.join(await fastestFolder(), "mulu-github-"));
  initBare(gitDir, defaultBranch);
  const id = hub.nextId();
  const store = createLooseStore(gitDir);
  const refs = createRefs(gitDir);
  const createdAt = hub.now();
  let lastNumber = 0;
  const nextNumber = (): number => ++lastNumber;
  const pulls = createPulls({ hub, store, refs, gitDir, owner: () => ownerOf(repository), nextNumber });
  const issues = createIssues(hub, nextNumber);
  const labels = new Map<string, Label>();
  const repository: Repository = {
    ...{ id, nodeId: `R_${id}`, name, writable: true, createdAt, pushedAt: createdAt, defaultBranch },
    ...{ fork: false, template: false, description: null, visibility: "public" },
    ...{ store, refs, gitDir, releases: [], pulls, issues, labels, license: null },
    ...{ archived: false, disabled: false, removed: false },
  };
  refs.onMove(() => {
    repository.pushedAt = hub.now();
  });
  hub.add(repository);
  const person = createPerson(hub, repository, { pulls, issues });
  await person.commit(defaultBranch, files, "Start the catalog");

  const commitOf = (revision: string): string => {
    const oid = resolveCommit(repository, revision);
    if (oid === undefined) throw new Error(`${repository.name} has no ${revision}`);
    return oid;
  };
  const branches = (): Map<string, string> => {
    const prefix = branchRef("");
    return new Map(refs.list(prefix).map(([ref, oid]) => [ref.slice(prefix.length), oid]));
  };

  const catalog: CatalogRepository = {
    id,
    gitDir,
    defaultBranch,
    person,
    get name() {
      return repository.name;
    },
    get labels() {
      return new Set([...labels.values()].map((label) => label.name));
    },
    pulls: pulls.all,
    issues: issues.all,
    head: async (branch = defaultBranch) => commitOf(branchRef(branch)),
    branches: async () => branches(),
    file: async (filePath, ref = defaultBranch) => {
      const oid = resolveExpression(repository, `${ref}:${filePath}`);
      const object = oid === undefined ? undefined : store.get(oid);
      return object?.type === "blob" ? object.content.toString("utf8") : undefined;
    },
    log: async (ref) => {
      const commits: { oid: string; message: string; author: string }[] = [];
      for (let oid: string | undefined = commitOf(ref); oid !== undefined; ) {
        const { message, author, parents }: ReturnType<typeof readCommit> = readCommit(store, oid);
        commits.push({ oid, message, author: author.name });
        oid = parents[0];
      }
      return commits;
    },
  };
  return { catalog, remove: () => rm(gitDir, { recursive: true, force: true }) };
}
