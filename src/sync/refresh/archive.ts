import { Readable } from "node:stream";
import { arrayBuffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { type ParsedTarFileItem, parseTar } from "nanotar";
import { z } from "zod";
import type { CatalogFile, ReferenceTexts } from "#src/catalog/entry/load.ts";
import { brokenRule, type Problem } from "#src/catalog/entry/problem.ts";
import { REFERENCE_FILES, REFERENCE_KINDS, type ReferenceFile } from "#src/catalog/entry/reference.ts";
import { ownerAndRepo } from "#src/sync/github/owner-and-repo.ts";
import type { CatalogSource } from "#src/sync/github/settings.ts";
import { filesByBlobs, TreeRefused } from "./blobs.ts";
import { type Head, headOf, type Reader, statusOf } from "./head.ts";

/** The texts of a catalog as they were committed. */
export type FetchedFiles = {
  /** What is in `catalog/models`. */
  files: CatalogFile[];
  beside: ReferenceTexts;
};

export type FetchedCatalog = FetchedFiles & {
  commit: string;
  /** The tag of the answer that named the commit, for the next request. */
  etag: string | undefined;
};

/** An archive that must not be read; that will not change until the branch moves. */
export class ArchiveRefused extends Error {
  override name = "ArchiveRefused";
  readonly commit: string;
  readonly problem: Problem;
  constructor(commit: string, problem: Problem) {
    super(`the archive of ${commit} was refused: ${problem.issue.message}`);
    this.commit = commit;
    this.problem = problem;
  }
}

/** Bytes. A catalog of a thousand entries takes a tenth of this. */
const PACKED_MAX = 64 * 1_048_576;
const UNPACKED_MAX = 200 * 1_048_576;
/** The same in MB, for people. */
const LARGEST = { packed: PACKED_MAX / 1_048_576, unpacked: UNPACKED_MAX / 1_048_576 };
/** For the whole download, so that a slow line has a chance. */
const DOWNLOAD_MS = 120_000;
const FOLDER = "catalog";
const MODELS = "models/";
/** Paths in the folder. */
const WANTED = `models/[^/.][^/]*|${Object.values(REFERENCE_FILES).join("|").replaceAll(".", "\\.")}`;
const WANTED_FILE = new RegExp(`^(?:${WANTED})$`);
/** The archive has one folder at its root, named after the commit. */
const ARCHIVED_FILE = new RegExp(`^[^/]+/${FOLDER}/(${WANTED})$`);

/** A server answers so that has no such route. */
const NO_ROUTE = [404, 405, 406, 415, 501];
const body = z.instanceof(ReadableStream);

/**
 * The entries' texts at the head of a branch, in two requests; `unchanged` where that is the known commit. A server
 * without archives is asked for each file. Throws ArchiveRefused where the archive is too large or not what git makes,
 * GithubFailure where the branch is missing, and what the reader throws.
 */
export async function fetchCatalog(
  reader: Reader,
  {
    repository,
    branch,
    known,
    signal,
  }: CatalogSource & { known?: { commit: string; etag?: string | undefined } | undefined; signal: AbortSignal },
): Promise<FetchedCatalog | "unchanged"> {
  const at = ownerAndRepo(repository);
  const head = await headOf(reader, { ...at, branch, known, signal });
  if (head === "unchanged" || head.commit === known?.commit) return "unchanged";
  const limited = AbortSignal.any([signal, AbortSignal.timeout(DOWNLOAD_MS)]);
  const refuse = (rule: string, file = "catalog/models", params = {}): ArchiveRefused =>
    new ArchiveRefused(head.commit, { file, severity: "error", issue: brokenRule(rule, [], params) });
  const archive = await archiveOf(reader, { ...at, head, signal: limited });
  const texts =
    archive === undefined
      ? await textsByBlobs(reader, { ...at, head, signal: limited }, refuse)
      : textsIn(await unpack(archive, refuse, limited), refuse);
  return { ...head, ...filesOf(texts) };
}

type Refuse = (rule: string, file?: string, params?: Record<string, string | number>) => ArchiveRefused;
type At = { owner: string; repo: string; head: Head; signal: AbortSignal };

/** Undefined where the server has no archives. */
async function archiveOf(reader: Reader, { owner, repo, head, signal }: At): Promise<ReadableStream | undefined> {
  try {
    const { data } = await reader.request("GET /repos/{owner}/{repo}/tarball/{ref}", {
      ...{ owner, repo, ref: head.commit },
      request: { signal, parseSuccessResponseBody: false },
    });
    return body.parse(data);
  } catch (error) {
    if (NO_ROUTE.includes(statusOf(error) ?? 0)) return undefined;
    throw error;
  }
}

async function textsByBlobs(reader: Reader, { head, ...at }: At, refuse: Refuse): Promise<Map<string, string>> {
  try {
    const where = { ...at, commit: head.commit, folder: FOLDER };
    const files = await filesByBlobs(reader, where, (path) => WANTED_FILE.test(path));
    return new Map([...files].map(([path, data]) => [path, decode(data, path.replace(MODELS, ""), refuse)]));
  } catch (error) {
    if (error instanceof TreeRefused) throw refuse(error.rule, error.path.replace(MODELS, ""), LARGEST);
    throw error;
  }
}

/** A stream that is longer than was agreed. */
class TooLong extends Error {}

const atMost = (limit: number) =>
  async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let length = 0;
    for await (const chunk of chunks) {
      length += chunk.length;
      if (length > limit) throw new TooLong();
      yield chunk;
    }
  };

