import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import { parseJson } from "#src/base/parse-json.ts";
import { NotWanted } from "#src/tries/outputs.ts";
import {
  FORGOTTEN_MS,
  type Found,
  NEWEST_SPEED_SHARE,
  noticeSchema,
  type TryLook,
  type TryRecords,
} from "#src/tries/records.ts";
import { endReason, readProgress, readRest, readTry, type Try, waitingProgress, withoutToken } from "#src/tries/try.ts";
import { tryKey } from "./engine.ts";
import { answers, type Link } from "./link.ts";
import { EDIT, END, evaluate, PREFIX, UPDATE } from "./scripts.ts";

/** An edit that takes longer, or whose process has died, holds up nobody any more. */
const EDIT_MS = 10_000;
const EDIT_POLL_MS = 100;
const SPEEDS_KEPT_MS = 30 * 86_400_000;
const SPEEDS = `${PREFIX}speeds`;

const keptKey = (person: string): string => `${PREFIX}kept:${person}`;
const forgottenKey = (id: string): string => `${PREFIX}forgotten:${id}`;
const noticesChannel = (holder: string): string => `notices:${holder}`;

const endAnswer = z.union([z.tuple([z.literal("ended")]), z.tuple([z.literal("ok")]).rest(z.string().nullable())]);
const lookFields = z.array(z.string().nullable()).length(5);

