import type { API } from "@discordjs/core/http-only";
import { textIn } from "#src/base/locale.ts";
import type { Log } from "#src/base/log.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import type { DiscordEvents } from "#src/metrics/discord-metrics.ts";
import type { OpenGuarded } from "#src/tries/redis/show-end.ts";
import { interactionApi } from "./api.ts";
import { openDiscordOutput } from "./live-output.ts";
import { DISCORD_ROOM } from "./message.ts";

/** Loaded with the first try: they bring a Markdown parser that a start should not wait for. */
const views = () => import("#src/chat/try/view.ts");

type Options = {
  apiUrl: string;
  entryOf: (id: string) => Entry | undefined;
  /** Discord answered an edit. */
  responded: DiscordEvents["responded"];
  log: Log;
};

/** Shows tries from a process that need not be the bot's. */
export const createDiscordOpener = ({ apiUrl, responded, ...parts }: Options): OpenGuarded =>
  discordOpener(interactionApi(apiUrl, responded), parts);

/** Shows tries in the messages that their tokens can edit, in the language of the person. */
export function discordOpener(api: API, { entryOf, log }: Pick<Options, "entryOf" | "log">): OpenGuarded {
  return (attempt, guard) => {
    const { delivery, target, locale } = attempt;
    if (delivery.kind !== "discord" || delivery.token === "" || delivery.expiresAt < Date.now()) return undefined;
    const context = { text: textIn(locale), room: DISCORD_ROOM, entry: entryOf(target.entryId ?? "") };
    return openDiscordOutput(attempt, delivery, {
      api,
      log,
      guard,
      viewOf: async (item, progress) => (await views()).tryView(item, progress, context),
      refusedView: async (item, progress) => (await views()).refusedTryView(item, progress, context),
    });
  };
}