async function unpack(packed: ReadableStream, refuse: Refuse, signal: AbortSignal): Promise<ArrayBuffer> {
  try {
    return await pipeline(
      Readable.fromWeb(packed),
      atMost(PACKED_MAX),
      createGunzip(),
      atMost(UNPACKED_MAX),
      arrayBuffer,
      { signal },
    );
  } catch (error) {
    if (error instanceof TooLong) throw refuse("archiveTooLarge", undefined, LARGEST);
    throw error;
  }
}

/** The files' texts by their paths in the folder. */
function textsIn(tar: ArrayBuffer, refuse: Refuse): Map<string, string> {
  const texts = new Map<string, string>();
  for (const item of parse(tar, refuse)) {
    const path = ARCHIVED_FILE.exec(item.name)?.[1] ?? "";
    const file = path.replace(MODELS, "");
    if (item.type !== "file") throw refuse("archiveNoFile", file);
    if (texts.has(path)) throw refuse("archiveTwice", file);
    texts.set(path, decode(item.data, file, refuse));
  }
  return texts;
}

function filesOf(texts: ReadonlyMap<string, string>): FetchedFiles {
  const beside = (kind: ReferenceFile): ReferenceTexts => {
    const text = texts.get(REFERENCE_FILES[kind]);
    return text === undefined ? {} : { [kind]: text };
  };
  const models = [...texts].filter(([path]) => path.startsWith(MODELS));
  return {
    files: models.map(([path, text]) => ({ file: path.slice(MODELS.length), text })),
    beside: Object.assign({}, ...REFERENCE_KINDS.map(beside)),
  };
}

function parse(tar: ArrayBuffer, refuse: Refuse): ParsedTarFileItem[] {
  try {
    return parseTar(tar, {
      filter: ({ name, size }) => {
        // The library moves on by this number, also backwards.
        if (!(size >= 0)) throw new RangeError(`a size of ${size}`);
        return ARCHIVED_FILE.test(name);
      },
    });
  } catch (error) {
    throw refuse("archiveBroken", undefined, { detail: error instanceof Error ? error.message : String(error) });
  }
}

function decode(data: ParsedTarFileItem["data"], file: string, refuse: Refuse): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
  } catch {
    throw refuse("notUtf8", file);
  }
}
