import type { API } from "@discordjs/core/http-only";
import { DiscordAPIError } from "discord.js";
import type { Log } from "#src/base/log.ts";
import type { ChannelRefusal, Channels } from "#src/chat/channels.ts";
import { createOnce } from "./announce.ts";
import { botApi } from "./api.ts";
import type { DiscordSettings } from "./settings.ts";
import { replyOf } from "./try-outputs.ts";

const TIMEOUT_MS = 10_000;

/** Codes of what a person can mend (topics/opcodes-and-status-codes). */
const REFUSALS: ReadonlyMap<unknown, ChannelRefusal> = new Map<unknown, ChannelRefusal>([
  [10003, "noChannel"],
  [10008, "noMessage"],
  [50001, "noAccess"],
  [50013, "noPermission"],
  [50008, "noText"],
]);

/** What the bot does in channels with its own token, which may not be set. `answers` needs none. */
export function discordChannels(
  { apiUrl, token }: Pick<DiscordSettings, "apiUrl" | "token">,
  answers: API,
  log: Log,
): Channels {
  const asBot = async (
    channel: string,
    act: (api: API, signal: AbortSignal) => Promise<unknown>,
  ): Promise<ChannelRefusal | undefined> => {
    if (token === undefined) return "noToken";
    try {
      // A client for each time: one that met a 401 forgets its token.
      await act(botApi(apiUrl, token), AbortSignal.timeout(TIMEOUT_MS));
      return undefined;
    } catch (error) {
      log.warn({ err: error, channel }, "the bot could not act in a channel");
      return refusalOf(error);
    }
  };
  return {
    post: (channel, view, key) => asBot(channel, (api, signal) => createOnce({ channel, view, key }, api, signal)),
    remove: async ({ channel, id }, attempt) => {
      const reply = attempt && replyOf(attempt.delivery);
      const isRemoved =
        reply &&
        (await answers.interactions.deleteReply(reply.application, reply.token).then(
          () => true,
          () => false,
        ));
      if (isRemoved) return undefined;
      return asBot(channel, (api, signal) => api.channels.deleteMessage(channel, id, { signal }));
    },
  };
}

function refusalOf(error: unknown): ChannelRefusal {
  if (!(error instanceof DiscordAPIError) || error.status >= 500 || error.status === 429) return "unreachable";
  return error.status === 401 ? "noToken" : (REFUSALS.get(error.code) ?? "refused");
}
