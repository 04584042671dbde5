import { serve } from "@hono/node-server";
import { onTestFinished } from "vitest";
import { createApp } from "#src/app.ts";
import { type Claim, createClaims } from "#src/base/claims.ts";
import { createLog } from "#src/base/log.ts";
import type { Command } from "#src/chat/command.ts";
import { createRouter } from "#src/chat/router.ts";
import { readConfig } from "#src/config.ts";
import type { Admins } from "#src/discord/settings.ts";
import { createDiscord } from "#src/discord/surface.ts";
import type { Discord } from "#tests/stand-ins/discord.ts";

export const PERSON = "300000000000000001";

type SurfaceOptions = {
  commands: Command[];
  /** What the surface shares with others; absent: it is alone. */
  claim?: Claim;
  over?: "gateway" | "http";
  admins?: Admins;
};

/** A Discord surface that serves commands of a test's own; nothing of the runtime is loaded. Gives what it logs. */
export async function openSurface(
  discord: Discord,
  { commands, claim, over = "gateway", admins = { users: [], roles: [] } }: SurfaceOptions,
): Promise<{ logged: () => string; url: string }> {
  let logged = "";
  const write = (line: string): void => {
    logged += line;
  };
  const log = createLog({ logLevel: "debug" }, { write });
  const { services, outputs } = await createApp(readConfig({ LOG_LEVEL: "silent" }), { lazy: true });
  const surface = createDiscord(
    { router: createRouter(commands, log), services, outputs, log, admins, claims: createClaims(log, claim) },
    {
      token: discord.token,
      publicKey: over === "http" ? discord.publicKey : undefined,
      shards: undefined,
      apiUrl: discord.apiUrl,
      devGuildId: undefined,
      allowedGuilds: [],
      registerCommands: false,
    },
  );
  discord.rest.commands.set(
    "global",
    commands.map(({ name }) => ({ name, description: "x", options: [] })),
  );
  const stop = new AbortController();
  const running = surface.run(stop.signal);
  onTestFinished(async () => {
    stop.abort();
    await running;
  });
  const endpoint = await surface.endpoint();
  const url = endpoint === undefined ? "" : await listen(endpoint.fetch);
  if (over === "gateway") await discord.until(() => discord.gateway.isConnected(), "a connection");
  return { logged: () => logged, url };
}

function listen(fetch: Parameters<typeof serve>[0]["fetch"]): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const server = serve({ fetch, hostname: "127.0.0.1", port: 0 }, ({ port }) =>
    resolve(`http://127.0.0.1:${port}/interactions`),
  );
  onTestFinished(() => {
    server.close();
  });
  return promise;
}
