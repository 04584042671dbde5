import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseHosts } from "#src/inference/ollama/hosts.ts";

const HERE = "http://127.0.0.1:11434";
const basic = (credentials: string): string => `Basic ${Buffer.from(credentials).toString("base64")}`;

describe("an address is read as Ollama reads its own OLLAMA_HOST", () => {
  test.each([
    ["127.0.0.1:11434", HERE],
    ["127.0.0.1", HERE],
    ["localhost", "http://localhost:11434"],
    ["localhost:8080", "http://localhost:8080"],
    [":11434", HERE],
    [":8080", "http://127.0.0.1:8080"],
    ["gpu.lan", "http://gpu.lan:11434"],
    ["gpu.lan:", "http://gpu.lan:11434"],
    ["my_ollama:11434", "http://my_ollama:11434"],
    ["192.168.1.20/", "http://192.168.1.20:11434"],
    ["http://127.0.0.1:11434/", HERE],
    ["HTTP://LocalHost:11434", "http://localhost:11434"],
    ["http://gpu.lan", "http://gpu.lan"],
    ["https://gpu.lan", "https://gpu.lan"],
    ["https://gpu.lan:443/", "https://gpu.lan"],
    ["Https://gpu.lan:8443", "https://gpu.lan:8443"],
    ["ollama.com", "https://ollama.com"],
    ["[::1]", "http://[::1]:11434"],
    ["::1", "http://[::1]:11434"],
    ["[::1]:8080", "http://[::1]:8080"],
    ["http://[fd00::5]", "http://[fd00::5]"],
    ["https://x.example/ollama", "https://x.example/ollama"],
    ["https://x.example/ollama//", "https://x.example/ollama"],
    ["x.example:80/a/b/", "http://x.example/a/b"],
    ['"127.0.0.1:11434"', HERE],
    [" ' 127.0.0.1:11434 ' ", HERE],
    ["http:/gpu.lan:80", "http://gpu.lan"],
    ["https//gpu.lan/x", "https://gpu.lan/x"],
    ["http://百度.cn", "http://xn--wxtr44c.cn"],
  ])("%s", (text, url) => {
    expect(parseHosts(text)).toEqual({ hosts: [{ url }], faults: [] });
  });

  test.each([
    ["0.0.0.0", HERE],
    ["0.0.0.0:8080", "http://127.0.0.1:8080"],
    ["http://0.0.0.0:11434", HERE],
    ["[::]", "http://[::1]:11434"],
    ["::", "http://[::1]:11434"],
    ["[::]:8080", "http://[::1]:8080"],
    ["http://[0:0::0]:11434", "http://[::1]:11434"],
  ])("and %s, which is no address to go to, is loopback", (text, url) => {
    expect(parseHosts(text)).toEqual({ hosts: [{ url }], faults: [] });
  });
});

describe("user and password become a header and are not in the address", () => {
  test.each([
    ["http://ann:secret@gpu.lan:11434", "http://gpu.lan:11434", "ann:secret"],
    ["https://ann:p%40ss%3Aw%2Frd@x.example/ollama", "https://x.example/ollama", "ann:p@ss:w/rd"],
    ["ann:secret@gpu.lan", "http://gpu.lan:11434", "ann:secret"],
    ["http://ann@gpu.lan:1", "http://gpu.lan:1", "ann:"],
    ["http://:secret@gpu.lan:1", "http://gpu.lan:1", ":secret"],
    ["http://ann:a=b@gpu.lan:1", "http://gpu.lan:1", "ann:a=b"],
    ["http://ann:a@b@gpu.lan:1", "http://gpu.lan:1", "ann:a@b"],
    ["http://%E5%AE%89:%E5%AF%86@gpu.lan:1", "http://gpu.lan:1", "安:密"],
    ["http://ann:密@gpu.lan:1", "http://gpu.lan:1", "ann:密"],
  ])("%s", (text, url, credentials) => {
    expect(parseHosts(text)).toEqual({ hosts: [{ url, authorization: basic(credentials) }], faults: [] });
  });
});

