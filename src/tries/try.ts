import { z } from "zod";
import { LOCALES } from "#src/base/locale.ts";
import { parseJson } from "#src/base/parse-json.ts";
import { FAILURE_REASONS } from "#src/inference/backend.ts";

/**
 * How an answer can be shown. `process`: by the process that asked, which holds the terminal or the page. `token`: by every
 * process of the fleet that knows the surface, until `until` (ms since 1970). `channel`: by every process that has the
 * credentials of the bot itself.
 */
const reach = z.discriminatedUnion("by", [
  z.object({ by: z.literal("process") }),
  z.object({ by: z.literal("token"), token: z.string(), until: z.number() }),
  z.object({ by: z.literal("channel") }),
]);
export type Reach = z.infer<typeof reach>;

/** The place where a try's answer is shown: plain data, so that another process can show it too. */
const delivery = z.object({
  /** Name of the surface, under which processes say how they show its answers. */
  surface: z.string(),
  reach,
  /** What the surface needs to find the place; read by the surface alone. */
  address: z.record(z.string(), z.string()),
  /** Shown to one person alone. */
  private: z.boolean(),
});
export type Delivery = z.infer<typeof delivery>;

/** The model that answers for the name that a person typed. */
const resolvedModel = z.object({
  /** Its name as the fleet has it: `qwen3:8b`. */
  model: z.string(),
  /** The same as people see it, in the case that `ollama ls` prints; absent: as `model`. */
  listedName: z.string().optional().catch(undefined),
  /** The catalog entry that was asked for. */
  entryId: z.string().optional(),
  /** Another model answers in place of the one asked for, and must be named as such. */
  standIn: z.boolean(),
  /** The variant of the entry that was asked for, where another stands in for it. */
  wanted: z.string().optional().catch(undefined),
  /** The name that was typed, where it means several models of which this is one. */
  chosenFor: z.string().optional().catch(undefined),
});
export type ResolvedModel = z.infer<typeof resolvedModel>;

const chatMessage = z.object({ role: z.enum(["user", "assistant"]), content: z.string() });

/** One prompt of one person, sent to one model or to several, and shown in one message. */
export const trySchema = z.object({
  id: z.string(),
  person: z.string(),
  /** Whoever asked may read what hosts say. */
  admin: z.boolean().exactOptional(),
  guild: z.string().optional(),
  /** The models that answer; each answer is a run. */
  targets: z.tuple([resolvedModel], resolvedModel),
  prompt: z.string(),
  /** The conversation before the prompt, oldest first. */
  history: z.array(chatMessage),
  think: z.boolean().optional(),
  /** So many of the oldest turns of the conversation are not part of the history any more. */
  leftOutTurns: z.number().optional().catch(undefined),
  /** Tokens that the host counted in this conversation, in relation to our estimate. */
  tokenRatio: z.number().optional().catch(undefined),
  locale: z.enum(LOCALES),
  delivery,
  /** The process that asked. */
  holder: z.string(),
  /** ms since 1970. */
  createdAt: z.number(),
});
export type Try = z.infer<typeof trySchema>;

const ENDED = ["done", "stopped", "expired", "interrupted", "failed"] as const;
/** `loading`: a host is asked, and nothing has come yet; `stage` says why, as far as that is known. */
const phase = z.enum(["waiting", "loading", "thinking", "answering", ...ENDED]);
export type Phase = z.infer<typeof phase>;

/** Why a try was ended from outside. */
export const endReason = phase.extract(["stopped", "expired", "interrupted"]);
export type EndReason = z.infer<typeof endReason>;

const figures = z.object({
  promptTokens: z.number(),
  tokens: z.number(),
  tokensPerSecond: z.number(),
  loadMs: z.number(),
  reason: z.string(),
});

/**
 * What a run waits for before its first word. `loading`: the model is being loaded. `reading`: a long prompt is read.
 * `queued`: others on that host are before it. Unknown ones, of another version, count as none.
 */
