import { BlockList, isIP } from "node:net";

/** A proxy that outgoing connections go through. Never logged: `proxyLabel` is for people. */
export type ProxyAddress = {
  kind: "http" | "https" | "socks5";
  host: string;
  port: number;
  login: { user: string; password: string } | undefined;
};

/** The proxies of this process, as `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` set them. */
export type ProxySettings = {
  /** For `http` and `ws`. */
  http: ProxyAddress | undefined;
  /** For `https` and `wss`. */
  https: ProxyAddress | undefined;
  /** What is reached directly, as `NO_PROXY` lists it. */
  exceptions: readonly string[];
};

/** URL also takes `${X}` and `{}` for names. */
const HOST_NAME = /^(?:\[[0-9a-f:.]+\]|[\w.-]+)$/i;
const KINDS: Record<string, { kind: ProxyAddress["kind"]; port: number }> = {
  "http:": { kind: "http", port: 80 },
  "https:": { kind: "https", port: 443 },
  "socks:": { kind: "socks5", port: 1080 },
  "socks5:": { kind: "socks5", port: 1080 },
  "socks5h:": { kind: "socks5", port: 1080 },
};

/** Reads a proxy's address as curl does: without a scheme it is an HTTP proxy. Undefined where it is none. */
export function parseProxy(text: string): ProxyAddress | undefined {
  const url = URL.parse(text.includes("://") ? text : `http://${text}`);
  const known = url && KINDS[url.protocol];
  if (!known || !HOST_NAME.test(url.hostname) || !/^\/?$/.test(url.pathname) || url.search !== "") return undefined;
  // A port alone would be read as an address (7890 is 0.0.30.210), and nobody listens on port 0.
  if (/^\d+$/.test(text) || url.port === "0") return undefined;
  const login = { user: decoded(url.username), password: decoded(url.password) };
  return {
    kind: known.kind,
    host: bareHost(url),
    port: url.port === "" ? known.port : Number(url.port),
    login: login.user === "" && login.password === "" ? undefined : login,
  };
}

/** Host and port of a proxy, for logs and people: `127.0.0.1:7890`. */
export const proxyLabel = ({ host, port }: ProxyAddress): string => hostAndPort(host, port);

export const hostAndPort = (host: string, port: number): string => `${host.includes(":") ? `[${host}]` : host}:${port}`;

/** The proxy through which an address is reached; undefined where directly. Loopback never goes through one. */
export function proxyFor(address: string, { http, https, exceptions }: ProxySettings): ProxyAddress | undefined {
  const url = new URL(address);
  const isSecure = url.protocol === "https:" || url.protocol === "wss:";
  const host = bareHost(url);
  const port = url.port === "" ? (isSecure ? 443 : 80) : Number(url.port);
  if (isLoopback(host) || exceptions.some((entry) => isException(entry, host, port))) return undefined;
  return isSecure ? https : http;
}

/** Entries of `NO_PROXY`, with commas or spaces between. */
export const parseExceptions = (text: string): string[] => text.split(/[\s,]+/).filter((entry) => entry !== "");

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");
// Whoever connects to "any address" reaches this machine.
LOOPBACK.addAddress("0.0.0.0", "ipv4");
LOOPBACK.addAddress("::", "ipv6");

function isLoopback(host: string): boolean {
  return host === "localhost" || host.endsWith(".localhost") || holds(LOOPBACK, host);
}

/**
 * Whether an entry of `NO_PROXY` means this host, as curl takes it: `example.com`, `.example.com` and `*.example.com` mean
 * the host and all below it; `host:port` one port; addresses may be ranges (`10.0.0.0/8`); `*` is everything.
 */
function isException(entry: string, host: string, port: number): boolean {
  if (entry === "*") return true;
  const [, bracketed, named, ported] = /^(?:\[(.*)\]|([^:]*|.*:.*:.*?))(?::(\d+))?$/.exec(entry) ?? [];
  const name = (bracketed ?? named ?? "").toLowerCase();
  if (ported !== undefined && Number(ported) !== port) return false;
  if (isIP(host) !== 0) return holds(rangeOf(name), host);
  const suffix = name.replace(/^\*?\.+/, "").replace(/\.$/, "");
  return suffix !== "" && (host === suffix || host.endsWith(`.${suffix}`));
}

function rangeOf(name: string): BlockList {
  const range = new BlockList();
  const [address = "", bits] = name.split("/");
  const family = isIP(address) === 6 ? "ipv6" : "ipv4";
  if (isIP(address) === 0) return range;
  if (bits === undefined) range.addAddress(address, family);
  else if (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === "ipv6" ? 128 : 32))
    range.addSubnet(address, Number(bits), family);
  return range;
}

const holds = (range: BlockList, host: string): boolean =>
  isIP(host) !== 0 && range.check(host, isIP(host) === 6 ? "ipv6" : "ipv4");

const bareHost = ({ hostname }: URL): string =>
  hostname
    .toLowerCase()
    .replace(/^\[(.*)\]$/, "$1")
    .replace(/\.$/, "");

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
