import { createMerge } from "./git.ts";
import { type Commit, commit } from "./git-objects.ts";
import { ancestors, isAncestor, type ObjectStore, readCommit } from "./object-store.ts";
import { branchRef, type RefMove, type Refs } from "./refs.ts";
import { type Refused, validationFailed } from "./refused.ts";
import type { PullState } from "./types.ts";

export type Comment = { id: number; author: string; body: string; createdAt: string; updatedAt: string };
export type Mergeable = "MERGEABLE" | "CONFLICTING" | "UNKNOWN";

export type Pull = PullState & {
  readonly id: number;
  readonly nodeId: string;
  comments: Comment[];
  baseOid: string;
  mergedAt: string | undefined;
  mergeCommit: string | undefined;
  /** Grows with every change: times alone leave changes within a second unordered. */
  touched: number;
};

export type PullInit = { title: string; body: string; head: string; base: string; draft: boolean; author: string };

type PullChange = { title?: string | undefined; body?: string | undefined; state?: "open" | "closed" | undefined };

/** What pull requests need of the server that they are on. */
type PullServer = { now: () => string; nextId: () => number; violation: (fault: string) => void };

type Context = {
  hub: PullServer;
  store: ObjectStore;
  refs: Refs;
  gitDir: string;
  owner: () => string;
  /** Shared with issues. */
  nextNumber: () => number;
};

const MAX_BODY_LENGTH = 65_536;
const MAX_TITLE_LENGTH = 256;

export type Pulls = ReturnType<typeof createPulls>;

