import { describe, expect, test } from "vitest";
import { LOCALES } from "#src/base/locale.ts";
import { parseExceptions, parseProxy, proxyFor, proxyLabel } from "#src/base/proxy.ts";
import { proxiesOnTheWay } from "#src/base/upstream.ts";
import { WRONG_SETTING } from "#src/cli/run.ts";
import { readConfig } from "#src/config.ts";
import { greeting } from "#src/terminal/greeting.ts";
import { runCommand } from "#tests/run-program.ts";
import { testApp } from "#tests/test-app.ts";

describe("the address of a proxy", () => {
  test.each([
    ["http://127.0.0.1:7890", { kind: "http", host: "127.0.0.1", port: 7890, login: undefined }],
    ["127.0.0.1:7890", { kind: "http", host: "127.0.0.1", port: 7890, login: undefined }],
    ["http://proxy.example/", { kind: "http", host: "proxy.example", port: 80, login: undefined }],
    ["https://proxy.example", { kind: "https", host: "proxy.example", port: 443, login: undefined }],
    ["HTTP://[::1]:3128", { kind: "http", host: "::1", port: 3128, login: undefined }],
    ["socks5://127.0.0.1", { kind: "socks5", host: "127.0.0.1", port: 1080, login: undefined }],
    ["socks5h://127.0.0.1:7891", { kind: "socks5", host: "127.0.0.1", port: 7891, login: undefined }],
    ["http://me:p%40ss@p:1", { kind: "http", host: "p", port: 1, login: { user: "me", password: "p@ss" } }],
  ])("%s", (text, address) => {
    expect(parseProxy(text)).toEqual(address);
  });

  test.each([
    "ftp://proxy:21",
    "socks4://proxy",
    "http://",
    "http://proxy/path",
    "http://proxy:99999",
    "http://proxy:0",
    "7890",
    "a b",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as it is written into a file
    "${PROXY}",
    "{}",
  ])("%s is none", (text) => {
    expect(parseProxy(text)).toBeUndefined();
  });

  test("is shown without user and password", () => {
    const labels = ["http://me:secret@p:1", "socks5://[::1]:9"].map((text) => parseProxy(text));
    expect(labels.map((proxy) => proxy && proxyLabel(proxy))).toEqual(["p:1", "[::1]:9"]);
  });

  test("that is wrong stops the start with one line, which does not repeat it", async () => {
    const env = { HTTPS_PROXY: "socks4://me:secret@proxy" };
    const { code, stderr } = await runCommand(() => Promise.resolve(0), [], env);
    expect(code).toBe(WRONG_SETTING);
    expect(stderr).toContain("HTTPS_PROXY：应为代理地址");
    expect(stderr).not.toContain("secret");
  });
});

describe("which address goes through which proxy", () => {
  const wayTo = (address: string, env: Record<string, string>): string | undefined => {
    const proxy = proxyFor(address, readConfig(env).proxies);
    return proxy && proxyLabel(proxy);
  };
  const [HTTPS_PROXY, HTTP_PROXY, ALL_PROXY] = ["http://s:1", "http://h:2", "http://a:3"];

  test.each([
    [{ HTTPS_PROXY, HTTP_PROXY, ALL_PROXY }, "s:1", "h:2"],
    [{ HTTPS_PROXY }, "s:1", undefined],
    [{ HTTP_PROXY }, "h:2", "h:2"],
    [{ ALL_PROXY }, "a:3", "a:3"],
    [{ HTTP_PROXY, ALL_PROXY }, "a:3", "h:2"],
    [{ https_proxy: "http://small:4", HTTPS_PROXY }, "small:4", undefined],
    [{ https_proxy: "", HTTPS_PROXY }, "s:1", undefined],
    [{}, undefined, undefined],
  ])("%o", (env, secure, plain) => {
    for (const scheme of ["https", "wss"]) expect(wayTo(`${scheme}://discord.com/x`, env)).toBe(secure);
    for (const scheme of ["http", "ws"]) expect(wayTo(`${scheme}://discord.com/x`, env)).toBe(plain);
  });

  test.each([
    "localhost",
    "LOCALHOST.",
    "a.localhost",
    "127.0.0.1",
    "127.9.9.9",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "0.0.0.0",
  ])("%s is this machine: through none", (host) => {
    expect(wayTo(`https://${host}/`, { ALL_PROXY })).toBeUndefined();
  });

  test.each([
    ["example.com", ["example.com", "a.example.com", "EXAMPLE.com."], ["badexample.com", "example.com.cn", "com"]],
    [".example.com", ["example.com", "a.b.example.com"], ["badexample.com"]],
    ["*.example.com", ["a.example.com"], ["badexample.com"]],
    ["Example.com", ["example.com"], ["example.org"]],
    ["a.cn, b.cn  c.cn", ["a.cn", "b.cn", "c.cn"], ["d.cn"]],
    ["example.com:8443", ["example.com:8443"], ["example.com", "example.com:84"]],
    ["example.com:443", ["example.com"], ["example.com:8443"]],
    ["10.0.0.1", ["10.0.0.1"], ["10.0.0.10", "110.0.0.1"]],
    ["10.0.0.0/8,192.168.0.0/16", ["10.9.8.7", "192.168.3.4"], ["11.0.0.1", "192.169.0.1"]],
    ["[fd00::1]:443", ["[fd00::1]", "[fd00:0:0::1]"], ["[fd00::2]", "[fd00::1]:80"]],
    ["fd00::/8", ["[fd12::1]"], ["[fe00::1]"]],
    ["::1", [], ["example.com"]],
    ["10.0.0.0/99, /, :, [, .", [], ["10.0.0.1", "example.com"]],
    ["*", ["example.com", "10.0.0.1", "[fd00::1]"], []],
  ])("NO_PROXY=%s", (exceptions, direct, proxied) => {
    const env = { ALL_PROXY, NO_PROXY: exceptions };
    const through = (hosts: string[]) => hosts.filter((host) => wayTo(`https://${host}/`, env) !== undefined);
    expect(through(direct)).toEqual([]);
    expect(through(proxied)).toEqual(proxied);
  });

  test("an empty NO_PROXY lists nothing", () => {
    expect(parseExceptions(" , ")).toEqual([]);
  });
});

test.each(LOCALES)("the greeting on a terminal names the proxy in %s, and says nothing without one", async (locale) => {
  const linesWith = async (env: Record<string, string>): Promise<string[]> => {
    const app = await testApp({ DEFAULT_LOCALE: locale, ...env });
    const proxies = proxiesOnTheWay(Object.values(app.upstreams));
    const settings = { path: ".env", isRead: false, overridden: [] };
    return greeting({ ...app, catalogDir: "catalog", settings, hasBot: true, proxies, page: "" });
  };
  const proxied = await linesWith({ HTTPS_PROXY: "http://me:secret@127.0.0.1:7890" });
  const direct = await linesWith({ HTTPS_PROXY: "http://127.0.0.1:7890", NO_PROXY: "*" });
  const [line, ...others] = proxied.filter((text) => !direct.includes(text));
  expect(line).toMatch(/127\.0\.0\.1:7890$/);
  expect(others).toEqual([]);
  expect(direct.length).toBe(proxied.length - 1);
});
