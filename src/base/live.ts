import { setTimeout as wait } from "node:timers/promises";

export type LiveOptions<View> = {
  /** Shows a view; rejects where the surface refuses it. Must give up by itself. */
  show: (view: View) => Promise<void>;
  /** The next one is shown this long after the last one was there, in ms. */
  gapMs: number;
  /** Told what `show` rejected with; whether the same is to be shown again, should there be nothing newer. May wait. */
  again: (error: unknown) => boolean | Promise<boolean>;
};

export type Live<View> = {
  /** Shows the newest state when the surface is free; states in between are never built. `delayMs` waits for a newer one. */
  update: (view: () => View | Promise<View>, delayMs?: number) => void;
  /** Stops updating and waits for the one under way; the last word is then the caller's. */
  close: () => Promise<void>;
};

/**
 * A message that changes: only the newest state is sent, one request at a time, the next a gap after the last one
 * *completed*, so that a slow surface never shows old text.
 */
export function createLive<View>({ show, gapMs, again }: LiveOptions<View>): Live<View> {
  const closed = new AbortController();
  let newest: (() => View | Promise<View>) | undefined;
  let notBefore = 0;
  let loop: Promise<void> | undefined;
  let wake: AbortController | undefined;

  let pausedUntil = 0;
  const pause = async (until: number): Promise<void> => {
    pausedUntil = until;
    wake = new AbortController();
    const signal = AbortSignal.any([closed.signal, wake.signal]);
    await wait(Math.max(0, until - performance.now()), undefined, { signal }).catch(() => {});
  };

  let freeAt = 0;
  const draw = async (view: () => View | Promise<View>): Promise<void> => show(await view());
  const run = async (): Promise<void> => {
    while (newest !== undefined && !closed.signal.aborted) {
      const due = Math.max(freeAt, notBefore);
      if (performance.now() < due) {
        await pause(due);
        continue;
      }
      const view = newest;
      newest = undefined;
      await draw(view).catch(async (error: unknown) => {
        if (await again(error)) newest ??= view;
      });
      freeAt = performance.now() + gapMs;
    }
    loop = undefined;
  };

  return {
    update: (view, delayMs = 0) => {
      if (closed.signal.aborted) return;
      newest = view;
      notBefore = delayMs > 0 ? Math.max(notBefore, performance.now() + delayMs) : 0;
      // A token must not cost a timer: most updates only replace what will be shown when the pause is over.
      if (Math.max(freeAt, notBefore) < pausedUntil) wake?.abort();
      loop ??= run();
    },
    close: async () => {
      closed.abort();
      await loop;
    },
  };
}
