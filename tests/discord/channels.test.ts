import { pino } from "pino";
import { expect, test } from "vitest";
import { container, textDisplay } from "#src/chat/view.ts";
import { interactionApi } from "#src/discord/api.ts";
import { discordChannels } from "#src/discord/channels.ts";
import { openDiscord } from "#tests/discord/start-bot.ts";
import type { Discord } from "#tests/stand-ins/discord.ts";

const CHANNEL = "500000000000000020";
const MESSAGE = "600000000000000001";
const view = { components: [container([textDisplay("报告")])] };

const channelsOf = ({ apiUrl }: Discord, token: string | undefined) =>
  discordChannels({ apiUrl, token }, interactionApi(apiUrl), pino({ level: "silent" }));

test("without a token, or with one that Discord does not know, nothing is done and that is said", async () => {
  const discord = await openDiscord();
  const { messages } = discord.channel(CHANNEL);
  for (const token of [undefined, "a.b.wrong"]) {
    const channels = channelsOf(discord, token);
    expect(await channels.post(CHANNEL, view, "key")).toBe("noToken");
    expect(await channels.remove({ channel: CHANNEL, id: MESSAGE }, undefined)).toBe("noToken");
  }
  expect(messages).toEqual([]);
});

test("the same key posts once", async () => {
  const discord = await openDiscord();
  const { messages } = discord.channel(CHANNEL);
  const { post } = channelsOf(discord, discord.token);
  expect(await post(CHANNEL, view, "a")).toBeUndefined();
  expect(await post(CHANNEL, view, "a")).toBeUndefined();
  expect(messages.length).toBe(1);
  expect(await post(CHANNEL, view, "b")).toBeUndefined();
  expect(messages.length).toBe(2);
});

test("what is lacking has a name, and what may pass over another", async () => {
  const discord = await openDiscord();
  const { forbid } = discord.channel(CHANNEL);
  const { post, remove } = channelsOf(discord, discord.token);
  expect(await post("500000000000000021", view, "a")).toBe("noChannel");
  forbid();
  expect(await post(CHANNEL, view, "a")).toBe("noPermission");
  expect(await remove({ channel: CHANNEL, id: MESSAGE }, undefined)).toBe("noMessage");
  discord.hide(CHANNEL);
  expect(await post(CHANNEL, view, "a")).toBe("noAccess");
  expect(await remove({ channel: CHANNEL, id: MESSAGE }, undefined)).toBe("noAccess");
  discord.rest.fail(({ path }) => path.includes("/messages"), 503, { times: 9 });
  expect(await post(CHANNEL, view, "a")).toBe("unreachable");
});
