import {
  ApplicationCommandAutocompleteCallbackRequestSchema,
  CreateMessageInteractionCallbackRequestSchema,
  IncomingWebhookRequestPartialSchema,
  IncomingWebhookUpdateRequestPartialSchema,
  ModalInteractionCallbackRequestSchema,
  UpdateMessageInteractionCallbackRequestSchema,
} from "discord-api-spec/zod";
import { z } from "zod";
import { afterTicks } from "#tests/patience.ts";
import { type Component, isEphemeral, isV2, messageFaults, readMessage, type UploadedFile } from "./message-rules.ts";
import { schemaFaults } from "./schema-rules.ts";

/** Interactions and the messages that answer them, as Discord keeps them. */

export type Kind = "command" | "autocomplete" | "component" | "modal";

export type Message = {
  id: string;
  channel: string;
  /** Whose interaction it answers; undefined where the bot posted it by itself. */
  owner: string | undefined;
  v2: boolean;
  ephemeral: boolean;
  deleted: boolean;
  components: Component[];
  files: UploadedFile[];
  /** When it showed what, in ms of performance.now(). */
  states: { at: number; components: Component[] }[];
  edits: number;
};

export type Choice = { name: string; value: string };

export type Record_ = {
  id: string;
  token: string;
  kind: Kind;
  person: string;
  channel: string;
  sentAt: number;
  acknowledgedAt: number | undefined;
  /** It was not acknowledged in time, and no longer can be. */
  late: boolean;
  /** What `@original` names: the answer, or the message that the button sits on. */
  original: Message | undefined;
  followUps: Message[];
  /** Acknowledged with the promise that an answer, or a change of the message, will come. */
  deferred: boolean;
  choices: Choice[] | undefined;
  modal: { customId: string; title: string; components: Component[] } | undefined;
};

/** What the REST side answers: a status and a body. */
export type Answer = { status: number; body?: unknown };

export type Limits = { acknowledgeMs: number; tokenLifeMs: number };

/** Where people are who are nowhere else. */
export const CHANNEL = "500000000000000001";

const error = (status: number, code: number, message: string): Answer => ({ status, body: { code, message } });
const UNKNOWN_INTERACTION = error(404, 10062, "Unknown interaction");
const INVALID_TOKEN = error(401, 50027, "Invalid Webhook Token");
const UNKNOWN_MESSAGE = error(404, 10008, "Unknown Message");
const INVALID_BODY = error(400, 50035, "Invalid Form Body");

const callback = z.looseObject({ type: z.number(), data: z.unknown().optional() });
/** Which answers a kind of interaction may get (receiving-and-responding, interaction callback type). */
const ALLOWED: Record<Kind, number[]> = {
  command: [4, 5, 9],
  autocomplete: [8],
  component: [4, 5, 6, 7, 9],
  modal: [4, 5, 6, 7],
};

