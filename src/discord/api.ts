import { createRequire } from "node:module";
import type { API } from "@discordjs/core/http-only";
import { REST, type RESTOptions } from "discord.js";
import { dispatcherFor } from "#src/base/tunnel.ts";
import type { Upstream } from "#src/base/upstream.ts";
import type { DiscordEvents } from "#src/metrics/discord-metrics.ts";
import { limitedRequest } from "./limits.ts";

/**
 * discord.js is CommonJS. Its sister package taken the same way shares REST and the API's types with it; imported as a
 * module it would load both a second time (6 MB and 20 ms).
 */
const core: typeof import("@discordjs/core/http-only") = createRequire(import.meta.url)("@discordjs/core/http-only");

const TIMEOUT_MS = 10_000;
/**
 * Answers to interactions do not count towards Discord's 50 requests a second for bots (topics/rate-limits), but the
 * client's own limiter would count them; the limits that Discord names in its headers are still kept.
 */
const INTERACTIONS_PER_SECOND = 10_000;

/** How every REST client here reaches Discord: where, through which proxy, and not while Discord wants to be left alone. */
export const restOptions = (upstream: Upstream, responded?: DiscordEvents["responded"]): Partial<RESTOptions> => ({
  version: "10",
  api: upstream.url,
  agent: dispatcherFor(upstream.proxies) ?? null,
  timeout: TIMEOUT_MS,
  retries: 2,
  makeRequest: limitedRequest(upstream, responded),
});

/** Answers interactions. It holds no token: an interaction's own token is all that Discord asks for. */
export function interactionApi(upstream: Upstream, responded?: DiscordEvents["responded"]): API {
  const rest = new REST({
    ...restOptions(upstream, responded),
    globalRequestsPerSecond: INTERACTIONS_PER_SECOND,
    // An edit that must wait is not sent late: whoever edits sends the newest text when the time has come.
    rejectOnRateLimit: ({ method, route }) => method === "PATCH" && route.startsWith("/webhooks/"),
  });
  return new core.API(rest);
}

/** Acts as the bot: who we are, which commands are registered. */
export const botApi = (upstream: Upstream, token: string, responded?: DiscordEvents["responded"]): API =>
  new core.API(new REST(restOptions(upstream, responded)).setToken(token));
