import { describe, expect, onTestFinished, test } from "vitest";
import { ASKER, ended, OTHER, shows } from "#tests/discord/try-world.ts";
import { expectNothingLeft, MODEL, openMany } from "#tests/load/redis-world.ts";
import { textOf } from "#tests/stand-ins/discord/people.ts";
import { type Redis, WITHOUT_REDIS } from "#tests/stand-ins/redis.ts";
import { endpointsAt } from "#tests/web/health-world.ts";

if (WITHOUT_REDIS !== undefined) process.stderr.write(`a Redis that refuses writes is not tested: ${WITHOUT_REDIS}\n`);

const QUESTION = { model: MODEL, prompt: "问" };
const WORDS = 50;
type Client = ReturnType<Redis["client"]>;
type Act = (client: Client) => Promise<unknown>;

/** How Redis is made to refuse, and to take again. */
const REFUSALS: [reason: string, refuse: Act, accept: Act][] = [
  ["OOM", (redis) => redis.config("SET", "maxmemory", "1"), (redis) => redis.config("SET", "maxmemory", "0")],
  [
    "NOREPLICAS",
    (redis) => redis.config("SET", "min-replicas-to-write", "1"),
    (redis) => redis.config("SET", "min-replicas-to-write", "0"),
  ],
  ["READONLY", (redis) => redis.call("REPLICAOF", "127.0.0.1", "1"), (redis) => redis.call("REPLICAOF", "NO", "ONE")],
];

describe.skipIf(WITHOUT_REDIS !== undefined)("a fleet whose Redis refuses writes", () => {
  test("shows a running answer whole and once, says that it is not ready, and goes on afterwards", async () => {
    const world = await openMany({ bots: 1, workers: 1, env: { WORKER_PORT: "0" }, snapshots: true });
    const { discord, redis, ollamas, running } = world;
    const [[bot], [worker], [ollama]] = [running.bots, running.workers, ollamas];
    if (!bot || !worker || !ollama) throw new Error("a program is missing");
    const endpoints = [await endpointsAt(discord, bot), await endpointsAt(discord, worker)];
    const ready = async () =>
      Promise.all(
        endpoints.map(async ({ get }) => {
          const response = await get("/readyz");
          return [response.status, ((await response.json()) as { status: string }).status];
        }),
      );
    const client = redis.client();
    onTestFinished(() => client.disconnect());
    const saved = (): Promise<unknown> => client.bgsave();
    const meanwhile = async (reason: string, during: () => Promise<void>): Promise<void> => {
      const [, refuse, accept] = REFUSALS.find(([name]) => name === reason) ?? [];
      if (!refuse || !accept)
        return redis.withoutSnapshots(async () => {
          await saved();
          await during();
        });
      await refuse(client);
      await during();
      await accept(client);
    };
    for (const [at, reason] of [...REFUSALS.map(([name]) => name), "MISCONF"].entries()) {
      ollama.script({ chunks: Array.from({ length: WORDS }, (_, word) => `字${word} `), tokensPerSecond: 15 });
      const message = await discord.person({ id: ASKER }).run("try", QUESTION);
      await shows(discord, message, "字5 ");
      await meanwhile(reason, async () => {
        await expect.poll(ready).toEqual([
          [200, "degraded"],
          [503, "not_ready"],
        ]);
        const refused = await discord.person({ id: OTHER }).run("try", QUESTION);
        expect([refused.ephemeral, textOf(refused)]).toEqual([true, expect.stringContaining("Redis")]);
        await ended(discord, message);
        expect(textOf(message)).toContain(`字${WORDS - 1}`);
      });
      if (reason === "MISCONF") await saved();
      const { edits } = message;
      await expect.poll(ready).toEqual([
        [200, "ready"],
        [200, "ready"],
      ]);
      await expectNothingLeft(redis);
      expect([reason, ollama.requests.length, message.edits]).toEqual([reason, at + 1, edits]);
      for (const { stderr } of [bot, worker]) {
        const said = stderr().split("\n");
        const lines = (text: string): string[] => said.filter((line) => line.includes(text));
        expect(lines(`"reason":"${reason}","msg":"Redis refuses writes"`), reason).toHaveLength(1);
        expect(lines("Redis takes writes again"), reason).toHaveLength(at + 1);
      }
    }
  });
});
