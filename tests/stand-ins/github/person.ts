import { blob, commit, type Signature } from "./git-objects.ts";
import { type Hub, PERSON } from "./hub.ts";
import type { Issue, Issues } from "./issues.ts";
import { ensureLabel } from "./labels.ts";
import { readCommit } from "./object-store.ts";
import type { Pull, Pulls } from "./pulls.ts";
import { branchRef } from "./refs.ts";
import type { Repository } from "./repository.ts";
import { type Change, editTree, FILE } from "./trees.ts";
import type { Person } from "./types.ts";

/** Someone with write access to the catalog, who uses git and the web page rather than the API. */
export function createPerson(
  hub: Hub,
  repository: Repository,
  { pulls, issues }: { pulls: Pulls; issues: Issues },
): Person {
  const { store, refs, defaultBranch } = repository;
  const signature = (): Signature => ({ name: PERSON, email: `${PERSON}@example.org`, date: hub.clock() });
  const pullOf = (number: number): Pull => {
    const pull = pulls.find(number);
    if (pull === undefined) throw new Error(`there is no pull request #${number}`);
    return pull;
  };
  /** Does it to the issue of that number, or else to the pull request. */
  const either = (number: number, toIssue: (issue: Issue) => void, toPull: (pull: Pull) => void): void => {
    const issue = issues.find(number);
    if (issue === undefined) toPull(pullOf(number));
    else toIssue(issue);
  };
  const change = (number: number, changes: Parameters<Pulls["change"]>[1]): void =>
    either(
      number,
      (issue) => issues.change(issue, changes),
      (pull) => pulls.change(pull, changes),
    );
  const relabel = (number: number, labelsOf: (labels: string[]) => string[]): void =>
    either(
      number,
      (issue) => {
        issue.labels = labelsOf(issue.labels);
        issues.touch(issue);
      },
      (pull) => {
        pull.labels = labelsOf(pull.labels);
        pulls.touch(pull);
      },
    );

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
    openIssue: async (title, body = "") => issues.open({ title, body, labels: [], author: PERSON }).number,
    close: async (number) => change(number, { state: "closed" }),
    reopen: async (number) => change(number, { state: "open" }),
    merge: async (number, method = "merge") => pulls.merge(pullOf(number), method, signature()),
    retitle: async (number, title) => change(number, { title }),
    editBody: async (number, body) => change(number, { body }),
    label: async (number, ...labels) => {
      const names = labels.map((label) => ensureLabel(hub, repository, label).name);
      relabel(number, (present) => [...new Set([...present, ...names])]);
    },
    unlabel: async (number, ...labels) =>
      relabel(number, (present) => present.filter((label) => !labels.includes(label))),
    comment: async (number, body) =>
      either(
        number,
        (issue) => void issues.comment(issue, PERSON, body),
        (pull) => void pulls.comment(pull, PERSON, body),
      ),
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
