import { z } from "zod";
import type { Person } from "#src/base/person.ts";
import type { ChosenMessage } from "#src/chat/command.ts";
import { customIdsIn } from "./component-tree.ts";
import type { Admins } from "./settings.ts";

/**
 * The parts of an interaction that we read (developers/interactions/receiving-and-responding). Discord adds fields and
 * kinds at any time, so objects are open and an unknown kind is no mistake.
 */
const snowflake = z.string().regex(/^\d{1,20}$/);
const person = z.object({ id: snowflake });
const member = z.object({
  user: person,
  roles: z.array(snowflake).default([]),
  permissions: z.string().regex(/^\d+$/).default("0"),
});

const common = z.object({
  id: snowflake,
  application_id: snowflake,
  token: z.string().min(1),
  locale: z.string().optional(),
  guild_locale: z.string().optional(),
  /** In a server the person stands under `member`, elsewhere under `user`. */
  user: person.optional(),
  member: member.optional(),
  channel_id: snowflake.optional(),
  /** The part of a channel that is always there (resources/channel, "Channel Object"). */
  channel: z.object({ id: snowflake, type: z.number(), parent_id: snowflake.nullish() }).optional().catch(undefined),
  guild_id: snowflake.optional(),
});

const commandOption = z.object({
  name: z.string(),
  value: z.union([z.string(), z.number(), z.boolean()]).optional(),
  focused: z.boolean().optional(),
});
/** A sub-command is an option that has options. */
const optionOrSubcommand = commandOption.extend({
  type: z.number().optional(),
  options: z.array(commandOption).optional(),
});
const chosenMessage = z.object({
  id: snowflake,
  channel_id: snowflake,
  author: person,
  /** Of which application it is, where it is one's. */
  application_id: snowflake.nullish(),
  interaction_metadata: z.object({ user: person }).nullish(),
  components: z.array(z.unknown()).catch([]),
});
const commandData = z.object({
  name: z.string(),
  type: z.number().default(1),
  options: z.array(optionOrSubcommand).default([]),
  /** The message that a command was used on. */
  target_id: snowflake.optional(),
  resolved: z
    .object({ messages: z.record(z.string(), chosenMessage).default({}) })
    .optional()
    .catch(undefined),
});

/** The fields of a dialogue, in whatever they are wrapped. */
const field = z.object({ value: z.string() });
const wrapped = z.object({ component: field.optional(), components: z.array(field).optional() });

const Type = { Command: 2, Component: 3, Autocomplete: 4, Modal: 5 } as const;

const interaction = z.discriminatedUnion("type", [
  common.extend({ type: z.literal(Type.Command), data: commandData }),
  common.extend({ type: z.literal(Type.Autocomplete), data: commandData }),
  common.extend({
    type: z.literal(Type.Component),
    data: z.object({ custom_id: z.string(), values: z.array(z.string()).default([]) }),
    message: z.object({
      interaction_metadata: z.object({ user: person }).nullish(),
      components: z.array(z.unknown()).catch([]),
    }),
  }),
  common.extend({
    type: z.literal(Type.Modal),
    data: z.object({ custom_id: z.string(), components: z.array(wrapped).default([]) }),
  }),
]);

export type Interaction = z.infer<typeof interaction>;
export type CommandInteraction = Extract<Interaction, { type: 2 }>;
export type AutocompleteInteraction = Extract<Interaction, { type: 4 }>;
export type ComponentInteraction = Extract<Interaction, { type: 3 }>;

/** Reads a raw interaction; undefined for a kind that Mulu does not serve or a payload it cannot read. */
export function readInteraction(payload: unknown): Interaction | undefined {
  const parsed = interaction.safeParse(payload);
  return parsed.success ? parsed.data : undefined;
}

export type ModalInteraction = Extract<Interaction, { type: 5 }>;

/** Type of the option that a sub-command is (interactions/application-commands). */
const SUBCOMMAND = 1;
/** Type of a command on a message. */
const ON_MESSAGE = 3;

type Typed = { path: string; options: z.infer<typeof commandOption>[] };

/** Which command was typed, `admin block` where it has sub-commands, and its options. */
export function typedIn({ data: { name, options } }: CommandInteraction | AutocompleteInteraction): Typed {
  const subcommand = options.find(({ type }) => type === SUBCOMMAND);
  return subcommand
    ? { path: `${name} ${subcommand.name}`, options: subcommand.options ?? [] }
    : { path: name, options };
}

/** The message that a command was used on; undefined where it is no such command. */
export function chosenMessageOf({ data, application_id, guild_id }: CommandInteraction): ChosenMessage | undefined {
  const message = data.type === ON_MESSAGE ? data.resolved?.messages[data.target_id ?? ""] : undefined;
  return (
    message && {
      id: message.id,
      channel: message.channel_id,
      guild: guild_id,
      isOurs: [message.author.id, message.application_id].includes(application_id),
      owner: message.interaction_metadata?.user.id,
      customIds: customIdsIn(message.components),
    }
  );
}

/** What a person wrote into a dialogue. */
export const writtenIn = ({ data }: ModalInteraction): string[] =>
  data.components.flatMap((item) =>
    [...(item.component ? [item.component] : []), ...(item.components ?? [])].map(({ value }) => value),
  );

/** Permission bit MANAGE_MESSAGES (topics/permissions). */
const MANAGE_MESSAGES = 1n << 13n;

/** Announcement, public and private thread, a forum's post among them (resources/channel, "Channel Types"). */
const THREADS: readonly number[] = [10, 11, 12];

/** The channel, before it the thread where it is one. The parent of every other channel is its category, which is left out. */
function channelsOf({ channel_id: id, channel }: Interaction): string[] {
  const parent = channel && THREADS.includes(channel.type) ? channel.parent_id : undefined;
  return [id ?? channel?.id, parent].flatMap((item) => item ?? []);
}

/** Who acted, and what they may do. Administrators are named by the operator, by id or role. */
export function personOf(interaction: Interaction, admins: Admins): Person {
  const { user, member: acting, guild_id: guild } = interaction;
  const id = (acting?.user ?? user)?.id ?? "";
  const roles = acting?.roles ?? [];
  return {
    id,
    admin: admins.users.includes(id) || roles.some((role) => admins.roles.includes(role)),
    moderator: (BigInt(acting?.permissions ?? "0") & MANAGE_MESSAGES) !== 0n,
    roles,
    channels: channelsOf(interaction),
    guild,
  };
}
