/**
 * Parts what a model thought from what it says, for models that put `<think>…</think>` into their text. Only the tags and
 * the white space around them are lost. Unless `final`, a tag that is only begun is nothing yet.
 */
export function splitThinking(raw: string, { final } = { final: false }): Thought {
  const start = raw.trimStart();
  if (!final && start !== OPEN && OPEN.startsWith(start)) return { thinking: "", text: "", thinkingOpen: false };
  const opened = start.startsWith(OPEN);
  const rest = opened ? start.slice(OPEN.length).trimStart() : raw;
  const end = rest.indexOf(CLOSE);
  if (end >= 0 && (opened || !rest.slice(0, end).includes(OPEN))) {
    const text = rest.slice(end + CLOSE.length).trimStart();
    return { thinking: rest.slice(0, end).trimEnd(), text, thinkingOpen: false };
  }
  if (!opened) return { thinking: "", text: raw, thinkingOpen: false };
  const begun = final ? -1 : rest.lastIndexOf("<");
  const isTag = begun >= 0 && CLOSE.startsWith(rest.slice(begun));
  return { thinking: isTag ? rest.slice(0, begun).trimEnd() : rest, text: "", thinkingOpen: true };
}

type Thought = { thinking: string; text: string; thinkingOpen: boolean };
export const OPEN = "<think>";
export const CLOSE = "</think>";
