import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { defineCommand } from "#src/chat/command.ts";
import { button, buttonRow, container, customId, separator, textDisplay } from "#src/chat/view.ts";
import { toEdit } from "#src/discord/message.ts";
import { sealedMessage } from "#src/discord/sealed-message.ts";
import type { Admins } from "#src/discord/settings.ts";
import { openDiscord } from "#tests/discord/start-bot.ts";
import { openSurface, PERSON } from "#tests/discord/surface-world.ts";
import { messageFaults, readMessage } from "#tests/stand-ins/discord/message-rules.ts";
import { buttonsOf, textOf } from "#tests/stand-ins/discord/people.ts";

const OTHER = "300000000000000002";
const LINE = "it has ended";

/** `/answer` shows a button that knows nothing of its message any more. */
const answer = defineCommand({
  name: "answer",
  options: {},
  examples: [],
  needs: "catalog",
  acknowledge: "answer",
  execute: (_values, { reply }) =>
    reply({
      components: [
        container([
          textDisplay("what was said"),
          separator(),
          textDisplay("more"),
          buttonRow([button("stop", customId("answer", "stop"))]),
        ]),
      ],
    }),
  components: {
    stop: { answer: "update", shared: true, execute: (_state, _chosen, { seal }) => seal(LINE) },
  },
});

async function openAnswer(admins?: Admins) {
  const discord = await openDiscord();
  await openSurface(discord, { commands: [answer], ...(admins && { admins }) });
  return { discord, message: await discord.person({ id: PERSON }).run("answer") };
}

describe("sealing a message", () => {
  test("keeps its text, takes its buttons and says why", async () => {
    const { discord, message } = await openAnswer();
    const pressed = await discord.person({ id: PERSON }).press(message, "stop");
    expect(pressed.id).toBe(message.id);
    expect(textOf(message)).toBe(`what was said\nmore\n-# ${LINE}`);
    expect(buttonsOf(message)).toEqual([]);
  });

  test("is for the person whose answer it is", async () => {
    const { discord, message } = await openAnswer();
    const refused = await discord.person({ id: OTHER }).press(message, "stop");
    expect([refused.ephemeral, textOf(refused)]).toEqual([true, expect.stringContaining("只有提问的人")]);
    expect(buttonsOf(message)).toHaveLength(1);
  });

  test.each([
    ["manages messages", { id: OTHER, permissions: String(1n << 13n) }, undefined],
    ["runs the bot", { id: OTHER }, { users: [OTHER], roles: [] }],
  ])("and for somebody who %s", async (_who, person, admins) => {
    const { discord, message } = await openAnswer(admins);
    await discord.person(person).press(message, "stop");
    expect(textOf(message)).toContain(LINE);
  });

  test("where nobody knows whose it is, anybody may", async () => {
    const { discord, message } = await openAnswer();
    message.owner = undefined;
    await discord.person({ id: OTHER }).press(message, "stop");
    expect(textOf(message)).toContain(LINE);
  });
});

test("whatever a message holds, what is left of it is one that Discord takes", () => {
  const text = fc.record({
    type: fc.constant(10),
    content: fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.integer({ min: 0, max: 5000 }).map((length) => "长".repeat(length)),
    ),
  });
  const inside = fc.oneof(
    text,
    fc.record({ type: fc.constant(14), divider: fc.boolean() }),
    fc.record({ type: fc.constant(1), components: fc.constant([{ type: 2, style: 4, label: "x", custom_id: "a" }]) }),
    fc.record({ type: fc.constant(13), file: fc.constant({ url: "attachment://answer.md" }) }),
    fc.record({ type: fc.nat(30) }),
    fc.jsonValue(),
  );
  const components = fc.array(
    fc.oneof(inside, fc.record({ type: fc.constant(17), components: fc.array(inside, { maxLength: 50 }) })),
    {
      maxLength: 20,
    },
  );
  fc.assert(
    fc.property(components, (given) => {
      const sealed = toEdit(sealedMessage(given, LINE));
      expect(messageFaults(readMessage(sealed))).toEqual([]);
      expect(JSON.stringify(sealed)).toContain(`-# ${LINE}`);
      expect(JSON.stringify(sealed)).not.toMatch(/custom_id|attachment:/);
    }),
  );
});
