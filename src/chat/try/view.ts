import { createRequire } from "node:module";
import type { Text } from "#src/base/locale.ts";
import { code, plain } from "#src/base/markdown.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import {
  type ActionButton,
  ButtonStyle,
  button,
  buttonRow,
  clip,
  container,
  customId,
  fileDisplay,
  type Room,
  textDisplay,
  type View,
} from "#src/chat/view.ts";
import { hasEnded, type Progress, type Try } from "#src/tries/try.ts";
import { ANSWER_FILE, answerFile } from "./answer-file.ts";

/** Characters of the prompt that stay in sight above the answer. */
const PROMPT_SHOWN = 300;
/** Characters kept free for the lines around the answer. */
const FRAME = 500;

export type TryContext = { text: Text; room: Room; entry: Entry | undefined };

/** One state of a try: the prompt, the text so far, a line about it, and what can be done. Every state is well-formed. */
export function tryView(attempt: Try, progress: Progress, { text, room, entry }: TryContext): View {
  const ended = hasEnded(progress);
  // The readers of Markdown are loaded with the first answer of a model, and not by whoever could show one.
  const { modelText }: typeof import("./model-text.ts") = createRequire(import.meta.url)("./model-text.ts");
  const { markdown, complete } = modelText(progress.text, Math.min(room.characters, 1e6) - PROMPT_SHOWN * 2 - FRAME);
  const body = markdown.trim() === "" && ended && progress.phase === "done" ? text("try.empty") : markdown.trim();
  const cut = !complete;
  const attach = cut && ended;
  const parts = [
    textDisplay(headOf(attempt, entry, text)),
    ...(body === "" ? [] : [textDisplay(body)]),
    ...(attach ? [fileDisplay(ANSWER_FILE)] : []),
    textDisplay(statusLines(attempt, progress, cut, text).join("\n")),
    ...controls(attempt, progress, cut, text),
  ];
  return { components: [container(parts)], ...(attach && { files: [answerFile(progress.text)] }) };
}

/** The end of a try whose text the surface will not show: a word about that, and the text as a file. */
export function refusedTryView(attempt: Try, progress: Progress, { text, entry }: TryContext): View {
  const lines = [text("try.refused"), ...statusLines(attempt, progress, false, text)];
  return {
    components: [
      container([
        ...(entry && attempt.target.standIn
          ? [textDisplay(text("try.standIn", { wanted: plain(entry.name), model: code(attempt.target.model) }))]
          : []),
        textDisplay(lines.join("\n")),
        fileDisplay(ANSWER_FILE),
        ...controls(attempt, progress, true, text),
      ]),
    ],
    files: [answerFile(progress.text)],
  };
}

function headOf({ prompt, target }: Try, entry: Entry | undefined, text: Text): string {
  const quoted = clip(prompt.replace(/\s+/g, " "), PROMPT_SHOWN);
  return [`> ${plain(quoted)}`, ...standInLine(target, entry, text)].join("\n");
}

/** A stand-in is named as such wherever its answer is shown. */
const standInLine = (target: Try["target"], entry: Entry | undefined, text: Text): string[] =>
  target.standIn && entry
    ? [`-# ${text("try.standIn", { wanted: plain(entry.name), model: code(target.model) })}`]
    : [];

/** What stands behind the text where it was already shown as it came (a terminal). */
export function tryEnding(attempt: Try, progress: Progress, { text, entry }: Pick<TryContext, "text" | "entry">): View {
  return {
    components: [
      textDisplay(
        [...standInLine(attempt.target, entry, text), ...statusLines(attempt, progress, false, text)].join("\n"),
      ),
      ...controls(attempt, progress, false, text),
    ],
  };
}

function statusLines({ target }: Try, progress: Progress, cut: boolean, text: Text): string[] {
  const lines = [
    ...(cut ? [text("try.longer", { count: progress.text.length })] : []),
    ...phaseLine(progress, text),
    figuresLine(target.model, progress, text),
  ];
  return lines.filter((line) => line !== "").map((line) => `-# ${line}`);
}

function phaseLine(progress: Progress, text: Text): string[] {
  switch (progress.phase) {
    case "waiting":
      return [text("try.waiting", { position: progress.position ?? 1 })];
    case "thinking":
      return [text("try.thinking", { count: progress.thinking.length })];
    case "done":
      return progress.figures?.reason === "length" ? [text("try.cut")] : [];
    case "failed":
      return [text(`try.failure.${progress.failure ?? "failed"}`, { host: progress.hostLabel ?? "" })];
    default:
      return [text(`try.${progress.phase}`)];
  }
}

function figuresLine(model: string, { figures, hostLabel, durationMs = 0 }: Progress, text: Text): string {
  if (hostLabel === undefined) return code(model);
  if (figures === undefined) return text("try.running", { model: code(model), host: hostLabel });
  return text("try.figures", {
    model: code(model),
    host: hostLabel,
    tokens: figures.tokens,
    speed: figures.tokensPerSecond.toFixed(1),
    seconds: (durationMs / 1000).toFixed(1),
  });
}

function controls({ id }: Try, progress: Progress, cut: boolean, text: Text) {
  const buttons: ActionButton[] = hasEnded(progress)
    ? [
        button(text("try.again"), customId("try", "again", id)),
        ...(progress.text === ""
          ? []
          : [button(text("try.continue"), customId("try", "continue", id), { style: ButtonStyle.Primary })]),
        ...(progress.thinking === "" ? [] : [button(text("try.showThinking"), customId("try", "thinking", id))]),
        ...(cut ? [button(text("try.full"), customId("try", "full", id))] : []),
      ]
    : [button(text("try.stop"), customId("try", "stop", id), { style: ButtonStyle.Danger })];
  return [buttonRow(buttons)];
}
