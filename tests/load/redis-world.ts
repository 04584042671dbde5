import { expect, onTestFinished } from "vitest";
import { type BotProgram, openDiscord, startBotProgram, startWorker } from "#tests/discord/start-bot.ts";
import { type Ollama, startOllama } from "#tests/stand-ins/ollama.ts";
import { type Redis, startRedis } from "#tests/stand-ins/redis.ts";
import { temporaryFolder } from "#tests/temporary-catalog.ts";

export const MODEL = "glm4:9b";
/** Tries at once of each worker. */
const SLOTS = 8;

/** Bots that Discord calls in turn, and workers, each beside an Ollama of its own. */
export async function openMany({
  bots,
  workers,
  slots = SLOTS,
  env = {},
  snapshots = false,
}: {
  bots: number;
  workers: number;
  slots?: number;
  env?: Record<string, string>;
  snapshots?: boolean;
}) {
  const redis = await startRedis({ snapshots });
  onTestFinished(() => redis.stop());
  const discord = await openDiscord({ acknowledgeMs: 600_000, bucket: { limit: 50, windowMs: 2000 } });
  const folder = await temporaryFolder();
  const settings = {
    REDIS_URL: redis.url,
    DATA_DIR: folder,
    TRY_HOST_SLOTS: String(slots),
    TRY_QUEUE_MAX: "1000",
    TRY_PER_PERSON_HOUR: "1000",
    TRY_PER_GUILD_HOUR: "100000",
    ...env,
  };
  const ollamas = await Promise.all(
    Array.from({ length: workers }, () => startOllama({ models: [{ name: MODEL }], slots })),
  );
  const runBot = (): BotProgram => startBotProgram(discord, { ...settings, DISCORD_PUBLIC_KEY: discord.publicKey });
  const urls = new Map<BotProgram, string>();
  const untilUp = async (bot: BotProgram): Promise<void> => {
    const address = (): string | undefined => /"url":"(http:[^"]+)","msg":"the page is there"/.exec(bot.stderr())?.[1];
    await discord.until(() => address() !== undefined, `a bot's address\n${bot.stderr()}`);
    urls.set(bot, `${address()}/interactions`);
  };
  const runWorker = (ollama: Ollama): BotProgram => startWorker(discord, { ...settings, OLLAMA_HOSTS: ollama.url });
  const running = { bots: Array.from({ length: bots }, runBot), workers: ollamas.map(runWorker) };
  await Promise.all(running.bots.map(untilUp));
  const call = (): void => discord.callAt(...running.bots.flatMap((bot) => urls.get(bot) ?? []));
  call();
  await discord.ready();
  for (const worker of running.workers)
    await discord.until(() => worker.stderr().includes("the worker runs"), `a worker\n${worker.stderr()}`);
  onTestFinished(async () => {
    for (const ollama of ollamas) await ollama.stop();
  });
  return {
    redis,
    discord,
    ollamas,
    running,
    settings,
    /** Kills one and starts another in its place. */
    replaceBot: async (at: number): Promise<void> => {
      const old = running.bots[at];
      const next = runBot();
      await untilUp(next);
      old?.process.kill("SIGKILL");
      running.bots[at] = next;
      call();
    },
    replaceWorker: (at: number, signal: "SIGKILL" | "SIGTERM" = "SIGKILL"): void => {
      const ollama = ollamas[at];
      running.workers[at]?.process.kill(signal);
      if (ollama) running.workers[at] = runWorker(ollama);
    },
  };
}

/** Nothing is left but what is kept for a while, and what BullMQ keeps of a queue itself. */
export async function expectNothingLeft(redis: Redis): Promise<void> {
  const client = redis.client();
  onTestFinished(() => client.disconnect());
  // An admission that came to nothing is found out after a quarter of a minute.
  await expect.poll(() => leftIn(client), { interval: 250 }).toEqual([]);
}

/** Keys of what goes on, and of what would be there for ever. */
export async function leftIn(client: ReturnType<Redis["client"]>): Promise<string[]> {
  const keys = await client.keys("*");
  const lasting = await Promise.all(keys.map(async (key) => ((await client.pttl(key)) === -1 ? [key] : [])));
  const forEver = lasting.flat().filter((key) => !QUEUES_OWN.test(key) && !DECIDED.test(key));
  return [...keys.filter((key) => WORK.test(key)), ...forEver];
}

/** Of tries that go on. */
const WORK = /^mulu:2:(?:person:.*|open)$/;
/** What people decide, and what is counted for a few days. */
const DECIDED = /^mulu:community:/;
const QUEUES_OWN = /^mulu:2:(?:models|queue:[^:]+:(?:meta|events|id|marker|stalled-check|pc))$/;
