import { plain } from "#src/base/markdown.ts";
import { clip } from "#src/chat/view.ts";

/** A prompt as a quotation of one line, of so many characters at most. */
export const promptLine = (prompt: string, most: number): string =>
  `> ${plain(clip(prompt.replace(/\s+/g, " "), most))}`;
