import { randomUUID } from "node:crypto";
import type { Person } from "#src/base/person.ts";
import { UserError } from "#src/base/user-error.ts";
import { type AccessLists, checkAccess } from "./access.ts";
import type { Quotas } from "./quotas.ts";
import type { TryRequest } from "./tries.ts";
import type { Delivery, Try } from "./try.ts";

/** Throws UserError where the lists forbid the try, or its prompt is too long (in characters). */
export function checkRequest(
  { person, target, prompt }: TryRequest,
  { access, promptMax }: { access: AccessLists; promptMax: number },
): void {
  checkAccess(access, person, target.model);
  if (prompt.length > promptMax) throw new UserError("tryPromptTooLong", { limit: promptMax, length: prompt.length });
}

/** Takes one of the hour's tries; throws UserError where there is none left. Administrators have no quota. */
export async function takeQuota(quotas: Quotas, person: Person): Promise<void> {
  const refused = person.admin ? undefined : await quotas.take(person.id, person.guild);
  if (refused) throw new UserError("tryQuota", { minutes: Math.ceil(refused.waitMs / 60_000) });
}

/** Whose it is, whoever moderates there, and administrators. */
export const mayStop = (person: Person, attempt: Try): boolean =>
  attempt.person === person.id || person.moderator || person.admin;

/** Sixteen hexadecimal digits: short enough for a custom id, and not to be guessed. */
export const newTryId = (): string => randomUUID().replaceAll("-", "").slice(0, 16);

export const tryOf = (
  { person, target, prompt, history = [], think, locale }: TryRequest,
  id: string,
  delivery: Delivery,
): Try => ({
  id,
  person: person.id,
  guild: person.guild,
  target,
  prompt,
  history,
  think,
  locale,
  delivery,
  createdAt: Date.now(),
});
