import type { API } from "@discordjs/core/http-only";
import type { Claims } from "#src/base/claims.ts";
import { nearestLocale, textIn } from "#src/base/locale.ts";
import type { Log } from "#src/base/log.ts";
import { UserError } from "#src/base/user-error.ts";
import type { Channels } from "#src/chat/channels.ts";
import type { Context } from "#src/chat/command.ts";
import { type Router, refusal } from "#src/chat/router.ts";
import type { Services } from "#src/chat/services.ts";
import { snapshotWith } from "#src/chat/snapshot.ts";
import { container, textDisplay } from "#src/chat/view.ts";
import type { DiscordEvents } from "#src/metrics/discord-metrics.ts";
import { type ClockWarning, timeOf } from "./clock.ts";
import { registeredName } from "./command-json.ts";
import { DISCORD_ROOM } from "./message.ts";
import {
  type AutocompleteInteraction,
  type CommandInteraction,
  type ComponentInteraction,
  chosenMessageOf,
  type Interaction,
  type ModalInteraction,
  personOf,
  readInteraction,
  typedIn,
  writtenIn,
} from "./payload.ts";
import { type Audience, openReply, type Reply } from "./reply.ts";
import { sealedMessage } from "./sealed-message.ts";
import type { Admins } from "./settings.ts";
import { interactionDelivery } from "./try-outputs.ts";

/** What the Discord surface needs of the app. */
export type DiscordApp = {
  router: Router;
  services: Services;
  log: Log;
  admins: Admins;
  events?: DiscordEvents;
  /** Whether nobody has served the interaction of an id yet; who gets true has to serve it. */
  claims: Claims;
};
type Serving = DiscordApp & {
  warnOfClock: ClockWarning;
  /** The servers where the bot answers; empty: everywhere. */
  allowedGuilds: readonly string[];
  /** What the bot itself does in channels. */
  channels: Channels;
};

/** An interaction token lives 15 minutes, counted by our clock from when it came: Discord's own may differ from ours. */
const TOKEN_LIFE_MS = 15 * 60_000;

/**
 * Serves one raw interaction, however it came (gateway or HTTP), and once, however often it comes. Never throws: what fails
 * is logged, and Discord has its acknowledgement in time.
 */
export async function serveInteraction(payload: unknown, api: API, app: Serving): Promise<void> {
  const interaction = readInteraction(payload);
  if (interaction === undefined) return app.log.debug("an interaction of a kind that is not served");
  try {
    if (interaction.type === 4) return await suggest(interaction, api, app);
    if (!(await app.claims.claim(interaction.id)))
      return app.log.debug({ interaction: interaction.id }, "an interaction came that is served already");
    app.warnOfClock((Date.now() - timeOf(interaction.id)) / 1000);
    if (interaction.type === 2) await runCommand(interaction, api, app);
    else if (interaction.type === 5) await submitModal(interaction, api, app);
    else await pressComponent(interaction, api, app);
  } catch (error) {
    app.events?.unanswered();
    app.log.warn({ err: error, interaction: interaction.id }, "an interaction could not be answered");
  }
}

/**
 * Whether the bot answers here. Where servers are listed it does not in direct messages, as nobody knows from which server
 * a person comes there; administrators it answers everywhere.
 */
function answersHere(interaction: Interaction, { allowedGuilds, admins }: Serving): boolean {
  const { guild, admin } = personOf(interaction, admins);
  return allowedGuilds.length === 0 || admin || (guild !== undefined && allowedGuilds.includes(guild));
}

async function runCommand(interaction: CommandInteraction, api: API, app: Serving): Promise<void> {
  const message = chosenMessageOf(interaction);
  if (message) {
    const command = app.router.messageCommands.find(({ key }) => registeredName(key) === interaction.data.name);
    return answering(interaction, "person", api, app, (reply) =>
      app.router.useOn(command?.key ?? "", message, contextFor(interaction, app, reply)),
    );
  }
  const { path, options } = typedIn(interaction);
  const given = Object.fromEntries(
    options.flatMap((option) => (option.value === undefined ? [] : [[option.name, String(option.value)]])),
  );
  const command = app.router.commands.find(({ name }) => name === interaction.data.name);
  await answering(interaction, command?.moderation ? "person" : "everyone", api, app, async (reply) => {
    if (command?.acknowledge === "defer") await reply.defer();
    return app.router.execute(path, given, contextFor(interaction, app, reply));
  });
}