/** The pull requests of one repository, which follow its branches. What GitHub would refuse is thrown as `Refused`. */
export function createPulls({ hub, store, refs, gitDir, owner, nextNumber }: Context) {
  const all: Pull[] = [];
  const mergeables = new Map<string, Promise<Mergeable> | undefined>();
  const merge = createMerge(gitDir);
  let touches = 0;

  const touch = (pull: Pull): void => {
    pull.updatedAt = hub.now();
    pull.touched = ++touches;
  };
  const end = (pull: Pull, mergeCommit?: string): void => {
    touch(pull);
    pull.state = "closed";
    pull.closedAt = pull.updatedAt;
    if (mergeCommit === undefined) return;
    pull.merged = true;
    pull.mergedAt = pull.updatedAt;
    pull.mergeCommit = mergeCommit;
  };
  const openOf = (head: string, base: string): Pull | undefined =>
    all.find((pull) => pull.state === "open" && pull.head === head && pull.base === base);
  const refuse = (message: string, field?: string): Refused =>
    validationFailed({ resource: "PullRequest", code: "custom", message, ...(field === undefined ? {} : { field }) });

  const checkTexts = ({ title, body }: { title?: string | undefined; body?: string | undefined }): void => {
    const tooLong = (field: string, length: number, limit: number): void => {
      if (length <= limit) return;
      hub.violation(`a pull request's ${field} of ${length} characters`);
      throw refuse(`${field} is too long (maximum is ${limit} characters)`, field);
    };
    tooLong("body", body?.length ?? 0, MAX_BODY_LENGTH);
    tooLong("title", title?.length ?? 0, MAX_TITLE_LENGTH);
  };

  const headMoved = (pull: Pull, after: string): void => {
    pull.headOid = after;
    touch(pull);
    // Nothing left to merge: GitHub closes it.
    if (isAncestor(store, after, pull.baseOid)) end(pull);
  };
  const baseMoved = (pull: Pull, after: string, contained: ReadonlySet<string>): void => {
    pull.baseOid = after;
    if (contained.has(pull.headOid)) end(pull, after);
  };
  refs.onMove(({ name, after }: RefMove) => {
    const concerned = all.filter(
      ({ state, head, base }) => state === "open" && (name === branchRef(head) || name === branchRef(base)),
    );
    const contained = after === undefined || concerned.length === 0 ? new Set<string>() : ancestors(store, after);
    for (const pull of concerned) {
      if (after === undefined) end(pull);
      else if (name === branchRef(pull.head)) headMoved(pull, after);
      else baseMoved(pull, after, contained);
    }
  });

  const reopen = (pull: Pull): void => {
    const cannot = (why: string): Refused => refuse(`state cannot be changed. ${why}`, "state");
    const oid = refs.get(branchRef(pull.head));
    const baseOid = refs.get(branchRef(pull.base));
    if (pull.merged) throw cannot("The pull request cannot be reopened.");
    if (oid === undefined) throw cannot(`The ${pull.head} branch has been deleted.`);
    if (baseOid === undefined) throw cannot(`The ${pull.base} branch has been deleted.`);
    if (!isAncestor(store, pull.headOid, oid)) {
      throw cannot(`The ${pull.head} branch was force-pushed or recreated.`);
    }
    if (openOf(pull.head, pull.base) !== undefined) {
      throw cannot(`A pull request already exists for ${owner()}:${pull.head}.`);
    }
    if (isAncestor(store, oid, baseOid)) throw cannot(`There are no new commits on the ${pull.head} branch.`);
    Object.assign(pull, { state: "open", closedAt: undefined, headOid: oid, baseOid });
  };

  const findMergeable = async ({ baseOid, headOid }: Pull): Promise<Mergeable> =>
    (await merge(baseOid, headOid)) === undefined ? "CONFLICTING" : "MERGEABLE";

  return {
    all,
    find: (number: number): Pull | undefined => all.find((pull) => pull.number === number),
    touch,

    open: ({ title, body, head, base, draft, author }: PullInit): Pull => {
      checkTexts({ title, body });
      const headOid = refs.get(branchRef(head));
      const baseOid = refs.get(branchRef(base));
      if (baseOid === undefined) throw validationFailed({ resource: "PullRequest", field: "base", code: "invalid" });
      if (headOid === undefined) throw validationFailed({ resource: "PullRequest", field: "head", code: "invalid" });
      if (openOf(head, base) !== undefined) throw refuse(`A pull request already exists for ${owner()}:${head}.`);
      if (isAncestor(store, headOid, baseOid)) throw refuse(`No commits between ${base} and ${head}`);
      const id = hub.nextId();
      const createdAt = hub.now();
      const pull: Pull = {
        ...{ id, nodeId: `PR_${id}`, number: nextNumber(), title, body, state: "open", merged: false, draft, head },
        ...{ headOid, base, baseOid, author, labels: [], comments: [], createdAt, updatedAt: createdAt },
        ...{ closedAt: undefined, mergedAt: undefined, mergeCommit: undefined, touched: 0 },
      };
      touch(pull);
      all.push(pull);
      return pull;
    },

    change: (pull: Pull, { title, body, state }: PullChange): void => {
      checkTexts({ title, body });
      if (state === "open" && pull.state === "closed") reopen(pull);
      if (state === "closed" && pull.state === "open") end(pull);
      pull.title = title ?? pull.title;
      pull.body = body ?? pull.body;
      touch(pull);
    },

    comment: (pull: Pull, author: string, body: string): Comment => {
      if (body.length > MAX_BODY_LENGTH) {
        hub.violation(`a comment of ${body.length} characters`);
        throw validationFailed({
          resource: "IssueComment",
          code: "custom",
          field: "body",
          message: "body is too long",
        });
      }
      touch(pull);
      const comment = { id: hub.nextId(), author, body, createdAt: pull.updatedAt, updatedAt: pull.updatedAt };
      pull.comments.push(comment);
      return comment;
    },

    /** Worked out after somebody asks, as GitHub does: the first to ask about two commits learns nothing. */
    mergeable: async (pull: Pull): Promise<Mergeable> => {
      if (pull.state === "closed") return "UNKNOWN";
      const key = `${pull.baseOid} ${pull.headOid}`;
      const asked = mergeables.has(key);
      const mergeable = asked ? (mergeables.get(key) ?? findMergeable(pull)) : undefined;
      mergeables.set(key, mergeable);
      return mergeable ?? "UNKNOWN";
    },

    /** Throws on a conflict. */
    merge: async (pull: Pull, method: "merge" | "squash", by: Commit["author"]): Promise<void> => {
      const { baseOid, headOid } = pull;
      const tree = await merge(baseOid, headOid);
      if (pull.state === "closed") throw new Error(`#${pull.number} is closed`);
      if (tree === undefined) throw new Error(`#${pull.number} conflicts with ${pull.base}`);
      if (refs.get(branchRef(pull.base)) !== baseOid || pull.headOid !== headOid) throw new Error("a branch has moved");
      const message =
        method === "squash"
          ? `${pull.title} (#${pull.number})\n\n${readCommit(store, headOid).message}`
          : `Merge pull request #${pull.number} from ${owner()}/${pull.head}\n\n${pull.title}`;
      const parents = method === "squash" ? [baseOid] : [baseOid, headOid];
      const merged = store.put(commit({ tree, parents, author: by, committer: by, message, signed: true }));
      end(pull, merged);
      refs.set(branchRef(pull.base), merged);
    },
  };
}
