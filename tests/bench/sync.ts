import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { textIn } from "#src/base/locale.ts";
import { createLog } from "#src/base/log.ts";
import { layOut } from "#src/catalog/entry/layout.ts";
import { createClients } from "#src/sync/github/client.ts";
import { runSync } from "#src/sync/run.ts";
import { type GithubStandIn, startGithub, type Upstream } from "#tests/stand-ins/github.ts";
import { smallEntry } from "#tests/temporary-catalog.ts";

export type Figure = { what: string; value: number; unit: string; goal?: number };

const REPOSITORIES = 1000;
const ONE_BY_ONE = `query One($owner: String!, $name: String!) {
  rateLimit { cost }
  repository(owner: $owner, name: $name) {
    databaseId nameWithOwner isArchived
    releases(first: 5) { nodes { tagName publishedAt } }
    refs(refPrefix: "refs/tags/", first: 5) { nodes { name } }
  }
}`;

/** What a run of the sync costs for a thousand repositories, beside asking for each by itself. */
export async function benchSync(): Promise<Figure[]> {
  const github = await startGithub();
  const dataDir = await mkdtemp(join(tmpdir(), "mulu-bench-"));
  try {
    return await measure(github, dataDir);
  } finally {
    await github.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function measure(github: GithubStandIn, dataDir: string): Promise<Figure[]> {
  const upstreams = Array.from({ length: REPOSITORIES }, (_, number) => {
    const upstream = github.upstream(`org-${number}/model`);
    upstream.release({ tag: "v1", publishedAt: "2026-01-01T00:00:00Z" });
    return { upstream, readme: upstream.setReadme(`# Model ${number}`) };
  });
  await github.catalog("list/mulu", Object.fromEntries(upstreams.map(fileOf)));
  const log = createLog({ logLevel: "silent" });
  const signal = new AbortController().signal;
  const connection = { apiUrl: github.url, identity: { kind: "token" as const, token: github.token } };
  const run = async () => {
    const before = { requests: github.requests.length, points: github.points, time: performance.now() };
    await runSync({
      mode: "pr",
      github: { ...connection, catalog: { repository: "list/mulu", branch: "main" }, cron: "17 */6 * * *" },
      catalogDir: "catalog",
      dataDir,
      text: textIn("zh-CN"),
      log,
      signal,
      pace: "none",
    });
    const received = github.requests.slice(before.requests);
    return {
      requests: received.length,
      points: github.points - before.points,
      writes: received.filter(({ method, graphql }) => (graphql ? graphql === "mutation" : method !== "GET")).length,
      seconds: (performance.now() - before.time) / 1000,
    };
  };
  const first = await run();
  const second = await run();
  upstreams[0]?.upstream.release({ tag: "v2", publishedAt: "2026-02-01T00:00:00Z" });
  const proposal = await run();

  const { reader } = await createClients(connection, { log, signal, pace: "none" });
  const before = { requests: github.requests.length, points: github.points, time: performance.now() };
  for (const { upstream } of upstreams) {
    const [owner, repository] = upstream.name.split("/");
    await reader.octokit.graphql(ONE_BY_ONE, { owner, name: repository });
  }
  const oneByOne = {
    requests: github.requests.length - before.requests,
    points: github.points - before.points,
    seconds: (performance.now() - before.time) / 1000,
  };
  return [
    { what: "a run in which nothing changed: points", value: second.points, unit: "points", goal: 25 },
    { what: "a run in which nothing changed: requests", value: second.requests, unit: "requests", goal: 30 },
    { what: "the second run: writes", value: first.writes + second.writes, unit: "writes", goal: 0 },
    { what: "a proposal", value: proposal.requests - second.requests, unit: "requests", goal: 8 },
    { what: "one query a repository instead: points", value: oneByOne.points, unit: "points" },
    { what: "one query a repository instead: requests", value: oneByOne.requests, unit: "requests" },
    { what: "time of a run / of one query a repository", value: second.seconds / oneByOne.seconds, unit: "×" },
  ];
}

function fileOf({ upstream, readme }: { upstream: Upstream; readme: string }, number: number): [string, string] {
  const text = smallEntry({
    name: `Model ${number}`,
    latestRelease: "\n  tag: v1\n  date: '2026-01-01'",
    repository: `\n  name: ${upstream.name}\n  id: ${upstream.id}\n  readme: '${readme}'`,
  });
  return [`catalog/models/model-${number}.yaml`, layOut(text)];
}
