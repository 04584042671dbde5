import { randomInt } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { expectNothingLeft, MODEL, openMany } from "#tests/load/redis-world.ts";
import { random } from "#tests/random.ts";
import type { Message, Record_ } from "#tests/stand-ins/discord/interactions.ts";
import { buttonsOf, textOf } from "#tests/stand-ins/discord/people.ts";
import { WITHOUT_REDIS } from "#tests/stand-ins/redis.ts";

if (WITHOUT_REDIS !== undefined) process.stderr.write(`tries over Redis are not tested: ${WITHOUT_REDIS}\n`);

/** What dies, and when: the same number again gives the same order. */
const SEED = Number(process.env["MULU_SEED"] ?? randomInt(2 ** 31));

const shownIn = ({ original, followUps }: Record_): Message | undefined => followUps.at(-1) ?? original;
const labelsOf = (record: Record_): string[] => {
  const message = shownIn(record);
  return message === undefined ? [] : buttonsOf(message).map(({ label }) => label);
};
/** Its answer is there and says that it has ended, or why there is none. */
const isSettled = (record: Record_): boolean =>
  (shownIn(record)?.states.length ?? 0) > 0 && !labelsOf(record).includes("停止");
const wasAnswered = (record: Record_): boolean => labelsOf(record).includes("再来一次");
const idOf = (at: number): string => String(310_000_000_000_000_000n + BigInt(at));

const found: string[] = [];
afterAll(() => {
  if (found.length > 0) process.stdout.write(`${found.join("\n")}\n`);
});

test.skipIf(WITHOUT_REDIS !== undefined)(
  "a thousand tries of two hundred people, while everything dies now and then",
  async () => {
    const world = await openMany({ bots: 2, workers: 3 });
    const { discord, redis, ollamas } = world;
    for (const ollama of ollamas)
      ollama.script(({ messages }) => ({ text: `答：${messages.at(-1)?.content}。再见`, tokensPerSecond: 20 }));
    const records: { record: Record_; mark: string }[] = [];
    const until = async (look: () => boolean, ms: number): Promise<boolean> => {
      const deadline = performance.now() + ms;
      while (!look() && performance.now() < deadline) await wait(50);
      return look();
    };
    const livePerson = async (at: number): Promise<void> => {
      // Two hundred in the same moment would be too much for the stand-in.
      await wait(at * 25);
      const person = discord.person({ id: idOf(at) });
      for (let turn = 0; turn < 5; turn++) {
        const mark = `问题${at}-${turn}号`;
        const record = person.enter("try", { model: MODEL, prompt: mark });
        records.push({ record, mark });
        // A bot that died cannot acknowledge; Discord says so itself.
        if (await until(() => record.acknowledgedAt !== undefined, 5000)) await until(() => isSettled(record), 60_000);
      }
    };
    let going = true;
    const next = random(SEED);
    const below = (count: number): number => Math.floor(next() * count);
    const restart = async (what: { down: () => Promise<void>; up: () => Promise<void> } | undefined): Promise<void> => {
      await what?.down();
      await wait(below(1500));
      await what?.up();
    };
    const deaths = {
      worker: () => world.replaceWorker(below(3)),
      "worker that is told": () => world.replaceWorker(below(3), "SIGTERM"),
      bot: () => world.replaceBot(below(2)),
      redis: () => restart(redis),
      ollama: () => restart(ollamas[below(3)]),
    };
    const died: Partial<Record<keyof typeof deaths, number>> = {};
    const chaos = async (): Promise<void> => {
      while (going) {
        await wait(500 + below(3500));
        const what = Object.keys(deaths)[below(5)] as keyof typeof deaths;
        await deaths[what]();
        died[what] = (died[what] ?? 0) + 1;
      }
    };
    const ruin = chaos();
    await Promise.all(Array.from({ length: 200 }, (_, at) => livePerson(at)));
    going = false;
    await ruin;
    const acknowledged = records.filter(({ record }) => record.acknowledgedAt !== undefined);
    await until(() => acknowledged.every(({ record }) => isSettled(record)), 60_000);
    const open = acknowledged.filter(({ record }) => !isSettled(record));
    const answered = acknowledged.filter(({ record }) => wasAnswered(record));
    const whole = answered.filter(({ record, mark }) =>
      textOf(shownIn(record) ?? never()).includes(`答：${mark}。再见`),
    );
    found.push(
      `seed: ${SEED}, killed or down: ${JSON.stringify(died)}, tries: ${records.length}, acknowledged: ${acknowledged.length}, ended with a try's last word: ${answered.length}, whole: ${whole.length}, open: ${open.length}`,
    );
    expect(open.map(({ record }) => textOf(shownIn(record) ?? never()))).toEqual([]);
    // How many are refused depends on how often Redis happens to be away.
    expect(whole.length).toBeGreaterThan(500);
    for (const { record, mark } of answered) {
      const seen = (shownIn(record)?.states ?? []).map(({ components }) => JSON.stringify(components)).join("");
      expect(new Set(seen.match(/问题\d+-\d+号/g))).toEqual(new Set([mark]));
    }
    // What is settled stays as it is. Who died before it could note that an end is shown has it shown again.
    const texts = (): string[] => answered.map(({ record }) => textOf(shownIn(record) ?? never()));
    const last = texts();
    await wait(3000);
    expect(texts()).toEqual(last);
    await expectNothingLeft(redis);
  },
  300_000,
);

test.skipIf(WITHOUT_REDIS !== undefined)(
  "a bot that is restarted during a hundred running tries loses none",
  async () => {
    const slots = 50;
    const world = await openMany({ bots: 1, workers: 2, slots });
    const { discord, redis, ollamas } = world;
    for (const ollama of ollamas)
      ollama.script(({ messages }) => ({ text: `答：${messages.at(-1)?.content}。再见`, tokensPerSecond: 1 }));
    const asked = Array.from({ length: 100 }, (_, at) => ({
      record: discord.person({ id: idOf(at) }).enter("try", { model: MODEL, prompt: `问题${at}-0号` }),
      mark: `问题${at}-0号`,
    }));
    await discord.until(() => asked.every(({ record }) => record.acknowledgedAt !== undefined), "all are taken");
    await discord.until(() => ollamas.every((ollama) => ollama.running() === slots), "all run");
    await world.replaceBot(0);
    await discord.until(() => asked.every(({ record }) => isSettled(record)), "all answers");
    for (const { record, mark } of asked) expect(textOf(shownIn(record) ?? never())).toContain(`答：${mark}。再见`);
    await expectNothingLeft(redis);
  },
  180_000,
);

function never(): never {
  throw new Error("no message");
}
