import { randomBytes } from "node:crypto";
import { isIP, isIPv6 } from "node:net";
import { getConnInfo } from "@hono/node-server/conninfo";
import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import type { Person } from "#src/base/person.ts";
import { isLoopback } from "./same-origin.ts";

const COOKIE = "mulu-visitor";
const MONTH_SECONDS = 30 * 86_400;
/** Set by proxies; a visitor behind one is not at this machine. */
const FORWARDED = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via"];

/**
 * Who sends a request: a random id in a cookie that scripts cannot read and other sites cannot send. Begin with it only
 * where our own page asks: a visitor who comes by a link from elsewhere would not have sent the cookie that there is.
 */
export function visitorOf(context: Context, settings: { host: string; admin: boolean }): Person {
  const sent = getCookie(context, COOKIE) ?? "";
  const id = /^[0-9a-f]{32}$/.test(sent) ? sent : newVisitorId(context);
  const admin = settings.admin && isLoopback(settings.host) && FORWARDED.every((name) => !context.req.header(name));
  return { id: `web:${id}`, admin, moderator: admin, roles: [], channels: [], guild: undefined };
}

function newVisitorId(context: Context): string {
  const id = randomBytes(16).toString("hex");
  const secure = new URL(context.req.url).protocol === "https:" || context.req.header("x-forwarded-proto") === "https";
  setCookie(context, COOKIE, id, { path: "/", maxAge: MONTH_SECONDS, sameSite: "Strict", httpOnly: true, secure });
  return id;
}

/**
 * The address that limits count by: the client's, or what a proxy on this machine says of its client. Of IPv6 the
 * network, since whoever has one address there has all of them.
 */
export function clientAddress(context: Context): string {
  const peer = withoutPrefix(getConnInfo(context).remote.address ?? "");
  const address = (isLoopback(peer) && forwardedAddress(context.req.header("x-forwarded-for"))) || peer;
  return isIPv6(address) ? `${groupsOf(address).slice(0, 4).join(":")}::/64` : address;
}

/**
 * What a proxy says of its client: it adds what it saw at the end, and what stands before may be the client's own
 * invention. Some write the port too (Azure's gateway: `192.0.2.1:4711`, `[2001:db8::1]:4711`), which changes with every
 * connection. Undefined for what is no address (`unknown`, or a name), as it would be a new visitor with every spelling.
 */
function forwardedAddress(header = ""): string | undefined {
  const last = header.split(",").at(-1)?.trim() ?? "";
  const [, bracketed, v4] = /^(?:\[([^\]]*)\]|([\d.]+))(?::\d{1,5})?$/.exec(last) ?? [];
  const address = withoutPrefix(bracketed ?? v4 ?? last);
  return isIP(address) === 0 ? undefined : address;
}

/** `::ffff:127.0.0.1` is how IPv4 shows on a socket for both. */
const withoutPrefix = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, "");

/** The eight groups of an address, `::` written out. */
function groupsOf(address: string): string[] {
  const [before = [], after = []] = address
    .replace(/%.*$/, "")
    .split("::")
    .map((half) => (half === "" ? [] : half.split(":")));
  const missing = Math.max(0, 8 - before.length - after.length);
  return [...before, ...Array<string>(address.includes("::") ? missing : 0).fill("0"), ...after];
}
