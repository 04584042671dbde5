import { oneLine } from "#src/base/one-line.ts";
import type { HubName, HubSilence } from "./hub.ts";

/**
 * Why a hub did not say what was asked: it cannot be reached or is out of order; takes no more requests for now; refuses the
 * request; has it not, or shows it to nobody; shows it to those only who agreed to terms; has switched it off; does not know
 * our token; or its answer means nothing.
 */
export type HubFailureKind = "away" | "limit" | "refused" | "missing" | "gated" | "disabled" | "token" | "unreadable";

type FailureDetails = { host?: string | undefined; detail?: string; hidden?: readonly string[] };

/** Characters that are kept of what a hub says. */
const MAX_DETAIL_CHARACTERS = 200;

/** A hub did not say what was asked. Holds no header and no token. */
export class HubFailure extends Error {
  override name = "HubFailure";
  readonly kind: HubFailureKind;
  readonly hub: HubName;
  readonly host: string;
  /** What the hub, or what is before it, said: one line without secrets. */
  readonly detail: string;
  /** `hidden` is what must not stand in the detail, such as the token that was sent. */
  constructor(hub: HubName, kind: HubFailureKind, { host = hub, detail = "", hidden = [] }: FailureDetails = {}) {
    const line = oneLine(detail, hidden).slice(0, MAX_DETAIL_CHARACTERS);
    super([`${host}: ${kind}`, ...(line === "" ? [] : [line])].join(": "));
    this.kind = kind;
    this.hub = hub;
    this.host = host;
    this.detail = line;
  }
}

const REASONS: Readonly<Record<HubFailureKind, HubSilence["reason"]>> = {
  away: "away",
  limit: "limit",
  unreadable: "unreadable",
  refused: "refused",
  missing: "refused",
  gated: "refused",
  disabled: "refused",
  token: "refused",
};

/** What a failure means for who asked. Throws again what is no failure of a hub. */
export function silenceOf(error: unknown): HubSilence {
  if (!(error instanceof HubFailure)) throw error;
  return { reason: REASONS[error.kind], detail: error.message };
}

/** The hub has nothing to show here to everybody, and that is an answer. */
export const isAbsence = (error: unknown): error is HubFailure =>
  error instanceof HubFailure && ["missing", "gated", "disabled"].includes(error.kind);
