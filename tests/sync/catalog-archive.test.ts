import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { createTar } from "nanotar";
import { pino } from "pino";
import { describe, expect, onTestFinished, test } from "vitest";
import { createClients } from "#src/sync/github/client.ts";
import { explainGithubError } from "#src/sync/github/failure.ts";
import { ArchiveRefused, fetchCatalog } from "#src/sync/refresh/archive.ts";
import { createClient, shaOf } from "#tests/stand-ins/github/test-client.ts";
import {
  type CatalogRepository,
  type GithubOptions,
  type GithubStandIn,
  startGithub,
} from "#tests/stand-ins/github.ts";

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
      ["catalog/watch.yaml", "since: '2026'"],
      ["catalog/cards.yaml", "[]"],
      ["fixtures/catalog/models/c-7b.yaml", "x"],
      ["../../catalog/models/d-7b.yaml", "x"],
      ["/etc/passwd", "x"],
    ]);
    expect(await fetchBytes(gzipSync(tar))).toMatchObject({
      commit: COMMIT,
      files: [{ file: "a-7b.yaml", text }],
      beside: { watch: "since: '2026'", cards: "[]" },
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

/** A catalog on a server of some kind, and what is fetched of it. */
async function fetchFrom(
  options: GithubOptions,
  {
    files = FILES,
    branch,
    main = "main",
    known,
  }: {
    files?: Record<string, string>;
    branch?: string;
    main?: string;
    known?: { commit: string; etag?: string | undefined };
  } = {},
) {
  const github = await startGithub(options);
  onTestFinished(() => github.close());
  const catalog = await github.catalog("example/mulu", files, main);
  const log = pino({ level: "silent" });
  const identity = { kind: "token", token: github.token } as const;
  const { reader } = await createClients({ apiUrl: github.url, identity }, { log, pace: "none" });
  const fetchIt = (more = known) =>
    fetchCatalog(reader.octokit, {
      ...{ repository: "example/mulu", branch, signal: new AbortController().signal },
      ...(more && { known: more }),
    });
  return { github, catalog, fetchIt };
}
const FILES = {
  "README.md": "x",
  "catalog/README.md": "x",
  "catalog/cards.yaml": "cards: []\n",
  "catalog/families/qwen.md": "x",
  "catalog/models/a-7b.yaml": "name: 中文\n",
  "catalog/models/b-7b.yaml": "",
  "catalog/models/.hidden": "x",
  "catalog/models/old/c-7b.yaml": "x",
};
const FETCHED = {
  files: [
    { file: "a-7b.yaml", text: "name: 中文\n" },
    { file: "b-7b.yaml", text: "" },
  ],
  beside: { cards: "cards: []\n" },
};

describe("of a server that is not GitHub.com", () => {
  test.each<[string, GithubOptions]>([
    ["like GitHub.com", {}],
    ["that answers with the whole commit", { quirks: { plainCommits: true } }],
    ["that refuses a media type which it does not know", { quirks: { plainCommits: true, strictMediaTypes: true } }],
    ["without archives", { quirks: { archives: false } }],
    ["without either", { quirks: { archives: false, plainCommits: true } }],
  ])("%s the same is read, and once", async (_case, options) => {
    const { catalog, fetchIt } = await fetchFrom(options);
    const fetched = await fetchIt();
    if (fetched === "unchanged") throw new Error("nothing was known");
    expect(fetched).toMatchObject({ commit: await catalog.head(), ...FETCHED });
    expect(await fetchIt(fetched)).toBe("unchanged");
    await catalog.person.commit("main", { "catalog/models/a-7b.yaml": "name: 新\n" });
    expect(await fetchIt(fetched)).toMatchObject({ files: [{ text: "name: 新\n" }, {}] });
  });

  test("without archives only what is wanted is asked for", async () => {
    const { github, fetchIt } = await fetchFrom({ quirks: { archives: false } });
    await fetchIt();
    const asked = github.requests.map(({ path }) => path);
    expect(asked.filter((path) => path.includes("/git/blobs/"))).toHaveLength(3);
    expect(asked.filter((path) => path.includes("/git/trees/"))).toHaveLength(3);
  });

  test("without archives many files come one by one, in their order", async () => {
    const many = Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [`catalog/models/m${String(index).padStart(2, "0")}.yaml`, `${index}`]),
    );
    const { fetchIt } = await fetchFrom({ quirks: { archives: false } }, { files: many });
    expect(await fetchIt()).toMatchObject({
      files: Object.entries(many).map(([path, text]) => ({ file: path.slice("catalog/models/".length), text })),
    });
  });

  test.each([
    ["text that is no UTF-8", "a-7b.yaml rule:notUtf8", "\ud800"],
    ["a file of more than a megabyte", "a-7b.yaml rule:archiveTooLarge", "x".repeat(1_048_577)],
  ])("without archives %s is refused", async (_case, rule, text) => {
    // A lone surrogate becomes bytes of a replacement character, so the bytes are spoilt on the way.
    const { github, catalog, fetchIt } = await fetchFrom(
      { quirks: { archives: false } },
      { files: { "catalog/models/a-7b.yaml": text } },
    );
    if (text === "\ud800") await spoil(github, catalog);
    const error: unknown = await fetchIt().catch((cause: unknown) => cause);
    if (!(error instanceof ArchiveRefused)) throw new Error("it was not refused", { cause: error });
    expect(`${error.problem.file} ${error.problem.issue.message}`).toBe(rule);
  });
});