const stage = z.enum(["loading", "reading", "queued"]).optional().catch(undefined);

/** Why a run failed: what went wrong on the host, or that another version had queued the try. */
export const TRY_FAILURES = [...FAILURE_REASONS, "otherVersion"] as const;

/** Everything that can be shown of the answer of one model at a moment. */
const runProgress = z.object({
  phase,
  text: z.string(),
  thinking: z.string(),
  hostLabel: z.string().exactOptional(),
  stage,
  /** So many of the oldest turns of the conversation were not sent along. */
  leftOutTurns: z.number().optional().catch(undefined),
  /** Tokens of context that the model had, where that is known. */
  contextTokens: z.number().optional().catch(undefined),
  /** The host did not refuse a prompt that its context cannot hold: the model has not seen all of it. */
  promptCut: z.boolean().optional().catch(undefined),
  /** It has thought and said nothing, and can be asked to answer without thinking. */
  canSkipThinking: z.boolean().optional().catch(undefined),
  figures: figures.exactOptional(),
  /** Milliseconds from the start on the host to the end. */
  durationMs: z.number().exactOptional(),
  failure: z.enum(TRY_FAILURES).exactOptional(),
  /** Figures for the text of the failure: HTTP status, version of the host, tokens. */
  failureParams: z
    .record(z.string(), z.union([z.string(), z.number()]))
    .optional()
    .catch(undefined),
  /** What the host said of it, for administrators alone. */
  said: z.string().exactOptional(),
  /** Models that could answer in its place, as people see them. */
  others: z.array(z.string()).exactOptional(),
});
export type RunProgress = z.infer<typeof runProgress>;

/** Everything that can be shown of a try at a moment: one run for each of its targets, in their order. */
export const progressSchema = z.object({
  phase,
  /** Place in the queue, from 1. */
  position: z.number().exactOptional(),
  /** It was begun before, on a host or worker that failed, and begins again. */
  restarted: z.boolean().exactOptional(),
  runs: z.tuple([runProgress], runProgress),
});
export type Progress = z.infer<typeof progressSchema>;

/** A minute before a token dies the answer is ended with what there is. */
const DEADLINE_MARGIN_MS = 60_000;

/** When a try must have ended, in ms since 1970; undefined where nothing runs out. */
export const deadlineOf = ({ reach: how }: Delivery): number | undefined =>
  how.by === "token" ? how.until - DEADLINE_MARGIN_MS : undefined;

/** Tells whether a try must have ended by now. */
export const isPast = ({ delivery: place }: Try): boolean =>
  (deadlineOf(place) ?? Number.POSITIVE_INFINITY) <= Date.now();

/** Tells whether anything came from the model. */
export const hasWords = ({ text, thinking }: RunProgress): boolean => text !== "" || thinking !== "";

const isEnd = (at: Phase): boolean => ENDED.some((end) => end === at);
export const hasEnded = (progress: Pick<Progress, "phase">): boolean => isEnd(progress.phase);

/** It came to an end and said nothing, although it thought. */
export const onlyThought = ({ phase: at, text, thinking }: RunProgress): boolean =>
  at === "done" && text.trim() === "" && thinking !== "";

/** What a host counts of a prompt and its answer may be off by so many tokens. */
const OFF_BY = 8;

/** How an answer stands to the context: it `filled` it to the end, or went on beyond it, when a model forgets what came first. */
export function contextUse({ figures, contextTokens }: RunProgress): "within" | "filled" | "beyond" | undefined {
  if (figures === undefined || contextTokens === undefined) return undefined;
  const tokens = figures.promptTokens + figures.tokens;
  if (tokens > contextTokens + OFF_BY) return "beyond";
  return tokens >= contextTokens - OFF_BY ? "filled" : "within";
}

/** A target's model as people see it. */
export const shownModel = ({ model, listedName }: ResolvedModel): string => listedName ?? model;

