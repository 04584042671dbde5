import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { createLog } from "#src/base/log.ts";
import { everyWeights } from "#src/catalog/entry/editions.ts";
import { layOut } from "#src/catalog/entry/layout.ts";
import { readCatalog } from "#src/catalog/entry/load.ts";
import { parseEntry } from "#src/catalog/entry/parse.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { runSync, type SyncMode, type SyncReport } from "#src/sync/run.ts";
import { fastestFolder } from "#tests/fastest-folder.ts";
import { type CatalogRepository, type GithubStandIn, startGithub, type Upstream } from "#tests/stand-ins/github.ts";
import { type ModelHubs, startModelHubs } from "#tests/stand-ins/model-hubs.ts";
import { smallEntry } from "#tests/temporary-catalog.ts";

export const DAY_MS = 86_400_000;
export const START = Date.parse("2026-11-23T12:00:00Z");
const CATALOG = "list/mulu";

/** What one run asked for, as the stand-ins counted it. */
export type RunCost = {
  requests: number;
  points: number;
  writes: number;
  /** To Hugging Face and to ModelScope, which has no ETags. */
  huggingface: { requests: number; conditional: number };
  modelscope: { requests: number };
  seconds: number;
  report: SyncReport;
};

export type CostWorld = {
  github: GithubStandIn;
  hubs: ModelHubs;
  catalog: CatalogRepository;
  upstreams: Upstream[];
  /** One run of the sync at a time, in ms since 1970. */
  run: (now?: number, mode?: SyncMode) => Promise<RunCost>;
  close: () => Promise<void>;
};

/** The whole catalog as it ships, with all its projects and weights on the stand-ins. */
export async function realWorld(): Promise<CostWorld> {
  const { entries } = await readCatalog("catalog");
  const models = await texts("catalog/models", await readdir("catalog/models"));
  const beside = await texts("catalog", ["watch.yaml", "cards.yaml", "bases.yaml"]);
  const files = Object.fromEntries(Object.entries(models).map(([file, text]) => [file.replace(/\.yaml$/, ""), text]));
  return costWorld(entries, files, beside);
}

/** So many entries, each with a repository and weights of its own, and half as many owners and organisations. */
export async function manyProjects(count: number): Promise<CostWorld> {
  const files = Object.fromEntries(Array.from({ length: count }, (_, number) => projectNumbered(number)));
  const entries = Object.entries(files).flatMap(([id, text]) => parseEntry(`${id}.yaml`, text).entry ?? []);
  return costWorld(entries, files, {});
}

function projectNumbered(number: number): [string, string] {
  const owner = `org-${Math.floor(number / 2)}`;
  const text = smallEntry({
    name: `Model ${number}`,
    released: "'2026-01-01'",
    latestRelease: "\n  tag: v1\n  date: '2026-01-01'",
    variants: `\n  - name: Model-${number}-7B\n    weights:\n      - label: BF16\n        precision: bf16\n        hub: huggingface\n        id: ${owner}/Model-${number}-7B`,
    repository: `\n  name: ${owner}/model-${number}`,
    sync: `\n  hubOrgs:\n    - ${owner}`,
  });
  return [`model-${number}`, layOut(text)];
}

