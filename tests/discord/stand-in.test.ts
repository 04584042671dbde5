import { describe, expect, test } from "vitest";
import { commandFaults, readCommands } from "#tests/stand-ins/discord/command-rules.ts";
import { messageFaults, readMessage } from "#tests/stand-ins/discord/message-rules.ts";
import { startDiscord, TOKEN } from "#tests/stand-ins/discord.ts";

/** The stand-in is only worth something as long as it objects to what Discord objects to. */

const V2 = 32_768;
const text = (content: string) => ({ type: 10, content });
const button = (custom_id: string) => ({ type: 2, style: 2, label: "x", custom_id });
const png = { name: "a.png", contentType: "image/png", data: Buffer.from("89504e470d0a1a0a00", "hex") };
const gallery = (description: string) => ({ type: 12, items: [{ media: { url: "attachment://a.png" }, description }] });
const row = (...components: object[]) => ({ type: 1, components });

describe("a message", () => {
  test.each<[string, object, RegExp]>([
    ["without the flag", { components: [text("x")] }, /without the flag/],
    ["with content beside components V2", { flags: V2, content: "x", components: [text("x")] }, /content, embeds/],
    [
      "with 41 components",
      { flags: V2, components: [{ type: 17, components: Array.from({ length: 40 }, () => text("x")) }] },
      /41 components/,
    ],
    [
      "with 4001 characters",
      { flags: V2, components: [text("x".repeat(2000)), text("x".repeat(2001))] },
      /4001 characters/,
    ],
    ["with a custom id twice", { flags: V2, components: [row(button("a"), button("a"))] }, /custom_id twice/],
    [
      "with six buttons in a row",
      { flags: V2, components: [row(..."abcdef".split("").map(button))] },
      /more than 5 buttons/,
    ],
    ["that would ping", { flags: V2, components: [text("hi @everyone")] }, /would have pinged/],
    [
      "that would ping a person",
      { flags: V2, components: [text("hi <@123>")], allowed_mentions: { parse: ["users"] } },
      /would have pinged/,
    ],
    ["with an empty text", { flags: V2, components: [text(" ")] }, /empty text/],
    [
      "with an empty menu",
      { flags: V2, components: [row({ type: 3, custom_id: "a", options: [] })] },
      /menu without options/,
    ],
    ["with a file that nothing shows", { flags: V2, components: [text("x")], files: [png] }, /attached but not shown/],
    ["with a picture that is not there", { flags: V2, components: [gallery("x")] }, /shown but not attached/],
    ["with a picture that nothing describes", { flags: V2, components: [gallery("")], files: [png] }, /no description/],
    [
      "with a picture that is text",
      { flags: V2, components: [gallery("x")], files: [{ name: "a.png", text: "x" }] },
      /shown as a picture and is none/,
    ],
    [
      "with a picture of nothing",
      { flags: V2, components: [gallery("x")], files: [{ ...png, data: new Uint8Array() }] },
      /0 bytes/,
    ],
  ])("%s breaks a rule", (_case, body, fault) => {
    expect(messageFaults(readMessage(body)).join("\n")).toMatch(fault);
  });

  test("as it should be breaks none", () => {
    const body = {
      flags: V2,
      components: [{ type: 17, components: [text("hi @everyone"), gallery("x"), row(button("a"))] }],
      allowed_mentions: { parse: [] },
      files: [png],
    };
    expect(messageFaults(readMessage(body))).toEqual([]);
  });
});

describe("a command", () => {
  const command = (fields: object) => readCommands([{ name: "x", description: "x", ...fields }]);
  const option = (fields: object) => ({ type: 3, name: "a", description: "x", ...fields });
  test.each<[string, object, RegExp]>([
    ["with a space in its name", { name: "a b" }, /no command or option name/],
    ["in upper case", { name: "Models" }, /lower case/],
    ["without a description", { description: "" }, /needs a description/],
    ["in a language that Discord does not have", { description_localizations: { "zh-CH": "x" } }, /zh-CH is no locale/],
    [
      "with a required option behind an optional one",
      { options: [option({}), option({ name: "b", required: true })] },
      /required option behind/,
    ],
    [
      "with autocomplete and choices",
      { options: [option({ autocomplete: true, choices: [{ name: "x", value: "x" }] })] },
      /exclude each other/,
    ],
    ["with an unknown field", { optoins: [] }, /unknown field optoins/],
    ["on messages with a description", { type: 3 }, /has no description/],
    ["on messages with options", { type: 3, description: "", options: [option({})] }, /has no options/],
    ["on messages with a long name", { type: 3, description: "", name: "x".repeat(33) }, /no name of a command/],
    [
      "with sub-commands beside options",
      { options: [option({}), option({ type: 1, name: "b" })] },
      /sub-commands beside options/,
    ],
    [
      "with a sub-command that breaks a rule",
      { options: [option({ type: 1, options: [option({}), option({ name: "b", required: true })] })] },
      /a a required option behind/,
    ],
    ["with a kind of channel that there is not", { options: [option({ type: 7, channel_types: [99] })] }, /options\.0/],
    ["with permissions by name", { default_member_permissions: "MANAGE_MESSAGES" }, /are digits/],
    [
      "of more than 8000 characters",
      {
        options: Array.from({ length: 25 }, (_, at) =>
          option({
            name: `a${at}`,
            description: "x".repeat(90),
            choices: Array.from({ length: 5 }, (_item, value) => ({ name: "y".repeat(90), value: String(value) })),
          }),
        ),
      },
      /at most 8000/,
    ],
  ])("%s breaks a rule", (_case, fields, fault) => {
    expect(commandFaults(command(fields), "global").join("\n")).toMatch(fault);
  });

  test.each<[string, object]>([
    ["on messages with capitals and spaces", { type: 3, description: "", name: "Report this" }],
    ["with sub-commands", { options: [option({ type: 1, options: [option({ type: 6, required: true })] })] }],
    ["for who has a permission", { default_member_permissions: "8192", contexts: [0] }],
  ])("%s breaks none", (_case, fields) => {
    expect(commandFaults(command(fields), "global")).toEqual([]);
  });

  test("may be called as one on messages, but not twice", () => {
    const named = (...types: number[]) =>
      readCommands(types.map((type) => ({ type, name: "x", ...(type === 1 && { description: "x" }) })));
    expect(commandFaults(named(1, 3), "global")).toEqual([]);
    expect(commandFaults(named(3, 3), "global")).toEqual(["a command name twice"]);
  });
});

