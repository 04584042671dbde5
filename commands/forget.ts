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
    // What one store refuses the other deletes all the same.
    const [forgotten, others] = await Promise.allSettled([tries.forget(person.id), community.forget(person.id)]);
    if (forgotten.status === "rejected") throw forgotten.reason;
    if (others.status === "rejected") throw others.reason;
    const count = forgotten.value;
    const lines = [text("try.forgotten", { count }), `-# ${text("try.notForgotten")}`];
    await reply({ private: true, components: [container([textDisplay(lines.join("\n"))])] });
  },
});
