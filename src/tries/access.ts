import type { Person } from "#src/base/person.ts";
import { UserError } from "#src/base/user-error.ts";
import type { Backend } from "#src/inference/backend.ts";
import type { ResolvedModel } from "./try.ts";

/**
 * The channels, roles and models where tries are allowed, and who may make none. An empty list of allowed ones allows
 * all; a block wins.
 */
export type AccessLists = {
  allowedChannels: readonly string[];
  blockedChannels: readonly string[];
  blockedUsers: readonly string[];
  allowedRoles: readonly string[];
  blockedRoles: readonly string[];
  allowedModels: readonly string[];
  blockedModels: readonly string[];
};

/** Throws UserError where the lists forbid the model to a person. Administrators may use every one everywhere. */
export function checkAccess(
  lists: AccessLists,
  person: Person,
  { model, listedName }: Pick<ResolvedModel, "model" | "listedName">,
  normalName: Backend["normalName"],
): void {
  if (person.admin) return;
  if (lists.blockedUsers.includes(person.id)) throw new UserError("tryNotForPerson");
  const inGuild = person.guild !== undefined;
  if (inGuild && !permitsIn(lists, person.channels)) throw new UserError("tryNotInChannel");
  if (inGuild && !permits(lists.allowedRoles, lists.blockedRoles, person.roles)) throw new UserError("tryNotForRole");
  if (!isOffered(lists, model, normalName)) throw new UserError("tryModelBlocked", { model: listedName ?? model });
}

const TAG = /:[^/:]*$/;

/** Tells whether the lists offer a model to everybody. */
export function isOffered(
  { allowedModels, blockedModels }: Pick<AccessLists, "allowedModels" | "blockedModels">,
  model: string,
  normalName: Backend["normalName"],
): boolean {
  // `qwen3` in a list stands for all its tags, `qwen3:8b` for one. Before a slash a colon is that of a registry's port.
  const listed = (name: string): string => (TAG.test(name) ? normalName(name) : name.toLowerCase());
  return permits(allowedModels.map(listed), blockedModels.map(listed), [model, model.replace(TAG, "")]);
}

/** A thread follows its channel unless it is listed itself. */
function permitsIn(
  { allowedChannels, blockedChannels }: Pick<AccessLists, "allowedChannels" | "blockedChannels">,
  channels: readonly string[],
): boolean {
  const listed = channels.find((id) => blockedChannels.includes(id) || allowedChannels.includes(id));
  if (listed === undefined) return allowedChannels.length === 0;
  return !blockedChannels.includes(listed);
}

function permits(allowed: readonly string[], blocked: readonly string[], has: readonly string[]): boolean {
  if (has.some((item) => blocked.includes(item))) return false;
  return allowed.length === 0 || has.some((item) => allowed.includes(item));
}
