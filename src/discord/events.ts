import type { REST } from "discord.js";

/** What a request to Discord does: an interaction's first answer, an edit of one, a further message, anything else. */
export type DiscordAction = "acknowledge" | "edit" | "follow_up" | "other";

/** What happens between the bot and Discord, for whoever counts it. None of them may throw. */
export type DiscordEvents = {
  /** Every shard is connected and ready, or one is not any more. */
  connected: (is: boolean) => void;
  /** A connection was lost or could not be made, and is tried again. */
  reconnecting: () => void;
  /** An interaction has its acknowledgement, so many seconds after it came in. */
  acknowledged: (seconds: number) => void;
  /** An interaction could not be answered. */
  unanswered: () => void;
  /** Discord answered a request, with an HTTP status. */
  responded: (action: DiscordAction, status: number) => void;
};

/** Reports the answers that a REST client gets, those to repeated requests included. */
export function watchRest(rest: REST, responded: DiscordEvents["responded"] | undefined): REST {
  if (responded === undefined) return rest;
  return rest.on("response", ({ method, route }, { status }) => responded(actionOf(method, route), status));
}

/** By the route as the client writes it, with `:id` and `:token` in place of what is secret. */
function actionOf(method: string, route: string): DiscordAction {
  if (route.startsWith("/interactions/")) return "acknowledge";
  if (!route.startsWith("/webhooks/")) return "other";
  return method === "PATCH" ? "edit" : method === "POST" ? "follow_up" : "other";
}
