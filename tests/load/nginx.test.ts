import { describe, expect, onTestFinished, test } from "vitest";
import { ASKER, ended, openWorld } from "#tests/discord/try-world.ts";
import { textOf } from "#tests/stand-ins/discord/people.ts";
import { startNginx, WITHOUT_NGINX } from "#tests/stand-ins/nginx.ts";
import { startOllama } from "#tests/stand-ins/ollama.ts";

if (WITHOUT_NGINX !== undefined) process.stderr.write(`Ollama behind nginx is not tested: ${WITHOUT_NGINX}\n`);

async function open(options: { locked?: boolean } = {}) {
  const ollama = await startOllama({ models: [{ name: "glm4:9b" }] });
  onTestFinished(() => ollama.stop());
  const nginx = await startNginx(ollama.url, options);
  onTestFinished(() => nginx.stop());
  const { discord } = await openWorld({ env: { OLLAMA_HOSTS: nginx.url } });
  return { ollama, discord, person: discord.person({ id: ASKER }) };
}

describe.skipIf(WITHOUT_NGINX !== undefined)("Ollama behind a real nginx", () => {
  test("answers; is out of reach while it is down behind it; and answers again", async () => {
    const { ollama, discord, person } = await open();
    const status = async (): Promise<string> => textOf(await person.run("status"));
    const ask = async (): Promise<string> => {
      const message = await person.run("try", { model: "glm4:9b", prompt: "问" });
      if (textOf(message).includes("没有连上")) return textOf(message);
      await ended(discord, message);
      return textOf(message);
    };
    await expect.poll(status).toMatch(/(?<!\d)1 个模型/);
    expect(await ask()).toContain("测试用的回答");
    await ollama.down();
    const failed = await ask();
    expect(failed).toContain("连不上 Ollama");
    expect(failed).not.toMatch(/html|nginx|502/);
    expect(await status()).toContain("连不上");
    expect(await ask()).toContain("没有连上 Ollama");
    await ollama.up();
    // The look before a refusal finds it, at the latest a second after the last one.
    await expect.poll(ask, { interval: 300 }).toContain("测试用的回答");
    expect(await status()).toMatch(/(?<!\d)1 个模型/);
  });

  test("that wants a login is not called down", async () => {
    const { person } = await open({ locked: true });
    await expect.poll(async () => textOf(await person.run("status"))).toContain("拒绝了机器人");
  });
});
