import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { ProxyOptions } from "./proxy.ts";

/** The next so many bytes of a connection. */
async function take(socket: Socket, count: number): Promise<Buffer> {
  for (;;) {
    const bytes: Buffer | null = socket.read(count);
    if (bytes !== null) return bytes;
    if (socket.readableEnded || socket.destroyed) throw new Error("the client left");
    await new Promise((resolve) => socket.once("readable", resolve).once("close", resolve));
  }
}

/** A SOCKS 5 proxy on loopback (RFC 1928, with the user and password of RFC 1929) that keeps a list of what was asked for. */
export async function startSocksProxy({ routes, login }: ProxyOptions) {
  const targets: string[] = [];
  const sockets = new Set<Socket>();

  const authenticate = async (client: Socket): Promise<boolean> => {
    const [, methods = 0] = await take(client, 2);
    const offered = await take(client, methods);
    const method = login ? 2 : 0;
    client.write(Buffer.from([5, offered.includes(method) ? method : 0xff]));
    if (!login) return offered.includes(method);
    const [, userLength = 0] = await take(client, 2);
    const user = await take(client, userLength);
    const [passwordLength = 0] = await take(client, 1);
    const password = await take(client, passwordLength);
    const isKnown = String(user) === login.user && String(password) === login.password;
    client.write(Buffer.from([1, isKnown ? 0 : 1]));
    return isKnown;
  };

  const serve = async (client: Socket): Promise<void> => {
    if (!(await authenticate(client))) return void client.end();
    const [, , , kind] = await take(client, 4);
    // A name: whoever looks it up by itself sends an address.
    const length = kind === 3 ? ((await take(client, 1))[0] ?? 0) : 4;
    const host = await take(client, length);
    const port = (await take(client, 2)).readUInt16BE();
    const target = `${kind === 3 ? String(host) : [...host].join(".")}:${port}`;
    targets.push(target);
    const to = routes[target];
    const reply = (code: number): Buffer => Buffer.from([5, code, 0, 1, 0, 0, 0, 0, 0, 0]);
    if (to === undefined) return void client.end(reply(4));
    const upstream = connect(to, "127.0.0.1", () => {
      client.write(reply(0));
      upstream.pipe(client).pipe(upstream);
    });
    sockets.add(upstream);
    upstream.on("error", () => client.destroy()).on("close", () => client.destroy());
    client.on("close", () => upstream.destroy());
  };

  const server = createServer((client) => {
    sockets.add(client);
    client.on("error", () => {}).on("close", () => sockets.delete(client));
    serve(client).catch(() => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const label = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `socks5://${label}`,
    label,
    targets,
    stop: async (): Promise<void> => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
