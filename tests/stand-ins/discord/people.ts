import { z } from "zod";
import { PATIENCE_MS } from "#tests/patience.ts";
import type { RegisteredCommand } from "./command-rules.ts";
import type { Choice, Interactions, Kind, Message, Record_ } from "./interactions.ts";
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

export type PersonOptions = { id: string; locale?: string; inServer?: boolean; permissions?: string; roles?: string[] };

export function createPerson(
  world: World,
  { id, locale = "zh-CN", inServer = true, permissions = "0", roles = [] }: PersonOptions,
) {
  const send = (kind: Kind, type: number, data: object, message?: Message): Record_ => {
    const record = world.interactions.open(kind, id, message);
    const user = { id, username: `person-${id}`, discriminator: "0", global_name: null, avatar: null };
    world.emit({
      id: record.id,
      application_id: world.application,
      type,
      token: record.token,
      version: 1,
      locale,
      channel_id: "500000000000000001",
      entitlements: [],
      authorizing_integration_owners: {},
      attachment_size_limit: 10_485_760,
      ...(inServer
        ? {
            guild_id: "400000000000000001",
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
  /** As the client does it: only registered commands, required options there, lengths and choices kept. */
  const check = (name: string, options: Record<string, string>): RegisteredCommand => {
    const command = world.commands().find((item) => item.name === name);
    if (command === undefined) throw new Error(`the client knows no command /${name}`);
    for (const option of command.options ?? []) {
      const value = options[option.name];
      if (value === undefined && option.required) throw new Error(`the client wants ${option.name}`);
      if (value !== undefined && value.length > (option.max_length ?? 6000))
        throw new Error(`the client takes no ${value.length} characters`);
      if (value !== undefined && option.choices && !option.choices.some((item) => item.value === value))
        throw new Error(`the client offers no ${value}`);
    }
    return command;
  };
  const visible = (message: Message): void => {
    if (message.deleted || (message.ephemeral && message.owner !== id))
      throw new Error("this person does not see that message");
  };
  const enter = (name: string, options: Record<string, string>): Record_ => {
    check(name, options);
    const list = Object.entries(options).map(([option, value]) => ({
      name: option,
      ...(value === "true" || value === "false" ? { type: 5, value: value === "true" } : { type: 3, value }),
    }));
    return send("command", 2, data(name, list));
  };
  const data = (name: string, options: object[]): object => ({ id: "1", name, type: 1, options });

  return {
    id,
    /** Types a command and waits for the answer. */
    run: (name: string, options: Record<string, string> = {}): Promise<Message> => until(enter(name, options), shown),
    /** Types a command and waits for nothing: what became of it is in the record. */
    enter,
    /** Types a command and waits until it is acknowledged: how long that took, in ms. */
    acknowledge: (name: string, options: Record<string, string> = {}): Promise<number> =>
      until(enter(name, options), took),
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
  { id, components, ephemeral, owner }: Message,
  application: string,
): { components: Component[]; [field: string]: unknown } {
  return {
    id,
    type: 20,
    channel_id: "500000000000000001",
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
