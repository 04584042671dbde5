import { MessageCreateRequestSchema } from "discord-api-spec/zod";
import { z } from "zod";
import type { Answer, Message } from "./interactions.ts";
import { isEphemeral, isV2, messageFaults, readMessage } from "./message-rules.ts";
import { schemaFaults } from "./schema-rules.ts";

/** Channels that a bot posts to by itself (resources/message, "Create Message"). */

type Channel = { messages: Message[]; nonces: Map<string, Message>; open: boolean };

const creation = z.looseObject({ nonce: z.string().max(25).optional(), enforce_nonce: z.boolean().optional() });
const refusal = (status: number, code: number, message: string): Answer => ({ status, body: { code, message } });

export function createChannels(violation: (fault: string) => void, nextId: () => string) {
  const channels = new Map<string, Channel>();
  /** Channels that the bot does not see. */
  const hidden = new Set<string>();

  const post = (id: string, body: unknown): Answer => {
    const channel = channels.get(id);
    if (hidden.has(id)) return refusal(403, 50001, "Missing Access");
    if (channel === undefined) return refusal(404, 10003, "Unknown Channel");
    if (!channel.open) return refusal(403, 50013, "Missing Permissions");
    const content = readMessage(body);
    const { nonce, enforce_nonce: once } = creation.parse(body);
    const faults = [
      ...schemaFaults(MessageCreateRequestSchema, body),
      ...messageFaults(content),
      ...(isEphemeral(content.flags) ? ["only an answer to an interaction can be ephemeral"] : []),
    ];
    for (const fault of faults) violation(fault);
    if (faults.length > 0) return refusal(400, 50035, "Invalid Form Body");
    const earlier = once && nonce !== undefined ? channel.nonces.get(nonce) : undefined;
    if (earlier) return { status: 200, body: { id: earlier.id } };
    const components = content.components ?? [];
    const message: Message = {
      id: nextId(),
      channel: id,
      owner: undefined,
      v2: isV2(content.flags),
      ephemeral: false,
      deleted: false,
      components,
      files: content.files,
      states: [{ at: performance.now(), components }],
      edits: 0,
    };
    channel.messages.push(message);
    if (nonce !== undefined) channel.nonces.set(nonce, message);
    return { status: 200, body: { id: message.id } };
  };

  return {
    post,
    hidden,
    /** A channel that the bot sees and may post to, until `forbid`. */
    open: (id: string) => {
      const channel: Channel = channels.get(id) ?? { messages: [], nonces: new Map(), open: true };
      channels.set(id, channel);
      const permit = (open: boolean) => (): void => {
        channel.open = open;
      };
      return { messages: channel.messages, forbid: permit(false), permit: permit(true) };
    },
  };
}

export type Channels = ReturnType<typeof createChannels>;
