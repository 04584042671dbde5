import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { createTar } from "nanotar";
import { pino } from "pino";
import { describe, expect, onTestFinished, test } from "vitest";
import { createClients } from "#src/sync/github/client.ts";
import { ArchiveRefused, fetchCatalog } from "#src/sync/refresh/archive.ts";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const ROOT = "example-mulu-0123456";
const MIB = 1_048_576;

/** Fetches an archive that git would never make: whatever these bytes are. */
async function fetchBytes(archive: Uint8Array, type = "application/x-gzip") {
  const server = createServer((incoming, response) => {
    const body = incoming.url?.includes("/tarball/") ? archive : Buffer.from(COMMIT);
    response.writeHead(200, { "content-type": body === archive ? type : "application/vnd.github.sha" });
    response.on("error", () => {}).end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const log = pino({ level: "silent" });
  const { reader } = await createClients({ apiUrl, identity: undefined }, { log, pace: "none" });
  const signal = new AbortController().signal;
  return fetchCatalog(reader.octokit, { repository: "example/mulu", branch: "main", signal });
}

const tarOf = (files: [name: string, data: string | Uint8Array][]): Uint8Array =>
  createTar(files.map(([name, data]) => ({ name: `${ROOT}/${name}`, data })));

const ruleOf = async (fetched: Promise<unknown>): Promise<unknown> => {
  const error: unknown = await fetched.catch((cause: unknown) => cause);
  if (!(error instanceof ArchiveRefused)) throw new Error("the archive was not refused", { cause: error });
  expect(error.commit).toBe(COMMIT);
  return `${error.problem.file} ${error.problem.issue.message}`;
};

describe("of an archive", () => {
  test("only the files in catalog/models are taken, as they are", async () => {
    const text = "name: 中文\r\n\ufeff";
    const tar = tarOf([
      ["README.md", "x"],
      ["catalog/README.md", "x"],
      ["catalog/models/a-7b.yaml", text],
      ["catalog/models/.hidden", "x"],
      ["catalog/models/old/b-7b.yaml", "x"],
      ["fixtures/catalog/models/c-7b.yaml", "x"],
      ["../../catalog/models/d-7b.yaml", "x"],
      ["/etc/passwd", "x"],
    ]);
    expect(await fetchBytes(gzipSync(tar))).toMatchObject({
      commit: COMMIT,
      files: [{ file: "a-7b.yaml", text }],
    });
  });

  test("an empty file is an empty text", async () => {
    const tar = tarOf([["catalog/models/a-7b.yaml", new Uint8Array()]]);
    tar[156] = "0".charCodeAt(0);
    expect(await fetchBytes(gzipSync(tar))).toMatchObject({ files: [{ file: "a-7b.yaml", text: "" }] });
  });
});

describe("is refused", () => {
  const entry = (data: string | Uint8Array): [string, string | Uint8Array] => ["catalog/models/a-7b.yaml", data];
  const changed = (tar: Uint8Array, change: (tar: Uint8Array) => void): Uint8Array => {
    change(tar);
    return tar;
  };
  const writeSize = (size: string) => (tar: Uint8Array) => tar.set(Buffer.from(size.padEnd(12, "\0")), 124);

  test.each<[string, () => Uint8Array, string]>([
    ["one file twice", () => tarOf([entry("a"), entry("b")]), "a-7b.yaml rule:archiveTwice"],
    [
      "one file twice, by a detour",
      () => tarOf([entry("a"), ["x/../catalog/models/a-7b.yaml", "b"]]),
      "a-7b.yaml rule:archiveTwice",
    ],
    [
      "a hard link",
      () => changed(tarOf([entry("a")]), (tar) => tar.set(Buffer.from("1"), 156)),
      "a-7b.yaml rule:archiveNoFile",
    ],
    ["text that is no UTF-8", () => tarOf([entry(Buffer.from([0xc4, 0xe3]))]), "a-7b.yaml rule:notUtf8"],
    ["a size below zero", () => changed(tarOf([entry("a")]), writeSize("-2000")), "catalog/models rule:archiveBroken"],
    ["a size that is none", () => changed(tarOf([entry("a")]), writeSize("zzz")), "catalog/models rule:archiveBroken"],
    [
      "a size beyond the end",
      () => changed(tarOf([entry("a")]), writeSize("7777777777")),
      "catalog/models rule:archiveBroken",
    ],
  ])("%s", async (_case, tar, rule) => {
    expect(await ruleOf(fetchBytes(gzipSync(tar())))).toBe(rule);
  });

  test("what unpacks to more than 200 MB", async () => {
    const bomb = gzipSync(Buffer.alloc(201 * MIB), { level: 1 });
    expect(bomb.length).toBeLessThan(2 * MIB);
    expect(await ruleOf(fetchBytes(bomb))).toBe("catalog/models rule:archiveTooLarge");
  });

  test("what is more than 64 MB packed", async () => {
    expect(await ruleOf(fetchBytes(gzipSync(Buffer.alloc(65 * MIB), { level: 0 })))).toBe(
      "catalog/models rule:archiveTooLarge",
    );
  });
});

test.each([
  ["half an archive", gzipSync(tarOf([["catalog/models/a-7b.yaml", "x".repeat(2000)]])).subarray(0, 80)],
  ["no archive at all", Buffer.from("<html>a proxy's page</html>")],
])("%s is no fault of the commit, and may be whole another time", async (_case, bytes) => {
  const error: unknown = await fetchBytes(bytes).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(Error);
  expect(error).not.toBeInstanceOf(ArchiveRefused);
});
