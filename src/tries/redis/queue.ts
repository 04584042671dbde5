import { z } from "zod";
import type { Log } from "#src/base/log.ts";
import {
  MOST_OF_A_PERSON,
  REMOVED_MS,
  RENEWALS_MISSED,
  RESERVED_MS,
  type Ticket,
  type TryQueue,
} from "#src/tries/queue.ts";
import { createEngine, type HeldJob, idOf, LOCK_MS, OPEN, QUEUES, queueKey, queueName } from "./engine.ts";
import { answers, type Link } from "./link.ts";
import { createNews, createTurn, MODELS } from "./news.ts";
import { ADMIT, evaluate, PREFIX } from "./scripts.ts";

/*
 * BullMQ is the queue of each model: order, locks, jobs of dead runners. What it has not is here:
 * - a bounded queue, and two tries a person whatever their models (its deduplication ids are for one queue): `admit`, `leave`;
 * - the expiry of what waits, and whoever looks at what nobody ends: `due`, `postpone`, `remove`, `forget` (`open`);
 * - the place in the queue: `waiting`;
 * - which models have queues: `models`, by their last use;
 * - one slot over several queues: `take`;
 * - news of all that without asking again and again: `changes`, with `+` and a model where there may be more to take, and
 *   `-` where there is less.
 */

/** One that has no deadline is looked at now and then. */
const UNWATCHED_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** While nothing is queued or runs, turns are taken so seldom. */
const IDLE_MS = 5000;
const MOST_DUE = 100;

const personKey = (person: string): string => `${PREFIX}person:${person}`;
const owner = z.object({ person: z.string() });

export type RedisQueue = TryQueue & { close: () => Promise<void> };

