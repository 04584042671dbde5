import { Readable } from "node:stream";
import { arrayBuffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { type ParsedTarFileItem, parseTar } from "nanotar";
import { z } from "zod";
import type { CatalogFile, ReferenceTexts } from "#src/catalog/entry/load.ts";
import { brokenRule, type Problem } from "#src/catalog/entry/problem.ts";
import { REFERENCE_FILES, type ReferenceFile } from "#src/catalog/entry/reference.ts";
import { ownerAndRepo } from "#src/sync/github/owner-and-repo.ts";
import type { CatalogSource } from "#src/sync/github/settings.ts";

/** What asks GitHub, as octokit does it. */
type Reader = {
  request: (route: string, parameters: Record<string, unknown>) => Promise<{ data: unknown; headers: unknown }>;
};

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
/** For the whole download, so that a slow line has a chance. */
const DOWNLOAD_MS = 120_000;
/** The archive has one folder at its root, named after the commit. */
const CATALOG_FILE = new RegExp(
  `^[^/]+/catalog/(models/[^/.][^/]*|${Object.values(REFERENCE_FILES).join("|").replaceAll(".", "\\.")})$`,
);
const MODELS = "models/";

/** Octokit gives bytes where the answer names no character set. */
const commitName = z
  .union([z.string(), z.instanceof(ArrayBuffer).transform((bytes) => new TextDecoder().decode(bytes))])
  .pipe(z.string().regex(/^[0-9a-f]{40}$/));
const headers = z.object({ etag: z.string().optional() });
const body = z.instanceof(ReadableStream);

/**
 * The entries' texts at the head of a branch, in two requests; `unchanged` where that is the known commit. Throws
 * ArchiveRefused where the archive is too large or not what git makes, and what the reader throws.
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
  const { owner, repo } = ownerAndRepo(repository);
  const head = await headOf(reader, { owner, repo, branch, known, signal });
  if (head === "unchanged" || head.commit === known?.commit) return "unchanged";
  const limited = AbortSignal.any([signal, AbortSignal.timeout(DOWNLOAD_MS)]);
  const { data } = await reader.request("GET /repos/{owner}/{repo}/tarball/{ref}", {
    owner,
    repo,
    ref: head.commit,
    request: { signal: limited, parseSuccessResponseBody: false },
  });
  const refuse = (rule: string, file = "catalog/models", params = {}): ArchiveRefused =>
    new ArchiveRefused(head.commit, { file, severity: "error", issue: brokenRule(rule, [], params) });
  const tar = await unpack(body.parse(data), refuse, limited);
  return { ...head, ...filesIn(tar, refuse) };
}

type Refuse = (rule: string, file?: string, params?: Record<string, string | number>) => ArchiveRefused;

/** GitHub takes a commit's own name as the ETag of the answer in this media type (REST, "Get a commit"). */
async function headOf(
  reader: Reader,
  {
    owner,
    repo,
    branch,
    known,
    signal,
  }: {
    owner: string;
    repo: string;
    branch: string;
    known: { commit: string; etag?: string | undefined } | undefined;
    signal: AbortSignal;
  },
): Promise<{ commit: string; etag: string | undefined } | "unchanged"> {
  try {
    const answer = await reader.request("GET /repos/{owner}/{repo}/commits/{ref}", {
      owner,
      repo,
      ref: branch,
      headers: {
        accept: "application/vnd.github.sha",
        ...(known && { "if-none-match": known.etag ?? `"${known.commit}"` }),
      },
      request: { signal },
    });
    return { commit: commitName.parse(answer.data), etag: headers.parse(answer.headers).etag };
  } catch (error) {
    if (error instanceof Error && "status" in error && error.status === 304) return "unchanged";
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
    if (error instanceof TooLong)
      throw refuse("archiveTooLarge", undefined, {
        packed: PACKED_MAX / 1_048_576,
        unpacked: UNPACKED_MAX / 1_048_576,
      });
    throw error;
  }
}

function filesIn(tar: ArrayBuffer, refuse: Refuse): FetchedFiles {
  const texts = new Map<string, string>();
  for (const item of parse(tar, refuse)) {
    const path = CATALOG_FILE.exec(item.name)?.[1] ?? "";
    const file = path.replace(MODELS, "");
    if (item.type !== "file") throw refuse("archiveNoFile", file);
    if (texts.has(path)) throw refuse("archiveTwice", file);
    texts.set(path, decode(item, file, refuse));
  }
  const beside = (kind: ReferenceFile): ReferenceTexts => {
    const text = texts.get(REFERENCE_FILES[kind]);
    return text === undefined ? {} : { [kind]: text };
  };
  const models = [...texts].filter(([path]) => path.startsWith(MODELS));
  return {
    files: models.map(([path, text]) => ({ file: path.slice(MODELS.length), text })),
    beside: { ...beside("cards"), ...beside("bases") },
  };
}

function parse(tar: ArrayBuffer, refuse: Refuse): ParsedTarFileItem[] {
  try {
    return parseTar(tar, {
      filter: ({ name, size }) => {
        // The library moves on by this number, also backwards.
        if (!(size >= 0)) throw new RangeError(`a size of ${size}`);
        return CATALOG_FILE.test(name);
      },
    });
  } catch (error) {
    throw refuse("archiveBroken", undefined, { detail: error instanceof Error ? error.message : String(error) });
  }
}

function decode({ data }: ParsedTarFileItem, file: string, refuse: Refuse): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
  } catch {
    throw refuse("notUtf8", file);
  }
}