describe("the protocol", () => {
  const post = (url: string, path: string, body: object, method = "POST") =>
    fetch(`${url}/v10${path}`, { method, body: JSON.stringify(body), headers: { "content-type": "application/json" } });

  /** Starts it, does something to it, and gives what it objects to. */
  async function objections(
    act: (discord: Awaited<ReturnType<typeof startDiscord>>) => Promise<void>,
    options = {},
  ): Promise<string> {
    const discord = await startDiscord(options);
    await act(discord);
    return discord.stop().then(
      () => "",
      (error: Error) => error.message,
    );
  }

  test("an unknown route, and a missing token", async () => {
    const found = await objections(async ({ apiUrl }) => {
      expect((await fetch(`${apiUrl}/v10/nothing`)).status).toBe(404);
      expect((await fetch(`${apiUrl}/v10/gateway/bot`)).status).toBe(401);
      expect((await fetch(`${apiUrl}/v10/gateway/bot`, { headers: { authorization: `Bot ${TOKEN}` } })).status).toBe(
        200,
      );
    });
    expect(found).toContain("no such route: GET /nothing");
    expect(found).not.toContain("gateway/bot");
  });

  test("a second acknowledgement, one of another kind, and a flag on a deferral", async () => {
    const found = await objections(
      async ({ apiUrl, openInteraction }) => {
        const { id, token } = openInteraction("command");
        const path = `/interactions/${id}/${token}/callback`;
        expect((await post(apiUrl, path, { type: 5, data: { flags: V2 } })).status).toBe(400);
        expect((await post(apiUrl, path, { type: 7 })).status).toBe(400);
        expect((await post(apiUrl, path, { type: 5 })).status).toBe(204);
        expect((await post(apiUrl, path, { type: 5 })).status).toBe(400);
      },
      { acknowledgeMs: 600_000 },
    );
    expect(found).toContain("flags 32768 on a deferred answer");
    expect(found).toContain("callback type 7 for a command");
    expect(found).not.toContain("was not acknowledged");
  });

  test("silence, and an acknowledgement after it", async () => {
    const found = await objections(
      async ({ apiUrl, openInteraction, until, violations }) => {
        const { id, token } = openInteraction("autocomplete");
        await until(() => violations.length > 0, "an objection to silence");
        expect((await post(apiUrl, `/interactions/${id}/${token}/callback`, { type: 8 })).status).toBe(404);
      },
      { acknowledgeMs: 1 },
    );
    expect(found).toContain("was not acknowledged within 1 ms");
  });

  test("a token that has expired", async () => {
    const edit = async (tokenLifeMs: number, status: number): Promise<string> =>
      objections(
        async ({ apiUrl, openInteraction }) => {
          const { id, token } = openInteraction("command");
          await post(apiUrl, `/interactions/${id}/${token}/callback`, { type: 5 });
          const body = { flags: V2, components: [text("x")] };
          const answer = await post(apiUrl, `/webhooks/1/${token}/messages/@original`, body, "PATCH");
          expect(answer.status).toBe(status);
        },
        { acknowledgeMs: 600_000, tokenLifeMs },
      );
    expect(await edit(0, 401)).toContain("unknown or has expired");
    expect(await edit(600_000, 200)).toBe("");
  });

  test("nothing that a bot does who means another stand-in, which had the port before", async () => {
    const found = await objections(async ({ apiUrl, rest }) => {
      const { origin, host } = new URL(apiUrl);
      for (const path of ["/api/v10/gateway", "/api/v10/gateway/bot", "/0-0/api/v10/gateway/bot", "/gateway"])
        expect((await fetch(`${origin}${path}`, { headers: { authorization: `Bot ${TOKEN}` } })).status).toBe(404);
      expect((await post(`${origin}/api`, "/webhooks/1/token-1/messages/@original", {}, "PATCH")).status).toBe(404);
      const socket = new WebSocket(`ws://${host}/gateway`);
      await new Promise((resolve) => socket.addEventListener("error", resolve));
      expect(rest.calls).toEqual([]);
    });
    expect(found).toBe("");
  });

  test("edits of one token are limited, and say how long to wait", async () => {
    await objections(
      async ({ apiUrl, openInteraction }) => {
        const { id, token } = openInteraction("command");
        await post(apiUrl, `/interactions/${id}/${token}/callback`, { type: 5 });
        const body = { flags: V2, components: [text("x")] };
        const edit = () => post(apiUrl, `/webhooks/1/${token}/messages/@original`, body, "PATCH");
        expect((await edit()).headers.get("x-ratelimit-remaining")).toBe("1");
        await edit();
        const third = await edit();
        expect(third.status).toBe(429);
        expect(await third.json()).toMatchObject({ retry_after: expect.any(Number) });
      },
      { acknowledgeMs: 600_000, bucket: { limit: 2, windowMs: 600_000 } },
    );
  });
});