/** The tries of all processes together, in Redis. */
export function createRedisQueue(link: Link, log: Log): RedisQueue {
  const { commands, ask } = link;
  const engine = createEngine(link, log);
  const heldBy = new WeakMap<Ticket, HeldJob>();
  /** Taken tries that are being given up: their lock is nobody's business any more. */
  const leaving = new WeakSet<Ticket>();
  /** Admitted here and not queued yet. */
  const reserved = new Set<string>();
  const news = createNews(link, commands);
  const now = (): number => link.toShared(Date.now());

  const heldOf = (ticket: Ticket): HeldJob => {
    const held = heldBy.get(ticket);
    if (held === undefined) throw new Error("this try was not taken from here");
    return held;
  };
  const lengths = async (models: readonly string[], list: "wait" | "active"): Promise<number[]> => {
    const pipeline = commands.pipeline();
    for (const model of models) pipeline.llen(queueKey(model, list));
    return z.array(z.number()).parse(await answers(pipeline));
  };
  const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

  /** Of these models those for which something waits, that which has waited longest first. */
  const longestFirst = async (models: readonly string[]): Promise<string[]> => {
    const heads = commands.pipeline();
    for (const model of models) heads.lindex(queueKey(model, "wait"), -1);
    const jobs = z.array(z.string().nullable()).parse(await answers(heads));
    const waiting = models.flatMap((model, at) => {
      const job = jobs[at];
      return job ? [{ model, job }] : [];
    });
    if (waiting.length < 2) return waiting.map(({ model }) => model);
    const times = commands.pipeline();
    for (const { model, job } of waiting) times.hget(queueKey(model, job), "timestamp");
    const queuedAt = (await times.exec()) ?? [];
    return waiting
      .map(({ model }, at) => ({ model, since: Number(queuedAt[at]?.[1] ?? 0) }))
      .toSorted((one, other) => one.since - other.since)
      .map(({ model }) => model);
  };

  /** Takes one of those that have waited longest; `left` are the models of which there may be more. */
  const takeLongest = async (models: readonly string[]): Promise<{ ticket?: Ticket; left: readonly string[] }> => {
    const left = models.length > 1 ? await longestFirst(models) : models;
    for (const model of left) {
      const held = await engine.take(model);
      if (held === undefined) continue;
      const { id = "", stalledCounter, deferredFailure } = held.job;
      const ticket = { id: idOf(id), model, deaths: stalledCounter, exhausted: Boolean(deferredFailure) };
      heldBy.set(ticket, held);
      // It is taken, whoever hears of it.
      await news.tell("-", model).catch(() => {});
      return { ticket, left };
    }
    return { left: [] };
  };

  /** One process at a time keeps: for as long as it goes on, it is the same. */
  const turn = createTurn(commands);
  let keptAt = Number.NEGATIVE_INFINITY;
  const keepModel = async (model: string): Promise<void> => {
    const returned = await engine.giveBack(model);
    if (returned > 0) log.warn({ model, tries: returned }, "a runner has died: others can take its tries");
    const isQuiet = performance.now() - (news.mayRun.get(model) ?? 0) > IDLE_MS;
    if (returned === 0 && !isQuiet) return;
    const [waiting = 0] = await lengths([model], "wait");
    const [active = 0] = await lengths([model], "active");
    if (waiting + active === 0) news.mayRun.delete(model);
    else news.mayRun.set(model, performance.now());
    // Whoever queued it may have died before it said so.
    if (waiting > 0) await news.tell("+", model);
  };

  /** Those who were away as well renew what they have before it is given to others. */
  const haveOthersRenewed = (): boolean => performance.now() - (link.writableSince() ?? performance.now()) >= LOCK_MS;
  const lookAround = async (): Promise<void> => {
    await commands.zremrangebyscore(MODELS, "-inf", now() - DAY_MS);
    if ((await commands.zcard(OPEN)) > 0) await news.refill(true);
  };

  return {
    lasts: true,
    renewMs: LOCK_MS / RENEWALS_MISSED,
    admit: ({ id, person, most }) =>
      ask(async () => {
        const keys = [personKey(person), OPEN, MODELS];
        const answer = await evaluate(commands, ADMIT, keys, [
          ...[id, most, MOST_OF_A_PERSON],
          ...[RESERVED_MS, `${QUEUES}:`],
        ]);
        if (answer === "ok") reserved.add(id);
        return z.enum(["ok", "person", "full"]).parse(answer);
      }),
    leave: (id, person) =>
      ask(async () => {
        const pipeline = commands.pipeline().zrem(personKey(person), id);
        if (reserved.delete(id)) pipeline.zrem(OPEN, id);
        await answers(pipeline);
      }),
    add: ({ id, person, model }, deadline) =>
      ask(async () => {
        const until = deadline === undefined ? now() + UNWATCHED_MS : link.toShared(deadline);
        await commands.zadd(MODELS, now(), queueName(model));
        await engine.add(model, id, { person }, { timestamp: now() });
        // Where this fails, the reservation runs out and somebody looks at the try soon. It may have ended by now.
        const pipeline = commands.pipeline().zadd(OPEN, "XX", until, id).zadd(personKey(person), "XX", until, id);
        // A later try has a later deadline: a person's places last as long as the last of them.
        await answers(pipeline.pexpire(personKey(person), Math.max(RESERVED_MS, Math.ceil(until - now()))));
        reserved.delete(id);
        await news.tell("+", model).catch(() => {});
      }),
    take: (models) =>
      ask(async () => {
        await news.refill();
        // What is queued from here on is heard of, and asked for again.
        const candidates = models.filter((model) => news.mayWait.delete(model));
        try {
          const { ticket, left } = await takeLongest(candidates);
          news.mayWaitFor(left);
          return ticket;
        } catch (error) {
          news.mayWaitFor(candidates);
          throw error;
        }
      }),
    renew: (tickets) =>
      ask(async () => {
        const lost = new Set<string>();
        const kept = tickets.filter((ticket) => !leaving.has(ticket));
        for (const [model, theirs] of Map.groupBy(kept, (ticket) => ticket.model)) {
          const gone = await engine.renew(model, theirs.map(heldOf));
          for (const ticket of theirs) if (gone.includes(heldOf(ticket)) && !leaving.has(ticket)) lost.add(ticket.id);
        }
        return lost;
      }),
    handBack: (ticket, model) =>
      ask(async () => {
        const held = heldOf(ticket);
        leaving.add(ticket);
        if (model === ticket.model) await engine.requeue(model, held);
        else {
          const until = await commands.zscore(OPEN, ticket.id);
          // Should this process die between the two, it is as if it had been taken out.
          const soon = commands.pipeline().zadd(MODELS, now(), queueName(model));
          await answers(soon.zadd(OPEN, "XX", now() + REMOVED_MS, ticket.id));
          if (!(await engine.complete(ticket.model, held))) return;
          await engine.add(model, ticket.id, held.job.data, { timestamp: held.job.timestamp, lifo: true });
          if (until !== null) await commands.zadd(OPEN, "XX", until, ticket.id);
        }
        await news.tell("+", model);
      }),
    finish: (ticket) =>
      ask(async () => {
        const held = heldOf(ticket);
        leaving.add(ticket);
        if (!(await engine.complete(ticket.model, held))) return;
        const pipeline = commands.pipeline().zrem(OPEN, ticket.id);
        const { data } = owner.safeParse(held.job.data);
        if (data) pipeline.zrem(personKey(data.person), ticket.id);
        await answers(pipeline);
        await news.tell("-", ticket.model).catch(() => {});
      }),
    remove: ({ id, model }) =>
      ask(async () => {
        const until = await commands.zscore(OPEN, id);
        await commands.zadd(OPEN, "XX", now() + REMOVED_MS, id);
        const isRemoved = await engine.remove(model, id);
        if (isRemoved) await news.tell("-", model);
        else if (until !== null) await commands.zadd(OPEN, "XX", until, id);
        return isRemoved;
      }),
    forget: (id) => ask(async () => void (await commands.zrem(OPEN, id))),
    waiting: (model) => ask(async () => (await commands.lrange(queueKey(model, "wait"), 0, -1)).toReversed().map(idOf)),
    taken: (model) => ask(async () => (await commands.lrange(queueKey(model, "active"), 0, -1)).map(idOf)),
    wanted: () =>
      ask(async () => {
        const models = await news.models();
        const waiting = await lengths(models, "wait");
        const wanted = models.filter((_, at) => (waiting[at] ?? 0) > 0);
        news.mayWaitFor(wanted);
        return wanted;
      }),
    counts: () =>
      ask(async () => {
        const models = await news.models();
        return { running: sum(await lengths(models, "active")), waiting: sum(await lengths(models, "wait")) };
      }),
    due: () => ask(() => commands.zrangebyscore(OPEN, "-inf", now(), "LIMIT", 0, MOST_DUE)),
    postpone: (id, ms) => ask(async () => void (await commands.zadd(OPEN, now() + ms, id))),
    keep: () =>
      ask(async () => {
        const isIdle = news.mayRun.size === 0;
        if (!haveOthersRenewed() || (isIdle && performance.now() - keptAt < IDLE_MS)) return false;
        keptAt = performance.now();
        if (!(await turn())) return false;
        if (isIdle) await lookAround();
        for (const model of [...news.mayRun.keys()]) await keepModel(model);
        return true;
      }),
    onChange: news.onChange,
    close: engine.close,
  };
}
