import { describe, expect, onTestFinished, test } from "vitest";
import { createLog } from "#src/base/log.ts";
import { readConfig } from "#src/config.ts";
import { createQuotas } from "#src/tries/quotas.ts";
import { openParts } from "#src/tries/redis/open.ts";
import { openDiscord, startWorker } from "#tests/discord/start-bot.ts";
import { MODEL } from "#tests/load/redis-world.ts";
import { runProgram } from "#tests/run-program.ts";
import { startOllama } from "#tests/stand-ins/ollama.ts";
import { type Redis, startRedis, WITHOUT_CERTIFICATE, WITHOUT_REDIS } from "#tests/stand-ins/redis.ts";
import { temporaryFolder } from "#tests/temporary-catalog.ts";

if (WITHOUT_REDIS !== undefined) process.stderr.write(`what processes share is not tested: ${WITHOUT_REDIS}\n`);
else if (WITHOUT_CERTIFICATE !== undefined)
  process.stderr.write(`Redis over TLS is not tested: ${WITHOUT_CERTIFICATE}\n`);

async function openRedis(options: Parameters<typeof startRedis>[0] = {}): Promise<Redis> {
  const redis = await startRedis(options);
  onTestFinished(() => redis.stop());
  return redis;
}

/** A process of those that share Redis, and the lines of its log. */
async function openProcess({ url }: Redis) {
  const lines: string[] = [];
  const log = createLog({ logLevel: "trace" }, { write: (line) => void lines.push(line) });
  const parts = openParts(url, readConfig({}).tries, log, () => {});
  onTestFinished(() => parts.close());
  await parts.link.ready();
  return { ...parts, quotas: createQuotas({ perPerson: 1, perGuild: 3 }, parts.link.commands), lines };
}

describe.skipIf(WITHOUT_REDIS !== undefined)("two processes that share Redis", () => {
  test("take turns: one runs a job, and the next time one again", async () => {
    const redis = await openRedis();
    const [one, other] = await Promise.all([openProcess(redis), openProcess(redis)]);
    const ask = (ms: number): Promise<boolean[]> =>
      Promise.all([one, other].map(({ coordinator }) => coordinator.shouldRun("sync", ms)));
    expect((await ask(2000)).toSorted()).toEqual([false, true]);
    expect(await ask(2000)).toEqual([false, false]);
    expect(await one.coordinator.shouldRun("another job", 300)).toBe(true);
    await expect.poll(async () => (await ask(60_000)).toSorted()).toEqual([false, true]);
    expect(await ask(60_000)).toEqual([false, false]);
  });

  test("take no turn while Redis is away, and one when it is back", async () => {
    const redis = await openRedis();
    const { coordinator, link } = await openProcess(redis);
    await redis.down();
    expect(await coordinator.shouldRun("sync", 1000)).toBe(false);
    await redis.up();
    await expect.poll(() => link.ready()).toBe(true);
    expect(await coordinator.shouldRun("sync", 1000)).toBe(true);
  });

  test("share the quotas of persons and servers", async () => {
    const redis = await openRedis();
    const [one, other] = await Promise.all([openProcess(redis), openProcess(redis)]);
    const take = async (from: typeof one, person: string): Promise<boolean> =>
      (await from.quotas.take(person, "a server", 1)) === undefined;
    expect([await take(one, "one"), await take(other, "one")]).toEqual([true, false]);
    expect([await take(other, "two"), await take(one, "two")]).toEqual([true, false]);
    expect([await take(one, "three"), await take(other, "four")]).toEqual([true, false]);
  });
});

describe.skipIf(WITHOUT_REDIS !== undefined)("a Redis that throws keys away", () => {
  test.each([
    ["allkeys-lru", 1],
    ["volatile-ttl", 1],
    ["noeviction", 0],
  ])("%s: so many warnings: %i", async (policy, warnings) => {
    const redis = await openRedis();
    const client = redis.client();
    onTestFinished(() => client.disconnect());
    await client.config("SET", "maxmemory-policy", policy);
    const { lines, coordinator } = await openProcess(redis);
    // Answers come in the order of the questions: the settings have been looked at by then.
    await coordinator.shouldRun("anything", 1000);
    const told = lines.filter((line) => line.includes("maxmemory-policy"));
    expect(told.length).toBe(warnings);
    for (const line of told) expect(JSON.parse(line)).toMatchObject({ level: 40, policy });
  });
});

describe.skipIf((WITHOUT_REDIS ?? WITHOUT_CERTIFICATE) !== undefined)("a Redis with TLS and a password", () => {
  /** Programs that know the address, or one with a wrong password in it, and tell all there is in their logs. */
  const openSecure = async ({ password }: { password?: string } = {}) => {
    const { url, ca = "" } = await openRedis({ secure: true });
    const address = new URL(url);
    if (password !== undefined) address.password = password;
    const env = {
      REDIS_URL: address.href,
      NODE_EXTRA_CA_CERTS: ca,
      DATA_DIR: await temporaryFolder(),
      LOG_LEVEL: "trace",
    };
    const ollama = await startOllama({ models: [{ name: MODEL }] });
    onTestFinished(() => ollama.stop());
    const discord = await openDiscord();
    const worker = startWorker(discord, { ...env, OLLAMA_HOSTS: ollama.url });
    await discord.until(() => worker.stderr().includes("the worker runs"), "a worker");
    const asked = await runProgram("src/cli/ask.ts", [`/try ${MODEL} 问`], { env });
    return {
      asked,
      worker,
      /** Everything that was said anywhere. */
      said: () => [asked.stdout, asked.stderr, worker.stdout(), worker.stderr()].join("\n"),
      secrets: [address.password, decodeURIComponent(address.password)],
    };
  };

  test("is used by a terminal and a worker, and nobody tells the password", async () => {
    const { asked, worker, said, secrets } = await openSecure();
    expect(asked.stdout).toContain("测试用的回答");
    expect(asked.code).toBe(0);
    expect(await worker.stop()).toBe(0);
    for (const secret of secrets) expect(said()).not.toContain(secret);
  });

  test("refuses a wrong password: that is said, and the password is not", async () => {
    const { asked, worker, said, secrets } = await openSecure({ password: "falsch/geraten@" });
    expect(asked.stdout).toContain("Redis 连不上");
    expect(asked.code).toBe(1);
    expect(worker.stderr()).toContain("Redis is out of reach");
    expect(await worker.stop()).toBe(0);
    for (const secret of secrets) expect(said()).not.toContain(secret);
  });
});
