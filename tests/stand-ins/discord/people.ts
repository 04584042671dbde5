import { z } from "zod";
import { PATIENCE_MS } from "#tests/patience.ts";
import { ON_MESSAGE, type RegisteredCommand, type RegisteredOption } from "./command-rules.ts";
import { CHANNEL, type Choice, type Interactions, type Kind, type Message, type Record_ } from "./interactions.ts";
import { type Component, flatten } from "./message-rules.ts";

/** People at Discord's client: what they can type, see and press, and nothing else. */

type World = {
  interactions: Interactions;
  commands: () => RegisteredCommand[];
  emit: (payload: unknown) => void;
  application: string;
};

const button = z.looseObject({
  type: z.literal(2),
  label: z.string(),
  custom_id: z.string(),
  disabled: z.boolean().optional(),
});
const menu = z.looseObject({
  type: z.literal(3),
  custom_id: z.string(),
  options: z.array(z.looseObject({ label: z.string(), value: z.string() })),
});

/** What a person reads in a message, menus and buttons left out. */
export const textOf = (message: Message): string =>
  message.components
    .flatMap(flatten)
    .flatMap((item) => (item.type === 10 ? String(item["content"]) : []))
    .join("\n");

export const buttonsOf = (message: Message) =>
  message.components.flatMap(flatten).flatMap((item) => button.safeParse(item).data ?? []);
export const menusOf = (message: Message) =>
  message.components.flatMap(flatten).flatMap((item) => menu.safeParse(item).data ?? []);

export type PersonOptions = {
  id: string;
  locale?: string;
  inServer?: boolean;
  permissions?: string;
  roles?: string[];
  guild?: string;
  /** Where the person is; `parent`: a thread's channel, another channel's category. */
  channel?: { id: string; type?: number; parent?: string };
};

export const GUILD = "400000000000000001";
/** A command's options by name, as the client sends them: digits for people and channels. */
type Given = Record<string, string>;
/** Types of options (interactions/application-commands). */
const SUBCOMMAND = 1;
const INTEGER = 4;
const BOOLEAN = 5;
const IDS: readonly number[] = [6, 7];

