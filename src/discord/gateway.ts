import { setTimeout as wait } from "node:timers/promises";
import { Client, Events, GatewayDispatchEvents, Options, SimpleShardingStrategy } from "discord.js";
import type { Log } from "#src/base/log.ts";
import type { DiscordEvents } from "#src/metrics/discord-metrics.ts";
import { watchConnection } from "./connection.ts";
import { GatewayRefused } from "./gateway-refused.ts";
import type { DiscordSettings } from "./settings.ts";

export type Ready = { application: string };

type Gateway = Pick<DiscordSettings, "apiUrl" | "shards"> & {
  token: string;
  log: Log;
  /** Called with each raw interaction. Must not throw. */
  onInteraction: (payload: unknown) => void;
  onReady: (ready: Ready) => void;
  events?: DiscordEvents | undefined;
};

const RETRY_FIRST_MS = 1000;
const RETRY_MOST_MS = 60_000;
/** Close code for a token that Discord does not know (topics/opcodes-and-status-codes). */
const AUTHENTICATION_FAILED = 4004;

/**
 * Keeps a gateway connection until the signal is raised. Throws GatewayRefused where Discord will not have this bot and
 * only a person can help.
 */
export async function keepGateway(gateway: Gateway, signal: AbortSignal): Promise<void> {
  const end = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => end.resolve(), { once: true });
  const client = await logIn(gateway, end.reject, signal);
  try {
    if (!signal.aborted) await end.promise;
  } finally {
    await client?.destroy();
  }
}

/**
 * Logs in, with a new client a try (a failed login destroys the client), less and less often. Once logged in the client
 * reconnects by itself. Undefined where the signal was raised first.
 */
async function logIn(
  gateway: Gateway,
  onRefused: (error: GatewayRefused) => void,
  signal: AbortSignal,
): Promise<Client | undefined> {
  for (let delay = RETRY_FIRST_MS; !signal.aborted; delay = Math.min(delay * 2, RETRY_MOST_MS)) {
    const client = createClient(gateway, onRefused, signal);
    try {
      await client.login(gateway.token);
      return client;
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "TokenInvalid") throw new GatewayRefused();
      gateway.log.warn({ err: error, retryInMs: delay }, "could not log in to Discord");
      await wait(delay, undefined, { signal }).catch(() => {});
    }
  }
  return undefined;
}

/** No intents: slash commands and buttons come without any, and nothing else is read. */
function createClient(
  { apiUrl, shards, log, onInteraction, onReady, events }: Gateway,
  onRefused: (error: GatewayRefused) => void,
  signal: AbortSignal,
): Client {
  const client = new Client({
    intents: [],
    ...(shards ? { shards: shards.ids, shardCount: shards.count } : { shards: "auto" as const }),
    rest: { api: apiUrl },
    allowedMentions: { parse: [] },
    makeCache: Options.cacheWithLimits({ ...Options.DefaultMakeCacheSettings, MessageManager: 0, UserManager: 0 }),
    ws: { buildStrategy: (manager) => new PatientSharding(manager) },
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
      .on(Events.ShardError, (error, shard) => log.warn({ shard, reason: error.message }, "Discord connection error"))
      .on(Events.ShardReconnecting, (shard) => {
        if (!signal.aborted) log.warn({ shard }, "Discord connection lost, reconnecting");
      })
      .on(Events.ShardDisconnect, ({ code }) =>
        onRefused(new GatewayRefused(code === AUTHENTICATION_FAILED ? undefined : code)),
      )
      .once(Events.ClientReady, (ready) => {
        log.info({ user: ready.user.tag, shards: ready.ws.shards.size }, "connected to Discord");
        onReady({ application: ready.application.id });
      })
  );
}

/**
 * A shard that cannot connect at first tries again by itself, but its first failure would make the login fail, and a
 * failed login destroys the client without ending those tries: two clients would then run. So the failure stays here;
 * it is logged as a connection error, and a refusal for good arrives as a disconnect.
 */
class PatientSharding extends SimpleShardingStrategy {
  override async connect(): Promise<void> {
    await super.connect().catch(() => {});
  }
}
