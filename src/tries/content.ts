import { CLOSE, OPEN, splitThinking } from "./thinking.ts";

type Split = { text: string; thinking: string };

/** Gives what a model's content says so far, its thinking taken out. */
export type ContentReader = {
  push: (piece: string) => Split;
  /** With the end known: what only looked like the beginning of a tag is text again. */
  end: () => Split;
};

/**
 * Reads content that comes in pieces. Most has no tags, and then each piece costs its own length: the whole text is
 * looked at again only while tags are open, or when one appears.
 */
export function createContentReader(): ContentReader {
  let content = "";
  let split: Split = { text: "", thinking: "" };
  let tagged = true;

  const beginsTagged = (): boolean => {
    const start = content.slice(0, 64).trimStart();
    return OPEN.startsWith(start.slice(0, OPEN.length));
  };
  const closesTag = (piece: string): boolean => content.slice(-(piece.length + CLOSE.length)).includes(CLOSE);

  return {
    push: (piece) => {
      content += piece;
      tagged = closesTag(piece) || (tagged && (beginsTagged() || split.thinking !== ""));
      if (tagged) {
        const { text, thinking, thinkingOpen } = splitThinking(content, { final: false });
        split = { text, thinking };
        // Thought once, it answers from here on: the rest is appended.
        if (thinking !== "" && text !== "" && !thinkingOpen) tagged = false;
      } else {
        split = { text: split.text + piece, thinking: split.thinking };
      }
      return split;
    },
    end: () => {
      const { text, thinking } = splitThinking(content, { final: true });
      return { text, thinking };
    },
  };
}
