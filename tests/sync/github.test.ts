import { generateKeyPairSync } from "node:crypto";
import { Writable } from "node:stream";
import { pino } from "pino";
import { describe, expect, onTestFinished, test } from "vitest";
import { type ClientOptions, createClients } from "#src/sync/github/client.ts";
import { explainGithubError } from "#src/sync/github/failure.ts";
import { startGithub } from "#tests/stand-ins/github.ts";
import { silent } from "./observe-world.ts";
import { type Answer, drop, json, serve } from "./scripted-server.ts";

const TOKEN = "ghp_SecretOfThisTest0000";
const token = { kind: "token" as const, token: TOKEN };

const ok = json(200, { fine: true });

const clients = (apiUrl: string, options: Partial<ClientOptions> = {}) =>
  createClients({ apiUrl, identity: token }, { log: silent, pace: "none", ...options });
const readerOf = async (url: string, options: Partial<ClientOptions> = {}) => (await clients(url, options)).reader;

describe("a request", () => {
  test("says who asks and which version of the API it means", async () => {
    const { url, requests } = await serve(ok);
    const reader = await readerOf(url);
    await reader.octokit.request("GET /meta");
    await reader.octokit.graphql("query { viewer { login } }");
    expect(requests.map(({ url: path }) => path)).toEqual(["/meta", "/graphql"]);
    expect(requests[0]?.headers).toMatchObject({
      "user-agent": expect.stringMatching(/^mulu\/\d+\.\d+\.\d+$/),
      "x-github-api-version": "2026-03-10",
      authorization: `token ${TOKEN}`,
    });
    expect(reader.requests()).toBe(2);
  });

  test("to an Enterprise Server goes to its GraphQL, with the version that the server has", async () => {
    const { url, requests } = await serve(ok);
    const reader = await readerOf(`${url}/api/v3`);
    await reader.octokit.request("GET /meta");
    await reader.octokit.graphql("query { viewer { login } }");
    expect(requests.map(({ url: path }) => path)).toEqual(["/api/v3/meta", "/api/graphql"]);
    expect(requests[0]?.headers).not.toHaveProperty("x-github-api-version");
  });

  test("of an anonymous reader carries no token, and there is no writer", async () => {
    const { url, requests } = await serve(ok);
    const { reader, writer } = await createClients({ apiUrl: url, identity: undefined }, { log: silent, pace: "none" });
    await reader.octokit.request("GET /meta");
    expect(requests[0]?.headers).not.toHaveProperty("authorization");
    expect([reader.authenticated, writer]).toEqual([false, undefined]);
  });

  test("tells how much of the hour is left", async () => {
    const headers = { "x-ratelimit-remaining": "41", "x-ratelimit-resource": "core" };
    const reader = await readerOf((await serve(json(404, { message: "Not Found" }, headers))).url);
    expect(reader.remaining()).toBeUndefined();
    await expect(reader.octokit.request("GET /meta")).rejects.toThrow();
    expect(reader.remaining()).toBe(41);
  });
});

describe("a failure", () => {
  test.each([
    ["502", json(502, "<html>")],
    ["a broken connection", drop],
  ])("of a read is tried again after %s", async (_, failure) => {
    const { url, requests } = await serve(failure, failure, ok);
    const { data } = await (await readerOf(url)).octokit.request("GET /meta");
    expect(data).toEqual({ fine: true });
    expect(requests.length).toBe(3);
  });

  test("in the middle of a body is one, not an empty answer", async () => {
    const broken: Answer = (request, response) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
      response.write('{"fine":', () => request.socket.destroy());
    };
    const { url, requests } = await serve(broken, ok);
    const { data } = await (await readerOf(url)).octokit.request("GET /meta");
    expect(data).toEqual({ fine: true });
    expect(requests.length).toBe(2);
  });

  test.each([
    ["POST /repos/{owner}/{repo}/pulls", json(502, "")],
    ["POST /repos/{owner}/{repo}/pulls", drop],
    ["PATCH /repos/{owner}/{repo}/git/refs/heads/x", json(409, { message: "Conflict" })],
  ])("of a write is not tried again: it may have been carried out (%s)", async (route, failure) => {
    const { url, requests } = await serve(failure, ok);
    const { writer } = await clients(url);
    await expect(writer?.octokit.request(route, { owner: "a", repo: "b" })).rejects.toThrow();
    expect(requests.length).toBe(1);
  });

  test("of a mutation neither", async () => {
    const { url, requests } = await serve(json(502, ""), ok);
    const { writer } = await clients(url);
    await expect(writer?.octokit.graphql("mutation { x }")).rejects.toThrow();
    expect(requests.length).toBe(1);
    const query = await serve(json(502, ""), json(200, { data: { x: 1 } }));
    await expect((await clients(query.url)).writer?.octokit.graphql("query { x }")).resolves.toEqual({ x: 1 });
  });

  test("does not make the next request wait for longer: repeats are counted for each anew", async () => {
    const { url } = await serve(json(502, ""), json(502, ""), ok, json(502, ""), ok);
    const reader = await readerOf(url);
    const counts: unknown[] = [];
    reader.octokit.hook.before("request", ({ request }) => void counts.push(request["retryCount"]));
    await reader.octokit.request("GET /meta");
    await reader.octokit.request("GET /meta");
    expect(counts).toEqual([undefined, undefined]);
  });
});

