import { DiscordAPIError } from "discord.js";
import type { Log } from "#src/base/log.ts";
import type { Upstream } from "#src/base/upstream.ts";
import type { View } from "#src/chat/view.ts";
import { botApi } from "./api.ts";
import { toMessage } from "./message.ts";

/** A nonce has at most 25 characters (resources/message). */
const NONCE = 25;

/** What to post where; `key` is the same for every attempt at the same message. */
export type Post = { channel: string; view: View; key: string };

/**
 * Posts a message as the bot. Where an earlier attempt of the last minutes arrived although its answer was lost,
 * Discord takes the nonce as the sign to post nothing. `refused` where Discord will not have it and only a person can
 * help, which is logged; throws where a later attempt may succeed.
 */
export async function postOnce(
  { channel, view, key }: Post,
  { upstream, token }: { upstream: Upstream; token: string },
  log: Log,
  signal: AbortSignal,
): Promise<"posted" | "refused"> {
  const nonce = key.slice(0, NONCE);
  try {
    // A client for each message: one that met a 401 forgets its token.
    await botApi(upstream, token).channels.createMessage(
      channel,
      { ...toMessage(view), nonce, enforce_nonce: true },
      { signal },
    );
    return "posted";
  } catch (error) {
    if (!(error instanceof DiscordAPIError) || error.status >= 500 || error.status === 429) throw error;
    log.warn(
      { channel, status: error.status, code: error.code, reason: error.message },
      "news could not be posted: check ANNOUNCE_CHANNEL_ID, and that the bot may see that channel and send messages there",
    );
    return "refused";
  }
}
