import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";

/** How it fails: it refuses with a status, never answers, or closes the connection. */
type Fault = 403 | 407 | 502 | "hang" | "cut";

export type ProxyOptions = {
  /** Where it connects for whom, by `host:port`: names that nobody else can look up. Everything else is refused. */
  routes: Record<string, number>;
  /** What it asks for (Basic). */
  login?: { user: string; password: string };
  /** It speaks TLS itself, with these. */
  certificate?: { key: string; cert: string };
};

export type ProxyStandIn = Awaited<ReturnType<typeof startProxy>>;

/** An HTTP proxy on loopback that opens tunnels (CONNECT), keeps a list of them, and can be stopped and started again. */
export async function startProxy({ routes, login, certificate }: ProxyOptions) {
  const targets: string[] = [];
  const sockets = new Set<Socket>();
  let fault: Fault | undefined;
  let port = 0;
  const wanted = login && `Basic ${Buffer.from(`${login.user}:${login.password}`).toString("base64")}`;

  // Who asks for more than a tunnel is told so.
  const more = (_incoming: IncomingMessage, response: ServerResponse) => void response.writeHead(501).end();
  const server = certificate ? createSecureServer(certificate, more) : createServer(more);
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
  });
  server.on("connect", ({ url = "", headers }, client: Duplex) => {
    targets.push(url);
    const refuse = (status: number): void => void client.end(`HTTP/1.1 ${status} Refused\r\n\r\n<html>no</html>`);
    if (fault === "hang") return;
    if (fault === "cut") return void client.destroy();
    if (fault !== undefined) return refuse(fault);
    if (wanted !== undefined && headers["proxy-authorization"] !== wanted) return refuse(407);
    const to = routes[url];
    if (to === undefined) return refuse(502);
    const upstream = connect(to, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      upstream.pipe(client).pipe(upstream);
    });
    sockets.add(upstream);
    upstream.on("error", () => client.destroy()).on("close", () => client.destroy());
    client.on("error", () => upstream.destroy()).on("close", () => upstream.destroy());
  });

  const start = async (): Promise<void> => {
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    port = (server.address() as AddressInfo).port;
  };
  await start();
  return {
    get url() {
      return `http://127.0.0.1:${port}`;
    },
    get label() {
      return `127.0.0.1:${port}`;
    },
    /** What was asked for, `host:port`, refused or not. */
    targets,
    /** From now on it fails so; undefined: it works again. */
    fail: (how: Fault | undefined): void => {
      fault = how;
    },
    start,
    /** Ends it with all that goes through it, as a kill does. */
    stop: async (): Promise<void> => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
