import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, rmdir } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis as Client } from "ioredis";

/** Why tests over Redis cannot run on this machine; undefined where they can. Debian: `apt-get install redis-server`. */
export const WITHOUT_REDIS: string | undefined =
  spawnSync("redis-server", ["--version"]).status === 0 ? undefined : "there is no redis-server on this machine";

/** Likewise for tests with a certificate. Debian: `apt-get install openssl`. */
export const WITHOUT_CERTIFICATE: string | undefined =
  spawnSync("openssl", ["version"]).status === 0 ? undefined : "there is no openssl on this machine";

export type Redis = Awaited<ReturnType<typeof startRedis>>;

/** What clients need for coming in, and the flags that make it so. */
type Door = { url: string; ca: string | undefined; flags: string[] };

export type RedisOptions = { secure?: boolean; cluster?: boolean; snapshots?: boolean };

/**
 * A real Redis on a free port of loopback that survives being killed, as one with an append-only file does. `secure`: over
 * TLS, with a certificate of its own, for those who know a password. `cluster`: in cluster mode, all alone. `snapshots`: takes
 * some, and refuses writes while that fails.
 */
export async function startRedis({ secure = false, cluster = false, snapshots = false }: RedisOptions = {}) {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), "mulu-redis-"));
  const { url, ca, flags: entrance } = secure ? secureDoor(port, folder) : openDoor(port);
  const flags = [...entrance, ...(cluster ? ["--cluster-enabled", "yes"] : []), "--save", snapshots ? "3600 1" : ""];
  let child = await launch(flags, folder);
  const down = async (signal: "SIGTERM" | "SIGKILL"): Promise<void> => {
    const closed = new Promise((resolve) => child.once("close", resolve));
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await closed;
  };
  return {
    url,
    /** The file of the certificate to trust. */
    ca,
    /** A client for looking at what is there; close it with `disconnect`. */
    client: () => new Client(url, ca === undefined ? {} : { tls: { ca: readFileSync(ca) } }),
    down: (signal: "SIGTERM" | "SIGKILL" = "SIGKILL") => down(signal),
    up: async (): Promise<void> => {
      child = await launch(flags, folder);
    },
    /** Is killed and comes back empty, as one that keeps nothing on its disk. */
    restartEmpty: async (): Promise<void> => {
      await down("SIGKILL");
      await rm(join(folder, "appendonlydir"), { recursive: true, force: true });
      child = await launch(flags, folder);
    },
    /** Snapshots fail meanwhile: a folder is where their file should be. */
    withoutSnapshots: async (act: () => Promise<void>): Promise<void> => {
      await mkdir(join(folder, "dump.rdb"));
      await act().finally(() => rmdir(join(folder, "dump.rdb")));
    },
    stop: async (): Promise<void> => {
      await down("SIGKILL");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const openDoor = (port: number): Door => ({
  url: `redis://127.0.0.1:${port}`,
  ca: undefined,
  flags: ["--port", String(port)],
});

/** As long and as odd as a generated one may be. */
const PASSWORD = `geheim/${randomBytes(8).toString("hex")}@:#%`;

function secureDoor(port: number, folder: string): Door {
  const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  const made = spawnSync("openssl", ["req", "-x509", ...kind, ...names, "-keyout", key, "-out", certificate]);
  if (made.status !== 0) throw new Error(`openssl made no certificate:\n${made.stderr}`);
  const files = ["--tls-cert-file", certificate, "--tls-key-file", key, "--tls-ca-cert-file", certificate];
  return {
    url: `rediss://:${encodeURIComponent(PASSWORD)}@localhost:${port}`,
    ca: certificate,
    flags: ["--port", "0", "--tls-port", String(port), ...files, "--tls-auth-clients", "no", "--requirepass", PASSWORD],
  };
}

async function launch(flags: readonly string[], folder: string): Promise<ChildProcess> {
  const settings = ["--bind", "127.0.0.1", "--dir", folder, "--appendonly", "yes"];
  const child = spawn("redis-server", [...flags, ...settings, "--maxmemory-policy", "noeviction"], {
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
