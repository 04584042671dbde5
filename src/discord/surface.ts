import { setTimeout as wait } from "node:timers/promises";
import type { Hono } from "hono";
import { UpstreamPaused } from "#src/base/back-off.ts";
import { withDeadline } from "#src/base/deadline.ts";
import { raised } from "#src/base/lifecycle.ts";
import type { Upstream } from "#src/base/upstream.ts";
import type { Outputs } from "#src/tries/outputs.ts";
import { botApi, interactionApi } from "./api.ts";
import { discordChannels } from "./channels.ts";
import { createClockWarning } from "./clock.ts";
import { commandsJson } from "./command-json.ts";
import { keepGateway, type Ready } from "./gateway.ts";
import { type DiscordApp, serveInteraction } from "./interactions.ts";
import { differences, register } from "./registration.ts";
import type { DiscordSettings } from "./settings.ts";
import { DISCORD, discordOpener } from "./try-outputs.ts";

/** How long a stop waits for answers that are under way. */
const DRAIN_MS = 5000;

/** The Discord surface: interactions come from the gateway, or from whoever hands them over. */
export type DiscordSurface = {
  /** Serves one raw interaction. Never throws. */
  onInteraction: (payload: unknown) => void;
  /** `POST /interactions`, where a public key is set. */
  endpoint: () => Promise<Hono | undefined>;
  /**
   * Keeps the gateway, or without one only what is behind it, until the signal is raised; then lets the answers under
   * way end. Throws GatewayRefused where Discord will not have this bot.
   */
  run: (signal: AbortSignal) => Promise<void>;
};

type DiscordParts = DiscordApp & { outputs: Outputs; upstreams: { discord: Upstream } };

export function createDiscord(app: DiscordParts, config: DiscordSettings): DiscordSurface {
  const { services, log, events } = app;
  const upstream = app.upstreams.discord;
  const api = interactionApi(upstream, events?.responded);
  app.outputs.register(DISCORD, "token", discordOpener(api, { entryOf: (id) => services.catalog.entry(id), log }));
  const channels = discordChannels({ upstream, token: config.token }, api, log);
  const { allowedGuilds } = config;
  const serving = {
    ...app,
    allowedGuilds,
    channels,
    warnOfClock: createClockWarning(log, "or interactions come late"),
  };
  const underWay = new Set<Promise<void>>();
  const track = (work: Promise<void>): void => {
    underWay.add(work);
    void work.finally(() => underWay.delete(work));
  };
  const onInteraction = (payload: unknown): void => track(serveInteraction(payload, api, serving));
  const { token, publicKey, registerCommands } = config;
  return {
    onInteraction,
    endpoint: async () => {
      if (publicKey === undefined) return undefined;
      const { interactionsEndpoint } = await import("./http-interactions.ts");
      return interactionsEndpoint({ publicKey, onInteraction, log });
    },
    run: async (signal) => {
      if (token !== undefined && publicKey === undefined) {
        const onReady = ({ application }: Ready): void => {
          if (registerCommands) track(registerDifferences(app, config, token, signal, application));
        };
        await keepGateway({ ...config, upstream, token, log, onInteraction, onReady, events }, signal);
      } else {
        // Over HTTP there is no connection that could be lost.
        events?.connected(true);
        if (token !== undefined && registerCommands) track(registerDifferences(app, config, token, signal));
        await raised(signal);
      }
      await withDeadline(DRAIN_MS, Promise.allSettled(underWay));
    },
  };
}

/**
 * Registers the commands where they differ from what Discord has, after a pause where Discord wants one. A failure is
 * logged: the old ones go on working.
 */
async function registerDifferences(
  app: DiscordParts,
  config: DiscordSettings,
  token: string,
  signal: AbortSignal,
  known?: string,
): Promise<void> {
  const api = botApi(app.upstreams.discord, token, app.events?.responded);
  const wanted = commandsJson(app.router, app.services.locale);
  try {
    const scope = { application: known ?? (await api.applications.getCurrent()).id, guild: config.devGuildId };
    const found = await differences(api, scope, wanted);
    if (found.length > 0) await register(api, scope, wanted);
    app.log.info({ differences: found }, found.length > 0 ? "commands registered" : "commands are registered already");
  } catch (error) {
    if (error instanceof UpstreamPaused) {
      await wait(error.retryAfter, undefined, { signal }).catch(() => {});
      if (!signal.aborted) await registerDifferences(app, config, token, signal, known);
      return;
    }
    app.log.error({ err: error }, "commands could not be registered");
  }
}