export function createPerson(
  world: World,
  {
    id,
    locale = "zh-CN",
    inServer = true,
    permissions = "0",
    roles = [],
    guild = GUILD,
    channel = { id: CHANNEL },
  }: PersonOptions,
) {
  const send = (kind: Kind, type: number, data: object, message?: Message): Record_ => {
    const record = world.interactions.open(kind, id, message, channel.id);
    const user = { id, username: `person-${id}`, discriminator: "0", global_name: null, avatar: null };
    world.emit({
      id: record.id,
      application_id: world.application,
      type,
      token: record.token,
      version: 1,
      locale,
      channel_id: channel.id,
      channel: { id: channel.id, type: channel.type ?? (inServer ? 0 : 1), parent_id: channel.parent ?? null },
      entitlements: [],
      authorizing_integration_owners: {},
      attachment_size_limit: 10_485_760,
      ...(inServer
        ? {
            guild_id: guild,
            guild_locale: "en-US",
            context: 0,
            member: { user, roles, permissions, joined_at: "2023-01-01T00:00:00Z" },
          }
        : { context: 1, user }),
      data,
      ...(message && { message: asPayload(message, world.application) }),
    });
    return record;
  };

  const until = <T>(record: Record_, look: (record: Record_) => T | undefined): Promise<T> => {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const { changed } = world.interactions;
    const deadline = setTimeout(
      () => done(() => reject(new Error(`nothing came of interaction ${record.id} (${record.kind})`))),
      PATIENCE_MS,
    );
    const done = (end: () => void): void => {
      changed.delete(check);
      clearTimeout(deadline);
      end();
    };
    const check = (): void => {
      const found = look(record);
      if (found !== undefined) done(() => resolve(found));
    };
    changed.add(check);
    check();
    return promise;
  };
  /** The answer, or the private message beside it. */
  const shown = (record: Record_): Message | undefined => {
    const message = record.followUps.at(-1) ?? record.original;
    return record.acknowledgedAt !== undefined && !record.deferred ? message : undefined;
  };
  /** Milliseconds until it was acknowledged. */
  const took = ({ sentAt, acknowledgedAt }: Record_): number | undefined =>
    acknowledgedAt === undefined ? undefined : acknowledgedAt - sentAt;
  /** Whether the client shows a command here: by where it may be used, and by what the person may do. */
  const shows = ({ contexts, default_member_permissions: needed }: RegisteredCommand): boolean => {
    if (contexts && !contexts.includes(inServer ? 0 : 1)) return false;
    return !inServer || !needed || (BigInt(permissions) & BigInt(needed)) === BigInt(needed);
  };
  /** As the client does it: only registered commands, required options there, lengths, kinds and choices kept. */
  const find = (path: string): { name: string; subcommand: string | undefined; options: RegisteredOption[] } => {
    const [name = "", subcommand] = path.split(" ");
    const command = world.commands().find((item) => item.name === name && item.type !== ON_MESSAGE);
    if (command === undefined || !shows(command)) throw new Error(`the client shows no command /${path}`);
    const options = command.options ?? [];
    if (subcommand === undefined) {
      if (options.some(({ type }) => type === SUBCOMMAND)) throw new Error(`the client wants more than /${name}`);
      return { name, subcommand, options };
    }
    const found = options.find((item) => item.type === SUBCOMMAND && item.name === subcommand);
    if (found === undefined) throw new Error(`the client shows no command /${path}`);
    return { name, subcommand, options: found.options ?? [] };
  };
  const check = (option: RegisteredOption, value: string | undefined): void => {
    if (value === undefined) {
      if (option.required) throw new Error(`the client wants ${option.name}`);
      return;
    }
    if (value.length > (option.max_length ?? 6000)) throw new Error(`the client takes no ${value.length} characters`);
    if (option.choices && !option.choices.some((item) => item.value === value))
      throw new Error(`the client offers no ${value}`);
    const isOfKind =
      option.type === BOOLEAN
        ? /^(?:true|false)$/.test(value)
        : option.type === INTEGER
          ? /^\d+$/.test(value)
          : !IDS.includes(option.type) || /^\d{15,20}$/.test(value);
    if (!isOfKind) throw new Error(`the client takes no ${value} for ${option.name}`);
  };
  const typed = ({ type, name }: RegisteredOption, value: string): object => ({
    name,
    type,
    value: type === BOOLEAN ? value === "true" : type === INTEGER ? Number(value) : value,
  });
  const visible = (message: Message): void => {
    if (message.deleted || (message.ephemeral && message.owner !== id))
      throw new Error("this person does not see that message");
  };
  const enter = (path: string, given: Given): Record_ => {
    const { options } = find(path);
    for (const option of options) check(option, given[option.name]);
    const list = Object.entries(given).map(([name, value]) => {
      const option = options.find((item) => item.name === name);
      if (option === undefined) throw new Error(`the client knows no option ${name} of /${path}`);
      return typed(option, value);
    });
    return send("command", 2, data(path, list));
  };
  const data = (path: string, list: object[]): object => {
    const { name, subcommand } = find(path);
    const options = subcommand === undefined ? list : [{ type: SUBCOMMAND, name: subcommand, options: list }];
    return { id: "1", name, type: 1, options };
  };

  return {
    id,
    /** Types a command and waits for the answer. */
    run: (path: string, given: Given = {}): Promise<Message> => until(enter(path, given), shown),
    /** Types a command and waits for nothing: what became of it is in the record. */
    enter,
    /** Types a command and waits until it is acknowledged: how long that took, in ms. */
    acknowledge: (path: string, given: Given = {}): Promise<number> => until(enter(path, given), took),
    /** Chooses a command on a message, by the name that the person reads, and waits for the answer. */
    use: (message: Message, label: string): Promise<Message> => {
      visible(message);
      if (message.ephemeral) throw new Error("the client shows no commands on such a message");
      const command = world
        .commands()
        .find(
          (item) =>
            item.type === ON_MESSAGE && shows(item) && (item.name_localizations?.[locale] ?? item.name) === label,
        );
      if (command === undefined) throw new Error(`the client shows no command ${label} on a message`);
      const messages = { [message.id]: asPayload(message, world.application) };
      const { name } = command;
      const chosen = { id: "1", name, type: ON_MESSAGE, target_id: message.id, resolved: { messages } };
      return until(send("command", 2, chosen), shown);
    },
    /** What the client offers while an option is typed. */
    type: (name: string, option: string, typed: string): Promise<Choice[]> => {
      const record = send("autocomplete", 4, data(name, [{ name: option, type: 3, value: typed, focused: true }]));
      return until(record, ({ choices }) => choices);
    },
    /** Presses the button with a label and waits for what changes. */
    press: (message: Message, label: string): Promise<Message> => {
      visible(message);
      const pressed = buttonsOf(message).find((item) => item.label === label && !item.disabled);
      if (pressed === undefined) throw new Error(`no button ${label} to press`);
      return until(send("component", 3, { custom_id: pressed.custom_id, component_type: 2 }, message), shown);
    },
    /** Presses a button and waits until that is acknowledged: what it changes may show elsewhere. */
    tap: (message: Message, label: string): Promise<number> => {
      visible(message);
      const pressed = buttonsOf(message).find((item) => item.label === label && !item.disabled);
      if (pressed === undefined) throw new Error(`no button ${label} to press`);
      return until(send("component", 3, { custom_id: pressed.custom_id, component_type: 2 }, message), took);
    },
    /** Presses a button that opens a dialogue, writes into it, and waits for the answer. */
    write: async (message: Message, label: string, text: string): Promise<Message> => {
      visible(message);
      const pressed = buttonsOf(message).find((item) => item.label === label && !item.disabled);
      if (pressed === undefined) throw new Error(`no button ${label} to press`);
      const asked = send("component", 3, { custom_id: pressed.custom_id, component_type: 2 }, message);
      const modal = await until(asked, (record) => record.modal);
      const field = { type: 18, id: 1, component: { type: 4, id: 2, custom_id: "text", value: text } };
      return until(send("modal", 5, { custom_id: modal.customId, components: [field] }), shown);
    },
    /** Chooses a value of the message's menu that offers it. */
    choose: (message: Message, value: string): Promise<Message> => {
      visible(message);
      const found = menusOf(message).find((item) => item.options.some((option) => option.value === value));
      if (found === undefined) throw new Error(`no menu offers ${value}`);
      return until(
        send("component", 3, { custom_id: found.custom_id, component_type: 3, values: [value] }, message),
        shown,
      );
    },
  };
}

function asPayload(
  { id, channel, components, ephemeral, owner }: Message,
  application: string,
): { components: Component[]; [field: string]: unknown } {
  return {
    id,
    type: 20,
    channel_id: channel,
    content: "",
    embeds: [],
    attachments: [],
    mentions: [],
    mention_roles: [],
    mention_everyone: false,
    pinned: false,
    tts: false,
    timestamp: "2026-01-01T00:00:00Z",
    edited_timestamp: null,
    flags: ephemeral ? 32_832 : 32_768,
    author: { id: application, username: "mulu", discriminator: "0", global_name: null, avatar: null, bot: true },
    ...(owner !== undefined && {
      interaction_metadata: {
        id,
        type: 2,
        user: { id: owner, username: "x", discriminator: "0", global_name: null, avatar: null },
        authorizing_integration_owners: {},
      },
    }),
    components,
  };
}
