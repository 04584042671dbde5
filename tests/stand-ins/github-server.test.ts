import { generateKeyPairSync } from "node:crypto";
import { Octokit } from "octokit";
import { afterEach, describe, expect, test } from "vitest";
import { createClient } from "./github/test-client.ts";
import { type GithubOptions, type GithubStandIn, startGithub } from "./github.ts";

let github: GithubStandIn | undefined;

async function start(options: GithubOptions = {}): Promise<GithubStandIn> {
  github = await startGithub(options);
  return github;
}

afterEach(async () => {
  await github?.close();
  github = undefined;
});

describe("who asks", () => {
  test("writes need a token, and a repository that is ours and not archived", async () => {
    const server = await start();
    const catalog = await server.catalog("mulu/catalog", { x: "1" });
    server.upstream("QwenLM/Qwen3");
    const anonymous = createClient(server, null);
    const bot = createClient(server);
    const label = { name: "sync" };

    expect(await createClient(server, "wrong").call("GET", "/repos/mulu/catalog")).toMatchObject({ status: 401 });
    expect(await anonymous.call("GET", "/repos/mulu/catalog")).toMatchObject({ status: 200 });
    expect(await anonymous.call("POST", "/repos/mulu/catalog/labels", label)).toMatchObject({ status: 401 });
    expect(await bot.call("POST", "/repos/QwenLM/Qwen3/labels", label)).toMatchObject({ status: 403 });
    expect(server.violations.splice(0)).toHaveLength(2);
    await catalog.person.archive();
    expect(await bot.call("POST", "/repos/mulu/catalog/labels", label)).toMatchObject({
      status: 403,
      data: { message: "Repository was archived so is read-only." },
    });
  });

  test("sixty requests an hour without a token; what is unchanged costs nothing", async () => {
    let time = Date.parse("2026-11-23T00:00:00Z");
    const server = await start({ restLimit: 3, now: () => new Date(time) });
    server.upstream("QwenLM/Qwen3", { readme: "# Qwen3" });
    const { call } = createClient(server, null);
    const first = await call("GET", "/repos/QwenLM/Qwen3");
    const etag = first.headers.get("etag") ?? "";

    expect(first.headers.get("x-ratelimit-remaining")).toBe("2");
    const again = await call("GET", "/repos/QwenLM/Qwen3", undefined, { "if-none-match": etag });
    expect(again).toMatchObject({ status: 304, text: "" });
    expect(again.headers.get("x-ratelimit-remaining")).toBe("2");
    await call("GET", "/repos/QwenLM/Qwen3/readme");
    await call("GET", "/repos/QwenLM/Qwen3/tags");
    const refused = await call("GET", "/repos/QwenLM/Qwen3/tags");
    expect(refused.status).toBe(403);
    expect(refused.headers.get("x-ratelimit-remaining")).toBe("0");
    time += 3_600_001;
    expect(await call("GET", "/repos/QwenLM/Qwen3/tags")).toMatchObject({ status: 200 });
    expect(server.requests.every(({ authorized }) => !authorized)).toBe(true);
  });

  test("an installed app gets a token for an hour", async () => {
    const { privateKey, publicKey } = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
    });
    const server = await start({ app: { id: 7, installationId: 9, publicKey } });
    const catalog = await server.catalog("mulu/catalog", { x: "1" });
    const { App } = await import("octokit");
    const app = new App({
      appId: 7,
      privateKey,
      Octokit: Octokit.defaults({
        baseUrl: server.url,
        userAgent: "mulu-test",
        throttle: { enabled: false },
        request: { retries: 0, timeout: 10_000 },
      }),
    });
    const octokit = await app.getInstallationOctokit(9);
    const { data } = await octokit.request("POST /repos/{owner}/{repo}/labels", {
      owner: "mulu",
      repo: "catalog",
      name: "sync",
    });

    expect(data.name).toBe("sync");
    expect([...catalog.labels]).toEqual(["sync"]);
    // octokit names no version of the API by itself.
    expect(server.violations.splice(0).every((fault) => fault.startsWith("no x-github-api-version"))).toBe(true);
  });
});

