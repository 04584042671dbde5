import { listParts } from "#src/base/list-parts.ts";
import type { HostSettings } from "#src/inference/backend.ts";

/** What is wrong with one host of a list, without any of its text: that may hold a password. */
export type HostFault = {
  rule:
    | "host"
    | "hostName"
    | "hostNameTwice"
    | "hostTwice"
    | "hostScheme"
    | "hostPort"
    | "hostCredentials"
    | "hostPath";
  /** Its place in the list, from 1. */
  place: number;
};

const DEFAULT_PORTS = { http: "80", https: "443" } as const;
const OLLAMA_PORT = "11434";

/** Letters and digits of any script first; what has a colon, a slash or an `@` before its `=` is an address. */
const NAMED = /^([^=:/@?#[\]]*)=(.*)$/s;
const NAME = /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,31}$/u;

/**
 * The hosts of `OLLAMA_HOSTS`: each what Ollama's own OLLAMA_HOST takes (envconfig.Host in its source), also with user and
 * password, and with a name before it (`gpu-a=http://…`). What listens on all addresses is reached on loopback. Never
 * throws; nothing that is wrong is passed over.
 */
export function parseHosts(list: string): { hosts: HostSettings[]; faults: HostFault[] } {
  const parts = listParts(list.replace(/\s*=\s*/g, "="))
    .map(unquoted)
    .filter((part) => part !== "");
  const hosts: HostSettings[] = [];
  const faults: HostFault[] = [];
  const seen = new Set<string>();
  for (const [index, part] of parts.entries()) {
    const host = parseHost(part);
    const fault = typeof host === "string" ? host : repeated(host, seen);
    if (fault !== undefined) faults.push({ rule: fault, place: index + 1 });
    else if (typeof host !== "string") hosts.push(host);
  }
  return { hosts, faults };
}

/** Remembers the host, and tells what of it was there before. */
function repeated({ url, name }: HostSettings, seen: Set<string>): HostFault["rule"] | undefined {
  const named = name && `=${name.toLowerCase()}`;
  if (seen.has(url)) return "hostTwice";
  if (named !== undefined && seen.has(named)) return "hostNameTwice";
  seen.add(url);
  if (named !== undefined) seen.add(named);
  return undefined;
}

const unquoted = (text: string): string => text.replace(/^["']+|["']+$/g, "");

function parseHost(text: string): HostSettings | HostFault["rule"] {
  const [, name, named] = NAMED.exec(text) ?? [];
  const address = parseAddress(unslipped(named === undefined ? text : unquoted(named)));
  if (typeof address === "string" || name === undefined) return address;
  return NAME.test(name) ? { ...address, name } : "hostName";
}

/** `http:/x` and `http//x` are no paths on a machine that is called `http`. */
const unslipped = (address: string): string => address.replace(/^(https?)(?::\/|\/\/)(?!\/)/i, "$1://");

function parseAddress(text: string): HostSettings | HostFault["rule"] {
  const [, written, rest = text] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is.exec(text) ?? [];
  const scheme = written?.toLowerCase() ?? (text.toLowerCase() === "ollama.com" ? "https" : "http");
  if (scheme !== "http" && scheme !== "https") return "hostScheme";
  const [, authority = "", path = ""] = /^([^/?#]*)(.*)$/s.exec(rest) ?? [];
  const at = authority.lastIndexOf("@");
  // Without a scheme the port is Ollama's; `ollama.com` stands for the service.
  const standard = written === undefined && scheme === "http" ? OLLAMA_PORT : DEFAULT_PORTS[scheme];
  const place = hostAndPort(authority.slice(at + 1), standard);
  if (typeof place === "string") return place;
  if (/[?#]/.test(path)) return "hostPath";
  const url = URL.parse(`${scheme}://${place.host}:${place.port}${path}`);
  if (url === null) return "host";
  if (url.hostname === "0.0.0.0") url.hostname = "127.0.0.1";
  if (url.hostname === "[::]") url.hostname = "[::1]";
  const bareUrl = url.href.replace(/\/+$/, "");
  if (at < 0) return { url: bareUrl };
  const authorization = basic(authority.slice(0, at));
  return authorization === undefined ? "hostCredentials" : { url: bareUrl, authorization };
}

/** The host, an IPv6 one in brackets, and a port that a client can reach. */
function hostAndPort(text: string, standard: string): { host: string; port: string } | HostFault["rule"] {
  if (/^[0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*$/i.test(text)) return { host: `[${text}]`, port: standard };
  const [, host, port] = /^(\[[^\]\s]*\]|[\p{L}\p{M}\p{N}._-]*)(?::(.*))?$/u.exec(text) ?? [];
  if (host === undefined) return "host";
  // A number alone would be taken for an IPv4 address: `11434` for 0.0.44.170.
  if (/^\d+$/.test(host) || (host === "" && !port)) return "host";
  if (port && !(/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535)) return "hostPort";
  return { host: host || "127.0.0.1", port: port || standard };
}

/** The header for `user:password`, percent-decoded (RFC 7617: UTF-8, no colon in the user); undefined where there is none. */
function basic(credentials: string): string | undefined {
  const [, user = "", password = ""] = /^([^:]*):?(.*)$/s.exec(credentials) ?? [];
  try {
    const [decodedUser, decodedPassword] = [decodeURIComponent(user), decodeURIComponent(password)];
    if (decodedUser.includes(":") || `${user}${password}` === "") return undefined;
    return `Basic ${Buffer.from(`${decodedUser}:${decodedPassword}`, "utf8").toString("base64")}`;
  } catch {
    return undefined;
  }
}
