import type { API } from "@discordjs/core/http-only";
import { DiscordAPIError } from "discord.js";
import type { Log } from "#src/base/log.ts";
import type { View } from "#src/chat/view.ts";
import { botApi } from "./api.ts";
import { filesOf, toMessage } from "./message.ts";
import type { DiscordSettings } from "./settings.ts";

/** A nonce has at most 25 characters (resources/message). */
const NONCE = 25;

/** What to post where; `key` is the same for every attempt at the same message. */
export type Post = { channel: string; view: View; key: string };

/**
 * Posts a message as the bot. Where an earlier attempt of the last minutes arrived although its answer was lost,
 * Discord takes the nonce as the sign to post nothing.
 */
export async function createOnce({ channel, view, key }: Post, api: API, signal: AbortSignal): Promise<void> {
  const once = { nonce: key.slice(0, NONCE), enforce_nonce: true };
  await api.channels.createMessage(channel, { ...toMessage(view), ...filesOf(view), ...once }, { signal });
}

/**
 * Posts news. `refused` where Discord will not have it and only a person can
 * help, which is logged; throws where a later attempt may succeed.
 */
export async function postOnce(
  post: Post,
  { apiUrl, token }: Pick<DiscordSettings, "apiUrl"> & { token: string },
  log: Log,
  signal: AbortSignal,
): Promise<"posted" | "refused"> {
  try {
    // A client for each message: one that met a 401 forgets its token.
    await createOnce(post, botApi(apiUrl, token), signal);
    return "posted";
  } catch (error) {
    if (!(error instanceof DiscordAPIError) || error.status >= 500 || error.status === 429) throw error;
    log.warn(
      { channel: post.channel, status: error.status, code: error.code, reason: error.message },
      "news could not be posted: check ANNOUNCE_CHANNEL_ID, and that the bot may see that channel and send messages there",
    );
    return "refused";
  }
}
