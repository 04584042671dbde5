import { z } from "zod";
import { objectId } from "#src/sync/github/shapes.ts";
import type { Reader } from "./head.ts";

/** What is wrong with a tree of files, as a rule's name and its file. */
export class TreeRefused extends Error {
  override name = "TreeRefused";
  readonly rule: "archiveTooLarge" | "archiveNoFile";
  readonly path: string;
  constructor(rule: TreeRefused["rule"], path: string) {
    super(`${path}: ${rule}`);
    this.rule = rule;
    this.path = path;
  }
}

/** Files that are read at most, and bytes of each. */
const MAX_FILES = 5000;
const MAX_FILE_BYTES = 1_048_576;
const AT_A_TIME = 4;

const treeShape = z.object({
  tree: z.array(
    z.object({
      path: z.string(),
      type: z.string(),
      mode: z.string(),
      sha: objectId,
      size: z.number().nullish(),
    }),
  ),
  truncated: z.boolean().nullish(),
});
type TreeEntry = z.infer<typeof treeShape>["tree"][number];
const blobShape = z.object({ encoding: z.literal("base64"), content: z.string() });

type At = { owner: string; repo: string; signal: AbortSignal };

/**
 * The files below a folder of a commit that are wanted, by their paths in that folder: for a server that packs no
 * archives. Throws TreeRefused where they are too many, too large or no plain files, and what the reader throws.
 */
export async function filesByBlobs(
  reader: Reader,
  at: At & { commit: string; folder: string },
  isWanted: (path: string) => boolean,
): Promise<Map<string, Uint8Array>> {
  const wanted = await listFiles(reader, at, isWanted);
  const files = new Map<string, Uint8Array>();
  const queue = [...wanted];
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      at.signal.throwIfAborted();
      files.set(next.path, await readBlob(reader, at, next));
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  return new Map(wanted.flatMap(({ path }) => [[path, files.get(path) ?? new Uint8Array()] as const]));
}

/** Folder by folder: one list of a whole repository may be cut where it is long. */
async function listFiles(
  reader: Reader,
  { commit, folder, ...at }: At & { commit: string; folder: string },
  isWanted: (path: string) => boolean,
): Promise<TreeEntry[]> {
  const isFolder = ({ type }: TreeEntry): boolean => type === "tree";
  const root = await readTree(reader, at, commit, "");
  const top = root.find((entry) => entry.path === folder && isFolder(entry));
  if (top === undefined) return [];
  const direct = await readTree(reader, at, top.sha, folder);
  const found = direct.filter((entry) => !isFolder(entry));
  // A folder that holds nothing that is wanted is not read.
  for (const { path, sha } of direct.filter((entry) => isFolder(entry) && isWanted(`${entry.path}/a.yaml`))) {
    const inside = await readTree(reader, at, sha, path);
    found.push(
      ...inside.filter((entry) => !isFolder(entry)).map((entry) => ({ ...entry, path: `${path}/${entry.path}` })),
    );
  }
  const wanted = found.filter(({ path }) => isWanted(path));
  if (wanted.length > MAX_FILES) throw new TreeRefused("archiveTooLarge", folder);
  for (const entry of wanted) check(entry);
  return wanted;
}

/** Throws for a link, for another repository within, and for what is too large. */
function check({ path, mode, type, size }: TreeEntry): void {
  if (type !== "blob" || !mode.startsWith("100")) throw new TreeRefused("archiveNoFile", path);
  if ((size ?? 0) > MAX_FILE_BYTES) throw new TreeRefused("archiveTooLarge", path);
}

async function readTree(reader: Reader, { owner, repo, signal }: At, sha: string, path: string): Promise<TreeEntry[]> {
  const { data } = await reader.request("GET /repos/{owner}/{repo}/git/trees/{tree_sha}", {
    ...{ owner, repo, tree_sha: sha },
    request: { signal },
  });
  const { tree, truncated } = treeShape.parse(data);
  if (truncated) throw new TreeRefused("archiveTooLarge", path);
  return tree;
}

async function readBlob(reader: Reader, { owner, repo, signal }: At, { sha, path }: TreeEntry): Promise<Uint8Array> {
  const { data } = await reader.request("GET /repos/{owner}/{repo}/git/blobs/{file_sha}", {
    ...{ owner, repo, file_sha: sha },
    request: { signal },
  });
  const bytes = Buffer.from(blobShape.parse(data).content, "base64");
  if (bytes.length > MAX_FILE_BYTES) throw new TreeRefused("archiveTooLarge", path);
  return bytes;
}
