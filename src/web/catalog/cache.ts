import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import type { Context } from "hono";
import { accepts } from "hono/accepts";
import { LRUCache } from "lru-cache";
import { memoByObject } from "#src/base/memo.ts";
import type { Catalog } from "#src/catalog/search/search.ts";

const compress = promisify(gzip);
const expand = promisify(gunzip);

/** An answer that is made once and given often. It is kept compressed, as nearly everybody takes it. */
type CachedText = {
  compressed: Uint8Array<ArrayBuffer>;
  /** Hash of the text. */
  hash: string;
  /** Bytes of the text as it is. */
  length: number;
};

/** Bytes of the answers kept for one catalog: all entries in three languages and a few hundred lists. */
const MAX_BYTES = 16_000_000;

/** A catalog never changes, so whatever was made of one holds as long as it is in use. */
const cacheFor = memoByObject(
  (_catalog: Catalog) => new LRUCache<string, CachedText>({ maxSize: MAX_BYTES, sizeCalculation: sizeOf }),
);

/** Gives what was made of a catalog under this name, else makes it now. */
export async function cached(
  catalog: Catalog,
  name: string,
  make: () => string | Promise<string>,
): Promise<CachedText> {
  const cache = cacheFor(catalog);
  const found = cache.get(name);
  if (found) return found;
  const made = await compressed(await make());
  cache.set(name, made);
  return made;
}

const sizeOf = ({ compressed }: CachedText, name: string): number => compressed.length + 2 * name.length + 200;

async function compressed(text: string): Promise<CachedText> {
  const bytes = Buffer.from(text);
  return {
    compressed: new Uint8Array(await compress(bytes)),
    hash: createHash("sha256").update(bytes).digest("base64url").slice(0, 22),
    length: bytes.length,
  };
}

/**
 * Answers with it. The entity tag is strong: each encoding has its own (RFC 9110, section 8.8.3.3). Whether the other
 * side has it already is left to the middleware `etag`.
 */
export async function send(
  context: Context,
  { compressed, hash, length }: CachedText,
  headers: Record<string, string>,
): Promise<Response> {
  const encoding = accepts(context, { header: "Accept-Encoding", supports: ["gzip"], default: "identity" });
  const vary = [headers["vary"], "Accept-Encoding"].filter((name) => name !== undefined).join(", ");
  if (encoding === "gzip") {
    return context.body(compressed, 200, {
      ...headers,
      vary,
      "content-encoding": "gzip",
      "content-length": String(compressed.length),
      etag: `"${hash}-gzip"`,
    });
  }
  return context.body(new Uint8Array(await expand(compressed)), 200, {
    ...headers,
    vary,
    "content-length": String(length),
    etag: `"${hash}"`,
  });
}
