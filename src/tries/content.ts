import { ANSWER_TAGS, type Tags, THINKING_TAGS } from "./thinking-tags.ts";

type Split = { text: string; thinking: string };

/** Gives what a model's content says so far, its thinking taken out. */
export type ContentReader = {
  /** `hasThought`: the model has thought before, apart from its content. */
  push: (piece: string, hasThought?: boolean) => Split;
  /** With the end known: what only looked like the beginning of a tag is text again. */
  end: () => Split;
};

const LONGEST_TAG = Math.max(...THINKING_TAGS.flatMap(({ open, close }) => [open.length, close.length]));

/**
 * Reads content that comes in pieces. Only tags and the white space around them are lost, and a tag that is only begun is
 * nothing yet. Each piece costs its own length, however long the content is: what is looked at again is shorter than a tag.
 */
export function createContentReader(): ContentReader {
  let read: (hasThought: boolean) => void = readStart;
  /** What has come and is not yet known to be text, thinking or a tag. */
  let pending = "";
  let thinking = "";
  let text = "";
  /** The end of a text without tags, where a closing one may have begun. */
  let tail = "";
  /** Tags that close what a template has opened in the prompt. */
  let unopened = THINKING_TAGS.filter(({ openedByPrompt }) => openedByPrompt);
  /** Tags that the text speaks of, and the place after the last one. */
  let mentions = 0;
  let spokenOf = 0;

  function readStart(hasThought: boolean): void {
    const begun = pending.trimStart();
    const tags = THINKING_TAGS.find(({ open }) => begun.startsWith(open));
    if (tags === undefined && mayBegin(begun, THINKING_TAGS)) return;
    if (tags) pending = begun.slice(tags.open.length);
    read = tags ? readThinking(tags) : hasThought ? readBeforeAnswer : readPlain;
    read(hasThought);
  }

  function readThinking({ close }: Tags): () => void {
    return () => {
      if (thinking === "") pending = pending.trimStart();
      const at = pending.indexOf(close);
      thinking += take(at < 0 ? pending.length - begunAtEnd(pending, close) : at);
      if (at >= 0) endThinking(close);
    };
  }

  function endThinking(close: string): void {
    thinking = thinking.trimEnd();
    pending = pending.slice(close.length);
    read = readBeforeAnswer;
    readBeforeAnswer();
  }

  function readBeforeAnswer(): void {
    pending = pending.trimStart();
    const tags = ANSWER_TAGS.find(({ open }) => pending.startsWith(open));
    if (tags === undefined && mayBegin(pending, ANSWER_TAGS)) return;
    if (tags) pending = pending.slice(tags.open.length).trimStart();
    read = tags ? readAnswer(tags) : readRest;
    read(false);
  }

  function readAnswer({ close }: Tags): () => void {
    return () => {
      if (text === "") pending = pending.trimStart();
      const at = pending.indexOf(close);
      text += take(at < 0 ? pending.length - begunAtEnd(pending, close) : at);
      if (at < 0) return;
      pending = pending.slice(close.length);
      read = readRest;
      readRest();
    };
  }

  function readRest(): void {
    text += take(pending.length);
  }

  /** Text, until a tag closes what the prompt may have opened: then all before it was thought. */
  function readPlain(): void {
    const seen = tail + pending;
    text += take(pending.length);
    tail = seen.slice(-LONGEST_TAG);
    const begin = text.length - seen.length;
    const closings = unopened
      .flatMap((tags) => placesOf(tags.close, seen).map((at) => ({ tags, at: begin + at })))
      .filter(({ at }) => at >= spokenOf)
      .toSorted((one, other) => one.at - other.at);
    for (const { tags, at } of closings) {
      if (!unopened.includes(tags)) continue;
      const before = text.slice(0, at);
      // Opened in the midst of the text, or spoken of often, it is part of it.
      if (before.includes(tags.open) || mentions >= MOST_MENTIONS)
        unopened = unopened.filter((other) => other !== tags);
      else if (isMention(before)) {
        mentions += 1;
        spokenOf = at + 1;
      } else {
        thinking = before;
        pending = text.slice(at);
        text = "";
        endThinking(tags.close);
        return;
      }
    }
  }

  function take(length: number): string {
    const taken = pending.slice(0, length);
    pending = pending.slice(length);
    return taken;
  }

  return {
    push: (piece, hasThought = false) => {
      pending += piece;
      read(hasThought);
      return { text, thinking };
    },
    end: () => {
      // A tag that never came.
      if (read === readStart || text !== "" || thinking === "") text += pending;
      else thinking += pending;
      pending = "";
      return { text, thinking };
    },
  };
}

function placesOf(tag: string, text: string): number[] {
  const places: number[] = [];
  for (let at = text.indexOf(tag); at >= 0; at = text.indexOf(tag, at + 1)) places.push(at);
  return places;
}

/** Each one costs a look at all the text before it. */
const MOST_MENTIONS = 20;

/** Tells whether a text goes on inside code or an opened quotation: a tag there is spoken of. */
function isMention(before: string): boolean {
  if (/[“‘「『]$/.test(before)) return true;
  const lines = before.split("\n");
  const fences = lines.filter((line) => /^\s{0,3}(?:```|~~~)/.test(line)).length;
  return fences % 2 === 1 || ((lines.at(-1) ?? "").split("`").length - 1) % 2 === 1;
}

/** Tells whether a text may be the beginning of an opening tag. */
const mayBegin = (begun: string, tags: readonly Tags[]): boolean => tags.some(({ open }) => open.startsWith(begun));

/** How many characters at the end of a text may be the beginning of a tag. */
function begunAtEnd(text: string, tag: string): number {
  for (let length = Math.min(tag.length - 1, text.length); length > 0; length -= 1)
    if (text.endsWith(tag.slice(0, length))) return length;
  return 0;
}
