import { UserError } from "#src/base/user-error.ts";
import type { Context } from "#src/chat/command.ts";
import { container, textDisplay } from "#src/chat/view.ts";

/**
 * Ends a try that goes on, deletes what is kept of it and its message, and says what became of that. Who may do it is for
 * the caller to know.
 */
export async function removeAnswer(
  id: string,
  message: { channel: string; id: string },
  { tries, channels, community, person, text: say, reply }: Context,
): Promise<void> {
  if (channels === undefined) throw new UserError("adminOnlyDiscord");
  const record = await tries.find(id);
  await tries.remove(id);
  const refused = await channels.remove(message, record?.try);
  const isGone = refused === undefined || refused === "noMessage";
  community.audit(person, {
    what: "remove answer",
    ...(record && { whom: record.try.person }),
    where: `${message.channel}/${message.id}`,
    from: id,
    to: isGone ? "removed" : refused,
  });
  const line = isGone ? say("answer.removed") : say("answer.notRemoved", { why: say(`channels.${refused}`) });
  await reply({ private: true, components: [container([textDisplay(line)])] });
}
