import { createRequire } from "node:module";
import type * as DiscordJs from "discord.js";
import type * as Ws from "ws";
import { never } from "#src/base/deadline.ts";
import { type ProxySettings, proxyFor } from "#src/base/proxy.ts";
import { connectThrough } from "#src/base/tunnel.ts";

/** The gateway's WebSockets, as discord.js opens them. */
export type GatewaySockets = {
  /** discord.js' own strategy, whose shards open the sockets that are watched here. */
  Sharding: typeof DiscordJs.SimpleShardingStrategy;
  /** Ends those that are still connecting, which discord.js forgets. Resolves once all have closed; never without any. */
  ended: () => Promise<void>;
};

/**
 * Loads a copy of discord.js' gateway client with a WebSocket of ours: it goes through the proxy that is set for its
 * address, and tells what it fails with. The client takes no agent, Node's own proxy support does not reach its sockets
 * (`ws` makes its connections itself), and it keeps to itself that an address refuses. The copy is independent of what
 * was loaded before, and nobody else gets it.
 */
export function gatewaySockets(proxies: ProxySettings, onError: (error: Error) => void): GatewaySockets {
  const ours = createRequire(import.meta.url);
  const theirs = createRequire(ours.resolve("discord.js"));
  const path = theirs.resolve("@discordjs/ws");
  const ws: { WebSocket: typeof Ws.WebSocket } = createRequire(path)("ws");
  const Original = ws.WebSocket;
  const sockets = new Set<Ws.WebSocket>();

  class GatewaySocket extends Original {
    constructor(address: string, protocols: string[], options: Ws.ClientOptions) {
      super(address, protocols, { ...options, ...routeOf(address, proxies) });
      sockets.add(this);
      // Also for one that discord.js has turned away from: without a listener its error would end the process.
      this.on("error", onError);
      this.once("close", () => sockets.delete(this));
    }
  }

  const loaded = theirs.cache[path];
  delete theirs.cache[path];
  ws.WebSocket = GatewaySocket as typeof Ws.WebSocket;
  try {
    const { SimpleShardingStrategy: Sharding }: typeof DiscordJs = theirs("@discordjs/ws");
    return {
      Sharding,
      ended: async () => {
        const left = [...sockets];
        if (left.length === 0) return never();
        const closed = left.map((socket) => new Promise((resolve) => void socket.once("close", resolve)));
        for (const socket of left) if (socket.readyState === Original.CONNECTING) socket.terminate();
        await Promise.all(closed);
      },
    };
  } finally {
    ws.WebSocket = Original;
    if (loaded) theirs.cache[path] = loaded;
    else delete theirs.cache[path];
  }
}

/** `createConnection`, as `ws` hands it on to `http.request`; `@types/ws` knows only the form without a callback. */
function routeOf(address: string, proxies: ProxySettings): Ws.ClientOptions {
  const proxy = proxyFor(address, proxies);
  return proxy === undefined
    ? {}
    : ({ createConnection: connectThrough(proxy, address.startsWith("wss:")) } as unknown as Ws.ClientOptions);
}
