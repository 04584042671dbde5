import { randomUUID } from "node:crypto";
import type { Locale } from "#src/base/locale.ts";
import { minuteOf } from "#src/base/minute.ts";
import type { Person } from "#src/base/person.ts";
import { UserError } from "#src/base/user-error.ts";
import { type Decisions, EVERYWHERE } from "#src/community/decisions.ts";
import type { Backend, ChatMessage } from "#src/inference/backend.ts";
import { type AccessLists, checkAccess } from "./access.ts";
import type { Quotas } from "./quotas.ts";
import type { Delivery, Try } from "./try.ts";

export type TryRequest = {
  person: Person;
  /** The models that are to answer, each in a run of its own. */
  targets: Try["targets"];
  prompt: string;
  history?: ChatMessage[];
  leftOutTurns?: number | undefined;
  tokenRatio?: number | undefined;
  think?: boolean | undefined;
  locale: Locale;
  /**
   * Called when the try is accepted: announces the answer and says where it will be shown. `accept` may be told that
   * before the announcement.
   */
  begin: (accept?: (delivery: Delivery) => Promise<void>) => Promise<Delivery>;
};

type RequestLimits = { access: AccessLists; promptMax: number } & Pick<Backend, "normalName">;

/** Checks a try before it is admitted: throws UserError where the lists forbid it, or its prompt is too long (in characters). */
export function checkRequest(
  { person, targets, prompt }: TryRequest,
  { access, promptMax, normalName }: RequestLimits,
): void {
  for (const target of targets) checkAccess(access, person, target, normalName);
  if (prompt.length > promptMax) throw new UserError("tryPromptTooLong", { limit: promptMax, length: prompt.length });
}

/** Throws UserError where administrators have blocked the person, or paused tries. Administrators go on. */
export function checkDecisions({ blocks, pauses }: Decisions, person: Person): void {
  if (person.admin) return;
  const block = blocks.get(person.id);
  if (block) {
    const { reason, until } = block;
    if (until === undefined) throw new UserError(reason === "" ? "tryBlocked" : "tryBlockedFor", { reason });
    throw new UserError(reason === "" ? "tryBlockedUntil" : "tryBlockedUntilFor", { reason, until: minuteOf(until) });
  }
  const pause = pauses.get(EVERYWHERE) ?? (person.guild === undefined ? undefined : pauses.get(person.guild));
  if (pause) throw new UserError(pause.reason === "" ? "tryPaused" : "tryPausedFor", { reason: pause.reason });
}

/**
 * Takes so many of the hour's runs; throws UserError where they are not left. `own`: how many the person has, if not as
 * many as all. Administrators have no quota.
 */
export async function takeQuota(quotas: Quotas, person: Person, runs: number, own?: number): Promise<void> {
  if (person.admin) return;
  if (own !== undefined && own < runs) throw new UserError("tryNoQuota", { runs: own });
  const refused = await quotas.take(person.id, person.guild, runs, own);
  if (refused) throw new UserError("tryQuota", { minutes: Math.ceil(refused.waitMs / 60_000) });
}

/** Tells who may stop a try: whose it is, whoever moderates there, and administrators. */
export const mayStop = (person: Person, attempt: Try): boolean =>
  attempt.person === person.id || person.moderator || person.admin;

/** A new id: sixteen hexadecimal digits: short enough for a custom id, and not to be guessed. */
export const newTryId = (): string => randomUUID().replaceAll("-", "").slice(0, 16);

/** The try that was asked for, as data from here on. */
export const tryOf = (
  { person, targets, prompt, history = [], leftOutTurns, tokenRatio, think, locale }: TryRequest,
  { id, delivery, holder }: { id: string; delivery: Delivery; holder: string },
): Try => ({
  id,
  person: person.id,
  ...(person.admin && { admin: true }),
  guild: person.guild,
  targets,
  prompt,
  history,
  leftOutTurns,
  tokenRatio,
  think,
  locale,
  delivery,
  holder,
  createdAt: Date.now(),
});
