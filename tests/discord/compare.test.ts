import { afterAll, describe, expect, test } from "vitest";
import { LOCALES } from "#src/base/locale.ts";
import { decoded } from "#tests/chart/drawing.ts";
import { openDiscord, startBot } from "#tests/discord/start-bot.ts";
import type { Message } from "#tests/stand-ins/discord/interactions.ts";
import { flatten } from "#tests/stand-ins/discord/message-rules.ts";
import { menusOf, textOf } from "#tests/stand-ins/discord/people.ts";

/** The picture of a message with its description. */
function pictureOf({ components, files }: Message) {
  const gallery = components.flatMap(flatten).find(({ type }) => type === 12);
  const [file] = files;
  return { gallery, file, png: file && "data" in file ? file.data : new Uint8Array() };
}

const discord = await openDiscord({}, afterAll);
startBot(discord, {}, afterAll);
await discord.ready();

describe.each(LOCALES)("a person whose client speaks %s", (locale) => {
  test("compares models and gets a picture with a description, then opens one of them", async () => {
    const person = discord.person({ id: "300000000000000001", locale });
    const message = await person.run("compare", { model1: "chatglm-6b", model2: "Qwen3-8B", vram: "8" });
    expect(message.ephemeral).toBe(false);
    expect(textOf(message)).toContain("INT4 6 GB ✓");
    const { gallery, file, png } = pictureOf(message);
    expect(file).toMatchObject({ name: "memory.png", contentType: "image/png" });
    expect(gallery).toMatchObject({
      items: [{ media: { url: "attachment://memory.png" }, description: expect.stringContaining("INT4 6 GB") }],
    });
    expect(decoded(png).width).toBe(1100);
    expect(textOf(await person.choose(message, "qwen3"))).toContain("## Qwen3");
  });
});

test("an unknown name is answered to the person alone, and the menu compares with what it stands for", async () => {
  const person = discord.person({ id: "300000000000000001" });
  const refused = await person.run("compare", { model1: "chatgml-6b", model2: "belle" });
  expect(refused.ephemeral).toBe(true);
  expect(textOf(refused)).toContain("没有叫「chatgml-6b」的模型");
  expect(menusOf(refused)[0]?.options[0]?.value).toBe("chatglm-6b");
  const compared = await person.choose(refused, "chatglm-6b");
  expect(textOf(compared)).toContain("① **ChatGLM-6B**");
  expect(pictureOf(compared).png.length).toBeGreaterThan(10_000);
});

test("ten people at once all have their picture, and are acknowledged in time", async () => {
  const people = Array.from({ length: 10 }, (_, at) => discord.person({ id: `30000000000000${1000 + at}` }));
  const messages = await Promise.all(
    people.map((person) =>
      person.run("compare", { model1: "chatglm-6b", model2: "qwen3", model3: "yi", model4: "belle" }),
    ),
  );
  for (const message of messages) expect(pictureOf(message).png.length).toBeGreaterThan(10_000);
});