describe("repositories", () => {
  test("a renamed one is found under its old name until another takes it", async () => {
    const server = await start();
    const glm = server.upstream("THUDM/GLM-4", { readme: "# GLM" });
    glm.rename("zai-org/GLM-4");
    const { call } = createClient(server);
    const moved = await call("GET", "/repos/THUDM/GLM-4/readme");

    expect(moved.status).toBe(301);
    expect(moved.headers.get("location")).toBe(`${server.url}/repositories/${glm.id}/readme`);
    expect((await call("GET", moved.headers.get("location") ?? "")).data).toMatchObject({ name: "README.md" });
    expect((await call("GET", "/repos/zai-org/GLM-4")).data).toMatchObject({ id: glm.id, full_name: "zai-org/GLM-4" });
    const other = server.upstream("THUDM/GLM-4");
    expect((await call("GET", "/repos/THUDM/GLM-4")).data).toMatchObject({ id: other.id });
    other.remove();
    expect(await call("GET", "/repos/THUDM/GLM-4")).toMatchObject({ status: 404 });
    other.restore();
    other.disable();
    expect(await call("GET", "/repos/THUDM/GLM-4")).toMatchObject({ status: 403 });
  });

  test("a write to a renamed catalog is sent on with its body", async () => {
    const server = await start();
    const catalog = await server.catalog("mulu/catalog", { x: "1" });
    await catalog.person.rename("mulu/models");
    const { call } = createClient(server);
    const moved = await call("POST", "/repos/mulu/catalog/labels", { name: "sync" });

    expect(moved.status).toBe(307);
    expect(catalog.name).toBe("mulu/models");
    expect(await call("POST", moved.headers.get("location") ?? "", { name: "sync" })).toMatchObject({ status: 201 });
  });

  test("an upstream has real blob ids, releases and tags", async () => {
    const server = await start();
    const qwen = server.upstream("QwenLM/Qwen3", { readme: "hello\n", license: "Apache-2.0" });
    // What `echo hello | git hash-object --stdin` says.
    expect(qwen.setReadme("hello\n")).toBe("ce013625030ba8dba906f756967f9e9ca394464a");
    qwen.tag("v1", { date: "2024-01-02T00:00:00Z", annotated: true });
    const id = qwen.release({ tag: "v1", body: "notes", publishedAt: "2025-05-05T00:00:00Z" });
    qwen.release({ tag: "v2-draft", draft: true });
    const { call } = createClient(server);

    expect((await call("GET", "/repos/QwenLM/Qwen3/releases")).data).toMatchObject([
      { id, tag_name: "v1", created_at: "2024-01-02T00:00:00Z", published_at: "2025-05-05T00:00:00Z" },
    ]);
    expect((await call("GET", "/repos/QwenLM/Qwen3/tags")).data).toMatchObject([{ name: "v1" }]);
    const raw = await call("GET", "/repos/QwenLM/Qwen3/readme", undefined, { accept: "application/vnd.github.raw" });
    expect(raw.text).toBe("hello\n");
    const head = await call("GET", "/repos/QwenLM/Qwen3/commits/main", undefined, {
      accept: "application/vnd.github.sha",
    });
    expect(head.text).toBe(qwen.head());
    expect((await call("GET", "/repos/QwenLM/Qwen3")).data).toMatchObject({ license: { spdx_id: "Apache-2.0" } });
  });
});

describe("what a correct client never does", () => {
  test("is kept", async () => {
    const server = await start();
    await server.catalog("mulu/catalog", { x: "1" });
    const { call } = createClient(server);
    const mistakes: [what: string, ...Parameters<typeof call>][] = [
      ["no such route", "GET", "/repos/mulu/catalog/nonsense"],
      ["no such route", "GET", "/nonsense"],
      ["Unrecognized key", "POST", "/repos/mulu/catalog/labels", { name: "a", colour: "red" }],
      ["Unrecognized key", "GET", "/repos/mulu/catalog/pulls?perpage=3"],
      ["head", "POST", "/repos/mulu/catalog/pulls", { title: "t", base: "main" }],
      ["no x-github-api-version", "GET", "/repos/mulu/catalog", undefined, { "x-github-api-version": null }],
      ["a relative path", "POST", "/repos/mulu/catalog/git/trees", { tree: [entry("../x")] }],
      ["a relative path", "POST", "/repos/mulu/catalog/git/trees", { tree: [entry("a/.git/x")] }],
      ["a relative path", "POST", "/repos/mulu/catalog/git/trees", { tree: [entry("/x")] }],
      ["not a whole name", "POST", "/graphql", { query: QUALIFIED }],
    ];
    for (const [what, ...request] of mistakes) {
      await call(...request);
      expect(server.violations.splice(0).join("\n"), JSON.stringify(request)).toContain(what);
    }
  });
});

const QUALIFIED = `{ repository(owner: "mulu", name: "catalog") { ref(qualifiedName: "main") { name } } }`;

function entry(path: string) {
  return { path, mode: "100644", type: "blob", content: "" };
}
