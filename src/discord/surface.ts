import type { API } from "@discordjs/core/http-only";
import { textIn } from "#src/chat/locale.ts";
import type { DiscordConfig } from "#src/config.ts";
import type { Outputs } from "#src/tries/outputs.ts";
import type { Output } from "#src/tries/tries.ts";
import type { Try } from "#src/tries/try.ts";
import { botApi, interactionApi } from "./api.ts";
import { commandJson } from "./command-json.ts";
import { keepGateway, type Ready } from "./gateway.ts";
import { type DiscordApp, serveInteraction } from "./interactions.ts";
import { openDiscordOutput } from "./live-output.ts";
import { DISCORD_ROOM } from "./message.ts";
import { differences, register } from "./registration.ts";

/** How long a stop waits for answers that are under way. */
const DRAIN_MS = 5000;

/**
 * The Discord surface: serves interactions from the gateway until the signal is raised, then lets the answers under
 * way end. Throws GatewayRefused where Discord will not have this bot.
 */
export async function runDiscord(
  app: DiscordApp & { outputs: Outputs },
  config: DiscordConfig,
  signal: AbortSignal,
): Promise<void> {
  const api = interactionApi(config.apiUrl);
  app.outputs.register("discord", (attempt) => openOutput(attempt, api, app));
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
  const wanted = app.router.commands.map((command) => commandJson(command, app.services.locale));
  const scope = { application, guild: config.devGuildId };
  try {
    const found = await differences(api, scope, wanted);
    if (found.length > 0) await register(api, scope, wanted);
    app.log.info({ differences: found }, found.length > 0 ? "commands registered" : "commands are registered already");
  } catch (error) {
    app.log.error({ err: error }, "commands could not be registered");
  }
}

/** Loaded with the first try: they bring a Markdown parser that a start should not wait for. */
const views = () => import("#src/chat/try-view.ts");

/** Shows a try through the token of its interaction, in the person's language. */
function openOutput(attempt: Try, api: API, { services, log }: DiscordApp): Output | undefined {
  const { delivery } = attempt;
  if (delivery.kind !== "discord" || delivery.expiresAt < Date.now()) return undefined;
  const context = {
    text: textIn(attempt.locale),
    room: DISCORD_ROOM,
    entry: services.catalog.entry(attempt.target.entryId ?? ""),
  };
  return openDiscordOutput(attempt, delivery, {
    api,
    log,
    viewOf: async (item, progress) => (await views()).tryView(item, progress, context),
    refusedView: async (item, progress) => (await views()).refusedTryView(item, progress, context),
  });
}
