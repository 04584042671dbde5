import { describe, test } from "vitest";
import { MODEL, openFleet } from "#tests/load/fleet-world.ts";
import { WITHOUT_REDIS } from "#tests/stand-ins/redis.ts";

if (WITHOUT_REDIS !== undefined)
  process.stderr.write(`tries of two models over Redis are not tested: ${WITHOUT_REDIS}\n`);

const SECOND = "qwen3:8b";

describe.skipIf(WITHOUT_REDIS !== undefined)("a try of two models on different workers", () => {
  test.concurrent.for(["stop", "die"] as const)(
    "whose second worker is to %s: another one begins that run again",
    async (how, context) => {
      const { expect } = context;
      const { addBot, addOllama, addWorker, shown, ends, untilEnded, nothingIsLeft } = await openFleet(context);
      const [first, ...others] = [await addOllama(), await addOllama(SECOND), await addOllama(SECOND)];
      first?.script({ text: "第一个的回答" });
      for (const ollama of others) ollama.script({ endless: true, tokensPerSecond: 50 });
      const bot = await addBot();
      if (first) await addWorker(first);
      const workers = await Promise.all(others.map((ollama) => addWorker(ollama)));
      const attempt = await bot.ask("a", "问", [MODEL, SECOND]);
      await expect.poll(() => shown.get(attempt.id)?.runs[1]?.text).toMatch(/./);
      const at = others.findIndex((ollama) => ollama.running() > 0);
      for (const ollama of others) ollama.script({ text: "第二个的回答" });
      await workers[at]?.[how]();
      await untilEnded(attempt);
      expect(ends.get(attempt.id)).toMatchObject([
        { phase: "done", restarted: true, runs: [{ text: "第一个的回答" }, { phase: "done", text: "第二个的回答" }] },
      ]);
      expect(first?.requests.length).toBe(1);
      await nothingIsLeft();
    },
  );
});
