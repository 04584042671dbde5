import type { Text } from "#src/base/locale.ts";
import { quoted } from "#src/sync/github/quoted.ts";

/** What a person asks for by ticking a box. */
const BOX_VERBS = ["decline", "propose", "ignore", "look-again"] as const;
export type BoxVerb = (typeof BOX_VERBS)[number];

/** Characters of a signal's id at most, as it stands in a box. */
const MAX_ID = 300;
/** A signal's id: its kind, and what follows it without white space or control characters. */
const ID = /^[a-z][A-Za-z]{0,30}:[^\s\p{C}]+$/u;
const WRITTEN_ID = /^[A-Za-z0-9:._/@+%-]+$/;
/** Boxes of one text that are read at most. */
const MAX_READ = 2000;

/** Whether a text can be a signal's id: ids from a text that people edit are checked by this. */
export const isSignalId = (id: string): boolean => id.length <= MAX_ID && ID.test(id);

/** An id as it stands in a comment of HTML, which two hyphens in a row would end; undefined for one that is too long or none. */
function writtenId(id: string): string | undefined {
  if (!isSignalId(id) || !id.isWellFormed()) return undefined;
  const written = id
    .replace(/[^A-Za-z0-9:._/@+-]/gu, (character) =>
      [...Buffer.from(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join(""),
    )
    .replace(/-(?=-|$)/g, "%2D");
  return written.length <= MAX_ID ? written : undefined;
}

function readId(written: string): string | undefined {
  if (written.length > MAX_ID || !WRITTEN_ID.test(written)) return undefined;
  try {
    const id = decodeURIComponent(written);
    return isSignalId(id) ? id : undefined;
  } catch {
    return undefined;
  }
}

/** A box to tick, as an item of a list; undefined where the id is none that a box can hold. `label` is Markdown of one line. */
export function box(verb: BoxVerb, id: string | undefined, label: string): string | undefined {
  const written = id === undefined ? "" : writtenId(id);
  if (written === undefined) return undefined;
  return `- [ ] <!-- mulu:${verb}${written === "" ? "" : ` ${written}`} --> ${label}`;
}

const BOX = new RegExp(`^ *- \\[([ xX])\\] <!-- mulu:(${BOX_VERBS.join("|")})(?: (\\S{1,${MAX_ID}}))? -->`, "gm");

/** The boxes that are ticked in a text of ours, in its order. Text from outside must not stand in it but inside code. */
export function tickedBoxes(text: string): { verb: BoxVerb; id: string | undefined }[] {
  return [...text.replaceAll("\r\n", "\n").matchAll(BOX)].slice(0, MAX_READ).flatMap(([, tick, word, written]) => {
    const verb = BOX_VERBS.find((known) => known === word);
    const id = written === undefined ? undefined : readId(written);
    if (tick === " " || verb === undefined || (written !== undefined && id === undefined)) return [];
    return [{ verb, id }];
  });
}

/** Where a pull request's boxes begin. What is before it may quote others; behind it nothing from outside stands but in code. */
const BOXES_START = "<!-- mulu:boxes -->";
/** Boxes of a pull request, and the characters that they take, at most. */
const MAX_BOXES = 100;
const MAX_CHARACTERS = 12_000;
const MAX_LABEL = 120;
/** More boxes than so many are folded. */
const MOST_UNFOLDED = 6;

/** One signal of a pull request; `label` is what people know it by, from outside. */
export type Declinable = { id: string; label: string };

/**
 * The part of a pull request's text with a box for each signal, by which a person declines it alone. It must be the last
 * part that holds text from outside.
 */
export function declineBoxes(items: readonly Declinable[], text: Text): string {
  const boxes: string[] = [];
  let characters = 0;
  for (const { id, label } of items) {
    const line = box("decline", id, quoted(label, MAX_LABEL));
    if (line === undefined) continue;
    characters += line.length + 1;
    if (boxes.length === MAX_BOXES || characters > MAX_CHARACTERS) break;
    boxes.push(line);
  }
  if (boxes.length === 0) return "";
  const rest = items.length - boxes.length;
  const list = [...boxes, ...(rest > 0 ? ["", text("proposal.declineMore", { count: rest })] : [])];
  const heading = text("proposal.declineHeading");
  return [
    BOXES_START,
    ...(items.length > MOST_UNFOLDED
      ? [`<details><summary>${heading} (${items.length})</summary>`, "", ...list, "", "</details>"]
      : [`### ${heading}`, "", ...list]),
  ].join("\n");
}

/** Ids of the signals whose boxes a person ticked in a pull request's text. */
export function tickedToDecline(body: string): Set<string> {
  const start = body.lastIndexOf(BOXES_START);
  const boxes = start === -1 ? [] : tickedBoxes(body.slice(start));
  return new Set(boxes.flatMap(({ verb, id }) => (verb === "decline" && id !== undefined ? [id] : [])));
}
