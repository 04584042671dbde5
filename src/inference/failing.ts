import type { Failure, FailureReason, HostAddress } from "./backend.ts";

/** What went wrong, and what the other side said, for administrators alone. */
export type HostFault = {
  reason: FailureReason;
  said: string;
  /** HTTP; undefined where no answer came. */
  status?: number | undefined;
};

/** A failure as it is told of a host. */
export type Said = Omit<Failure, "refusedThinking">;

export function faultOf({ reason, message: said, params }: Said): HostFault {
  const status = Number(params?.["status"]);
  return { reason, said, ...(status > 0 && { status }) };
}

/** A failure for the log. */
export const lineOf = (
  { label, address }: { label: string; address: HostAddress },
  { reason, message: said, params }: Said,
): Record<string, string | number> => ({
  ...{ host: label, address: address.url, reason, said },
  ...params,
});

/** Whoever answers wants a login, or forbids the address or the name that is asked for. */
export const isDenied = (status: unknown): boolean => [401, 403, 407].includes(Number(status));

/** Whether nobody answers there, or somebody else than the backend: an error that the backend itself says is none of these. */
export const isAway = ({ reason }: Said): boolean =>
  reason === "unreachable" || reason === "notBackend" || reason === "stalled";

/** How long a host is avoided for a model that it failed with; twice as long each time that it fails again. */
const AVOID_FIRST_MS = 30_000;
const AVOID_MOST_MS = 600_000;

/** Until when another host is preferred for a model, by performance.now(), and how often in a row it failed. */
export type Failing = { until: number; times: number };

/** The next time that a host is avoided for a model, after it failed once more. */
export function failedAgain(before: Failing | undefined): Failing {
  const times = (before?.times ?? 0) + 1;
  return { until: performance.now() + Math.min(AVOID_FIRST_MS * 2 ** (times - 1), AVOID_MOST_MS), times };
}

/** Tells whether a host failed with a model of late. */
export const isFailing = ({ failing }: { failing: ReadonlyMap<string, Failing> }, model: string): boolean =>
  (failing.get(model)?.until ?? 0) > performance.now();
