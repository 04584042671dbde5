import { createRequire } from "node:module";
import type { Text } from "#src/base/locale.ts";
import { code, plain } from "#src/base/markdown.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import {
  type ActionButton,
  ButtonStyle,
  button,
  buttonRow,
  container,
  customId,
  fileDisplay,
  type Room,
  type TextDisplay,
  textDisplay,
  type View,
} from "#src/chat/view.ts";
import { isDenied } from "#src/inference/failing.ts";
import {
  contextUse,
  hasEnded,
  onlyThought,
  type Progress,
  type ResolvedModel,
  type RunProgress,
  shownModel,
  type Try,
} from "#src/tries/try.ts";
import { ANSWER_FILE, answerFile, wholeText } from "./answer-file.ts";
import { promptLine } from "./prompt-line.ts";

/** Characters of the prompt that stay in sight above the answer. */
const PROMPT_SHOWN = 300;
/** Characters kept free for the lines around the answer of each model. */
const FRAME = 500;

export type TryContext = { text: Text; room: Room; entryOf: (id: string) => Entry | undefined };

/** A run of a try, and the model that it asks. `said`: what its host said of a failure, where it may be shown. */
type Run = { target: ResolvedModel; run: RunProgress; said: string | undefined };

const runsOf = (attempt: Try, { runs }: Progress): Run[] =>
  runs.map((run, at) => ({
    run,
    target: attempt.targets[at] ?? attempt.targets[0],
    said: isForAdminAlone(attempt) ? run.said : undefined,
  }));

/** An administrator asked, and nobody else reads the answer: it is private, or on the administrator's own screen. */
const isForAdminAlone = ({ admin, delivery }: Try): boolean =>
  admin === true && (delivery.private || delivery.reach.by === "process");

/** One state of a try: the prompt, the texts so far, lines about them, and what can be done. Every state is well-formed. */
export function tryView(attempt: Try, progress: Progress, context: TryContext): View {
  const { text, room } = context;
  const runs = runsOf(attempt, progress);
  const frames = runs.reduce((sum, item) => sum + FRAME + failureLength(item), 0);
  const texts = fittingTexts(runs, Math.min(room.characters, 1e6) - PROMPT_SHOWN * 2 - frames);
  const isCut = [...texts.values()].some(({ complete }) => !complete);
  const attach = isCut && hasEnded(progress);
  const shown = runs.map((item) => {
    const { markdown = "", complete = true } = texts.get(item) ?? {};
    const isSilent = item.run.phase === "done" && !onlyThought(item.run);
    const body = markdown.trim() || (isSilent ? text("try.empty") : "");
    return { item, body, below: runLines(item, progress, !complete, text) };
  });
  const head = [promptLine(attempt.prompt, PROMPT_SHOWN)];
  const common = tryLines(progress, text);
  const file = attach ? [fileDisplay(ANSWER_FILE)] : [];
  const [first, ...others] = shown;
  const parts =
    first && others.length === 0
      ? [
          ...displays([...head, ...nameLines(first.item.target, context)], [first.body]),
          ...file,
          ...displays([...common, ...first.below]),
        ]
      : [
          ...displays(head),
          ...shown.flatMap(({ item: { target }, body, below }) =>
            displays([`**${code(shownModel(target))}**`, ...nameLines(target, context)], [body], below),
          ),
          ...file,
          ...displays(common),
        ];
  return {
    components: [container([...parts, ...controls(attempt, progress, isCut, text)])],
    ...(attach && { files: [answerFile(wholeText(attempt, progress, "text"))] }),
  };
}

/** The end of a try whose text the surface will not show: a word about that, and the text as a file. */
export function refusedTryView(attempt: Try, progress: Progress, context: TryContext): View {
  const { text } = context;
  return {
    components: [
      container([
        textDisplay([text("try.refused"), ...smallPrint(attempt, progress, context)].join("\n")),
        fileDisplay(ANSWER_FILE),
        ...controls(attempt, progress, true, text),
      ]),
    ],
    files: [answerFile(wholeText(attempt, progress, "text"))],
  };
}

