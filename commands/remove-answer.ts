import { UserError } from "#src/base/user-error.ts";
import type { MessageCommand } from "#src/chat/command.ts";
import { answerIn } from "#src/chat/try/chosen-answer.ts";
import { removeAnswer as remove } from "#src/chat/try/remove-answer.ts";
import { mayStop } from "#src/tries/admission.ts";

/** Deletes an answer: for the asker, for whoever manages messages there, and for administrators. */
export const removeAnswer: MessageCommand = {
  key: "remove",
  async execute(message, context) {
    const id = answerIn(message);
    const { person, tries } = context;
    const record = await tries.find(id);
    const isTheirs = record ? mayStop(person, record.try) : message.owner === person.id;
    if (!isTheirs && !person.moderator && !person.admin) throw new UserError("tryNotYours");
    await remove(id, message, context);
  },
};
