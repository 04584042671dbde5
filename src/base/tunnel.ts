import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { createRequire } from "node:module";
import { isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Dispatcher } from "undici";
import { networkFault } from "./network-fault.ts";
import { hostAndPort, type ProxyAddress, type ProxySettings, proxyFor, proxyLabel } from "./proxy.ts";

/** How long a proxy may take to connect to somebody: less than any request here may take in all. */
const TUNNEL_MS = 8000;

type Target = { host: string; port: number };

/** A proxy did not connect us. The message names it without user and password. */
export class ProxyFailure extends Error {
  override name = "ProxyFailure";
  constructor(proxy: ProxyAddress, what: string) {
    super(`the proxy ${proxyLabel(proxy)} ${what}`);
    // Where in the program it was noticed helps nobody.
    this.stack = `${this.name}: ${this.message}`;
  }
}

/** A connection through a proxy, which says nothing yet. Rejects with ProxyFailure. */
export function openTunnel(proxy: ProxyAddress, target: Target): Promise<Socket> {
  return proxy.kind === "socks5" ? openSocks(proxy, target) : openConnect(proxy, target);
}

/** By HTTP's CONNECT (RFC 9110, section 9.3.6). */
function openConnect(proxy: ProxyAddress, { host, port }: Target): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const authority = hostAndPort(host, port);
  const fail = (what: string): void => reject(new ProxyFailure(proxy, what));
  const send = proxy.kind === "https" ? requestHttps : requestHttp;
  const request = send({
    host: proxy.host,
    port: proxy.port,
    method: "CONNECT",
    path: authority,
    agent: false,
    // Without it the certificate is checked for the host that the header names.
    ...(proxy.kind === "https" && { servername: isIP(proxy.host) === 0 ? proxy.host : "" }),
    headers: { host: authority, ...(proxy.login && { "proxy-authorization": basic(proxy.login) }) },
  });
  const late = setTimeout(() => {
    fail(`did not connect to ${authority} within ${TUNNEL_MS / 1000} s`);
    request.destroy();
  }, TUNNEL_MS);
  request.on("connect", ({ statusCode = 0 }, socket, head) => {
    if (statusCode >= 200 && statusCode < 300) {
      if (head.length > 0) socket.unshift(head);
      return resolve(socket as Socket);
    }
    socket.destroy();
    fail(refusal(statusCode, authority));
  });
  request.on("error", (error: NodeJS.ErrnoException) => fail(`cannot be used (${error.code ?? error.message})`));
  request.on("close", () => fail("closed the connection"));
  request.end();
  return promise.finally(() => clearTimeout(late));
}

const refusal = (status: number, authority: string): string =>
  status === 407
    ? "wants another user and password than its address has (407)"
    : `does not connect to ${authority} (${status})`;

const basic = ({ user, password }: NonNullable<ProxyAddress["login"]>): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;

/** By SOCKS 5. The proxy looks the name up, as a name server nearby may lie. */
async function openSocks(proxy: ProxyAddress, destination: Target): Promise<Socket> {
  const { SocksClient } = await import("socks");
  const { host, port, login } = proxy;
  try {
    const { socket } = await SocksClient.createConnection({
      proxy: { host, port, type: 5, ...(login && { userId: login.user, password: login.password }) },
      command: "connect",
      destination,
      timeout: TUNNEL_MS,
    });
    return socket;
  } catch (error) {
    // The library hangs what it was given, password included, on its errors: only the text is kept.
    const what = error instanceof Error ? error.message : "failed";
    throw new ProxyFailure(proxy, `cannot be used (${what})`);
  }
}

/** Options of `http.request` as a WebSocket client gives them to `createConnection`. */
type ConnectOptions = { host?: string | null; port?: number | string | null };
type Connected = (error: Error | null, socket: Socket | null) => void;

/** Makes the connections of a WebSocket client through a proxy, with TLS inside where it is `wss`. */
export const connectThrough =
  (proxy: ProxyAddress, isSecure: boolean) =>
  (options: ConnectOptions, done: Connected): void => {
    const host = bareHost(options.host ?? "");
    openTunnel(proxy, { host, port: Number(options.port) }).then(
      (socket) => done(null, isSecure ? secured(socket, host) : socket),
      (error: Error) => done(error, null),
    );
  };

const secured = (socket: Socket, host: string): Socket =>
  connectTls({ socket, ...(isIP(host) === 0 && { servername: host }), ALPNProtocols: ["http/1.1"] });

const dispatchers = new WeakMap<ProxySettings, Dispatcher>();

/**
 * The connections of undici, each through the proxy that is set for its host; undefined where none is set at all. This
 * undici is discord.js' own (6): that of Node is newer and takes no dispatcher of an older one.
 */
export function dispatcherFor(proxies: ProxySettings): Dispatcher | undefined {
  if (proxies.http === undefined && proxies.https === undefined) return undefined;
  const known = dispatchers.get(proxies);
  if (known) return known;
  const { Agent, buildConnector } = loadUndici();
  const connect = buildConnector({ timeout: TUNNEL_MS });
  const dispatcher = new Agent({
    connect: (options, done) => {
      const { protocol, hostname, port } = options;
      const proxy = proxyFor(
        `${protocol}//${hostAndPort(bareHost(hostname), Number(port) || defaultPort(protocol))}`,
        proxies,
      );
      if (proxy === undefined) return connect(options, done);
      openTunnel(proxy, { host: bareHost(hostname), port: Number(port) || defaultPort(protocol) }).then(
        (httpSocket) => {
          if (protocol === "https:")
            connect({ ...options, httpSocket }, (...[error, socket]: Parameters<typeof done>) =>
              error ? done(withoutTls(proxy, hostname, error), null) : done(null, socket),
            );
          else done(null, httpSocket.setNoDelay());
        },
        (error: Error) => done(error, null),
      );
    },
  });
  dispatchers.set(proxies, dispatcher);
  return dispatcher;
}

/** Who speaks on the other side of the tunnel is not who was asked for: many proxies put a page of theirs there. */
const withoutTls = (proxy: ProxyAddress, host: string, error: Error): ProxyFailure =>
  new ProxyFailure(proxy, `connects to ${host}, but no TLS came about there (${networkFault(error)})`);

const bareHost = (host: string): string => host.replace(/^\[(.*)\]$/, "$1");
const defaultPort = (protocol: string): number => (protocol === "https:" ? 443 : 80);

/** `fetch` through the proxies that are set, or the usual one. Nothing is loaded where there is none. */
export function fetchThrough(proxies: ProxySettings): typeof fetch {
  const dispatcher = dispatcherFor(proxies);
  if (dispatcher === undefined) return fetch;
  const undici = loadUndici();
  return async (input, init) => {
    const { method, headers, body, signal, redirect } = init ?? {};
    const request = { method, headers, body, signal, redirect, dispatcher } as Parameters<typeof undici.fetch>[1];
    const answer = await undici.fetch(input instanceof Request ? input.url : input, request);
    const { status, statusText } = answer;
    // Node's own, as everybody expects who asks with `instanceof`.
    return new Response(answer.body as ReadableStream | null, { status, statusText, headers: [...answer.headers] });
  };
}

const loadUndici = (): typeof import("undici") => createRequire(import.meta.url)("undici");
