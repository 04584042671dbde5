import type { ProxySettings } from "#src/base/proxy.ts";

/** Where a host is reached. */
export type HostAddress = {
  /** Without user and password. */
  url: string;
  /** Value of the `Authorization` header; never shown to anybody. */
  authorization?: string | undefined;
  /** The proxies on the way, where the operator wants any; else it is reached directly. */
  proxies?: ProxySettings | undefined;
};

/** A host as an operator sets it. */
export type HostSettings = HostAddress & {
  /** What people are shown; absent: the backend's name and the host's place in the list. */
  name?: string | undefined;
};

/** A model as its host lists it. */
export type InstalledModel = {
  /** As the backend's `normalName` has it, to look it up: `qwen3:latest`. */
  name: string;
  /** As its host writes it, for people and for the host: `hf.co/Qwen/Qwen3-8B-GGUF:Q4_K_M`; absent: as `name`. */
  listedName?: string | undefined;
  sizeBytes: number;
  digest: string;
  parameterSize: string | undefined;
  quantization: string | undefined;
  /** Runs on somebody else's servers, and not on the host. */
  cloud: boolean;
  /** `completion`, `thinking`, `vision` …; undefined where the host has not said. */
  capabilities: readonly string[] | undefined;
  /** Tokens that the model was made for; undefined where the host has not said. */
  contextTokens: number | undefined;
  /** Tokens of context that its own file sets (`PARAMETER num_ctx`), where it does. */
  setContextTokens?: number | undefined;
};

/** A model's name as people see it, and as its host is asked for it. */
export const listedName = ({ name, listedName: listed }: InstalledModel): string => listed ?? name;

/** A model in a host's memory. */
export type LoadedModel = {
  /** Bytes of graphics memory; 0 where it runs on the CPU. */
  vramBytes: number;
  /** Bytes in all. */
  sizeBytes: number;
  /** Tokens of context that it was loaded with; undefined where the host has not said. */
  contextTokens: number | undefined;
};

export type ChatMessage = { role: "user" | "assistant"; content: string };

export type ChatRequest = {
  model: string;
  /** Oldest first; the last one is to be answered. */
  messages: readonly ChatMessage[];
  /** Undefined for a model that cannot think. */
  think: boolean | undefined;
  /** Tokens of the answer at most. */
  maxTokens: number;
  /** Tokens of context; undefined: as the host has it. Another value than the loaded one loads the model again. */
  contextTokens: number | undefined;
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
  "notBackend",
  "modelMissing",
  "cannotLoad",
  "cannotChat",
  "contextExceeded",
  "busy",
  "outOfMemory",
  "repeated",
  "interrupted",
  "stalled",
  "failed",
] as const;
export type FailureReason = (typeof FAILURE_REASONS)[number];

export type Failure = {
  reason: FailureReason;
  /** What the other side said, for the log and for administrators: bounded, without prompt and secrets. */
  message: string;
  /** Figures for the text of the reason: tokens of a prompt and of the context, the version of a host. */
  params?: Readonly<Record<string, string | number>> | undefined;
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
  /** Tokens of context that a model gets where nothing else is known. */
  defaultContextTokens: number;
  /** One name for all ways to write the name of a model. */
  normalName: (model: string) => string;
  version: (host: HostAddress, signal: AbortSignal) => Promise<string>;
  /** The models that a host has. Called every few seconds: what does not change is asked for once. */
  list: (host: HostAddress, signal: AbortSignal) => Promise<InstalledModel[]>;
  /** The models in memory by name. */
  loaded: (host: HostAddress, signal: AbortSignal) => Promise<ReadonlyMap<string, LoadedModel>>;
  /** Streams one answer; a part for each sign of life, also an empty one. */
  chat: (host: HostAddress, request: ChatRequest, signal: AbortSignal) => AsyncIterable<ChatPart>;
  /** Judges an error of `chat` that arose at this stage. */
  classify: (error: unknown, stage: ChatStage) => Failure;
  /** Ends when the whole model is there; rejects with a message for the person who asked. */
  pull: (host: HostAddress, model: string, signal: AbortSignal) => AsyncIterable<PullPart>;
  /** Deletes a model from a host. */
  remove: (host: HostAddress, model: string, signal: AbortSignal) => Promise<void>;
};

/** Tells whether a model can be talked to, as far as its host has said. */
export const canChat = ({ capabilities }: InstalledModel): boolean => capabilities?.includes("completion") ?? true;
