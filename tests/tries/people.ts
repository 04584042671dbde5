import type { Person } from "#src/base/person.ts";
import type { AccessLists } from "#src/tries/access.ts";

/** Somebody who writes to the bot directly, or from where the changes say. */
export const person = (id: string, changes: Partial<Person> = {}): Person => ({
  id,
  admin: false,
  moderator: false,
  roles: [],
  channels: [],
  guild: undefined,
  ...changes,
});

export const NO_LISTS: AccessLists = {
  allowedChannels: [],
  blockedChannels: [],
  allowedRoles: [],
  blockedRoles: [],
  blockedUsers: [],
  allowedModels: [],
  blockedModels: [],
};
