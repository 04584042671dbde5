import { Hono } from "hono";
import { expect, test } from "vitest";
import { z } from "zod";
import { clientAddress, visitorOf } from "#src/web/http/visitor.ts";

const answer = z.object({ address: z.string(), person: z.object({ id: z.string(), admin: z.boolean() }) });

type Asked = { peer?: string; headers?: Record<string, string>; host?: string; admin?: boolean };

const site = new Hono().get("/:host/:admin", (context) => {
  const { host, admin } = context.req.param();
  const person = visitorOf(context, { host: decodeURIComponent(host), admin: admin === "true" });
  return context.json({ address: clientAddress(context), person });
});

/** What is known of a visitor whose connection comes from `peer`. */
async function asked({ peer = "127.0.0.1", headers = {}, host = "127.0.0.1", admin = false }: Asked) {
  const path = `/${encodeURIComponent(host)}/${admin}`;
  const response = await site.request(path, { headers }, { incoming: { socket: { remoteAddress: peer } } });
  const { address, person } = answer.parse(await response.json());
  return { address, person, cookie: response.headers.get("set-cookie") };
}

test.each([
  ["the last address, which the proxy itself saw", "127.0.0.1", "203.0.113.7, 198.51.100.9", "198.51.100.9"],
  ["the only one", "127.0.0.1", "203.0.113.7", "203.0.113.7"],
  ["that of a proxy on IPv6", "::1", "203.0.113.7, 198.51.100.9", "198.51.100.9"],
  ["that of a proxy on a socket for both", "::ffff:127.0.0.1", "203.0.113.7, 198.51.100.9", "198.51.100.9"],
  ["IPv4 as IPv6 writes it", "127.0.0.1", "::ffff:203.0.113.7", "203.0.113.7"],
  ["IPv4 with a port", "127.0.0.1", "192.0.2.9, 203.0.113.7:4711", "203.0.113.7"],
  ["IPv4 with another port", "127.0.0.1", "203.0.113.7:52000", "203.0.113.7"],
  ["IPv6 with a port", "127.0.0.1", "[2001:db8:1:2::7]:4711", "2001:db8:1:2::/64"],
  ["IPv6 in brackets", "127.0.0.1", "[2001:db8:1:2::7]", "2001:db8:1:2::/64"],
  ["IPv6, whose last group is no port", "127.0.0.1", "2001:db8:1:2::4711", "2001:db8:1:2::/64"],
  ["IPv4 as IPv6 writes it, with a port", "127.0.0.1", "[::ffff:203.0.113.7]:4711", "203.0.113.7"],
  ["the connection's, where it comes from elsewhere and a port is said", "192.0.2.1", "203.0.113.7:4711", "192.0.2.1"],
  ["the connection's, where the proxy says nothing", "127.0.0.1", "203.0.113.7, ", "127.0.0.1"],
  ["the connection's, where it comes from elsewhere", "192.0.2.1", "203.0.113.7, 198.51.100.9", "192.0.2.1"],
])("a visitor's address behind a proxy: %s", async (_what, peer, forwarded, address) => {
  expect((await asked({ peer, headers: { "x-forwarded-for": forwarded } })).address).toBe(address);
});

test.each([
  ["2001:db8:1:2::1", "2001:db8:1:2::/64"],
  ["2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"],
  ["2001:db8:1:3::1", "2001:db8:1:3::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["192.0.2.1", "192.0.2.1"],
])("%s counts as %s", async (peer, address) => {
  expect((await asked({ peer })).address).toBe(address);
});

test.each([
  "unknown",
  "_hidden",
  "visitor.example",
  "visitor.example:4711",
  "203.0.113",
  "203.0.113.256",
  "203.0.113.7:",
  "203.0.113.7:x",
  "203.0.113.7:4711:1",
  "203.0.113.7 4711",
  "[203.0.113.7",
  "[2001:db8::1",
  "[2001:db8::1]x",
  "[2001:db8::1]4711",
  "2001:db8::1]:4711",
  "[]:4711",
  "x".repeat(1000),
])("no address from a proxy counts as the proxy's: %s", async (forwarded) => {
  const headers = { "x-forwarded-for": `203.0.113.7, ${forwarded}` };
  expect((await asked({ headers })).address).toBe("127.0.0.1");
  expect((await asked({ peer: "::1", headers })).address).toBe("0:0:0:0::/64");
});

test("a cookie that we gave names the visitor; anything else in it begins a new one", async () => {
  const id = "0123456789abcdef0123456789abcdef";
  const known = await asked({ headers: { cookie: `mulu-visitor=${id}` } });
  expect([known.person.id, known.cookie]).toEqual([`web:${id}`, null]);
  for (const wrong of ["", id.slice(1), `${id}0`, id.toUpperCase(), `../${id.slice(3)}`]) {
    const { person, cookie } = await asked({ headers: { cookie: `mulu-visitor=${wrong}` } });
    expect(person.id).toMatch(/^web:[0-9a-f]{32}$/);
    expect(person.id).not.toContain(id);
    expect(cookie).toContain(`mulu-visitor=${person.id.slice("web:".length)};`);
    expect(cookie).not.toContain("Secure");
  }
});

test("the operator is who opens a page that is for this machine alone and says so, without a proxy before it", async () => {
  const admin = async (options: Asked): Promise<boolean> => (await asked({ admin: true, ...options })).person.admin;
  expect([await admin({}), await admin({ host: "localhost" }), await admin({ host: "::1" })]).toEqual([
    true,
    true,
    true,
  ]);
  expect(await admin({ admin: false })).toBe(false);
  expect([await admin({ host: "0.0.0.0" }), await admin({ host: "127.0.0.1.evil.example" })]).toEqual([false, false]);
  for (const name of ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via"])
    expect(await admin({ headers: { [name]: "x" } })).toBe(false);
});
