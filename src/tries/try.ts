import type { Locale } from "#src/base/locale.ts";
import type { ChatMessage, FailureReason, Figures } from "#src/inference/backend.ts";

/** The place where a try's answer is shown: plain data, so that another process can show it too. */
export type Delivery =
  | {
      kind: "discord";
      application: string;
      token: string;
      /** ms since 1970 after which the token is of no use. */
      expiresAt: number;
      private: boolean;
    }
  | { kind: "local"; id: string }
  /** A visitor's page, held by the process that has the web surface. */
  | { kind: "web"; id: string };

/** A minute before a Discord token dies the answer is ended with what there is. */
const DEADLINE_MARGIN_MS = 60_000;

/** When a try must have ended, in ms since 1970; undefined where nothing runs out. */
export const deadlineOf = (delivery: Delivery): number | undefined =>
  delivery.kind === "discord" ? delivery.expiresAt - DEADLINE_MARGIN_MS : undefined;

/** The model that answers for the name that a person typed. */
export type ResolvedModel = {
  /** Its name as the fleet has it: `qwen3:8b`. */
  model: string;
  /** The catalog entry that was asked for. */
  entryId: string | undefined;
  /** Another model answers in place of the one asked for, and must be named as such. */
  standIn: boolean;
};

/** One prompt, sent to one model, for one person. */
export type Try = {
  id: string;
  person: string;
  guild: string | undefined;
  target: ResolvedModel;
  prompt: string;
  /** The conversation before the prompt, oldest first. */
  history: ChatMessage[];
  think: boolean | undefined;
  locale: Locale;
  delivery: Delivery;
  createdAt: number;
};

export type Phase =
  | "waiting"
  | "loading"
  | "thinking"
  | "answering"
  | "done"
  | "stopped"
  | "expired"
  | "interrupted"
  | "failed";

/** Everything that can be shown of a try at a moment. */
export type Progress = {
  phase: Phase;
  /** Place in the queue, from 1. */
  position?: number;
  text: string;
  thinking: string;
  hostLabel?: string;
  figures?: Figures;
  /** Milliseconds from the start on the host to the end. */
  durationMs?: number;
  failure?: FailureReason;
};

/** Tells whether anything came from the model. */
export const hasWords = ({ text, thinking }: Progress): boolean => text !== "" || thinking !== "";

const ENDED: readonly Phase[] = ["done", "stopped", "expired", "interrupted", "failed"];
export const hasEnded = ({ phase }: Progress): boolean => ENDED.includes(phase);
