import { pino } from "pino";
import { describe, expect, onTestFinished, test } from "vitest";
import { createClaims } from "#src/base/claims.ts";
import { defineCommand } from "#src/chat/command.ts";
import { createRouter } from "#src/chat/router.ts";
import { button, buttonRow, container, customId, textDisplay, type View } from "#src/chat/view.ts";
import { createDiscord } from "#src/discord/surface.ts";
import { openDiscord } from "#tests/discord/start-bot.ts";
import { textOf } from "#tests/stand-ins/discord/people.ts";
import type { Discord } from "#tests/stand-ins/discord.ts";
import { testApp } from "#tests/test-app.ts";

const say = (content: string): View => ({
  components: [container([textDisplay(content), buttonRow([button("again", customId("slow", "again"))])])],
});

/** A bot with one command, `/slow`, that waits until `go` is called and then does what the test says. */
async function slowBot(act: (reply: (view: View) => Promise<void>) => Promise<void>) {
  const discord = await openDiscord();
  discord.rest.commands.set("global", [{ name: "slow", description: "x", options: [] }]);
  let gate = Promise.withResolvers<void>();
  const run = async (reply: (view: View) => Promise<void>): Promise<void> => {
    await gate.promise;
    await act(reply);
  };
  const slow = defineCommand({
    name: "slow",
    options: {},
    examples: [],
    needs: "catalog",
    acknowledge: "answer",
    execute: (_values, { reply }) => run(reply),
    components: { again: { answer: "update", execute: (_state, _chosen, { reply }) => run(reply) } },
  });
  const log = pino({ level: "silent" });
  const stop = new AbortController();
  const config = {
    token: discord.token,
    publicKey: undefined,
    shards: undefined,
    apiUrl: discord.apiUrl,
    devGuildId: undefined,
    allowedGuilds: [],
    registerCommands: false,
  };
  const { services, outputs } = await testApp();
  const admins = { users: [], roles: [] };
  const app = { router: createRouter([slow], log), services, outputs, log, admins, claims: createClaims(log) };
  const running = createDiscord(app, config).run(stop.signal);
  onTestFinished(async () => {
    gate.resolve();
    stop.abort();
    await running;
  });
  await discord.until(() => discord.gateway.isConnected(), "a connection");
  return {
    discord,
    person: discord.person({ id: "300000000000000001" }),
    go: () => gate.resolve(),
    wait: () => {
      gate = Promise.withResolvers<void>();
    },
  };
}

const deferred = (discord: Discord): Promise<void> => discord.until(discord.isDeferred, "an answer that is announced");

describe("an answer that takes longer than Discord waits", () => {
  test("is announced in time, and then comes", async () => {
    const { discord, person, go } = await slowBot((reply) => reply(say("at last")));
    const answer = person.run("slow");
    await deferred(discord);
    go();
    expect(textOf(await answer)).toBe("at last");
  });

  test("on a button: the message stays until it changes", async () => {
    const { discord, person, go, wait } = await slowBot((reply) => reply(say("text")));
    go();
    const message = await person.run("slow");
    wait();
    const pressed = person.press(message, "again");
    await deferred(discord);
    expect(textOf(message)).toBe("text");
    go();
    expect((await pressed).id).toBe(message.id);
  });

  test("and fails: an error with a number, on a button for the person alone", async () => {
    const errors: string[] = [];
    const { discord, person, go, wait } = await slowBot(async (reply) => {
      if (errors.length === 0) return reply(say("text"));
      throw new Error("secret detail");
    });
    go();
    const message = await person.run("slow");
    errors.push("from now on");
    wait();
    const pressed = person.press(message, "again");
    await deferred(discord);
    go();
    const failure = await pressed;
    expect(failure.ephemeral).toBe(true);
    expect(textOf(failure)).toMatch(/编号 [0-9a-f]{8}/);
    expect(textOf(failure)).not.toContain("secret");
    expect(textOf(message)).toBe("text");
  });
});

test("a command that answers twice edits its answer", async () => {
  const { person, go } = await slowBot(async (reply) => {
    await reply(say("first"));
    await reply(say("second"));
  });
  go();
  const message = await person.run("slow");
  expect(["first", "second"]).toContain(textOf(message));
  await expect.poll(() => textOf(message)).toBe("second");
  expect(message.edits).toBe(2);
});

test("a command that says nothing is acknowledged all the same", async () => {
  const { discord, person, go } = await slowBot(async () => {});
  go();
  person.run("slow").catch(() => {});
  await deferred(discord);
});

test("a view that Discord would refuse is never sent; the person gets a number", async () => {
  const { person, go } = await slowBot((reply) => reply(say("x".repeat(4001))));
  go();
  const answer = await person.run("slow");
  expect(answer.ephemeral).toBe(true);
  expect(textOf(answer)).toMatch(/编号 [0-9a-f]{8}/);
});

test("an acknowledgement whose answer is lost: the second attempt is refused and the answer still comes", async () => {
  const { discord, person, go } = await slowBot((reply) => reply(say("once")));
  discord.rest.fail(({ path }) => path.endsWith("/callback"), 500, { afterwards: true });
  go();
  const message = await person.run("slow");
  await expect.poll(() => message.edits).toBe(2);
  expect(textOf(message)).toBe("once");
});