describe("a limit", () => {
  const limit = (headers: Record<string, string>) =>
    json(403, { message: "You have exceeded a secondary rate limit." }, headers);

  test("of seconds is waited for, once, also for a write: it was not let in", async () => {
    const { url, requests } = await serve(limit({ "retry-after": "1" }), ok);
    const { writer } = await clients(url);
    await writer?.octokit.request("POST /repos/a/b/pulls");
    expect(requests.length).toBe(2);
  });

  test("of an hour is an error at once", async () => {
    const reset = String(Math.floor(Date.now() / 1000) + 3000);
    const { url, requests } = await serve(limit({ "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset }), ok);
    const error = await (await readerOf(url, { pace: "github" })).octokit.request("GET /meta").catch((e: unknown) => e);
    expect(explainGithubError(error)).toMatchObject({ kind: "limit", retryAfter: expect.toSatisfy((s) => s > 2900) });
    expect(requests.length).toBe(1);
  });

  test("is not waited for any longer when the run is stopped", async () => {
    const { url } = await serve(limit({ "retry-after": "50" }));
    const stop = new AbortController();
    const { writer } = await clients(url, { pace: "github", signal: stop.signal });
    const answer = writer?.octokit.request("POST /repos/a/b/git/refs");
    const refused = expect(answer).rejects.toThrow("stopped");
    await expect.poll(() => writer?.requests()).toBe(1);
    stop.abort(new Error("stopped"));
    await refused;
  });
});

describe("time", () => {
  test("a server that says nothing is given up", async () => {
    const { url, requests } = await serve(() => {});
    const error = await (await readerOf(url, { timeoutMs: 50 })).octokit.request("GET /meta").catch((e: unknown) => e);
    expect(explainGithubError(error)?.kind).toBe("unavailable");
    expect(requests.length).toBe(3);
  });

  test("one that stalls in the middle of its answer too", async () => {
    const half: Answer = (_, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.write("{");
    };
    const { url } = await serve(half);
    await expect((await readerOf(url, { timeoutMs: 50 })).octokit.request("GET /meta")).rejects.toThrow("too long");
  });

  test("a download may take longer", async () => {
    const slow: Answer = (_, response) => {
      response.writeHead(200, { "content-type": "application/x-gzip" });
      response.write("a");
      setTimeout(() => response.end("b"), 800);
    };
    const reader = await readerOf((await serve(slow)).url, { timeoutMs: 400 });
    const { data } = await reader.octokit.request("GET /file", { request: { parseSuccessResponseBody: false } });
    expect(await new Response(data).text()).toBe("ab");
  });

  test("stopping ends a request under way, and lets no other begin", async () => {
    const { url, requests } = await serve(() => {});
    const stop = new AbortController();
    const reader = await readerOf(url, { signal: stop.signal });
    const refused = expect(reader.octokit.request("GET /meta")).rejects.toThrow("stopped");
    await expect.poll(() => requests.length).toBe(1);
    stop.abort(new Error("stopped"));
    await refused;
    await expect(reader.octokit.request("GET /meta")).rejects.toThrow("stopped");
    expect(requests.length).toBe(1);
  });
});

describe("what is said about it", () => {
  test.each([
    [401, { message: "Bad credentials" }, {}, "token"],
    [403, { message: "Resource not accessible" }, {}, "forbidden"],
    [403, { message: "Repository access blocked", block: { reason: "tos" } }, {}, "notFound"],
    [451, { message: "Repository access blocked", block: { reason: "dmca" } }, {}, "notFound"],
    [404, { message: "Not Found" }, {}, "notFound"],
    [429, { message: "Too many" }, { "retry-after": "500" }, "limit"],
    [403, { message: "API rate limit exceeded for 1.2.3.4" }, { "x-ratelimit-remaining": "0" }, "limit"],
    [503, "<html>\u001b[31mUnicorn\n</html>", {}, "unavailable"],
  ])("%i %o", async (status, body, headers, kind) => {
    const { url } = await serve(json(status, body, headers));
    const error = await (await readerOf(url)).octokit.request("GET /meta").catch((reason: unknown) => reason);
    const failure = explainGithubError(error);
    expect(failure).toMatchObject({ kind, host: new URL(url).host });
    expect(failure?.message).not.toMatch(/\p{Cc}/u);
  });

  test("no connection, and what is no error of GitHub's", async () => {
    const reader = await readerOf("http://127.0.0.1:9");
    const error = await reader.octokit.request("GET /meta").catch((reason: unknown) => reason);
    expect(explainGithubError(error)).toMatchObject({ kind: "offline", host: "127.0.0.1:9" });
    expect(explainGithubError(new TypeError("a bug"))).toBeUndefined();
    expect(explainGithubError(undefined)).toBeUndefined();
  });

  test("never the token, whatever goes wrong and however much is logged", async () => {
    const lines: string[] = [];
    const stream = new Writable({
      write: (chunk, _, done) => {
        lines.push(String(chunk));
        done();
      },
    });
    const log = pino({ level: "trace" }, stream);
    const deprecated = json(200, {}, { deprecation: "true", sunset: "soon" });
    const { url } = await serve(
      deprecated,
      json(403, { message: "rate limit" }, { "retry-after": "1" }),
      json(500, ""),
    );
    const reader = await readerOf(url, { log });
    await reader.octokit.request("GET /meta");
    const error = await reader.octokit.request("GET /meta").catch((reason: unknown) => reason);
    log.error({ err: explainGithubError(error) }, "failed");
    expect(lines.length).toBeGreaterThanOrEqual(3);
    expect(lines.join("")).not.toContain(TOKEN);
  });
});

describe("an app", () => {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
  });
  const app = (installationId = "7", key = privateKey) =>
    ({ kind: "app", appId: "12", installationId, privateKey: key }) as const;

  test("reads and writes with a token of its installation", async () => {
    const github = await startGithub({ app: { id: 12, installationId: 7, publicKey } });
    onTestFinished(() => github.close());
    github.upstream("a/b", { readme: "b" });
    const { reader } = await createClients({ apiUrl: github.url, identity: app() }, { log: silent, pace: "none" });
    const { data } = await reader.octokit.request("GET /repos/{owner}/{repo}", { owner: "a", repo: "b" });
    expect(data.full_name).toBe("a/b");
    await reader.octokit.graphql("query { rateLimit { remaining } }");
    expect(github.requests.map(({ path }) => path)).toEqual([
      "/app/installations/7/access_tokens",
      "/repos/a/b",
      "/graphql",
    ]);
    expect(github.violations).toEqual([]);
  });

  test("that is not installed there is refused as an identity", async () => {
    const github = await startGithub({ app: { id: 12, installationId: 7, publicKey } });
    onTestFinished(() => github.close());
    const { reader } = await createClients({ apiUrl: github.url, identity: app("8") }, { log: silent, pace: "none" });
    const error = await reader.octokit.request("GET /rate_limit").catch((reason: unknown) => reason);
    expect(explainGithubError(error)?.kind).toBe("token");
  });

  test("whose key is none is refused before anything is asked", async () => {
    const key = "-----BEGIN PRIVATE KEY-----\nbm9uZQ==\n-----END PRIVATE KEY-----";
    const { url, requests } = await serve(ok);
    const made = createClients({ apiUrl: url, identity: app("7", key) }, { log: silent, pace: "none" });
    await expect(made).rejects.toMatchObject({ kind: "token" });
    expect(requests).toEqual([]);
  });
});
