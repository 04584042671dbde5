import { blob, commit, type Signature } from "./git-objects.ts";
import { type Hub, PERSON } from "./hub.ts";
import { ensureLabel } from "./labels.ts";
import { readCommit } from "./object-store.ts";
import type { Pull, Pulls } from "./pulls.ts";
import { branchRef } from "./refs.ts";
import type { Repository } from "./repository.ts";
import { type Change, editTree, FILE } from "./trees.ts";
import type { Person } from "./types.ts";

/** Someone with write access to the catalog, who uses git and the web page rather than the API. */
export function createPerson(hub: Hub, repository: Repository, pulls: Pulls): Person {
  const { store, refs, defaultBranch } = repository;
  const signature = (): Signature => ({ name: PERSON, email: `${PERSON}@example.org`, date: hub.clock() });
  const pullOf = (number: number): Pull => {
    const pull = pulls.find(number);
    if (pull === undefined) throw new Error(`there is no pull request #${number}`);
    return pull;
  };

  return {
    login: PERSON,
    commit: async (branch, files, message = `Edit ${Object.keys(files).join(", ")}`) => {
      const parent = refs.get(branchRef(branch)) ?? refs.get(branchRef(defaultBranch));
      const changes = Object.entries(files).map(([path, text]): [string, Change] => [
        path,
        text === null ? undefined : { mode: FILE, oid: store.put(blob(text)) },
      ]);
      const base = parent === undefined ? undefined : readCommit(store, parent).tree;
      const tree = editTree(store, base, new Map(changes));
      const [author, committer] = [signature(), signature()];
      const parents = parent === undefined ? [] : [parent];
      const oid = store.put(commit({ tree, parents, author, committer, message: `${message}\n`, signed: false }));
      refs.set(branchRef(branch), oid);
      return oid;
    },
    open: async (head, title, body = "") =>
      pulls.open({ title, body, head, base: defaultBranch, draft: false, author: PERSON }).number,
    close: async (number) => pulls.change(pullOf(number), { state: "closed" }),
    reopen: async (number) => pulls.change(pullOf(number), { state: "open" }),
    merge: async (number, method = "merge") => pulls.merge(pullOf(number), method, signature()),
    retitle: async (number, title) => pulls.change(pullOf(number), { title }),
    editBody: async (number, body) => pulls.change(pullOf(number), { body }),
    label: async (number, ...labels) => {
      const pull = pullOf(number);
      const names = labels.map((label) => ensureLabel(hub, repository, label).name);
      pull.labels = [...new Set([...pull.labels, ...names])];
      pulls.touch(pull);
    },
    unlabel: async (number, ...labels) => {
      const pull = pullOf(number);
      pull.labels = pull.labels.filter((label) => !labels.includes(label));
      pulls.touch(pull);
    },
    comment: async (number, body) => {
      pulls.comment(pullOf(number), PERSON, body);
    },
    deleteBranch: async (branch) => refs.set(branchRef(branch), undefined),
    setBranch: async (branch, oid) => {
      readCommit(store, oid);
      refs.set(branchRef(branch), oid);
    },
    rename: async (newName) => hub.rename(repository, newName),
    archive: async (on = true) => {
      repository.archived = on;
    },
  };
}
