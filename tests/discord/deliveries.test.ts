import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { createClaims } from "#src/base/claims.ts";
import { createLog } from "#src/base/log.ts";
import { defineCommand } from "#src/chat/command.ts";
import { button, buttonRow, container, customId, textDisplay } from "#src/chat/view.ts";
import { openDiscord } from "#tests/discord/start-bot.ts";
import { openSurface, PERSON } from "#tests/discord/surface-world.ts";
import { textOf } from "#tests/stand-ins/discord/people.ts";

/** Counts how often it is served, as a command and as a button. */
function countingCommand() {
  const served = { command: 0, button: 0 };
  const say = (times: number) => ({
    components: [container([textDisplay(`${times}`), buttonRow([button("again", customId("count", "again"))])])],
  });
  const command = defineCommand({
    name: "count",
    options: {},
    examples: [],
    needs: "catalog",
    acknowledge: "answer",
    execute: (_values, { reply }) => reply(say(++served.command)),
    components: {
      again: { answer: "update", execute: (_state, _chosen, { reply }) => reply(say(++served.button)) },
    },
  });
  return { command, served };
}

const callbacks = (calls: { path: string }[]): number => calls.filter(({ path }) => path.endsWith("/callback")).length;
const passedOver = (logged: string): number => logged.split("served already").length - 1;

describe("an interaction that is delivered twice is served once", () => {
  test.each(["gateway", "http"] as const)("over %s, commands and buttons", async (over) => {
    const discord = await openDiscord();
    const { command, served } = countingCommand();
    const { logged, url } = await openSurface(discord, { commands: [command], over });
    if (over === "http") discord.callAt(url);
    discord.deliverTimes(2);
    const person = discord.person({ id: PERSON });
    const message = await person.run("count");
    await expect.poll(() => passedOver(logged())).toBe(1);
    await person.press(message, "again");
    await expect.poll(() => passedOver(logged())).toBe(2);
    expect(served).toEqual({ command: 1, button: 1 });
    expect(callbacks(discord.rest.calls)).toBe(2);
    expect(logged()).not.toContain("could not be answered");
  });

  test("by two processes that share what was claimed", async () => {
    const discord = await openDiscord();
    const { command, served } = countingCommand();
    const { claim } = createClaims(createLog({ logLevel: "silent" }));
    const [one, other] = [
      await openSurface(discord, { commands: [command], over: "http", claim }),
      await openSurface(discord, { commands: [command], over: "http", claim }),
    ];
    discord.callAt(one.url, other.url);
    discord.deliverTimes(2);
    await discord.person({ id: PERSON }).run("count");
    await expect.poll(() => passedOver(one.logged() + other.logged())).toBe(1);
    expect([served.command, callbacks(discord.rest.calls)]).toEqual([1, 1]);
  });

  test("an answer that must not be begun twice, by two processes that learn late who was the first", async () => {
    const discord = await openDiscord();
    const begun: string[] = [];
    const command = defineCommand({
      name: "begin",
      options: {},
      examples: [],
      needs: "catalog",
      acknowledge: "answer",
      execute: async (_values, { begin, reply }) => {
        await begin();
        begun.push("begun");
        await reply({ components: [container([textDisplay("begun")])] });
      },
    });
    const shared = createClaims(createLog({ logLevel: "silent" })).claim;
    const asked = Promise.withResolvers<void>();
    let times = 0;
    const claim = async (id: string): Promise<boolean> => {
      const isFirst = await shared(id);
      times += 1;
      if (times === 2) asked.resolve();
      await asked.promise;
      // Longer than anybody waits who only has to serve in time.
      await wait(800);
      return isFirst;
    };
    const surfaces = [
      await openSurface(discord, { commands: [command], over: "http", claim }),
      await openSurface(discord, { commands: [command], over: "http", claim }),
    ];
    discord.callAt(...surfaces.map(({ url }) => url));
    discord.deliverTimes(2);
    const message = await discord.person({ id: PERSON }).run("begin");
    await expect.poll(() => surfaces.map(({ logged }) => logged()).join("")).toContain("another process answers");
    expect([begun, textOf(message)]).toEqual([["begun"], "begun"]);
  });

  test("two interactions are two, also of the same person", async () => {
    const discord = await openDiscord();
    const { command, served } = countingCommand();
    await openSurface(discord, { commands: [command] });
    const person = discord.person({ id: PERSON });
    const shown = [textOf(await person.run("count")), textOf(await person.run("count"))];
    expect([shown, served.command]).toEqual([["1", "2"], 2]);
  });
});

describe("a claim", () => {
  const log = createLog({ logLevel: "silent" });

  test("of another process is known, and this one's stays its own", async () => {
    const shared = createClaims(log).claim;
    const [one, other] = [createClaims(log, shared).claim, createClaims(log, shared).claim];
    expect([await one("1"), await other("1"), await one("1"), await other("2")]).toEqual([true, false, false, true]);
  });

  test.each([
    ["fails", () => Promise.reject(new Error("away"))],
    ["never answers", () => new Promise<boolean>(() => {})],
  ])("whose store %s is known in this process alone", async (_what, away) => {
    const { claim } = createClaims(log, away);
    expect(await Promise.all([claim("1"), claim("1")])).toEqual([true, false]);
  });

  test("that is known late is true at first, and can be waited for", async () => {
    const late = Promise.withResolvers<boolean>();
    const { claim, confirm } = createClaims(log, () => late.promise);
    expect(await claim("1")).toBe(true);
    late.resolve(false);
    expect(await confirm("1")).toBe(false);
  });

  test("that nobody answers cannot be confirmed", async () => {
    const { claim, confirm } = createClaims(log, () => Promise.reject(new Error("away")));
    expect(await claim("1")).toBe(true);
    await expect(confirm("1")).rejects.toThrow("away");
  });

  test("is remembered among ten thousand later ones, and not for ever", async () => {
    const { claim } = createClaims(log);
    await claim("first");
    for (let id = 1; id < 10_000; id++) await claim(`${id}`);
    expect(await claim("first")).toBe(false);
    for (let id = 0; id < 10_000; id++) await claim(`later ${id}`);
    expect(await claim("first")).toBe(true);
  });
});
