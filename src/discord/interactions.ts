import type { API } from "@discordjs/core/http-only";
import type { Catalog } from "#src/catalog/search.ts";
import type { Context } from "#src/chat/command.ts";
import { type Locale, nearestLocale, textIn } from "#src/chat/locale.ts";
import type { Router } from "#src/chat/router.ts";
import type { Log } from "#src/log.ts";
import { DISCORD_ROOM } from "./message.ts";
import {
  type AutocompleteInteraction,
  type CommandInteraction,
  type ComponentInteraction,
  type Interaction,
  personOf,
  readInteraction,
} from "./payload.ts";
import { type Audience, openReply, type Reply } from "./reply.ts";

/** What the Discord surface needs of the app. */
export type DiscordApp = { router: Router; catalog: Catalog; locale: Locale; log: Log };

/**
 * Serves one raw interaction, however it came (gateway or HTTP). Never throws: what fails is logged, and Discord has
 * its acknowledgement in time.
 */
export async function serveInteraction(payload: unknown, api: API, app: DiscordApp): Promise<void> {
  const interaction = readInteraction(payload);
  if (interaction === undefined) return app.log.debug("an interaction of a kind that is not served");
  try {
    if (interaction.type === 4) await suggest(interaction, api, app);
    else if (interaction.type === 2) await runCommand(interaction, api, app);
    else await pressComponent(interaction, api, app);
  } catch (error) {
    app.log.warn({ err: error, interaction: interaction.id }, "an interaction could not be answered");
  }
}

async function runCommand(interaction: CommandInteraction, api: API, app: DiscordApp): Promise<void> {
  const { name, options } = interaction.data;
  const given = Object.fromEntries(
    options.flatMap((option) => (option.value === undefined ? [] : [[option.name, String(option.value)]])),
  );
  const command = app.router.commands.find((item) => item.name === name);
  await answering(interaction, "everyone", api, app, async (reply) => {
    if (command?.acknowledge === "defer") await reply.defer();
    return app.router.execute(name, given, contextFor(interaction, app, reply));
  });
}

/** A button updates its message for the person whose answer that is; everybody else gets an answer of their own. */
async function pressComponent(interaction: ComponentInteraction, api: API, app: DiscordApp): Promise<void> {
  const { custom_id: customId, values } = interaction.data;
  const owner = interaction.message.interaction_metadata?.user.id;
  const theirs = owner === undefined || owner === personOf(interaction);
  const action = app.router.action(customId);
  const audience: Audience = theirs ? (action?.answer === "update" ? "message" : "everyone") : "person";
  await answering(interaction, audience, api, app, (reply) =>
    app.router.press(customId, values, contextFor(interaction, app, reply)),
  );
}

async function answering(
  interaction: Interaction,
  audience: Audience,
  api: API,
  app: DiscordApp,
  act: (reply: Reply) => Promise<unknown>,
): Promise<void> {
  const reply = openReply(api, interaction, audience, app.log);
  try {
    await act(reply);
  } finally {
    await reply.close();
  }
}

async function suggest(interaction: AutocompleteInteraction, api: API, app: DiscordApp): Promise<void> {
  const focused = interaction.data.options.find((option) => option.focused);
  const context = contextFor(interaction, app);
  const choices = focused
    ? app.router.complete(interaction.data.name, focused.name, String(focused.value ?? ""), context)
    : [];
  await api.interactions.createAutocompleteResponse(interaction.id, interaction.token, { choices });
}

function contextFor(interaction: Interaction, app: DiscordApp, reply?: Reply): Context {
  const locale = nearestLocale(interaction.locale ?? "") ?? nearestLocale(interaction.guild_locale ?? "") ?? app.locale;
  return {
    catalog: app.catalog,
    locale,
    text: textIn(locale),
    room: DISCORD_ROOM,
    commands: app.router.commands,
    reply: async (view) => reply?.send(view),
  };
}
