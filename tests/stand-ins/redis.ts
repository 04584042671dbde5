import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis as Client } from "ioredis";

/** Why tests over Redis cannot run on this machine; undefined where they can. Debian: `apt-get install redis-server`. */
export const WITHOUT_REDIS: string | undefined =
  spawnSync("redis-server", ["--version"]).status === 0 ? undefined : "there is no redis-server on this machine";

export type Redis = Awaited<ReturnType<typeof startRedis>>;

/** A real Redis on a free port of loopback that survives being killed, as one with an append-only file does. */
export async function startRedis() {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), "mulu-redis-"));
  let child = await launch(port, folder);
  const down = async (signal: "SIGTERM" | "SIGKILL"): Promise<void> => {
    const closed = new Promise((resolve) => child.once("close", resolve));
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await closed;
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    /** A client for looking at what is there; close it with `disconnect`. */
    client: () => new Client(port, "127.0.0.1"),
    down: (signal: "SIGTERM" | "SIGKILL" = "SIGKILL") => down(signal),
    up: async (): Promise<void> => {
      child = await launch(port, folder);
    },
    stop: async (): Promise<void> => {
      await down("SIGKILL");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function launch(port: number, folder: string): Promise<ChildProcess> {
  const settings = [
    "--port",
    String(port),
    "--bind",
    "127.0.0.1",
    "--dir",
    folder,
    "--save",
    "",
    "--appendonly",
    "yes",
  ];
  const child = spawn("redis-server", [...settings, "--maxmemory-policy", "noeviction"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    if (text.includes("Ready to accept connections")) resolve();
  });
  child.once("error", reject);
  child.once("exit", (code) => reject(new Error(`redis-server ended with ${code}`)));
  await promise;
  return child;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}