/**
 * A button updates its message for the person whose answer that is; everybody else gets an answer of their own, and so
 * does everybody under news, which answer nobody.
 */
async function pressComponent(interaction: ComponentInteraction, api: API, app: Serving): Promise<void> {
  const { custom_id: customId, values } = interaction.data;
  const owner = interaction.message.interaction_metadata?.user.id;
  const action = app.router.action(customId);
  const theirs = owner === personOf(interaction, app.admins).id || action?.shared === true;
  const audience: Audience =
    theirs && !action?.moderation ? (action?.answer === "update" ? "message" : "everyone") : "person";
  await answering(interaction, audience, api, app, (reply) =>
    app.router.press(customId, values, contextFor(interaction, app, reply)),
  );
}

async function submitModal(interaction: ModalInteraction, api: API, app: Serving): Promise<void> {
  await answering(interaction, "everyone", api, app, (reply) =>
    app.router.press(interaction.data.custom_id, writtenIn(interaction), contextFor(interaction, app, reply)),
  );
}

async function answering(
  interaction: Interaction,
  audience: Audience,
  api: API,
  app: Serving,
  act: (reply: Reply) => Promise<unknown>,
): Promise<void> {
  const reply = openReply(api, interaction, audience, app.log, app.events?.acknowledged);
  try {
    if (answersHere(interaction, app)) await act(reply);
    else await reply.send(refusal(new UserError("notInThisServer"), contextFor(interaction, app)));
  } finally {
    await reply.close();
  }
}

async function suggest(interaction: AutocompleteInteraction, api: API, app: Serving): Promise<void> {
  const { path, options } = typedIn(interaction);
  const focused = options.find((option) => option.focused);
  const context = contextFor(interaction, app);
  const choices =
    focused && answersHere(interaction, app)
      ? app.router.complete(path, focused.name, String(focused.value ?? ""), context)
      : [];
  await api.interactions.createAutocompleteResponse(interaction.id, interaction.token, { choices });
}

function contextFor(interaction: Interaction, app: Serving, reply?: Reply): Context {
  const named = nearestLocale(interaction.locale ?? "") ?? nearestLocale(interaction.guild_locale ?? "");
  const locale = named ?? app.services.locale;
  const person = personOf(interaction, app.admins);
  const until = Date.now() + TOKEN_LIFE_MS;
  return snapshotWith(app.services, {
    locale,
    text: textIn(locale),
    room: DISCORD_ROOM,
    commands: app.router.commands,
    person,
    channels: app.channels,
    reply: async (view) => reply?.send(view),
    ask: async (modal) => reply?.ask(modal),
    seal: async (line) => {
      if (interaction.type !== 3) return reply?.send({ private: true, components: [container([textDisplay(line)])] });
      const { components, interaction_metadata: answered } = interaction.message;
      const maySeal = answered?.user.id === person.id || !answered || person.moderator || person.admin;
      if (!maySeal) throw new UserError("tryNotYours");
      await reply?.send(sealedMessage(components, line));
    },
    begin: async (options) => {
      await confirm(interaction, app, reply);
      const delivery = interactionDelivery(interaction, until, options?.private === true);
      await options?.accept?.(delivery);
      await reply?.defer(options);
      return delivery;
    },
  });
}

/** Throws UserError where nobody knows whose the interaction is, or another process serves it: then nothing is said here. */
async function confirm({ id }: Interaction, { claims, log }: DiscordApp, reply: Reply | undefined): Promise<void> {
  const isOurs = await claims.confirm(id).catch(() => undefined);
  if (isOurs) return;
  if (isOurs === false) {
    log.debug({ interaction: id }, "another process answers an interaction");
    await reply?.drop();
  }
  throw new UserError("tryQueueAway");
}
