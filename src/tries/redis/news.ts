import type { Redis } from "ioredis";
import type { Link } from "./link.ts";
import { PREFIX } from "./scripts.ts";

/** Names of the queues of all models, by their last use. */
export const MODELS = `${PREFIX}models`;
const TURN = `${PREFIX}turn:keep`;
const TURN_MS = 2000;

/** What this process has heard of the queues, so that it asks for nothing that is not there. */
export function createNews(link: Link, commands: Redis) {
  const listeners: ((model: string | undefined) => void)[] = [];
  const mayWait = new Set<string>();
  /** For which models something is queued or runs, and when that was last heard of, by performance.now(). */
  const mayRun = new Map<string, number>();
  let isStale = true;
  const models = async (): Promise<string[]> =>
    (await commands.zrange(MODELS, "0", "-1")).map((name) => decodeURIComponent(name));
  const changed = (model?: string): void => {
    for (const listener of listeners) listener(model);
  };
  link.listen("changes", (message) => {
    const model = message.slice(1);
    if (message.startsWith("+")) mayWait.add(model);
    mayRun.set(model, performance.now());
    changed(model);
  });
  link.onGap(() => {
    isStale = true;
    changed();
  });
  return {
    ...{ mayWait, mayRun, models },
    mayWaitFor: (these: readonly string[]): void => {
      for (const model of these) mayWait.add(model);
    },
    /** After messages may have been missed, there may be something for every model. */
    refill: async (always = false): Promise<void> => {
      if (!isStale && !always) return;
      isStale = false;
      try {
        for (const model of await models()) {
          mayWait.add(model);
          mayRun.set(model, performance.now());
        }
      } catch (error) {
        isStale = true;
        throw error;
      }
    },
    tell: async (more: "+" | "-", model: string): Promise<void> =>
      void (await commands.publish(`${PREFIX}changes`, `${more}${model}`)),
    onChange: (listener: (model: string | undefined) => void): void => void listeners.push(listener),
  };
}

/** Asks for a turn that only one process has; who has it keeps it by asking again in time. */
export function createTurn(commands: Redis): () => Promise<boolean> {
  let heldUntil = Number.NEGATIVE_INFINITY;
  return async () => {
    const asked = performance.now();
    const isMine =
      (asked < heldUntil && (await commands.pexpire(TURN, TURN_MS)) === 1) ||
      (await commands.set(TURN, "taken", "PX", TURN_MS, "NX")) !== null;
    heldUntil = isMine ? asked + TURN_MS : Number.NEGATIVE_INFINITY;
    return isMine;
  };
}