export function createInteractions(limits: Limits, violation: (fault: string) => void, nextId: () => string) {
  const records = new Map<string, Record_>();
  const changed = new Set<() => void>();
  const notify = (): void => {
    for (const listener of changed) listener();
  };
  const newMessage = ({ person: owner, channel }: Record_): Message => ({
    id: nextId(),
    channel,
    owner,
    v2: false,
    ephemeral: false,
    deleted: false,
    components: [],
    files: [],
    states: [],
    edits: 0,
  });
  const faulty = (faults: string[]): boolean => {
    for (const fault of faults) violation(fault);
    return faults.length > 0;
  };

  const open = (kind: Kind, person: string, message?: Message, channel = message?.channel ?? CHANNEL): Record_ => {
    const id = nextId();
    const record: Record_ = {
      id,
      token: `token-${id}`,
      kind,
      person,
      channel,
      sentAt: performance.now(),
      acknowledgedAt: undefined,
      late: false,
      original: message,
      followUps: [],
      deferred: false,
      choices: undefined,
      modal: undefined,
    };
    records.set(record.token, record);
    afterTicks(limits.acknowledgeMs, () => {
      record.late = record.acknowledgedAt === undefined;
      if (record.late) violation(`${kind} interaction ${id} was not acknowledged within ${limits.acknowledgeMs} ms`);
      notify();
    });
    return record;
  };

  const show = (message: Message, body: unknown): boolean => {
    const content = readMessage(body);
    if (faulty(messageFaults(content, { wasV2: message.v2 }))) return false;
    message.v2 ||= isV2(content.flags);
    message.components = content.components ?? message.components;
    message.files = content.files;
    message.states.push({ at: performance.now(), components: message.components });
    message.edits += 1;
    return true;
  };

  const respond = (token: string, id: string, body: unknown, arrivedAt: number): Answer => {
    const record = records.get(token);
    if (record === undefined || record.id !== id) return UNKNOWN_INTERACTION;
    if (record.acknowledgedAt !== undefined) return error(400, 40060, "Interaction has already been acknowledged.");
    if (record.late) return UNKNOWN_INTERACTION;
    const { type, data } = callback.parse(body);
    if (!ALLOWED[record.kind].includes(type)) {
      violation(`callback type ${type} for a ${record.kind}`);
      return INVALID_BODY;
    }
    const accepted = callbackHandlers[type]?.(record, body, data) ?? false;
    if (!accepted) return INVALID_BODY;
    record.acknowledgedAt = arrivedAt;
    notify();
    return { status: 204 };
  };

  type Handler = (record: Record_, body: unknown, data: unknown) => boolean;
  const callbackHandlers: Record<number, Handler> = {
    4: (record, body, data) => {
      const message = newMessage(record);
      if (faulty(schemaFaults(CreateMessageInteractionCallbackRequestSchema, body)) || !show(message, data))
        return false;
      message.ephemeral = isEphemeral(readMessage(data).flags);
      record.original = message;
      return true;
    },
    5: (record, body, data) => {
      const { flags } = readMessage(data);
      const wrong = (flags ?? 0) & ~64 ? [`flags ${flags} on a deferred answer, only EPHEMERAL is allowed`] : [];
      if (faulty([...schemaFaults(CreateMessageInteractionCallbackRequestSchema, body), ...wrong])) return false;
      record.original = { ...newMessage(record), ephemeral: isEphemeral(flags) };
      record.deferred = true;
      return true;
    },
    6: (record, body) => {
      record.deferred = true;
      return !faulty(schemaFaults(UpdateMessageInteractionCallbackRequestSchema, body));
    },
    7: (record, body, data) =>
      !faulty(schemaFaults(UpdateMessageInteractionCallbackRequestSchema, body)) &&
      record.original !== undefined &&
      show(record.original, data),
    8: (record, body, data) => {
      if (faulty(schemaFaults(ApplicationCommandAutocompleteCallbackRequestSchema, body))) return false;
      record.choices = z
        .object({ choices: z.array(z.object({ name: z.string(), value: z.string() })) })
        .parse(data).choices;
      return true;
    },
    9: (record, body, data) => {
      if (faulty(schemaFaults(ModalInteractionCallbackRequestSchema, body))) return false;
      const modal = z
        .looseObject({
          custom_id: z.string(),
          title: z.string(),
          components: z.array(z.looseObject({ type: z.number() })),
        })
        .parse(data);
      if (modal.components.length > 5) violation("more than 5 components in a modal");
      record.modal = { customId: modal.custom_id, title: modal.title, components: modal.components };
      return true;
    },
  };

  /** The record behind a webhook's token, or what Discord answers instead. */
  const webhook = (token: string): Record_ | Answer => {
    const record = records.get(token);
    if (record === undefined || performance.now() - record.sentAt > limits.tokenLifeMs) {
      violation("an interaction token was used that is unknown or has expired");
      return INVALID_TOKEN;
    }
    return record.acknowledgedAt === undefined ? error(404, 10015, "Unknown Webhook") : record;
  };
  const find = (record: Record_, message: string): Message | undefined =>
    message === "@original" ? record.original : record.followUps.find(({ id }) => id === message);

  const edit = (token: string, id: string, body: unknown): Answer => {
    const record = webhook(token);
    if (!("kind" in record)) return record;
    const message = find(record, id);
    if (message === undefined || message.deleted) return UNKNOWN_MESSAGE;
    if (faulty(schemaFaults(IncomingWebhookUpdateRequestPartialSchema, body)) || !show(message, body))
      return INVALID_BODY;
    record.deferred = false;
    notify();
    return { status: 200, body: { id: message.id } };
  };

  const read = (token: string, id: string): Answer => {
    const record = webhook(token);
    if (!("kind" in record)) return record;
    const message = find(record, id);
    if (message === undefined || message.deleted) return UNKNOWN_MESSAGE;
    return { status: 200, body: { id: message.id, components: message.components } };
  };

  const followUp = (token: string, body: unknown): Answer => {
    const record = webhook(token);
    if (!("kind" in record)) return record;
    const message = newMessage(record);
    if (faulty(schemaFaults(IncomingWebhookRequestPartialSchema, body)) || !show(message, body)) return INVALID_BODY;
    message.ephemeral = isEphemeral(readMessage(body).flags);
    record.followUps.push(message);
    record.deferred = false;
    notify();
    return { status: 200, body: { id: message.id } };
  };

  /** Deletes an answer by the token of its interaction, for which it need not be seen by everybody. */
  const remove = (token: string, id: string): Answer => {
    const record = webhook(token);
    if (!("kind" in record)) return record;
    const message = find(record, id);
    if (message === undefined || message.deleted) return UNKNOWN_MESSAGE;
    message.deleted = true;
    return { status: 204 };
  };

  /** Deletes an answer as the bot, which does not find what one person alone sees. */
  const removeAsBot = (channel: string, id: string): Answer => {
    const answers = [...records.values()].flatMap(({ original, followUps }) => [
      ...(original ? [original] : []),
      ...followUps,
    ]);
    const message = answers.find((item) => item.id === id && item.channel === channel);
    if (message === undefined || message.deleted || message.ephemeral) return UNKNOWN_MESSAGE;
    message.deleted = true;
    return { status: 204 };
  };

  return { open, respond, read, edit, followUp, remove, removeAsBot, records, changed };
}

export type Interactions = ReturnType<typeof createInteractions>;
