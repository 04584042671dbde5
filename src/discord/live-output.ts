import { setTimeout as wait } from "node:timers/promises";
import type { API } from "@discordjs/core/http-only";
import { DiscordAPIError, RateLimitError } from "discord.js";
import { UpstreamPaused } from "#src/base/back-off.ts";
import { createLive } from "#src/base/live.ts";
import type { Log } from "#src/base/log.ts";
import type { View } from "#src/chat/view.ts";
import { type EditGuard, NotWanted, type Output } from "#src/tries/outputs.ts";
import { hasEnded, hasWords, type Progress, type Try } from "#src/tries/try.ts";
import { filesOf, toEdit } from "./message.ts";
import { endOfShown } from "./shown-before.ts";

/** Milliseconds from one edit being there to the next being sent; Discord lets about five pass in two seconds. */
const GAP_MS = 1200;
/** Waiting and loading are told only when they last, so that they do not hold up the first words. */
const QUIET_MS = 1500;
const RETRY_FIRST_MS = 1000;
const RETRY_MOST_MS = 20_000;

/** Codes that mean that nobody will see this message again: unknown webhook, unknown message, invalid token. */
const GONE = new Set([10015, 10008, 50027]);

/** The message that answers an interaction, which its token can edit until a time (ms since 1970). */
type InteractionMessage = { application: string; token: string; until: number };
type Deps = {
  api: API;
  log: Log;
  viewOf: (attempt: Try, progress: Progress) => Promise<View>;
  refusedView: (attempt: Try, progress: Progress) => Promise<View>;
  /** Around each edit but the last word: whether it may be made, which another process may know better. */
  guard?: EditGuard | undefined;
};

/** Shows a try in the message that its interaction token can edit: the newest text only, and the end for certain. */
export function openDiscordOutput(
  attempt: Try,
  { application, token, until }: InteractionMessage,
  { api, log, viewOf, refusedView, guard = (act) => act() }: Deps,
): Output {
  const gone = new AbortController();
  const left = new AbortController();
  const opened = performance.now();
  // The REST client has a time limit of its own; a signal here would hold every edit in memory until its own ran out.
  const edit = async (view: View): Promise<void> => {
    await api.interactions.editReply(application, token, { ...toEdit(view), ...filesOf(view) }, "@original");
  };
  const again = async (error: unknown): Promise<boolean> => {
    if (isGone(error)) gone.abort();
    else log.debug({ err: error, try: attempt.id }, "an edit was passed over");
    // The client says how long to wait before anything is sent: the newest text goes then, while the token lives.
    const ms = Math.min(waitOf(error) ?? 0, until - Date.now());
    if (ms > 0) await wait(ms, undefined, { signal: left.signal }).catch(() => {});
    return !isMeant(error);
  };
  let hasShown = false;
  /** What another process has shown of it may be more than what is kept. */
  const endView = async (progress: Progress): Promise<View | undefined> => {
    const view = await viewOf(attempt, progress);
    if (hasShown || progress.runs.every(({ phase }) => phase === "done")) return view;
    const message = await api.interactions.getOriginalReply(application, token).catch((error: unknown) => {
      if (isGone(error) || !isMeant(error)) throw error;
    });
    return message ? endOfShown(view, message.components ?? [], attempt.id) : view;
  };
  const live = createLive({ show: (view: View) => guard(() => edit(view)), gapMs: GAP_MS, again });

  return {
    gone: gone.signal,
    update: (progress) => {
      hasShown = true;
      const quiet = !progress.restarted && !progress.runs.some(hasWords) && !hasEnded(progress);
      live.update(() => viewOf(attempt, progress), quiet ? Math.max(0, opened + QUIET_MS - performance.now()) : 0);
    },
    leave: () => {
      left.abort();
      return live.close();
    },
    finish: async (progress) => {
      await live.close();
      if (gone.signal.aborted) return;
      try {
        await insist(async () => {
          const view = await endView(progress);
          if (view) await edit(view);
        }, until);
      } catch (error) {
        if (isGone(error)) return;
        if (error instanceof UpstreamPaused)
          return log.warn({ reason: error.message, try: attempt.id }, "the end of a try could not be shown");
        log.warn({ err: error, try: attempt.id }, "Discord refused an answer");
        // A server's own word filter may refuse the text (AutoMod); the file passes.
        await insist(async () => edit(await refusedView(attempt, progress)), until).catch((last: unknown) =>
          log.warn({ err: last, try: attempt.id }, "the end of a try could not be shown"),
        );
      }
    },
  };
}

const isGone = (error: unknown): boolean =>
  error instanceof DiscordAPIError &&
  (error.status === 401 || (typeof error.code === "number" && GONE.has(error.code)));

/** How long Discord wants to be left alone, in ms; undefined where it did not say so. */
const waitOf = (error: unknown): number | undefined =>
  error instanceof RateLimitError || error instanceof UpstreamPaused ? error.retryAfter : undefined;

/** Discord refuses this, or nobody wants it any more: it would not be otherwise the next time. */
const isMeant = (error: unknown): boolean =>
  error instanceof NotWanted || (error instanceof DiscordAPIError && error.status < 500);

/** Tries again while Discord fails or limits, until the token is of no use; throws what Discord means. */
async function insist(act: () => Promise<void>, until: number): Promise<void> {
  for (let delay = RETRY_FIRST_MS; ; delay = Math.min(delay * 2, RETRY_MOST_MS)) {
    try {
      return await act();
    } catch (error) {
      const ms = waitOf(error) ?? delay;
      if (isMeant(error) || Date.now() + ms > until) throw error;
      await wait(ms);
    }
  }
}
