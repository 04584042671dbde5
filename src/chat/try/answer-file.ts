import type { Attachment } from "#src/chat/view.ts";

export const ANSWER_FILE = "answer.md";

/** The whole of an answer as it came, for where it does not fit. */
export const answerFile = (answer: string): Attachment => ({ name: ANSWER_FILE, text: answer });
