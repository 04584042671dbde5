import { UserError } from "#src/base/user-error.ts";
import type { ChosenMessage } from "#src/chat/command.ts";

/** What the buttons of an answer carry: `try:again:0123456789abcdef`. */
const OF_TRY = /^try:[a-z]+:([0-9a-f]{16})$/;

/** The id of the try whose answer a message is. Throws UserError for a message that is no answer of the bot's. */
export function answerIn({ isOurs, customIds }: ChosenMessage): string {
  const [id] = isOurs ? customIds.flatMap((item) => OF_TRY.exec(item)?.[1] ?? []) : [];
  if (id === undefined) throw new UserError("notAnAnswer");
  return id;
}

/** Where a message can be looked at (Discord's own form of such links). */
export const messageLink = ({ guild, channel, id }: Pick<ChosenMessage, "guild" | "channel" | "id">): string =>
  `https://discord.com/channels/${guild ?? "@me"}/${channel}/${id}`;
