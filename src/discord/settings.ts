/** What the operator sets for Discord. */
export type DiscordSettings = {
  /** Absent: interactions that come over HTTP are answered all the same, but nothing is registered or announced. */
  token: string | undefined;
  /** Interactions come over HTTP, signed with this key, and there is no gateway. */
  publicKey: string | undefined;
  /** The shards of this process, of so many; absent: as many as Discord recommends, all here. */
  shards: { ids: number[]; count: number } | undefined;
  apiUrl: string;
  /** The server whose commands are registered, instead of everybody's. */
  devGuildId: string | undefined;
  /** The servers where the bot answers; empty: everywhere. */
  allowedGuilds: readonly string[];
  registerCommands: boolean;
};

/** Who may use the operator's commands, by the ids of persons and of roles. */
export type Admins = { users: readonly string[]; roles: readonly string[] };
