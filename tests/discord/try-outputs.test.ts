import { describe, expect, onTestFinished, test } from "vitest";
import { createLog } from "#src/base/log.ts";
import { interactionDelivery, registerDiscord } from "#src/discord/try-outputs.ts";
import type { Output } from "#src/tries/outputs.ts";
import { createOutputs, NotWanted } from "#src/tries/outputs.ts";
import type { Try } from "#src/tries/try.ts";
import { progressOf, runOf, tryOf } from "#tests/chat/tries.ts";
import { directUpstream } from "#tests/direct-upstream.ts";
import { openDiscord } from "#tests/discord/start-bot.ts";
import { buttonsOf, textOf } from "#tests/stand-ins/discord/people.ts";

const APPLICATION = "100000000000000001";
const answering = (text: string) => progressOf([runOf({ phase: "answering", text })]);
const done = (text: string) => progressOf([runOf({ text })]);

/** A message that waits for an answer, and a process that is not the bot's and can show it. */
async function openMessage(until = Date.now() + 60_000) {
  const discord = await openDiscord();
  const interaction = discord.openInteraction("command");
  const callback = `${discord.apiUrl}/v10/interactions/${interaction.id}/${interaction.token}/callback`;
  await fetch(callback, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ type: 5 }),
  });
  const outputs = createOutputs();
  const log = createLog({ logLevel: "silent" });
  registerDiscord(outputs, {
    upstream: directUpstream(discord.apiUrl),
    entryOf: () => undefined,
    responded: () => {},
    log,
  });
  const attempt = tryOf({
    delivery: interactionDelivery({ application_id: APPLICATION, token: interaction.token }, until, false),
  });
  const message = () => {
    if (interaction.original === undefined) throw new Error("there is no answer");
    return interaction.original;
  };
  const edits = () => discord.rest.calls.filter(({ method }) => method === "PATCH").length;
  return { discord, outputs, attempt, message, edits };
}

function opened(output: Output | undefined): Output {
  if (output === undefined) throw new Error("it cannot be shown");
  onTestFinished(() => output.leave());
  return output;
}

describe("a try in Discord", () => {
  test("is shown as it grows, and to its end", async () => {
    const { outputs, attempt, message } = await openMessage();
    const output = opened(outputs.open(attempt));
    output.update(answering("尊敬"));
    await expect.poll(() => textOf(message())).toContain("尊敬");
    await output.finish(done("尊敬的老师"));
    expect(textOf(message())).toContain("尊敬的老师");
  });

  test("that is left shows nothing more, once the edit under way is there", async () => {
    const { discord, outputs, attempt, message, edits } = await openMessage();
    const output = opened(outputs.open(attempt));
    output.update(answering("一"));
    await expect.poll(edits).toBe(1);
    output.update(answering("二"));
    await output.leave();
    output.update(answering("三"));
    const before = edits();
    // Between two edits of whoever takes over there is time for one of those that came before.
    const next = opened(outputs.open(attempt));
    for (const text of ["别处", "别处说"]) {
      next.update(answering(text));
      await discord.until(() => textOf(message()).includes(text), "the other process");
    }
    await next.finish(done("别处说完了"));
    expect(textOf(message())).toContain("别处说完了");
    expect(edits()).toBe(before + 3);
  });

  test("that is left while Discord wants a pause does not wait for its end", async () => {
    const { discord, outputs, attempt, edits } = await openMessage();
    discord.rest.fail(({ method }) => method === "PATCH", 429, { retryAfterSeconds: 3600 });
    const output = opened(outputs.open(attempt));
    output.update(answering("一"));
    await expect.poll(edits).toBe(1);
    await output.leave();
  });

  test("that Discord refuses with a page is not sent again, and its end not waited for beyond its token", async () => {
    const { discord, outputs, attempt, edits } = await openMessage(Date.now() + 30_000);
    discord.rest.refuse(({ method }) => method === "PATCH", { page: "html" });
    const output = opened(outputs.open(attempt));
    output.update(answering("一"));
    await expect.poll(edits).toBe(1);
    output.update(answering("一二"));
    await output.leave();
    await output.finish(done("一二三"));
    expect(edits()).toBe(1);
  });

  test("that another process has shown to its end, or further than is known here, keeps that", async () => {
    const { outputs, attempt, message } = await openMessage();
    const broken = (text: string) => progressOf([runOf({ phase: "interrupted", text })]);
    const before = opened(outputs.open(attempt));
    before.update(answering("床前明月光"));
    await expect.poll(() => textOf(message())).toContain("床前明月光");
    await before.leave();
    await opened(outputs.open(attempt)).finish(broken("床"));
    expect(textOf(message())).toMatch(/床前明月光\n-# 机器人重启/);
    expect(buttonsOf(message()).map(({ label }) => label)).toContain("再来一次");
    const edits = message().edits;
    await opened(outputs.open(attempt)).finish(broken("床前明月光，疑是地上霜"));
    expect(message().edits).toBe(edits);
  });

  test("that is known further here than another process has shown it is shown so", async () => {
    const { outputs, attempt, message } = await openMessage();
    await opened(outputs.open(attempt)).finish(progressOf([runOf({ phase: "interrupted", text: "床前明月光" })]));
    expect(textOf(message())).toContain("床前明月光");
  });

  test("whose edits another process forbids is shown at the end all the same", async () => {
    const { outputs, attempt, message } = await openMessage();
    let asked = 0;
    const guard = async (): Promise<void> => {
      asked += 1;
      throw new NotWanted();
    };
    const output = opened(outputs.open(attempt, guard));
    output.update(answering("一"));
    await expect.poll(() => asked).toBe(1);
    expect(message().edits).toBe(0);
    await output.finish(done("完"));
    expect(textOf(message())).toContain("完");
  });
});

describe("what cannot be shown in Discord", () => {
  const delivery = interactionDelivery({ application_id: APPLICATION, token: "token" }, Date.now() + 60_000, false);
  const reach = { by: "token" as const, token: "token", until: Date.now() + 60_000 };
  test.each<[string, Try["delivery"]]>([
    ["a token that is forgotten", { ...delivery, reach: { ...reach, token: "" } }],
    ["a token that has run out", { ...delivery, reach: { ...reach, until: Date.now() - 1 } }],
    ["an address of another kind", { ...delivery, address: { id: "1" } }],
    ["an address that is none", { ...delivery, address: { application: "../1" } }],
    ["a channel", { ...delivery, reach: { by: "channel" } }],
    ["a process", { ...delivery, reach: { by: "process" } }],
    ["another surface", { ...delivery, surface: "elsewhere" }],
  ])("%s", async (_what, place) => {
    const { outputs, attempt } = await openMessage();
    expect(outputs.open({ ...attempt, delivery: place })).toBeUndefined();
    expect(outputs.open(attempt)).toBeDefined();
  });
});
