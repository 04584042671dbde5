/** Who is asking, as far as commands need to know. */
export type Person = {
  id: string;
  /** May use the operator's commands; free of quotas. */
  admin: boolean;
  /** May stop what others have started (Discord: Manage Messages). */
  moderator: boolean;
  roles: readonly string[];
  /** The channel, before it the thread where it is one: what is nearer counts first. Empty outside of channels. */
  channels: readonly string[];
  guild: string | undefined;
};
