import type { Attachment } from "#src/chat/view.ts";
import { type Progress, type RunProgress, shownModel, type Try } from "#src/tries/try.ts";

export const ANSWER_FILE = "answer.md";

/** The whole of an answer as it came, for where it does not fit. */
export const answerFile = (answer: string): Attachment => ({ name: ANSWER_FILE, text: answer });

/** What all runs of a try said, or thought; several stand under the names of their models. */
export function wholeText(
  { targets }: Pick<Try, "targets">,
  { runs }: Pick<Progress, "runs">,
  kind: keyof Pick<RunProgress, "text" | "thinking">,
): string {
  if (runs.length === 1) return runs[0][kind];
  return runs
    .flatMap((run, at) => (run[kind] === "" ? [] : `# ${shownModel(targets[at] ?? targets[0])}\n\n${run[kind]}`))
    .join("\n\n");
}
