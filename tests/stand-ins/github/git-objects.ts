import { createHash } from "node:crypto";

type ObjectType = "blob" | "tree" | "commit" | "tag";
export type GitObject = { type: ObjectType; content: Buffer };
export type TreeEntry = { mode: string; name: string; oid: string };
export type Signature = { name: string; email: string; date: Date };

export type Commit = {
  tree: string;
  parents: string[];
  author: Signature;
  committer: Signature;
  message: string;
  signed: boolean;
};

export type Tag = { object: string; type: ObjectType; name: string; tagger: Signature; message: string };

export const ZERO_OID = "0".repeat(40);

/** The bytes that are hashed and, deflated, stored. */
export function encode({ type, content }: GitObject): Buffer {
  return Buffer.concat([Buffer.from(`${type} ${content.length}\0`), content]);
}

export function decode(bytes: Buffer): GitObject {
  const end = bytes.indexOf(0);
  const type = bytes.toString("latin1", 0, bytes.indexOf(" "));
  if (!isObjectType(type)) throw new Error(`no git object: ${type}`);
  return { type, content: bytes.subarray(end + 1) };
}

export function oidOf(object: GitObject): string {
  return createHash("sha1").update(encode(object)).digest("hex");
}

export function blob(text: string | Buffer): GitObject {
  return { type: "blob", content: Buffer.from(text) };
}

export function tree(entries: readonly TreeEntry[]): GitObject {
  // Git sorts by bytes, a folder as though its name ended in a slash.
  const keyed = entries.map((entry) => ({
    entry,
    key: Buffer.from(entry.mode === "40000" ? `${entry.name}/` : entry.name),
  }));
  keyed.sort((a, b) => Buffer.compare(a.key, b.key));
  const content = keyed.flatMap(({ entry }) => [
    Buffer.from(`${entry.mode} ${entry.name}\0`),
    Buffer.from(entry.oid, "hex"),
  ]);
  return { type: "tree", content: Buffer.concat(content) };
}

export function parseTree({ content }: GitObject): TreeEntry[] {
  const entries: TreeEntry[] = [];
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(" ", at);
    const end = content.indexOf(0, space);
    entries.push({
      mode: content.toString("latin1", at, space),
      name: content.toString("utf8", space + 1, end),
      oid: content.toString("hex", end + 1, end + 21),
    });
    at = end + 21;
  }
  return entries;
}

export function commit({ tree, parents, author, committer, message, signed }: Commit): GitObject {
  const lines = [
    `tree ${tree}`,
    ...parents.map((parent) => `parent ${parent}`),
    `author ${formatSignature(author)}`,
    `committer ${formatSignature(committer)}`,
    ...(signed ? ["gpgsig -----BEGIN PGP SIGNATURE-----", " ", " stand-in", " -----END PGP SIGNATURE-----"] : []),
  ];
  return { type: "commit", content: Buffer.from(`${lines.join("\n")}\n\n${message}`) };
}

export function parseCommit(object: GitObject): Commit {
  const { headers, message } = parseHeaders(object);
  const value = (name: string): string => headers.find(([known]) => known === name)?.[1] ?? "";
  return {
    tree: value("tree"),
    parents: headers.filter(([name]) => name === "parent").map(([, oid]) => oid),
    author: parseSignature(value("author")),
    committer: parseSignature(value("committer")),
    message,
    signed: value("gpgsig") !== "",
  };
}

export function tag({ object, type, name, tagger, message }: Tag): GitObject {
  const lines = [`object ${object}`, `type ${type}`, `tag ${name}`, `tagger ${formatSignature(tagger)}`];
  return { type: "tag", content: Buffer.from(`${lines.join("\n")}\n\n${message}\n`) };
}

export function parseTag(object: GitObject): Tag {
  const { headers, message } = parseHeaders(object);
  const values = new Map(headers);
  const type = values.get("type") ?? "";
  if (!isObjectType(type)) throw new Error(`a tag of no git object: ${type}`);
  return {
    object: values.get("object") ?? "",
    type,
    name: values.get("tag") ?? "",
    tagger: parseSignature(values.get("tagger") ?? ""),
    message,
  };
}

function parseHeaders({ content }: GitObject): { headers: [name: string, value: string][]; message: string } {
  const text = content.toString("utf8");
  const end = text.indexOf("\n\n");
  const headers: [string, string][] = [];
  for (const line of text.slice(0, end).split("\n")) {
    const space = line.indexOf(" ");
    // A line that starts with a space continues the one before; only signatures have any.
    if (space > 0) headers.push([line.slice(0, space), line.slice(space + 1)]);
  }
  return { headers, message: text.slice(end + 2) };
}

function formatSignature({ name, email, date }: Signature): string {
  return `${name} <${email}> ${Math.floor(date.getTime() / 1000)} +0000`;
}

function parseSignature(text: string): Signature {
  const [, name = "", email = "", seconds = "0"] = /^(.*) <(.*)> (\d+)/.exec(text) ?? [];
  return { name, email, date: new Date(Number(seconds) * 1000) };
}

function isObjectType(type: string): type is ObjectType {
  return type === "blob" || type === "tree" || type === "commit" || type === "tag";
}