/** What is kept of tries in Redis, for all processes. Times in it are by the clock of Redis. */
export function createRedisRecords(link: Link, { keepMs }: { keepMs: number }): TryRecords {
  const { commands, ask } = link;
  const shifted = (attempt: Try, shift: (ms: number) => number): Try => {
    const { delivery } = attempt;
    if (delivery.reach.by !== "token") return attempt;
    return { ...attempt, delivery: { ...delivery, reach: { ...delivery.reach, until: shift(delivery.reach.until) } } };
  };
  const written = (attempt: Try): string => JSON.stringify(shifted(attempt, link.toShared));
  const local = (attempt: Try | undefined): Try | undefined => attempt && shifted(attempt, link.toLocal);

  /** Sets fields of a try that is kept; gives until when somebody is editing its message, if so. */
  const update = async (
    id: string,
    fields: Record<string, string>,
    { how = "HSET", evenEnded = false }: { how?: "HSET" | "HSETNX"; evenEnded?: boolean } = {},
  ): Promise<unknown> =>
    await evaluate(commands, UPDATE, [tryKey(id)], [evenEnded ? "any" : "open", how, ...Object.entries(fields).flat()]);
  /** Waits until an edit is over that was under way. */
  const untilEdited = async (id: string, editing: unknown): Promise<void> => {
    let until = Number(editing ?? 0);
    while (until > link.toShared(Date.now())) {
      await wait(EDIT_POLL_MS);
      until = Number((await commands.hget(tryKey(id), "editing")) ?? 0);
    }
  };
  const end = async (id: string, person: string | undefined, fields: Record<string, string>) => {
    const keys = [tryKey(id), forgottenKey(id), ...(person === undefined ? [] : [keptKey(person)])];
    const args = [id, keepMs, link.toShared(Date.now()) + keepMs, ...Object.entries(fields).flat()];
    const [result, editing] = endAnswer.parse(await evaluate(commands, END, keys, args));
    if (result === "ok") await untilEdited(id, editing).catch(() => {});
    return result;
  };

  const readFound = (fields: Record<string, string>): Found => {
    if (Object.keys(fields).length === 0) return undefined;
    const attempt = readTry(fields["data"] ?? "");
    const progress = fields["progress"] ? readProgress(fields["progress"]) : attempt && waitingProgress(attempt);
    const ended = fields["ended"] !== undefined;
    if (attempt === undefined || progress === undefined)
      return { kind: "unreadable", rest: local(readRest(fields["data"] ?? "")), ended };
    const cancel = endReason.safeParse(fields["cancel"]).data;
    return { kind: "try", try: shifted(attempt, link.toLocal), progress, shown: fields["shown"] !== undefined, cancel };
  };
  const readLook = (fields: readonly (string | null)[]): TryLook => {
    const [started, ended, shown, cancel, progress] = fields;
    const state = ended ? "ended" : started === "1" ? "running" : "waiting";
    return {
      state,
      shown: Boolean(shown),
      cancel: endReason.safeParse(cancel).data,
      progress: progress ? readProgress(progress) : undefined,
    };
  };

  return {
    begin: (attempt) =>
      ask(async () => {
        const [key, kept] = [tryKey(attempt.id), keptKey(attempt.person)];
        const now = link.toShared(Date.now());
        const pipeline = commands
          .pipeline()
          .hset(key, { data: written(attempt), started: "0" })
          .pexpire(key, keepMs);
        pipeline
          .zremrangebyscore(kept, "-inf", now)
          .zadd(kept, now + keepMs, attempt.id)
          .pexpire(kept, keepMs);
        await answers(pipeline);
      }),
    find: (id) =>
      ask(async () => {
        try {
          return readFound(await commands.hgetall(tryKey(id)));
        } catch (error) {
          if (!isOfOtherType(error)) throw error;
          return { kind: "unreadable", rest: undefined, ended: false };
        }
      }),
    look: (ids) =>
      ask(async () => {
        const pipeline = commands.pipeline();
        for (const id of ids) pipeline.hmget(tryKey(id), "started", "ended", "shown", "cancel", "progress");
        const found = ids.length === 0 ? [] : ((await pipeline.exec()) ?? []);
        const looks = found.map(async ([error, fields], at): Promise<TryLook> => {
          if (error && !isOfOtherType(error)) throw error;
          const known = lookFields.safeParse(fields).data ?? [];
          const isGone =
            !error && known.every((field) => field === null) && !(await commands.exists(tryKey(ids[at] ?? "")));
          return { ...readLook(known), ...(isGone && { state: "gone" as const }) };
        });
        return Promise.all(looks);
      }),
    start: (id) => ask(async () => untilEdited(id, await update(id, { started: "1" }))),
    unstart: (id) => ask(async () => void (await update(id, { started: "0" }))),
    whileWaiting: async (id, edit) => {
      const until = link.toShared(Date.now()) + EDIT_MS;
      if ((await ask(() => evaluate(commands, EDIT, [tryKey(id)], [until]))) !== 1) throw new NotWanted();
      try {
        await edit();
      } finally {
        // It lapses by itself.
        await commands.hdel(tryKey(id), "editing").catch(() => {});
      }
    },
    save: (id, progress) => ask(async () => void (await update(id, { progress: JSON.stringify(progress) }))),
    end: (attempt, progress) =>
      ask(() => end(attempt.id, attempt.person, { data: written(attempt), progress: JSON.stringify(progress) })),
    endUnreadable: (id) => ask(() => end(id, undefined, {})),
    shown: (attempt) =>
      ask(async () => {
        const fields = { shown: "1", data: written(withoutToken(attempt)) };
        await update(attempt.id, fields, { evenEnded: true });
      }),
    cancel: (id, reason) =>
      ask(async () => {
        await update(id, { cancel: reason }, { how: "HSETNX" });
        await commands.publish(`${PREFIX}cancels`, `${id} ${reason}`);
      }),
    onCancel: (listener) =>
      link.listen("cancels", (message) => {
        const [id, reason] = message.split(" ");
        const known = endReason.safeParse(reason).data;
        if (id !== undefined && known !== undefined) listener(id, known);
      }),
    tell: (holder, told) =>
      ask(async () => (await commands.publish(`${PREFIX}${noticesChannel(holder)}`, JSON.stringify(told))) > 0),
    onNotice: (holder, listener) =>
      link.listen(noticesChannel(holder), (message) => {
        const { data } = noticeSchema.safeParse(parseJson(message));
        if (data) listener(data);
      }),
    idsOf: (person) => ask(() => commands.zrangebyscore(keptKey(person), link.toShared(Date.now()), "+inf")),
    forget: (person) =>
      ask(async () => {
        const ids = await commands.zrange(keptKey(person), "0", "-1");
        const pipeline = commands.pipeline();
        for (const id of ids)
          pipeline.set(forgottenKey(id), "", "PX", FORGOTTEN_MS).publish(`${PREFIX}cancels`, `${id} stopped`);
        pipeline.del(keptKey(person));
        await answers(pipeline);
        return ids.length === 0 ? 0 : await commands.del(ids.map(tryKey));
      }),
    forgetTry: ({ id, person }) =>
      ask(async () => {
        const pipeline = commands
          .pipeline()
          .set(forgottenKey(id), "", "PX", FORGOTTEN_MS)
          .publish(`${PREFIX}cancels`, `${id} stopped`);
        await answers(pipeline.zrem(keptKey(person), id).del(tryKey(id)));
      }),
    recordSpeed: (model, tokensPerSecond) =>
      ask(async () => {
        const seen = Number((await commands.hget(SPEEDS, model)) ?? tokensPerSecond);
        const speed = seen * (1 - NEWEST_SPEED_SHARE) + tokensPerSecond * NEWEST_SPEED_SHARE;
        await answers(commands.pipeline().hset(SPEEDS, model, speed).pexpire(SPEEDS, SPEEDS_KEPT_MS));
      }),
    speeds: () =>
      ask(async () => {
        const kept = Object.entries(await commands.hgetall(SPEEDS));
        return new Map(kept.map(([model, speed]) => [model, Number(speed)]));
      }),
    close: async () => {},
  };
}

/** Somebody else keeps something else under this key. */
const isOfOtherType = (error: unknown): boolean => error instanceof Error && error.message.startsWith("WRONGTYPE");
