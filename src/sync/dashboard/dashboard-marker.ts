import { deflateRawSync, inflateRawSync } from "node:zlib";
import { z } from "zod";
import { isSignalId } from "#src/sync/propose/boxes.ts";

/** Where the part of the dashboard begins that is ours; what a person writes above it stays. */
export const DASHBOARD_START = "<!-- mulu:dashboard -->";

const signalId = z.string().refine(isSignalId);
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);

/** How many of each a dashboard remembers at most; the oldest go first. */
const MAX_IGNORED = 2000;
const MAX_WISHES = 500;
const MAX_NOTICED = 500;
const MAX_NAMES = 300;
/** UTF-16 units of a remembered name at most. */
const MAX_NAME = 300;

const memoryShape = z.object({
  /** Signals that people want to hear no more of, the oldest first. */
  ignored: z.array(signalId).max(MAX_IGNORED),
  /** Signals that people want proposed, with the number of the newest pull request when they said so. */
  wishes: z.array(z.tuple([signalId, z.int().nonnegative()])).max(MAX_WISHES),
  /** The day on which each was first noticed. */
  noticed: z.array(z.tuple([signalId, day])).max(MAX_NOTICED),
  /** From outside, absent in old ones: names of declined signals whose ids do not tell them. */
  names: z
    .array(z.tuple([signalId, z.string().max(MAX_NAME)]))
    .max(MAX_NAMES)
    .default([]),
});
/** What the dashboard remembers of people's decisions. */
export type DashboardMemory = z.infer<typeof memoryShape>;
export const NO_MEMORY: DashboardMemory = { ignored: [], wishes: [], noticed: [], names: [] };

const markerShape = memoryShape.extend({
  v: z.literal(1),
  /** Digest of all that is worth a new text, and of the text as it was written. */
  digest: z.string().max(64),
  text: z.string().max(64),
});
export type DashboardMarker = z.infer<typeof markerShape>;

// At the beginning of a line: inside code somebody else's would not be.
const MARKER = /^<!-- mulu:dashboard v1 ([A-Za-z0-9+/=]+) -->/gm;
/** Bytes of a marker at most; more is no work of ours. */
const MAX_BYTES = 1_000_000;
/** Characters of a packed marker at most: GitHub takes 65,536 for the whole text. */
const MAX_PACKED = 18_000;

/** The hidden line that remembers. */
export const packMarker = (marker: z.input<typeof markerShape>): string =>
  `<!-- mulu:dashboard v1 ${deflateRawSync(JSON.stringify(marker)).toString("base64")} -->`;

/** As much of a memory as a marker holds, the newest first, and how many decisions of people it does not hold. */
export function fitMemory(memory: DashboardMemory): { memory: DashboardMemory; forgotten: number } {
  // One id that the marker could not be read with would lose all the others.
  let ignored = memory.ignored.filter(isSignalId).slice(-MAX_IGNORED);
  let wishes = memory.wishes.filter(([id]) => isSignalId(id)).slice(-MAX_WISHES);
  let noticed = memory.noticed.filter(([id]) => isSignalId(id)).slice(-MAX_NOTICED);
  let names = memory.names.filter(([id, name]) => isSignalId(id) && name.length <= MAX_NAME).slice(-MAX_NAMES);
  const shorter = <Item>(list: Item[]): Item[] => list.slice(Math.ceil(list.length / 10));
  while (packMarker({ v: 1, digest: "", text: "", ignored, wishes, noticed, names }).length > MAX_PACKED) {
    if (noticed.length > 0) noticed = shorter(noticed);
    else if (names.length > 0) names = shorter(names);
    else if (ignored.length >= wishes.length) ignored = shorter(ignored);
    else wishes = shorter(wishes);
  }
  const forgotten = memory.ignored.length - ignored.length + memory.wishes.length - wishes.length;
  return { memory: { ignored, wishes, noticed, names }, forgotten };
}

export type DashboardParts = {
  /** What people wrote above our part. */
  own: string;
  /** Our part without the marker; undefined where somebody took it out. */
  text: string | undefined;
  /** Undefined where there is none that can be read. */
  marker: DashboardMarker | undefined;
};

/** Takes a dashboard's text apart; what cannot be read counts as not there. */
export function splitDashboard(body: string): DashboardParts {
  const normal = body.replaceAll("\r\n", "\n");
  const found = [...normal.matchAll(MARKER)].at(-1);
  const end = found?.index ?? normal.length;
  const start = normal.lastIndexOf(DASHBOARD_START, end);
  return {
    own: start === -1 ? normal.slice(0, end).trimEnd() : normal.slice(0, start).trimEnd(),
    text: start === -1 ? undefined : normal.slice(start, end).trimEnd(),
    marker: found?.[1] === undefined ? undefined : unpack(found[1]),
  };
}

function unpack(packed: string): DashboardMarker | undefined {
  try {
    const json = inflateRawSync(Buffer.from(packed, "base64"), { maxOutputLength: MAX_BYTES }).toString("utf8");
    return markerShape.safeParse(JSON.parse(json)).data;
  } catch {
    return undefined;
  }
}
