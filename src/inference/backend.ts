/** A model as its host lists it. */
export type InstalledModel = {
  /** As the backend's `normalName` has it: `qwen3:latest`. */
  name: string;
  sizeBytes: number;
  digest: string;
  parameterSize: string | undefined;
  quantization: string | undefined;
  /** Runs on somebody else's servers, and not on the host. */
  cloud: boolean;
  /** `completion`, `thinking`, `vision` …; undefined where the host has not said. */
  capabilities: readonly string[] | undefined;
};

export type ChatMessage = { role: "user" | "assistant"; content: string };

export type ChatRequest = {
  model: string;
  /** Oldest first; the last one is to be answered. */
  messages: readonly ChatMessage[];
  /** Undefined for a model that cannot think. */
  think: boolean | undefined;
  /** Tokens at most. */
  maxTokens: number;
};

export type Figures = {
  promptTokens: number;
  tokens: number;
  tokensPerSecond: number;
  /** Milliseconds that loading the model took. */
  loadMs: number;
  /** `length`: the answer was cut because it grew too long. */
  reason: string;
};

/** The newest piece of an answer, without what came before. Only the last part of a whole answer has figures. */
export type ChatPart = { thinking: string; text: string; figures: Figures | undefined };

/** How much of a model is there. The total grows while a host finds out what belongs to it. */
export type PullPart = { completedBytes: number; totalBytes: number };

/** Why there was no whole answer, as far as a person can tell the cases apart. */
export const FAILURE_REASONS = [
  "unreachable",
  "modelMissing",
  "cannotChat",
  "busy",
  "outOfMemory",
  "interrupted",
  "stalled",
  "failed",
] as const;
export type FailureReason = (typeof FAILURE_REASONS)[number];

export type Failure = {
  reason: FailureReason;
  /** For the log. */
  message: string;
  /** The model cannot think: the same request without `think` may succeed. */
  refusedThinking: boolean;
};

/** The stage at which an error arose: before the first part of an answer came, or after it. */
export type ChatStage = "request" | "answer";

/**
 * A kind of program that runs models, reached at addresses of hosts. What it does ends with its signal. Nothing here
 * judges an error but `classify`: the others reject with whatever they meet.
 */
export type Backend = {
  /** As people are shown it: `Ollama`. */
  name: string;
  /** One name for all ways to write the name of a model. */
  normalName: (model: string) => string;
  version: (host: string, signal: AbortSignal) => Promise<string>;
  /** The models that a host has. Called every few seconds: what does not change is asked for once. */
  list: (host: string, signal: AbortSignal) => Promise<InstalledModel[]>;
  /** Names of the models in memory, and bytes of graphics memory they take. */
  loaded: (host: string, signal: AbortSignal) => Promise<ReadonlyMap<string, number>>;
  /** Streams one answer; a part for each sign of life, also an empty one. */
  chat: (host: string, request: ChatRequest, signal: AbortSignal) => AsyncIterable<ChatPart>;
  /** Judges an error of `chat` that arose at this stage. */
  classify: (error: unknown, stage: ChatStage) => Failure;
  /** Ends when the whole model is there; rejects with a message for the person who asked. */
  pull: (host: string, model: string, signal: AbortSignal) => AsyncIterable<PullPart>;
  /** Deletes a model from a host. */
  remove: (host: string, model: string, signal: AbortSignal) => Promise<void>;
};

/** Tells whether a model can be talked to, as far as its host has said. */
export const canChat = ({ capabilities }: InstalledModel): boolean => capabilities?.includes("completion") ?? true;
