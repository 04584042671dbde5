import { describe, expect, test } from "vitest";
import { ASKER, ended, labels, OTHER, openWorld } from "#tests/discord/try-world.ts";
import { textOf } from "#tests/stand-ins/discord/people.ts";

/** Where other files run beside this one, a hundred would be starved of acknowledgements in time. */
const CROWD = process.env["MULU_TESTS"] === "load" ? 100 : 30;

describe("fairness", () => {
  test("two tries of each person, a bounded queue, and a quota that says when", async () => {
    const { discord, ollama } = await openWorld({ env: { TRY_QUEUE_MAX: "2", TRY_PER_PERSON_HOUR: "2" } });
    ollama.script({ endless: true, tokensPerSecond: 30 });
    const person = discord.person({ id: ASKER });
    const running = await person.run("try", { model: "glm4:9b", prompt: "一" });
    const waiting = await person.run("try", { model: "glm4:9b", prompt: "二" });
    expect(textOf(await person.run("try", { model: "glm4:9b", prompt: "三" }))).toContain("已经有两个试用");
    const others = ["4", "5"].map((end) => discord.person({ id: `30000000000000000${end}` }));
    const [second, third] = others;
    await second?.run("try", { model: "glm4:9b", prompt: "四" });
    const full = await third?.run("try", { model: "glm4:9b", prompt: "五" });
    expect(full && textOf(full)).toContain("排队的人太多了");
    await person.tap(waiting, "停止");
    await person.tap(running, "停止");
    await ended(discord, running);
    const refused = await person.run("try", { model: "glm4:9b", prompt: "六" });
    expect(textOf(refused)).toMatch(/\d+ 分钟后可以再试/);
    expect(refused.ephemeral).toBe(true);
  });

  test("many people at once on two slots: all are answered, and nobody sees another's text", async () => {
    const { discord, ollama } = await openWorld({
      env: { TRY_HOST_SLOTS: "2", TRY_QUEUE_MAX: "200" },
      ollama: { slots: 2 },
    });
    ollama.script(({ messages }) => ({ text: `答：${messages.at(-1)?.content}。`, tokensPerSecond: 60 }));
    const people = Array.from({ length: CROWD }, (_, at) =>
      discord.person({ id: String(310_000_000_000_000_000n + BigInt(at)) }),
    );
    const answers = await Promise.all(
      people.map((person, at) => person.run("try", { model: "glm4:9b", prompt: `问题${at}号` })),
    );
    await discord.until(() => answers.every((message) => labels(message).includes("再来一次")), "all answers");
    for (const [at, message] of answers.entries()) {
      expect(textOf(message)).toContain(`答：问题${at}号。`);
      const seen = message.states.map(({ components }) => JSON.stringify(components)).join("");
      expect(new Set(seen.match(/问题\d+号/g))).toEqual(new Set([`问题${at}号`]));
    }
    expect(ollama.maxOpen()).toBe(2);
    expect(discord.rest.calls.filter(({ status }) => status === 429)).toEqual([]);
  });

  test("lists of channels, roles and models", async () => {
    const { discord } = await openWorld({
      env: { TRY_BLOCKED_MODELS: "qwen3", TRY_ALLOWED_ROLES: "600000000000000001", ADMIN_USER_IDS: OTHER },
    });
    const allowed = discord.person({ id: ASKER, roles: ["600000000000000001"] });
    expect(textOf(await discord.person({ id: ASKER }).run("try", { model: "glm4:9b", prompt: "一" }))).toContain(
      "身份组",
    );
    expect(textOf(await allowed.run("try", { model: "qwen3:8b", prompt: "二" }))).toContain("不开放 qwen3:8b");
    const message = await discord.person({ id: OTHER }).run("try", { model: "qwen3:8b", prompt: "三" });
    await ended(discord, message);
  });

  test("what is kept of a person can be deleted", async () => {
    const { discord } = await openWorld();
    const person = discord.person({ id: ASKER });
    const message = await person.run("try", { model: "glm4:9b", prompt: "一" });
    await ended(discord, message);
    expect(textOf(await person.run("forget"))).toContain("已删除 1 条对话");
    expect(textOf(await person.press(message, "再来一次"))).toContain("已经过期或被删除");
  });
});