/** What the entries name is there: repositories with READMEs and releases, and weights on their hubs. */
async function costWorld(
  entries: readonly Entry[],
  files: Record<string, string>,
  beside: Record<string, string>,
): Promise<CostWorld> {
  let time = START;
  const [github, hubs] = await Promise.all([startGithub({ now: () => new Date(time) }), startModelHubs()]);
  const upstreams = projects(github, entries);
  const numbers = new Map(upstreams.map(({ name, id }) => [name.toLowerCase(), id]));
  const committed = Object.entries(files).map(([id, text]) => [`catalog/models/${id}.yaml`, numbered(text, numbers)]);
  const others = Object.entries(beside).map(([file, text]) => [`catalog/${file}`, text]);
  const catalog = await github.catalog(CATALOG, Object.fromEntries([...committed, ...others]));
  publishWeights(hubs, entries);
  const dataDir = await mkdtemp(join(await fastestFolder(), "mulu-cost-"));
  return {
    ...{ github, hubs, catalog, upstreams },
    run: async (now = START, mode = "pr") => {
      time = now;
      const [requests, points] = [github.requests.length, github.points];
      const [onHuggingface, onModelscope] = [hubs.huggingface.requests.length, hubs.modelscope.requests.length];
      const began = performance.now();
      const report = await runSync({
        ...{ mode, dataDir, catalogDir: "catalog", locale: "zh-CN", pace: "none" },
        github: {
          apiUrl: github.url,
          identity: { kind: "token", token: github.token },
          catalog: { repository: CATALOG, branch: "main" },
          cron: "17 */6 * * *",
        },
        hubs: hubs.settings(),
        log: createLog({ logLevel: "silent" }),
        signal: new AbortController().signal,
        now: () => now,
      });
      const seconds = (performance.now() - began) / 1000;
      const received = github.requests.slice(requests);
      const listed = hubs.huggingface.requests.slice(onHuggingface);
      return {
        requests: received.length,
        points: github.points - points,
        writes: received.filter(({ method, graphql }) => (graphql ? graphql === "mutation" : method !== "GET")).length,
        huggingface: {
          requests: listed.length,
          conditional: listed.filter(({ headers }) => headers["if-none-match"] !== undefined).length,
        },
        modelscope: { requests: hubs.modelscope.requests.length - onModelscope },
        ...{ seconds, report },
      };
    },
    close: async () => {
      await Promise.all([github.close(), hubs.close(), rm(dataDir, { recursive: true, force: true })]);
    },
  };
}

async function texts(folder: string, names: readonly string[]): Promise<Record<string, string>> {
  const read = names.map(async (name) => [name, await readFile(join(folder, name), "utf8")] as const);
  return Object.fromEntries(await Promise.all(read));
}

/** Each repository once, with a README that links all weights of its entries, and their releases. */
function projects(github: GithubStandIn, entries: readonly Entry[]): Upstream[] {
  const byName = Map.groupBy(entries, ({ repository }) => repository?.name.toLowerCase());
  return [...byName.values()].flatMap((own) => {
    const [first] = own;
    if (first?.repository === undefined) return [];
    const links = own.flatMap(everyWeights).flatMap(({ row }) => row.id ?? []);
    const upstream = github.upstream(first.repository.name, {
      createdAt: "2023-03-01T00:00:00Z",
      readme: `# ${first.name}\n\n${links.map((id) => `- [${id}](https://huggingface.co/${id})`).join("\n")}\n`,
    });
    for (const { latestRelease } of own)
      if (latestRelease?.date?.length === "YYYY-MM-DD".length)
        upstream.release({ tag: latestRelease.tag, publishedAt: `${latestRelease.date}T00:00:00Z` });
    return [upstream];
  });
}

/** The entry with the number that its repository has here, where it names one. */
function numbered(text: string, numbers: ReadonlyMap<string, number>): string {
  return text.replace(/^(repository:\n {2}name: (\S+)\n) {2}id: \d+\n/m, (whole, head: string, name: string) => {
    const id = numbers.get(name.toLowerCase());
    return id === undefined ? whole : `${head}  id: ${id}\n`;
  });
}

/** All weights that have an id on one of the two hubs, as old as their entry. */
function publishWeights({ huggingface, modelscope }: ModelHubs, entries: readonly Entry[]): void {
  for (const entry of entries) {
    const date = `${entry.released ?? "2023"}-01-01`.slice(0, "YYYY-MM-DD".length);
    for (const { row } of everyWeights(entry)) {
      if (row.id === undefined) continue;
      const hub = row.hub === "huggingface" ? huggingface : row.hub === "modelscope" ? modelscope : undefined;
      hub?.publish({ id: row.id, createdAt: `${date}T00:00:00.000Z` });
    }
  }
}