/** A run that has not begun, or begins again. */
export const WAITING_RUN: RunProgress = { phase: "waiting", text: "", thinking: "" };

/** Nothing has begun yet. */
export const waitingProgress = ({ targets: [, ...others] }: Pick<Try, "targets">, position?: number): Progress => ({
  phase: "waiting",
  ...(position !== undefined && { position }),
  runs: [WAITING_RUN, ...others.map(() => WAITING_RUN)],
});

/** The progress with some runs at a newer state. Its phase is that of what goes on, or says how all ended. */
export function withRuns(progress: Progress, change: (run: RunProgress, at: number) => RunProgress): Progress {
  const { position: _, ...rest } = progress;
  const [first, ...others] = progress.runs;
  const runs: Progress["runs"] = [change(first, 0), ...others.map((run, at) => change(run, at + 1))];
  return { ...rest, phase: phaseOf(runs), runs };
}

function phaseOf(runs: Progress["runs"]): Phase {
  const phases = runs.map((run) => run.phase);
  const open = phases.filter((item) => !isEnd(item));
  return open.find((item) => item !== "waiting") ?? open[0] ?? phases.find((item) => item === "done") ?? runs[0].phase;
}

/** The place of the run that is next, or goes on; undefined where all have ended. */
export const nextRun = ({ runs }: Progress): number | undefined => {
  const at = runs.findIndex((run) => !hasEnded(run));
  return at < 0 ? undefined : at;
};

/** The model of the run that is next: in its queue the try waits. */
export const nextModel = ({ targets }: Try, progress: Progress): string =>
  (targets[nextRun(progress) ?? 0] ?? targets[0]).model;

/** Every run that goes on ends for this reason, with what there is of it. */
export const endedFor = (progress: Progress, reason: EndReason): Progress =>
  withRuns(progress, (run) => (hasEnded(run) ? run : { ...run, phase: reason }));

/** Every run that goes on has failed. */
export const failedFor = (
  progress: Progress,
  failure: NonNullable<RunProgress["failure"]>,
  hostLabel?: string,
): Progress =>
  withRuns(progress, (run) =>
    hasEnded(run) ? run : { ...run, phase: "failed", failure, ...(hostLabel !== undefined && { hostLabel }) },
  );

/** The end of a try that another version has queued. */
export const otherVersion = (attempt: Try): Progress => failedFor(waitingProgress(attempt), "otherVersion");

/** A token is a secret, and of no use once the try has ended. */
export const withoutToken = (attempt: Try): Try => {
  const { delivery: place } = attempt;
  return place.reach.by === "token"
    ? { ...attempt, delivery: { ...place, reach: { ...place.reach, token: "" } } }
    : attempt;
};

/** A try as it was kept in JSON; undefined where it cannot be read. */
export const readTry = (json: string): Try | undefined => trySchema.safeParse(parseJson(json)).data;

/** A progress as it was kept in JSON; undefined where it cannot be read. */
export const readProgress = (json: string): Progress | undefined => progressSchema.safeParse(parseJson(json)).data;

/** What is enough to show a last word; everything else of a try may be missing. */
const restSchema = z.object({
  ...trySchema.shape,
  person: trySchema.shape.person.catch(""),
  guild: trySchema.shape.guild.catch(undefined),
  targets: trySchema.shape.targets.catch([{ model: "?", standIn: false }]),
  prompt: trySchema.shape.prompt.catch(""),
  history: trySchema.shape.history.catch([]),
  think: trySchema.shape.think.catch(undefined),
  locale: trySchema.shape.locale.catch(LOCALES[0]),
  holder: trySchema.shape.holder.catch(""),
  createdAt: trySchema.shape.createdAt.catch(0),
});

/** What can be read of a try that another version wrote; undefined where it is not enough to show anything. */
export const readRest = (json: string): Try | undefined => restSchema.safeParse(parseJson(json)).data;
