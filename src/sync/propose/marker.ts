import { createHash } from "node:crypto";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { z } from "zod";
import { tickedToDecline } from "./boxes.ts";

/**
 * What a pull request of ours remembers, hidden in its text: which signals it answers, and what we last wrote, so
 * that a person's own title or text is told from ours. Whoever deletes it makes us forget.
 */
const markerShape = z.object({
  v: z.literal(1),
  signals: z.array(z.string().max(300)).max(5000),
  /** The digest of the files' texts, as `digestOf` gives it. */
  digest: z.string(),
  title: z.string(),
  /** Digest of the text before the marker. */
  body: z.string(),
  /** GitHub refused our labels: they are not asked for again. */
  unlabelled: z.boolean().optional(),
  /** We closed it ourselves, so that nothing was declined. */
  closed: z.boolean().optional(),
  /** It was written while the hubs did not say all that it could hold. */
  lacksFacts: z.boolean().optional(),
  /** Ids of the signals that people declined by the boxes of this pull request; a text that is made anew has none ticked. */
  declined: z.array(z.string().max(300)).max(5000).optional(),
});
export type Marker = z.infer<typeof markerShape>;

const MARKER = /<!-- mulu:v1 ([A-Za-z0-9+/=]+) -->/g;

export const shortHash = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);

/** The text of a pull request with its marker at the end, packed: a first run may have two thousand signals. */
export function withMarker(body: string, marker: Marker): string {
  return `${body}\n\n<!-- mulu:v1 ${deflateRawSync(JSON.stringify(marker)).toString("base64")} -->`;
}

/** GitHub takes so many characters of a text. */
const MAX_TEXT = 65_536;
/** What people declined one by one is known later than the text is made. */
const ROOM_FOR_DECLINED = 4000;

/** Characters that a text may have beside the marker that remembers this. */
export function roomBeside({ title, signals }: Pick<Marker, "title" | "signals">): number {
  const hash = "0".repeat(16);
  const marker: Marker = { v: 1, signals, digest: hash, title, body: hash, closed: true, lacksFacts: true };
  return MAX_TEXT - ROOM_FOR_DECLINED - withMarker("", marker).length;
}

/** Bytes of a marker at most; more is no work of ours. */
const MAX_MARKER = 1_000_000;

/** Text without the marker, and the marker where there is a readable one. */
export function splitMarker(body: string): { text: string; marker: Marker | undefined } {
  const normal = body.replaceAll("\r\n", "\n");
  const found = [...normal.matchAll(MARKER)].at(-1);
  if (found?.[1] === undefined) return { text: normal, marker: undefined };
  const text = normal.slice(0, found.index).trimEnd() + normal.slice(found.index + found[0].length).trimEnd();
  try {
    const parsed = markerShape.safeParse(
      JSON.parse(inflateRawSync(Buffer.from(found[1], "base64"), { maxOutputLength: MAX_MARKER }).toString("utf8")),
    );
    return { text, marker: parsed.data };
  } catch {
    return { text, marker: undefined };
  }
}

/** Ids of the signals that people declined one by one in a pull request: what its marker remembers and what is ticked now. */
export const declinedIn = (body: string): Set<string> =>
  new Set([...(splitMarker(body).marker?.declined ?? []), ...tickedToDecline(body)]);

const TREE = "Mulu-Tree";
const DIGEST = "Mulu-Digest";

/** A commit message that binds the commit to its own tree: what carries it unchanged is ours. */
export const commitMessage = (title: string, { tree, digest }: { tree: string; digest: string }): string =>
  `${title}\n\n${DIGEST}: ${digest}\n${TREE}: ${tree}\n`;

/** A branch is ours exactly when its head's trailer names the head's own tree; gives the digest it was made for. */
export function ownDigest({ message, tree }: { message: string; tree: string }): string | undefined {
  const trailer = (name: string): string | undefined => new RegExp(`^${name}: ([0-9a-f]+)$`, "m").exec(message)?.[1];
  return trailer(TREE) === tree ? trailer(DIGEST) : undefined;
}

/** The same files have the same digest. */
export const digestOf = (files: readonly { path: string; text: string }[]): string =>
  shortHash(JSON.stringify(files.map(({ path, text }) => [path, text]).toSorted()));
