import { describe, expect, test } from "vitest";
import { createLog } from "#src/base/log.ts";
import { defineCommand } from "#src/chat/command.ts";
import { container, textDisplay } from "#src/chat/view.ts";
import { createClockWarning, timeOf } from "#src/discord/clock.ts";
import { openDiscord } from "#tests/discord/start-bot.ts";
import { openSurface, PERSON } from "#tests/discord/surface-world.ts";

const hello = defineCommand({
  name: "hello",
  options: {},
  examples: [],
  needs: "catalog",
  acknowledge: "answer",
  execute: (_values, { reply }) => reply({ components: [container([textDisplay("hello")])] }),
});

/** Seconds of the warnings about the clock. */
const warned = (logged: string): number[] =>
  logged
    .split("\n")
    .filter((line) => line.includes("machine's clock"))
    .map((line) => Number(/"seconds":(-?\d+)/.exec(line)?.[1]));

test("an id of Discord's says when it was made", () => {
  // The example of developers/reference, "Snowflakes".
  expect(timeOf("175928847299117063")).toBe(Date.UTC(2016, 3, 30, 11, 18, 25, 796));
});

describe("a clock that differs from Discord's", () => {
  test.each([-30, 30])("by %d seconds is told, once a minute, and everything is answered", async (seconds) => {
    const discord = await openDiscord({ clockOffsetMs: seconds * 1000 });
    const { logged } = await openSurface(discord, { commands: [hello] });
    const person = discord.person({ id: PERSON });
    await person.run("hello");
    await person.run("hello");
    const [told, ...more] = warned(logged());
    expect(more).toEqual([]);
    expect(Math.abs((told ?? 0) + seconds)).toBeLessThanOrEqual(5);
  });

  test("by nothing is no news", async () => {
    const discord = await openDiscord();
    const { logged } = await openSurface(discord, { commands: [hello] });
    await discord.person({ id: PERSON }).run("hello");
    expect(warned(logged())).toEqual([]);
  });

  test.each([
    [10, 0],
    [-10, 0],
    [11, 1],
    [-11, 1],
  ])("by %d seconds gives %d warnings", (seconds, warnings) => {
    let logged = "";
    const log = createLog(
      { logLevel: "info" },
      {
        write: (line) => {
          logged += line;
        },
      },
    );
    createClockWarning(log, "x")(seconds);
    expect(warned(logged)).toHaveLength(warnings);
  });
});