/** Puts a file of bytes that are no text on the main branch, over the API. */
async function spoil(github: GithubStandIn, catalog: CatalogRepository): Promise<void> {
  const { call } = createClient(github);
  const repository = `/repos/${catalog.name}`;
  const content = Buffer.from([0xc4, 0xe3]).toString("base64");
  const blob = shaOf(await call("POST", `${repository}/git/blobs`, { content, encoding: "base64" }));
  const entry = { path: "catalog/models/a-7b.yaml", mode: "100644", type: "blob", sha: blob };
  const tree = shaOf(await call("POST", `${repository}/git/trees`, { tree: [entry] }));
  const parents = [await catalog.head()];
  const commit = shaOf(await call("POST", `${repository}/git/commits`, { message: "Spoil it", tree, parents }));
  await call("PATCH", `${repository}/git/refs/heads/main`, { sha: commit });
}

describe("the branch", () => {
  test("is the repository's own where none is named", async () => {
    const { catalog, fetchIt } = await fetchFrom({}, { main: "trunk" });
    expect(await fetchIt()).toMatchObject({ commit: await catalog.head("trunk"), ...FETCHED });
  });

  test("that is named is taken beside the repository's own", async () => {
    const { catalog, fetchIt } = await fetchFrom({}, { branch: "next" });
    await catalog.person.commit("next", { "catalog/models/a-7b.yaml": null });
    expect(await fetchIt()).toMatchObject({ files: [{ file: "b-7b.yaml" }] });
  });

  test.each(["catalog", "feature/x"])("%s that is missing is named, with those that there are", async (branch) => {
    const { github, catalog, fetchIt } = await fetchFrom({}, { branch, main: "trunk" });
    await catalog.person.commit("next", { x: "1" });
    await expect(fetchIt()).rejects.toMatchObject({
      ...{ name: "GithubFailure", kind: "noBranch", host: new URL(github.url).host },
      detail: `branch ${branch} is not in example/mulu; it has next, trunk`,
    });
  });

  test("of a repository that is not there is no missing branch", async () => {
    const github = await startGithub();
    onTestFinished(() => github.close());
    const identity = { kind: "token", token: github.token } as const;
    const log = pino({ level: "silent" });
    const { reader } = await createClients({ apiUrl: github.url, identity }, { log, pace: "none" });
    const signal = new AbortController().signal;
    const error: unknown = await fetchCatalog(reader.octokit, { repository: "a/b", branch: "main", signal }).catch(
      (cause: unknown) => cause,
    );
    expect(explainGithubError(error)).toMatchObject({ kind: "notFound" });
  });
});
