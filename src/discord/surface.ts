import type { DiscordConfig } from "#src/config.ts";
import { botApi, interactionApi } from "./api.ts";
import { commandJson } from "./command-json.ts";
import { keepGateway, type Ready } from "./gateway.ts";
import { type DiscordApp, serveInteraction } from "./interactions.ts";
import { differences, register } from "./registration.ts";

/** How long a stop waits for answers that are under way. */
const DRAIN_MS = 5000;

/**
 * The Discord surface: serves interactions from the gateway until the signal is raised, then lets the answers under
 * way end. Throws GatewayRefused where Discord will not have this bot.
 */
export async function runDiscord(app: DiscordApp, config: DiscordConfig, signal: AbortSignal): Promise<void> {
  const api = interactionApi(config.apiUrl);
  const underWay = new Set<Promise<void>>();
  const track = (work: Promise<void>): void => {
    underWay.add(work);
    void work.finally(() => underWay.delete(work));
  };
  await keepGateway(
    {
      ...config,
      log: app.log,
      onInteraction: (payload) => track(serveInteraction(payload, api, app)),
      onReady: (ready) => {
        if (config.registerCommands) track(registerDifferences(app, config, ready));
      },
    },
    signal,
  );
  const drained = Promise.withResolvers<void>();
  const timer = setTimeout(drained.resolve, DRAIN_MS);
  await Promise.race([Promise.allSettled(underWay), drained.promise]);
  clearTimeout(timer);
}

/** Registers the commands where they differ from what Discord has. A failure is logged: the old ones go on working. */
async function registerDifferences(app: DiscordApp, config: DiscordConfig, { application }: Ready): Promise<void> {
  const api = botApi(config.apiUrl, config.token);
  const wanted = app.router.commands.map((command) => commandJson(command, app.locale));
  const scope = { application, guild: config.devGuildId };
  try {
    const found = await differences(api, scope, wanted);
    if (found.length > 0) await register(api, scope, wanted);
    app.log.info({ differences: found }, found.length > 0 ? "commands registered" : "commands are registered already");
  } catch (error) {
    app.log.error({ err: error }, "commands could not be registered");
  }
}