test("a name stands before an equals sign, and several hosts have commas, blanks or lines between", () => {
  const { hosts, faults } = parseHosts(
    "gpu-a=http://10.0.0.5:11434，显卡2 = ann:secret@10.0.0.6、\n 10.0.0.7 'b.1=\"https://x.example/ollama\"',,",
  );
  expect(faults).toEqual([]);
  expect(hosts).toEqual([
    { name: "gpu-a", url: "http://10.0.0.5:11434" },
    { name: "显卡2", url: "http://10.0.0.6:11434", authorization: basic("ann:secret") },
    { url: "http://10.0.0.7:11434" },
    { name: "b.1", url: "https://x.example/ollama" },
  ]);
});

test.each([
  ["11434", "host"],
  ["http://", "host"],
  [":", "host"],
  ["gpu-a=", "host"],
  ["a\\b", "host"],
  ["gpu-a=gpu-b=", "host"],
  ["*:11434", "host"],
  ["http://exa<mple", "host"],
  ["1.2.3.4.5", "host"],
  ["[::1", "host"],
  ["[fe80::1%eth0]", "host"],
  ["http://[::1]x:1", "host"],
  ["=http://gpu.lan", "hostName"],
  ["-a=http://gpu.lan", "hostName"],
  ["a`b=http://gpu.lan", "hostName"],
  [`${"a".repeat(33)}=http://gpu.lan`, "hostName"],
  ["ftp://gpu.lan", "hostScheme"],
  ["unix:///run/ollama.sock", "hostScheme"],
  ["gpu.lan:0", "hostPort"],
  ["gpu.lan:66000", "hostPort"],
  [":-1", "hostPort"],
  ["http://ann:se/cret@gpu.lan", "hostPort"],
  ["http://ann:50%@gpu.lan", "hostCredentials"],
  ["http://a%3Ab:c@gpu.lan", "hostCredentials"],
  ["http://:@gpu.lan", "hostCredentials"],
  ["http://gpu.lan/?key=secret", "hostPath"],
  ["http://gpu.lan#secret", "hostPath"],
])("%s is refused by its place in the list: %s", (text, rule) => {
  expect(parseHosts(`http://first.lan,${text}`)).toEqual({
    hosts: [{ url: "http://first.lan" }],
    faults: [{ rule, place: 2 }],
  });
});

test("what is there twice is refused, with other credentials and in another spelling too", () => {
  const { hosts, faults } = parseHosts(
    "gpu=http://a.lan:80,HTTP://A.lan/,GPU=http://b.lan,http://u:p@a.lan,c.lan,c.lan",
  );
  expect(hosts.map(({ url }) => url)).toEqual(["http://a.lan", "http://c.lan:11434"]);
  expect(faults).toEqual([
    { rule: "hostTwice", place: 2 },
    { rule: "hostNameTwice", place: 3 },
    { rule: "hostTwice", place: 4 },
    { rule: "hostTwice", place: 6 },
  ]);
});

test("whatever is written, each part is a host or a fault, and no address has credentials", () => {
  const piece = fc.constantFrom(..."a1.:/@%=[]?#\\\"' ,，\t\n".split(""), "http://", "::1", "0.0.0.0", "密", "\u0000");
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(piece, { maxLength: 30 }).map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(text, (list) => {
      const { hosts, faults } = parseHosts(list);
      if (hosts.length + faults.length === 0) expect(list.replace(/[\s,，、"']/gu, "")).toBe("");
      for (const { url } of hosts) {
        const { username, password, protocol, search, hash } = new URL(url);
        expect([username, password, search, hash]).toEqual(["", "", "", ""]);
        expect(["http:", "https:"]).toContain(protocol);
      }
      // What was read says the same again; a quote at an end would be taken for one around it.
      const urls = hosts.map(({ url }) => url).filter((url) => !url.endsWith("'"));
      expect(parseHosts(urls.join(",")).hosts.map(({ url }) => url)).toEqual(urls);
    }),
    { numRuns: 500 },
  );
});
