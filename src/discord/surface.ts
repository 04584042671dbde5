import { once } from "node:events";
import type { API } from "@discordjs/core/http-only";
import type { Hono } from "hono";
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

export function createDiscord(app: DiscordApp & { outputs: Outputs }, config: DiscordConfig): DiscordSurface {
  const api = interactionApi(config.apiUrl, app.events?.responded);
  app.outputs.register("discord", (attempt) => openOutput(attempt, api, app));
  const underWay = new Set<Promise<void>>();
  const track = (work: Promise<void>): void => {
    underWay.add(work);
    void work.finally(() => underWay.delete(work));
  };
  const onInteraction = (payload: unknown): void => track(serveInteraction(payload, api, app));
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
      await settle(underWay);
    },
  };
}

const raised = async (signal: AbortSignal): Promise<void> => {
  if (!signal.aborted) await once(signal, "abort");
};

async function settle(underWay: ReadonlySet<Promise<void>>): Promise<void> {
  const drained = Promise.withResolvers<void>();
  const timer = setTimeout(drained.resolve, DRAIN_MS);
  await Promise.race([Promise.allSettled(underWay), drained.promise]);
  clearTimeout(timer);
}

/** Registers the commands where they differ from what Discord has. A failure is logged: the old ones go on working. */
async function registerDifferences(
  app: DiscordApp,
  config: DiscordConfig,
  token: string,
  known?: string,
): Promise<void> {
  const api = botApi(config.apiUrl, token, app.events?.responded);
  const wanted = app.router.commands.map((command) => commandJson(command, app.services.locale));
  try {
    const scope = { application: known ?? (await api.applications.getCurrent()).id, guild: config.devGuildId };
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