/** What stands behind the texts where they were already shown as they came (a terminal). */
export const tryEnding = (attempt: Try, progress: Progress, context: Omit<TryContext, "room">): View => ({
  components: [
    textDisplay(smallPrint(attempt, progress, context).join("\n")),
    ...controls(attempt, progress, false, context.text),
  ],
});

/** What goes on, in small print; the model is named where there are several. */
export function tryStatus(attempt: Try, progress: Progress, text: Text): string {
  const runs = runsOf(attempt, progress);
  const current = runs.find(({ run }) => run.phase === progress.phase);
  const line = current ? phaseLine(current.run, progress, text).join("") : "";
  const named = current && line !== "" && runs.length > 1 ? `${code(shownModel(current.target))} · ${line}` : line;
  return [...tryLines(progress, text), ...(named === "" ? [] : [small(named)])].join("\n");
}

/** Each list of lines as a text, without those that say nothing. */
const displays = (...texts: string[][]): TextDisplay[] =>
  texts.map((lines) => lines.join("\n")).flatMap((content) => (content === "" ? [] : [textDisplay(content)]));

/** The texts within so many characters; what a short one leaves is for the longer ones. */
function fittingTexts(runs: Run[], room: number): Map<Run, ReturnType<typeof modelText>> {
  // The readers of Markdown are loaded with the first answer of a model, and not by whoever could show one.
  const { modelText }: typeof import("./model-text.ts") = createRequire(import.meta.url)("./model-text.ts");
  let left = Math.max(0, room);
  const shortestFirst = runs.toSorted((one, other) => one.run.text.length - other.run.text.length);
  return new Map(
    shortestFirst.map((item, at) => {
      const fitting = modelText(item.run.text, Math.floor(left / (runs.length - at)));
      left -= fitting.markdown.length;
      return [item, fitting];
    }),
  );
}

const small = (line: string): string => `-# ${line}`;

/** Which of several models the name was taken for; and a stand-in is named as such wherever its answer is shown. */
function nameLines(target: ResolvedModel, { text, entryOf }: Omit<TryContext, "room">): string[] {
  const { standIn, entryId = "", wanted, chosenFor } = target;
  const model = code(shownModel(target));
  const entry = standIn ? entryOf(entryId) : undefined;
  return [
    ...(chosenFor === undefined ? [] : [small(text("try.chosen", { name: plain(chosenFor), model }))]),
    ...(entry ? [small(text("try.standIn", { wanted: plain(wanted ?? entry.name), model }))] : []),
  ];
}

/** All lines about a try and its runs. */
const smallPrint = (attempt: Try, progress: Progress, context: Omit<TryContext, "room">): string[] => [
  ...tryLines(progress, context.text),
  ...runsOf(attempt, progress).flatMap((item) => [
    ...nameLines(item.target, context),
    ...runLines(item, progress, false, context.text),
  ]),
];

/** Nothing has begun: the place in the queue is that of all runs. */
const isQueued = ({ runs }: Progress): boolean => runs.every(({ phase }) => phase === "waiting");

function tryLines(progress: Progress, text: Text): string[] {
  const { restarted, position = 1 } = progress;
  return [
    ...(restarted ? [text(hasEnded(progress) ? "try.restarted" : "try.restarting")] : []),
    ...(isQueued(progress) ? [text("try.waiting", { position })] : []),
  ].map(small);
}

const runLines = ({ run, target, said }: Run, progress: Progress, cut: boolean, text: Text): string[] =>
  [
    ...(cut ? [text("try.longer", { count: run.text.length })] : []),
    ...phaseLine(run, progress, text),
    ...insteadLine(run, text),
    ...(said ? [text("try.said", { said: plain(said) })] : []),
    ...leftOutLine(run, text),
    figuresLine(shownModel(target), run, text),
  ].map(small);

