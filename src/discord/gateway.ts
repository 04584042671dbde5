import { setTimeout as wait } from "node:timers/promises";
import { Client, Events, GatewayDispatchEvents, HTTPError, Options } from "discord.js";
import { UpstreamPaused } from "#src/base/back-off.ts";
import { raised } from "#src/base/lifecycle.ts";
import type { Log } from "#src/base/log.ts";
import { networkFault } from "#src/base/network-fault.ts";
import type { Upstream } from "#src/base/upstream.ts";
import type { DiscordEvents } from "#src/metrics/discord-metrics.ts";
import { restOptions } from "./api.ts";
import { watchConnection } from "./connection.ts";
import { GatewayRefused } from "./gateway-refused.ts";
import { type GatewaySockets, gatewaySockets } from "./gateway-sockets.ts";
import { createReconnecting, type Reconnecting } from "./reconnecting.ts";
import type { DiscordSettings } from "./settings.ts";
import { patientSharding } from "./sharding.ts";

export type Ready = { application: string };

type Gateway = Pick<DiscordSettings, "shards"> & {
  upstream: Upstream;
  token: string;
  log: Log;
  /** Called with each raw interaction. Must not throw. */
  onInteraction: (payload: unknown) => void;
  onReady: (ready: Ready) => void;
  events?: DiscordEvents | undefined;
};

/** What the clients of one gateway have in common. */
type Parts = {
  sockets: GatewaySockets;
  reconnecting: Reconnecting;
  /** Resolves once the signal is raised. */
  stopped: Promise<void>;
  onRefused: (error: GatewayRefused) => void;
};

const RETRY_FIRST_MS = 1000;
const RETRY_MOST_MS = 60_000;
/** The limit of sessions is for a day. */
const SESSIONS_MOST_MS = 24 * 3_600_000;
const SAME_LINE_EVERY_MS = 60_000;
/** Close code for a token that Discord does not know (topics/opcodes-and-status-codes). */
const AUTHENTICATION_FAILED = 4004;

/**
 * Keeps a gateway connection until the signal is raised. Throws GatewayRefused where Discord will not have this bot and
 * only a person can help.
 */
export async function keepGateway(gateway: Gateway, signal: AbortSignal): Promise<void> {
  const refused = Promise.withResolvers<never>();
  refused.promise.catch(() => {});
  const { upstream, events, log } = gateway;
  const reconnecting = createReconnecting({ log, signal, onAway: (reason) => events?.connected(false, reason) });
  const sockets = gatewaySockets(upstream.proxies, reconnecting.failed);
  const stopped = raised(signal);
  const client = await logIn(gateway, { sockets, reconnecting, stopped, onRefused: refused.reject }, signal);
  try {
    await Promise.race([stopped, refused.promise]);
  } finally {
    await client?.destroy();
  }
}

/**
 * Logs in, with a new client a try (a failed login destroys the client), less and less often. Once logged in the client
 * connects and reconnects by itself. Undefined where the signal was raised first.
 */
async function logIn(gateway: Gateway, parts: Parts, signal: AbortSignal): Promise<Client | undefined> {
  const tell = createFailureLine(gateway);
  for (let delay = RETRY_FIRST_MS; !signal.aborted; delay = Math.min(delay * 2, RETRY_MOST_MS)) {
    const client = createClient(gateway, parts, signal);
    try {
      await Promise.race([client.login(gateway.token), parts.stopped]);
      return client;
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "TokenInvalid") throw new GatewayRefused();
      const pauseMs = Math.max(delay, askedMs(error));
      tell(error, pauseMs);
      await wait(pauseMs, undefined, { signal }).catch(() => {});
    }
  }
  return undefined;
}

/** How long Discord asks to wait before the next login, in ms. */
function askedMs(error: unknown): number {
  if (error instanceof UpstreamPaused) return error.retryAfter;
  // discord.js says in its text alone when there are sessions again (`session_start_limit` of GET /gateway/bot).
  const [, resets] = /^Not enough sessions remaining .*; resets at (\S+)$/.exec(messageOf(error)) ?? [];
  if (resets === undefined) return 0;
  return Math.min(Math.max(RETRY_MOST_MS, Date.parse(resets) - Date.now()), SESSIONS_MOST_MS);
}

/** Says why a login failed, the same at most once a minute; a pause was said when it began. */
function createFailureLine({ log, events }: Gateway): (error: unknown, retryInMs: number) => void {
  let told = { reason: "", at: Number.NEGATIVE_INFINITY };
  return (error, retryInMs) => {
    const reason = messageOf(error);
    events?.connected(false, reason);
    const isKnown = told.reason === reason && performance.now() - told.at < SAME_LINE_EVERY_MS;
    if (isKnown || error instanceof UpstreamPaused) return;
    log.warn({ reason, retryInMs: Math.round(retryInMs) }, "could not log in to Discord");
    told = { reason, at: performance.now() };
  };
}

function messageOf(error: unknown): string {
  if (error instanceof HTTPError) return `Discord answered ${error.status}`;
  return error instanceof Error ? networkFault(error) : String(error);
}

/** No intents: slash commands and buttons come without any, and nothing else is read. */
function createClient(
  { upstream, shards, log, onInteraction, onReady, events }: Gateway,
  { sockets, reconnecting, onRefused }: Parts,
  signal: AbortSignal,
): Client {
  const client = new Client({
    intents: [],
    ...(shards ? { shards: shards.ids, shardCount: shards.count } : { shards: "auto" as const }),
    rest: restOptions(upstream),
    allowedMentions: { parse: [] },
    makeCache: Options.cacheWithLimits({ ...Options.DefaultMakeCacheSettings, MessageManager: 0, UserManager: 0 }),
    ws: { buildStrategy: patientSharding(sockets, reconnecting) },
  });
  if (events)
    watchConnection(client, {
      connected: events.connected,
      // A connection that is closed because the program stops is not made again.
      reconnecting: () => signal.aborted || events.reconnecting(),
    });
  client.ws.on(GatewayDispatchEvents.InteractionCreate, onInteraction);
  client.ws.on(GatewayDispatchEvents.Resumed, () => log.info("Discord session resumed"));
  return (
    client
      // Without a listener for `error` an emitted error would end the process.
      .on(Events.Error, (error) => log.error({ err: error }, "discord.js error"))
      .on(Events.Warn, (message) => log.warn(message))
      .on(Events.ShardError, (error, shard) => log.debug({ shard, reason: error.message }, "Discord connection error"))
      .on(Events.ShardReconnecting, reconnecting.lost)
      .on(Events.ShardReady, reconnecting.ready)
      .on(Events.ShardResume, reconnecting.ready)
      .on(Events.ShardDisconnect, ({ code }) =>
        onRefused(new GatewayRefused(code === AUTHENTICATION_FAILED ? undefined : code)),
      )
      .once(Events.ClientReady, (ready) => {
        log.info({ user: ready.user.tag, shards: ready.ws.shards.size }, "connected to Discord");
        onReady({ application: ready.application.id });
      })
  );
}
