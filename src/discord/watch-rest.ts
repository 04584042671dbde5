import type { REST } from "discord.js";
import type { DiscordAction, DiscordEvents } from "#src/metrics/discord-metrics.ts";

/** Reports the answers that a REST client gets, those to repeated requests included. */
export function watchRest(rest: REST, responded: DiscordEvents["responded"] | undefined): REST {
  if (responded === undefined) return rest;
  return rest.on("response", ({ method, route }, { status }) => responded(actionOf(method, route), status));
}

/** What a request does, by its route as the client writes it, with `:id` and `:token` in place of what is secret. */
function actionOf(method: string, route: string): DiscordAction {
  if (route.startsWith("/interactions/")) return "acknowledge";
  if (!route.startsWith("/webhooks/")) return "other";
  return method === "PATCH" ? "edit" : method === "POST" ? "follow_up" : "other";
}
