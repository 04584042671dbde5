import { type Commit, parseCommit, parseTag, parseTree, type Signature } from "./git-objects.ts";
import { readCommit } from "./object-store.ts";
import { peel, type Repository } from "./repository.ts";
import { htmlUrl } from "./shapes.ts";
import { isoTime } from "./time.ts";
import { typeOf } from "./trees.ts";

/** GitHub gives no more of a blob's text. */
const MAX_TEXT_BYTES = 512 * 1024;

/** A git object as GraphQL has it; null where there is none. */
export function objectNode(repository: Repository, oid: string | undefined): object | null {
  const object = oid === undefined ? undefined : repository.store.get(oid);
  if (oid === undefined || object === undefined) return null;
  const common = { oid, abbreviatedOid: oid.slice(0, 7), repository: () => ({ nameWithOwner: repository.name }) };
  switch (object.type) {
    case "blob":
      return { ...common, __typename: "Blob", id: `B_${repository.id}_${oid}`, ...blobFields(object.content) };
    case "tree": {
      const entries = () => parseTree(object).map((entry) => entryNode(repository, entry));
      return { ...common, __typename: "Tree", id: `T_${repository.id}_${oid}`, entries };
    }
    case "tag": {
      const { name, message, tagger, object: target } = parseTag(object);
      return {
        ...{ ...common, __typename: "Tag", id: `TA_${repository.id}_${oid}`, name, message },
        tagger: actor(tagger),
        target: () => objectNode(repository, target),
      };
    }
    case "commit":
      return { ...common, __typename: "Commit", ...commitFields(repository, oid, parseCommit(object)) };
  }
}

/** `name`: whole, as in `refs/heads/main`. */
export function refNode(repository: Repository, name: string, oid: string): object {
  const prefix = /^refs\/[^/]+\//.exec(name)?.[0] ?? "";
  return {
    ...{ __typename: "Ref", id: refNodeId(repository, name), name: name.slice(prefix.length), prefix },
    target: () => objectNode(repository, oid),
  };
}

/** Null where the branch is gone. */
export function refNodeOf(repository: Repository, name: string): object | null {
  const oid = repository.refs.get(name);
  return oid === undefined ? null : refNode(repository, name, oid);
}

export function refNodeId({ id }: Repository, name: string): string {
  return `REF_${id}_${name}`;
}

/** The references below a prefix that hold `query`, in GraphQL's orders. */
export function orderedRefs(
  { refs, store }: Repository,
  refPrefix: string,
  query: string,
  { field, direction }: { field: string; direction: string },
): [name: string, oid: string][] {
  const found = refs.list(refPrefix).filter(([name]) => name.slice(refPrefix.length).includes(query));
  if (field === "TAG_COMMIT_DATE") {
    const dateOf = (oid: string): number => {
      const commit = peel(store, oid);
      return commit === undefined ? 0 : readCommit(store, commit).committer.date.getTime();
    };
    const dated = found.map((ref): [number, [string, string]] => [dateOf(ref[1]), ref]);
    dated.sort(([a], [b]) => a - b);
    found.splice(0, found.length, ...dated.map(([, ref]) => ref));
  }
  return direction === "DESC" ? found.reverse() : found;
}

function blobFields(content: Buffer) {
  const isBinary = content.includes(0);
  return {
    ...{ byteSize: content.length, isBinary, isTruncated: content.length > MAX_TEXT_BYTES },
    text: () => (isBinary ? null : content.toString("utf8", 0, MAX_TEXT_BYTES)),
  };
}

function commitFields(repository: Repository, oid: string, commit: Commit) {
  const { message, tree, author, committer, signed, parents } = commit;
  const url = `${htmlUrl(repository)}/commit/${oid}`;
  return {
    ...{ id: `C_${repository.id}_${oid}`, message, messageHeadline: message.split("\n", 1)[0], url, commitUrl: url },
    ...{ committedDate: isoTime(committer.date), authoredDate: isoTime(author.date) },
    ...{ author: actor(author), committer: actor(committer) },
    messageBody: message.split("\n").slice(1).join("\n").trim(),
    signature: signed ? { __typename: "GpgSignature", isValid: true, state: "VALID" } : null,
    tree: () => objectNode(repository, tree),
    parents: () => ({ totalCount: parents.length, nodes: parents.map((parent) => objectNode(repository, parent)) }),
  };
}

function entryNode(repository: Repository, { name, oid, mode }: { name: string; oid: string; mode: string }) {
  const object = () => objectNode(repository, oid);
  return { name, oid, type: typeOf(mode), mode: Number.parseInt(mode, 8), path: name, object };
}

function actor({ name, email, date }: Signature) {
  return { name, email, date: isoTime(date) };
}
