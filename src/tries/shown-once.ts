import type { OpenOutput, Output } from "./outputs.ts";

/** Opens one output of a try in a process, however many parts of it show the try: the first that opens it says how. */
export function createShownOnce(open: OpenOutput): OpenOutput {
  const opened = new Map<string, Output>();
  return (attempt, guard) => {
    const known = opened.get(attempt.id);
    if (known) return known;
    const output = open(attempt, guard);
    if (output === undefined) return undefined;
    const forget = (): void => void opened.delete(attempt.id);
    const once: Output = {
      ...output,
      finish: (progress) => output.finish(progress).finally(forget),
      leave: () => output.leave().finally(forget),
    };
    opened.set(attempt.id, once);
    return once;
  };
}
