import { setTimeout as wait } from "node:timers/promises";
import type { Log } from "#src/base/log.ts";
import type { EditGuard, Output } from "#src/tries/outputs.ts";
import type { Try } from "#src/tries/try.ts";
import type { Ledger } from "./ledger.ts";
import { isAway } from "./link.ts";

/** Opens the output of a try in this process; undefined where it cannot be. Edits but the last pass through the guard. */
export type OpenGuarded = (attempt: Try, guard?: EditGuard) => Output | undefined;

const LOCK_RETRY_MS = 100;
/** An edit that is limited may hold a lock for long; one of a process that has died is free again in seconds. */
const LOCK_PATIENCE_MS = 20_000;

/**
 * Whoever shows a last word or begins to edit waits until nobody else is editing this message, or until waiting is of no
 * use any more.
 */
export async function whenFree(
  ledger: Ledger,
  id: string,
  act: () => Promise<void>,
  isOfUse: () => boolean = () => true,
): Promise<void> {
  const until = performance.now() + LOCK_PATIENCE_MS;
  while (performance.now() < until && isOfUse()) {
    try {
      if (await ledger.locked(id, act)) return;
    } catch (error) {
      if (!isAway(error)) throw error;
      break;
    }
    await wait(LOCK_RETRY_MS);
  }
  await act();
}

/**
 * Shows how a try ended that was ended by a stop, a deadline or a process that has gone. Only a message that a token can
 * edit can be shown by any process; what is shown elsewhere is the business of the process that holds it.
 */
export async function showEnd(id: string, ledger: Ledger, open: OpenGuarded, log: Log): Promise<void> {
  // Whoever else is at it has the lock until that is noted: looked at before, it might be shown twice.
  await ledger.locked(id, async () => {
    const record = await ledger.find(id);
    if (record === undefined) return ledger.drop(id);
    const { try: attempt, progress } = record;
    if (!record.ended || progress === undefined) return;
    const { delivery } = attempt;
    if (delivery.kind === "discord" && delivery.token !== "" && delivery.expiresAt > Date.now()) {
      await open(attempt)?.finish(progress);
      log.debug({ try: id, phase: progress.phase }, "an end was shown");
    }
    await ledger.shown(attempt);
  });
}
