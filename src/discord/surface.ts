import type { Hono } from "hono";
import { withDeadline } from "#src/base/deadline.ts";
import { raised } from "#src/base/lifecycle.ts";
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

export function createDiscord(app: DiscordApp & { outputs: Outputs }, config: DiscordSettings): DiscordSurface {
  const api = interactionApi(config.apiUrl, app.events?.responded);
  const { services, log } = app;
  app.outputs.register(DISCORD, "token", discordOpener(api, { entryOf: (id) => services.catalog.entry(id), log }));
  const channels = discordChannels(config, api, log);
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
      return interactionsEndpoint({ publicKey, onInteraction, log: app.log });
    },
    run: async (signal) => {
      if (token !== undefined && publicKey === undefined) {
        const onReady = ({ application }: Ready): void => {
          if (registerCommands) track(registerDifferences(app, config, token, application));
        };
        await keepGateway({ ...config, token, log: app.log, onInteraction, onReady, events: app.events }, signal);
      } else {
        // Over HTTP there is no connection that could be lost.
        app.events?.connected(true);
        if (token !== undefined && registerCommands) track(registerDifferences(app, config, token));
        await raised(signal);
      }
      await withDeadline(DRAIN_MS, Promise.allSettled(underWay));
    },
  };
}

/** Registers the commands where they differ from what Discord has. A failure is logged: the old ones go on working. */
async function registerDifferences(
  app: DiscordApp,
  config: DiscordSettings,
  token: string,
  known?: string,
): Promise<void> {
  const api = botApi(config.apiUrl, token, app.events?.responded);
  const wanted = commandsJson(app.router, app.services.locale);
  try {
    const scope = { application: known ?? (await api.applications.getCurrent()).id, guild: config.devGuildId };
    const found = await differences(api, scope, wanted);
    if (found.length > 0) await register(api, scope, wanted);
    app.log.info({ differences: found }, found.length > 0 ? "commands registered" : "commands are registered already");
  } catch (error) {
    app.log.error({ err: error }, "commands could not be registered");
  }
}
