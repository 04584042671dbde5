import { defineCommand } from "#src/chat/command.ts";
import { container, textDisplay } from "#src/chat/view.ts";

export const forget = defineCommand({
  name: "forget",
  options: {},
  slashOnly: true,
  examples: [""],
  needs: "runtime",
  acknowledge: "answer",
  async execute(_values, { tries, community, person, text, reply }) {
    const count = await tries.forget(person.id);
    await community.forget(person.id);
    const lines = [text("try.forgotten", { count }), `-# ${text("try.notForgotten")}`];
    await reply({ private: true, components: [container([textDisplay(lines.join("\n"))])] });
  },
});
