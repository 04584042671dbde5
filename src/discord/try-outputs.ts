import type { API } from "@discordjs/core/http-only";
import { z } from "zod";
import { textIn } from "#src/base/locale.ts";
import type { Log } from "#src/base/log.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import type { DiscordEvents } from "#src/metrics/discord-metrics.ts";
import type { OpenOutput, Outputs } from "#src/tries/outputs.ts";
import type { Delivery } from "#src/tries/try.ts";
import { interactionApi } from "./api.ts";
import { openDiscordOutput } from "./live-output.ts";
import { DISCORD_ROOM } from "./message.ts";

/** The name under which processes register that they can show answers in Discord. */
export const DISCORD = "discord";

const address = z.object({ application: z.string().regex(/^\d{1,20}$/) });

/** The answer to an interaction as a place for a try; `until` in ms since 1970. */
export const interactionDelivery = (
  { application_id: application, token }: { application_id: string; token: string },
  until: number,
  isPrivate: boolean,
): Delivery => ({
  surface: DISCORD,
  reach: { by: "token", token, until },
  address: { application } satisfies z.infer<typeof address>,
  private: isPrivate,
});

/** The answer to an interaction that a try is shown in, while its token can edit it. `until` in ms since 1970. */
export function replyOf({
  reach,
  address: kept,
}: Delivery): { application: string; token: string; until: number } | undefined {
  const place = address.safeParse(kept).data;
  if (place === undefined || reach.by !== "token" || reach.token === "" || reach.until < Date.now()) return undefined;
  return { ...place, token: reach.token, until: reach.until };
}

/** Loaded with the first try: they bring a Markdown parser that a start should not wait for. */
const views = () => import("#src/chat/try/view.ts");

type Options = {
  apiUrl: string;
  entryOf: (id: string) => Entry | undefined;
  /** Discord answered an edit. */
  responded: DiscordEvents["responded"];
  log: Log;
};

/** Says how a process shows answers in Discord that need not be the bot's. */
export const registerDiscord = (outputs: Outputs, { apiUrl, responded, ...parts }: Options): void =>
  outputs.register(DISCORD, "token", discordOpener(interactionApi(apiUrl, responded), parts));

/** Shows tries in the messages that their tokens can edit, in the language of the person. */
export function discordOpener(api: API, { entryOf, log }: Pick<Options, "entryOf" | "log">): OpenOutput {
  return (attempt, guard) => {
    const { delivery, locale } = attempt;
    const place = replyOf(delivery);
    if (place === undefined) return undefined;
    const context = { text: textIn(locale), room: DISCORD_ROOM, entryOf };
    return openDiscordOutput(attempt, place, {
      api,
      log,
      guard,
      viewOf: async (item, progress) => (await views()).tryView(item, progress, context),
      refusedView: async (item, progress) => (await views()).refusedTryView(item, progress, context),
    });
  };
}
