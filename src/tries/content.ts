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
    for (const tags of unopened.toSorted((one, other) => seen.indexOf(one.close) - seen.indexOf(other.close))) {
      const at = seen.indexOf(tags.close);
      if (at < 0) continue;
      const before = text.slice(0, text.length - seen.length + at);
      unopened = unopened.filter((other) => other !== tags);
      // Opened in the midst of the text, it is part of it.
      if (before.includes(tags.open)) continue;
      thinking = before;
      pending = text.slice(before.length);
      text = "";
      endThinking(tags.close);
      return;
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

/** Tells whether a text may be the beginning of an opening tag. */
const mayBegin = (begun: string, tags: readonly Tags[]): boolean => tags.some(({ open }) => open.startsWith(begun));

/** How many characters at the end of a text may be the beginning of a tag. */
function begunAtEnd(text: string, tag: string): number {
  for (let length = Math.min(tag.length - 1, text.length); length > 0; length -= 1)
    if (text.endsWith(tag.slice(0, length))) return length;
  return 0;
}
