import { randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import { PATIENCE_MS } from "#tests/patience.ts";
import { createChannels } from "./discord/channels.ts";
import { createEndpoints } from "./discord/endpoint.ts";
import { createGateway } from "./discord/gateway.ts";
import { createInteractions, type Kind } from "./discord/interactions.ts";
import { createPerson, type PersonOptions } from "./discord/people.ts";
import { createRest } from "./discord/rest.ts";

export type DiscordOptions = {
  token?: string;
  /** Discord waits 3 s for an acknowledgement. */
  acknowledgeMs?: number;
  /** An interaction token lives 15 minutes. */
  tokenLifeMs?: number;
  /** Discord asks for a heartbeat every 41 s. */
  heartbeatMs?: number;
  /** Edits of one webhook token that are let through in a window; observed: 5 in about 2 s. */
  bucket?: { limit: number; windowMs: number };
  /** How far Discord's clock is ahead of this machine's, in ms. */
  clockOffsetMs?: number;
  /** Serves over TLS, under a name that no name server knows: whoever comes has to come through a proxy. */
  secure?: { host: string; key: string; cert: string };
};

/** What the time in ids counts from, in ms since 1970. */
const EPOCH_MS = 1_420_070_400_000;

export const TOKEN = "MTAwMDAwMDAwMDAwMDAwMDAx.GStand.in-token_for_tests";
const APPLICATION = "100000000000000001";

export type Discord = Awaited<ReturnType<typeof startDiscord>>;

/**
 * Discord on loopback: a REST API and a gateway that the real client logs in to, as strict as the real one where a bot
 * can go wrong. What the bot does wrong is kept in `violations`; `stop` throws when there are any. Its addresses begin with
 * a path of its own: a bot that outlived its test asks for another one's, on a port that is ours now.
 */
export async function startDiscord({
  token = TOKEN,
  acknowledgeMs = 3000,
  tokenLifeMs = 15 * 60_000,
  heartbeatMs = 41_250,
  bucket = { limit: 5, windowMs: 2000 },
  clockOffsetMs = 0,
  secure,
}: DiscordOptions = {}) {
  const violations: string[] = [];
  const violation = (fault: string): void => {
    violations.push(fault);
  };
  let lastId = 0n;
  /** Ids carry the time, by the clock that Discord has (developers/reference, "Snowflakes"). */
  const nextId = (): string => {
    const earliest = BigInt(Date.now() + clockOffsetMs - EPOCH_MS) << 22n;
    lastId = lastId < earliest ? earliest : lastId + 1n;
    return String(lastId);
  };
  /** How often each interaction is delivered. */
  let deliveries = 1;
  const root = `/${randomUUID()}`;
  const gatewayPath = `${root}/gateway`;
  const gatewayUrl = (): string =>
    secure ? `wss://${secure.host}${gatewayPath}` : `ws://127.0.0.1:${port()}${gatewayPath}`;

  const interactions = createInteractions({ acknowledgeMs, tokenLifeMs }, violation, nextId);
  const channels = createChannels(violation, nextId);
  const rest = createRest({
    root,
    token,
    application: APPLICATION,
    gatewayUrl,
    interactions,
    channels,
    violation,
    bucket,
    certificate: secure,
  });
  const gateway = createGateway(rest.server, {
    token,
    application: APPLICATION,
    heartbeatMs,
    path: gatewayPath,
    url: gatewayUrl,
    violation,
  });
  const endpoints = createEndpoints(violation, acknowledgeMs, () => Date.now() + clockOffsetMs);
  /** How often the addresses were set. */
  let moves = 0;
  const port = (): number => (rest.server.address() as AddressInfo).port;
  await new Promise<void>((resolve) => rest.server.listen(0, "127.0.0.1", resolve));

  /** Resolves once a bot is connected and `look` holds. */
  const until = async (look: () => boolean, what: string, withinMs = PATIENCE_MS): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const deadline = setTimeout(() => reject(new Error(`timed out: ${what}`)), withinMs);
    const check = (): void => {
      if (look()) resolve();
    };
    const poll = setInterval(check, 20);
    gateway.waiting.add(check);
    check();
    await promise.finally(() => {
      clearTimeout(deadline);
      clearInterval(poll);
      gateway.waiting.delete(check);
    });
  };

  return {
    apiUrl: `${secure ? `https://${secure.host}` : `http://127.0.0.1:${port()}`}${root}/api`,
    port: port(),
    token,
    violations,
    gateway,
    rest,
    until,
    /** A channel that the bot may post to, with what it posted. */
    channel: channels.open,
    /** Whether the newest interaction only shows that an answer will come. */
    isDeferred: () => [...interactions.records.values()].at(-1)?.deferred === true,
    /** An interaction that nobody typed, for tests of the stand-in itself. */
    openInteraction: (kind: Kind) => interactions.open(kind, "300000000000000001"),
    publicKey: endpoints.publicKey,
    /** From now on interactions go to these addresses in turn, and not through the gateway. */
    callAt: (...urls: string[]) => {
      moves += 1;
      endpoints.urls.splice(0, endpoints.urls.length, ...urls);
    },
    /** From now on each interaction is delivered so often, over HTTP at the same moment and as the same signed request. */
    deliverTimes: (times: number): void => {
      deliveries = times;
    },
    /** Sends the newest request over HTTP once more, as it was signed. */
    deliverAgain: endpoints.deliverAgain,
    /** A program was started for the n-th time and is there. */
    started: (times: number): Promise<void> =>
      until(
        () => (moves > 0 ? moves === times : gateway.counts.identify === times && gateway.isConnected()),
        `start ${times}`,
      ),
    /** Connected, or answering at each address, and the commands registered. */
    ready: async (): Promise<void> => {
      const registered = () => rest.commands.size > 0 && (endpoints.urls.length > 0 || gateway.isConnected());
      await until(registered, "a bot that is connected and has registered its commands");
      for (const url of endpoints.urls) {
        let up = false;
        while (!up) up = await endpoints.accepts(url);
      }
    },
    person: (options: PersonOptions) =>
      createPerson(
        {
          interactions,
          application: APPLICATION,
          commands: () => [...rest.commands.values()].flat(),
          emit: (payload) => {
            if (endpoints.urls.length > 0) void endpoints.deliver(payload, deliveries);
            else for (let time = 0; time < deliveries; time++) gateway.emit("INTERACTION_CREATE", payload);
          },
        },
        options,
      ),
    stop: async (): Promise<void> => {
      gateway.close();
      rest.server.closeAllConnections();
      await new Promise((resolve) => rest.server.close(resolve));
      if (violations.length > 0) throw new Error(`Discord would object:\n${violations.join("\n")}`);
    },
  };
}
