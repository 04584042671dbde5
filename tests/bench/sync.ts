import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import packageJson from "#package.json" with { type: "json" };
import { createLog } from "#src/base/log.ts";
import { createClients } from "#src/sync/github/client.ts";
import { type CostWorld, DAY_MS, manyProjects, type RunCost, realWorld, START } from "#tests/sync/cost-world.ts";

export type Figure = { what: string; value: number; unit: string; goal?: number };

const DAYS = 7;
/** A bot looks every six hours. */
const RUNS_A_DAY = 4;
const HALF_HOUR_MS = 1_800_000;
const ROUNDS = 3;
const ONE_BY_ONE = `query One($owner: String!, $name: String!) {
  rateLimit { cost }
  repository(owner: $owner, name: $name) {
    databaseId nameWithOwner isArchived
    releases(first: 5) { nodes { tagName publishedAt } }
    refs(refPrefix: "refs/tags/", first: 5) { nodes { name } }
  }
}`;

/** What the sync asks for and takes: for the catalog as it ships over a week, and for a thousand repositories. */
export async function benchSync(): Promise<Figure[]> {
  return [...(await measured(realWorld(), ofTheCatalog)), ...(await measured(manyProjects(1000), ofAThousand))];
}

async function measured(making: Promise<CostWorld>, measure: (world: CostWorld) => Promise<Figure[]>) {
  const world = await making;
  try {
    return await measure(world);
  } finally {
    await world.close();
  }
}

async function ofTheCatalog(world: CostWorld): Promise<Figure[]> {
  const { run } = world;
  const first = await run();
  const second = await run();
  const days: { requests: number; isConditional: boolean }[] = [];
  for (let day = 1; day <= DAYS; day++) {
    const runs: RunCost[] = [];
    for (let at = 0; at < RUNS_A_DAY; at++) runs.push(await run(START + (day + at / RUNS_A_DAY - 0.5) * DAY_MS));
    days.push({
      requests: runs.reduce((sum, { huggingface, modelscope }) => sum + huggingface.requests + modelscope.requests, 0),
      isConditional: runs.every(({ huggingface }) => huggingface.conditional === huggingface.requests),
    });
  }
  const { requests: hubsFirst } = first.huggingface;
  return [
    { what: "nothing changed: requests to GitHub", value: second.requests, unit: "requests", goal: 20 },
    { what: "nothing changed: points", value: second.points, unit: "points", goal: 12 },
    { what: "nothing changed: writes", value: second.writes, unit: "writes", goal: 0 },
    {
      what: "the first day: requests to hubs",
      value: hubsFirst + first.modelscope.requests,
      unit: "requests",
      goal: 160,
    },
    {
      what: `the ${DAYS} days after: requests to hubs on the busiest`,
      value: Math.max(...days.map(({ requests }) => requests)),
      unit: "requests",
      goal: 80,
    },
    {
      what: "of these days: some not conditional at Hugging Face",
      value: days.filter(({ isConditional }) => !isConditional).length,
      unit: "days",
      goal: 0,
    },
    ...(await asAProgram(world)),
  ];
}

/** `npm run sync -- --dry-run` beside Node alone, in turn so that noise meets both alike. */
async function asAProgram({ github, hubs }: CostWorld): Promise<Figure[]> {
  const dataDir = await mkdtemp(join(tmpdir(), "mulu-bench-"));
  const env = {
    ...{ GITHUB_API_URL: github.url, GITHUB_TOKEN: github.token, DATA_DIR: dataDir, LOG_LEVEL: "silent" },
    ...hubs.environment(),
  };
  const sync = [...packageJson.scripts.sync.split(" ").slice(1), "--dry-run", "--json"];
  try {
    // The first run fills the caches.
    await taken(sync, env);
    const runs: { sync: Taken; node: Taken }[] = [];
    for (let round = 0; round < ROUNDS; round++)
      runs.push({ sync: await taken(sync, env), node: await taken(["-e", "0"]) });
    const ratio = (figure: keyof Taken): number =>
      median(runs.map((pair) => pair.sync[figure])) / median(runs.map((pair) => pair.node[figure]));
    return [
      { what: "a run as a program / Node alone: processor time", value: ratio("cpuMs"), unit: "×" },
      { what: "a run as a program / Node alone: most memory", value: ratio("peakMb"), unit: "×" },
      { what: "a run as a program: most memory", value: median(runs.map((pair) => pair.sync.peakMb)), unit: "MB" },
    ];
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

type Taken = { cpuMs: number; peakMb: number };

/** Processor time of one program, of user and system together, and the most memory that it had. */
async function taken(args: readonly string[], env: Record<string, string> = {}): Promise<Taken> {
  const { stderr } = await promisify(execFile)(process.execPath, ["--import", "./tests/bench/cpu-probe.mjs", ...args], {
    env: { PATH: process.env["PATH"] ?? "", ...env },
    maxBuffer: 100_000_000,
  });
  const figure = (name: string): number => Number(new RegExp(`^${name} ([\\d.]+)$`, "m").exec(stderr)?.[1]);
  return { cpuMs: figure("cpu"), peakMb: figure("peak") };
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

async function ofAThousand({ run, github, upstreams }: CostWorld): Promise<Figure[]> {
  const first = await run();
  const later = await run(START + HALF_HOUR_MS);
  upstreams[0]?.release({ tag: "v2", publishedAt: "2026-11-01T00:00:00Z" });
  const proposal = await run(START + HALF_HOUR_MS);

  const log = createLog({ logLevel: "silent" });
  const connection = { apiUrl: github.url, identity: { kind: "token" as const, token: github.token } };
  const { reader } = await createClients(connection, { log, signal: new AbortController().signal, pace: "none" });
  const before = { requests: github.requests.length, points: github.points, time: performance.now() };
  for (const upstream of upstreams) {
    const [owner, name] = upstream.name.split("/");
    await reader.octokit.graphql(ONE_BY_ONE, { owner, name });
  }
  const seconds = (performance.now() - before.time) / 1000;
  return [
    {
      what: "1,000 repositories, 500 owners: points of two runs",
      value: first.points + later.points,
      unit: "points",
      goal: 5000,
    },
    { what: "1,000, nothing changed: points", value: later.points, unit: "points", goal: 50 },
    { what: "1,000, nothing changed: requests", value: later.requests, unit: "requests", goal: 60 },
    { what: "1,000, nothing changed: writes", value: later.writes, unit: "writes", goal: 0 },
    { what: "1,000, the first day: requests to hubs", value: first.huggingface.requests, unit: "requests", goal: 160 },
    { what: "a proposal", value: proposal.requests - later.requests, unit: "requests", goal: 8 },
    { what: "one query a repository instead: points", value: github.points - before.points, unit: "points" },
    {
      what: "one query a repository instead: requests",
      value: github.requests.length - before.requests,
      unit: "requests",
    },
    { what: "time of a run / of one query a repository", value: later.seconds / seconds, unit: "×" },
  ];
}
