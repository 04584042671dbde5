import { expect, onTestFinished, test } from "vitest";
import { createLog } from "#src/base/log.ts";
import { createUpstream } from "#src/base/upstream.ts";
import { readConfig } from "#src/config.ts";
import { createOllamaBackend } from "#src/inference/ollama/backend.ts";
import { createClients } from "#src/sync/github/client.ts";
import { explainGithubError } from "#src/sync/github/failure.ts";
import { fetchCatalog } from "#src/sync/refresh/archive.ts";
import { makeCertificate, trust } from "#tests/certificate.ts";
import { openServer } from "#tests/loopback-server.ts";
import { openProxy } from "#tests/proxy-world.ts";
import { runProgram } from "#tests/run-program.ts";
import { startGithub } from "#tests/stand-ins/github.ts";
import { startOllama } from "#tests/stand-ins/ollama.ts";
import { serve } from "#tests/sync/scripted-server.ts";

const log = createLog({ logLevel: "silent" });
const { signal } = new AbortController();
const portOf = (url: string): number => Number(new URL(url).port);

/** A client of a GitHub that only the proxy knows. */
async function readerOf(env: Record<string, string>) {
  const { github, proxies } = readConfig({ GITHUB_API_URL: "http://github.test", ...env });
  const upstream = createUpstream("GitHub", github.apiUrl, proxies, log);
  return (await createClients(github, { log, pace: "none", upstream })).reader;
}

test("GitHub and what it redirects to go through the proxy, loopback does not, and a failure of the proxy is named", async () => {
  const github = await startGithub();
  onTestFinished(() => github.close());
  const proxy = await openProxy({ routes: { "github.test:80": portOf(github.url) } });
  const catalog = await github.catalog("owner/name", { "catalog/models/a.yaml": "a: 1\n" });
  const reader = await readerOf({ HTTP_PROXY: proxy.url });
  const fetched = await fetchCatalog(reader.octokit, { repository: catalog.name, branch: "main", signal });
  expect(fetched).toMatchObject({ files: [{ file: "a.yaml", text: "a: 1\n" }] });
  // The archive comes from another address, which is this machine's.
  expect(new Set(proxy.targets)).toEqual(new Set(["github.test:80"]));

  await proxy.stop();
  const failed = await reader.octokit.request("GET /meta").catch(explainGithubError);
  expect(failed).toMatchObject({ kind: "proxy", detail: `the proxy ${proxy.label} cannot be used (ECONNREFUSED)` });
  await proxy.start();
  await reader.octokit.request("GET /repos/owner/name");
});

test("a proxy that speaks TLS itself is known by its own name", async () => {
  const github = await startGithub();
  onTestFinished(() => github.close());
  const certificate = makeCertificate("localhost");
  trust(certificate);
  const proxy = await openProxy({ routes: { "github.test:80": portOf(github.url) }, certificate });
  await github.catalog("owner/name", { "catalog/models/a.yaml": "a: 1\n" });
  const reader = await readerOf({ HTTP_PROXY: proxy.url.replace("http://127.0.0.1", "https://localhost") });
  await reader.octokit.request("GET /repos/owner/name");
  expect(proxy.targets).toEqual(["github.test:80"]);
});

test("a page before GitHub: nothing is sent for a minute at least, by any client of the process", async () => {
  const { url, requests } = await serve((_, response) => {
    response.writeHead(429, { "content-type": "text/html" }).end("<h1>Too many</h1>");
  });
  const { github, proxies } = readConfig({ GITHUB_API_URL: url });
  const upstream = createUpstream("GitHub", url, proxies, log);
  const clients = [1, 2].map(() => createClients(github, { log, pace: "none", upstream }));
  for (const { reader } of await Promise.all(clients)) {
    const failure = await reader.octokit.request("GET /meta").catch(explainGithubError);
    expect(failure).toMatchObject({ kind: "limit" });
  }
  expect(requests).toHaveLength(1);
  expect(upstream.backOff.pause()?.reason).toBe("GitHub answered 429 with a page");
});

test("npm run sync says in one line that the proxy is the matter, without its password", async () => {
  const env = { HTTPS_PROXY: "http://me:secret@127.0.0.1:9", GITHUB_TOKEN: "ghp_0123456789" };
  const { code, stderr } = await runProgram("src/cli/sync.ts", ["--dry-run", "--only", "chatglm-6b"], { env });
  expect(code).toBe(1);
  expect(stderr).toContain("经代理连不上 api.github.com：the proxy 127.0.0.1:9 cannot be used (ECONNREFUSED)");
  expect(stderr).not.toContain("secret");
});

test.each([
  ["false", []],
  ["true", ["ollama.test:80"]],
])("OLLAMA_USE_PROXY=%s: an Ollama on another machine is asked through %o", async (use, targets) => {
  const ollama = await startOllama({ models: [] });
  onTestFinished(() => ollama.stop());
  const proxy = await openProxy({ routes: { "ollama.test:80": portOf(ollama.url) } });
  const env = { OLLAMA_HOSTS: "http://ollama.test", HTTP_PROXY: proxy.url, OLLAMA_USE_PROXY: use };
  const [host] = readConfig(env).tries.hosts;
  const version = host && createOllamaBackend().version(host, signal);
  // Nobody but the proxy knows the name.
  if (use === "true") expect(await version).toMatch(/^\d/);
  else await expect(version).rejects.toThrow("ollama.test");
  expect(proxy.targets).toEqual(targets);
});

test("nothing is loaded for proxies where none is set", async () => {
  const loaded = async (env: Record<string, string>): Promise<string> => {
    const url = await openServer((_, response) => void response.end("{}"));
    const settings = { NODE_OPTIONS: "--import ./tests/loaded-modules.mjs", GITHUB_API_URL: url, ...env };
    return (await runProgram("src/cli/ask.ts", ["/models int4"], { env: settings })).stderr;
  };
  for (const env of [{}, { HTTPS_PROXY: "http://127.0.0.1:9" }])
    expect(await loaded(env)).not.toMatch(/node_modules\/(?:undici|socks|ws)\//);
});