function phaseLine(run: RunProgress, progress: Progress, text: Text): string[] {
  switch (run.phase) {
    case "waiting":
      return isQueued(progress) ? [] : [text("try.turn")];
    case "thinking":
      return [text("try.thinking", { count: run.thinking.length })];
    case "loading":
      return [text(`try.stage.${run.stage ?? "unknown"}`)];
    case "done":
      return doneLine(run, text);
    case "failed":
      return [failureText(run, text)];
    default:
      return [text(`try.${run.phase}`)];
  }
}

/** `length` says that an answer had all its tokens, or came to the end of the context: its figures tell the two apart. */
function doneLine(run: RunProgress, text: Text): string[] {
  const isCut = run.figures?.reason === "length";
  const use = contextUse(run);
  if (run.promptCut) return [text("try.promptCut", { tokens: grouped(run.contextTokens ?? 0) })];
  if (onlyThought(run)) return [text(isCut ? "try.thoughtTooLong" : "try.thoughtOnly")];
  return [
    ...(isCut ? [text(use === "filled" ? "try.contextFull" : "try.cut")] : []),
    ...(use === "beyond" ? [text("try.beyondContext")] : []),
  ];
}

/** What went wrong, and what the person, or an administrator, can do. */
function failureText(
  { failure = "failed", failureParams = {}, hostLabel = "", text: words }: RunProgress,
  text: Text,
): string {
  const params = { ...failureParams, host: hostLabel };
  const { cause, status, tokens, limit } = failureParams;
  if (failure === "cannotLoad" && (cause === "tooNew" || cause === "damaged" || cause === "slow"))
    return text(`try.cannotLoad.${cause}`, params);
  if (failure === "unreachable" && status === 504) return text("try.proxyTimeout", params);
  if (failure === "interrupted" && words === "") return text("try.nothingCame", params);
  if (failure === "notBackend" && isDenied(status)) return text("try.denied", params);
  if (failure === "contextExceeded" && typeof tokens === "number" && typeof limit === "number")
    return text("try.promptExceedsContext", { tokens: grouped(tokens), limit: grouped(limit) });
  return text(`try.failure.${failure}`, params);
}

/** Characters that the lines of a failure may take beyond those of every run; marks for Markdown may double what was said. */
const failureLength = ({ run, said = "" }: Run): number => said.length * 2 + (run.others ?? []).join(", ").length;

/** Models that could answer in place of one that failed. */
const insteadLine = ({ phase, others = [] }: RunProgress, text: Text): string[] =>
  phase === "failed" && others.length > 0
    ? [text("try.instead", { models: others.map(code).join(text("facts.listComma")) })]
    : [];

/** What a model was not told of the conversation is said with the answer, and while it comes. */
function leftOutLine({ leftOutTurns = 0, contextTokens, phase }: RunProgress, text: Text): string[] {
  if (leftOutTurns === 0 || phase === "waiting") return [];
  return contextTokens === undefined
    ? [text("try.leftOut", { count: leftOutTurns })]
    : [text("try.leftOutOf", { count: leftOutTurns, tokens: grouped(contextTokens) })];
}

/** `4,096`, as all three languages write it. */
const grouped = (count: number): string => count.toLocaleString("en-US");

function figuresLine(model: string, { figures, hostLabel, durationMs = 0 }: RunProgress, text: Text): string {
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
  const { runs } = progress;
  const buttons: ActionButton[] = hasEnded(progress)
    ? [
        button(text("try.again"), customId("try", "again", id)),
        ...(runs[0].text === ""
          ? []
          : [button(text("try.continue"), customId("try", "continue", id), { style: ButtonStyle.Primary })]),
        ...(runs.some(({ thinking }) => thinking !== "")
          ? [button(text("try.showThinking"), customId("try", "thinking", id))]
          : []),
        ...(runs.some(({ canSkipThinking }) => canSkipThinking)
          ? [button(text("try.skipThinking"), customId("try", "skip", id))]
          : []),
        ...(cut ? [button(text("try.full"), customId("try", "full", id))] : []),
      ]
    : [button(text("try.stop"), customId("try", "stop", id), { style: ButtonStyle.Danger })];
  return [buttonRow(buttons)];
}
