import { setTimeout as wait } from "node:timers/promises";
import type { API } from "@discordjs/core/http-only";
import { DiscordAPIError, MessageFlags } from "discord.js";
import { UpstreamPaused } from "#src/base/back-off.ts";
import type { Log } from "#src/base/log.ts";
import type { Modal, View } from "#src/chat/view.ts";
import type { DiscordEvents } from "#src/metrics/discord-metrics.ts";
import { filesOf, toEdit, toMessage } from "./message.ts";
import { modalBody } from "./modal.ts";
import type { Interaction } from "./payload.ts";

/** How an interaction is answered: a new message for all, one for the person alone, or the message it sits on. */
export type Audience = "everyone" | "person" | "message";

/** Discord forgets an interaction that is not acknowledged within 3 s of being sent; this leaves time for the way there and back. */
const DEFER_AFTER_MS = 1500;
/** An acknowledgement later than this is of no use to anybody. */
const ACKNOWLEDGE_TIMEOUT_MS = 5000;
/** What was acknowledged can be edited for 15 minutes; this leaves time for the way. */
const EDITABLE_MS = 14 * 60_000;
/** JSON error code for an interaction that already has its answer (topics/opcodes-and-status-codes). */
const ALREADY_ACKNOWLEDGED = 40060;

export type Reply = {
  /** Shows a view: the answer at first, an edit of it from then on. In order; throws what Discord refuses. */
  send: (view: View) => Promise<void>;
  /** Tells Discord now that the answer will come later, for all or for the person alone. */
  defer: (options?: { private?: boolean }) => Promise<void>;
  /** Opens a dialogue; nothing may have been said before. */
  ask: (modal: Modal) => Promise<void>;
  /** Another process answers: nothing is said from here any more. */
  drop: () => Promise<void>;
  /** Ends the waiting: whatever happened, the interaction is acknowledged. */
  close: () => Promise<void>;
};

/** The answer to one interaction. It acknowledges by itself when the answer takes longer than Discord waits. */
export function openReply(
  api: API,
  interaction: Interaction,
  audience: Audience,
  log: Log,
  acknowledged: DiscordEvents["acknowledged"] = () => {},
): Reply {
  const { id, token, application_id: application } = interaction;
  const opened = performance.now();
  let state: "open" | "deferred" | "answered" | "dropped" = "open";
  /** Whether `@original` is the message that the button sits on, and not an answer of ours. */
  let originalIsTheirs = audience === "message";
  let queue: Promise<unknown> = Promise.resolve();
  const inOrder = <T>(act: () => Promise<T>): Promise<T> => {
    const result = queue.then(act);
    queue = result.catch(() => {});
    return result;
  };

  /** Tells Discord, and whoever counts how long that took. */
  const acknowledgeNow: typeof acknowledge = async (call) => {
    const first = await acknowledge(call);
    acknowledged((performance.now() - opened) / 1000);
    return first;
  };

  const deferNow = async (ephemeral = audience === "person"): Promise<void> => {
    if (state !== "open") return;
    await acknowledgeNow((options) =>
      audience === "message"
        ? api.interactions.deferMessageUpdate(id, token, {}, options)
        : api.interactions.defer(id, token, ephemeral ? { flags: MessageFlags.Ephemeral } : {}, options),
    );
    state = "deferred";
  };

  const answer = async (view: View): Promise<boolean> => {
    const ephemeral = audience === "person" || view.private === true;
    const taken = await acknowledgeNow((options) =>
      audience === "message" && !ephemeral
        ? api.interactions.updateMessage(id, token, { ...toEdit(view), ...filesOf(view) }, options)
        : api.interactions.reply(
            id,
            token,
            { ...toMessage({ ...view, private: ephemeral }), ...filesOf(view) },
            options,
          ),
    );
    if (taken && ephemeral) originalIsTheirs = false;
    state = taken ? "answered" : "deferred";
    return taken;
  };

  const later = async (view: View): Promise<void> => {
    await whenAllowed(opened + EDITABLE_MS, async () => {
      if (originalIsTheirs && view.private)
        await api.interactions.followUp(application, token, { ...toMessage(view), ...filesOf(view) });
      else await api.interactions.editReply(application, token, { ...toEdit(view), ...filesOf(view) });
    });
    state = "answered";
  };

  const timer = setTimeout(() => {
    inOrder(() => deferNow()).catch((error: unknown) =>
      log[error instanceof UpstreamPaused ? "debug" : "warn"]({ err: error, interaction: id }, "could not defer"),
    );
  }, DEFER_AFTER_MS);

  return {
    send: (view) =>
      inOrder(async () => {
        if (state === "dropped" || (state === "open" && (await answer(view)))) return;
        await later(view);
      }),
    defer: (options) => inOrder(() => deferNow(options?.private ?? audience === "person")),
    ask: (modal) =>
      inOrder(async () => {
        await acknowledgeNow((options) => api.interactions.createModal(id, token, modalBody(modal), options));
        state = "answered";
      }),
    drop: () =>
      inOrder(async () => {
        state = "dropped";
      }),
    close: () => {
      clearTimeout(timer);
      return inOrder(() => deferNow());
    },
  };
}

/** Does it, after a pause that Discord wants where it ends before `until` (by performance.now()). */
async function whenAllowed(until: number, act: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof UpstreamPaused) || performance.now() + error.retryAfter > until) throw error;
      await wait(error.retryAfter, undefined, { ref: false });
    }
  }
}

/** False where Discord has an acknowledgement already: an earlier attempt arrived although its answer was lost. */
async function acknowledge(call: (options: { signal: AbortSignal }) => Promise<unknown>): Promise<boolean> {
  try {
    await call({ signal: AbortSignal.timeout(ACKNOWLEDGE_TIMEOUT_MS) });
    return true;
  } catch (error) {
    if (error instanceof DiscordAPIError && error.code === ALREADY_ACKNOWLEDGED) return false;
    throw error;
  }
}
