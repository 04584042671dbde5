import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type Text, textIn } from "#src/base/locale.ts";
import { createLog } from "#src/base/log.ts";
import { layOut } from "#src/catalog/entry/layout.ts";
import type { GithubSettings } from "#src/sync/github/settings.ts";
import type { HubSettings } from "#src/sync/hubs/settings.ts";
import { runSync, type SyncMode, type SyncReport } from "#src/sync/run.ts";
import { fastestFolder } from "#tests/fastest-folder.ts";
import {
  type CatalogRepository,
  type GithubOptions,
  type GithubStandIn,
  startGithub,
} from "#tests/stand-ins/github.ts";
import { type ModelHubs, startModelHubs } from "#tests/stand-ins/model-hubs.ts";
import { smallEntry } from "#tests/temporary-catalog.ts";

export const CATALOG = "list/mulu";
export const NOW = Date.parse("2026-11-23T12:00:00Z");

/** A GitHub with a catalog in it, and the sync that keeps it. */
export type World = {
  github: GithubStandIn;
  catalog: CatalogRepository;
  hubs: ModelHubs;
  text: Text;
  sync: (options?: {
    mode?: SyncMode;
    only?: string[];
    dataDir?: string;
    hubs?: Partial<HubSettings>;
    now?: number;
  }) => Promise<SyncReport>;
  /** Requests of the last run that change something. */
  writes: () => string[];
  /** The same without what was written to the dashboard. */
  proposalWrites: () => string[];
  /** The entry's text in the newest state of a branch. */
  entry: (id: string, ref?: string) => Promise<string>;
};

/** An entry's file that follows a repository; more fields as YAML. */
export const followed = (name: string, repository: string, fields: Record<string, string> = {}): string =>
  layOut(smallEntry({ name, repository: `\n  name: ${repository}`, ...fields }));

/** The same, with the repository's number. */
export const known = (
  name: string,
  repository: { name: string; id: number },
  fields: Record<string, string> = {},
): string => followed(name, `${repository.name}\n  id: ${repository.id}`, fields);

type WorldOptions = GithubOptions & {
  hubs?: Parameters<typeof startModelHubs>[0];
  /** Texts of files beside the entries, such as `watch.yaml`. */
  beside?: Record<string, string>;
};

export async function startWorld(
  entries: (github: GithubStandIn) => Record<string, string>,
  { hubs: hubOptions, beside = {}, ...options }: WorldOptions = {},
): Promise<World> {
  const hubs = await startModelHubs(hubOptions);
  onTestFinished(() => hubs.close());
  const github = await startGithub({ now: () => new Date(NOW), stallMs: 20, ...options });
  onTestFinished(() => github.close());
  const files = Object.fromEntries(
    Object.entries(entries(github)).map(([id, text]) => [`catalog/models/${id}.yaml`, text]),
  );
  for (const [file, content] of Object.entries(beside)) files[`catalog/${file}`] = content;
  const catalog = await github.catalog(CATALOG, { "README.md": "# list\n", ...files });
  const dataDir = await mkdtemp(join(await fastestFolder(), "mulu-sync-"));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const config: GithubSettings = {
    apiUrl: github.url,
    identity: { kind: "token", token: github.token },
    catalog: { repository: CATALOG, branch: "main" },
    cron: "17 */6 * * *",
  };
  const text = textIn("zh-CN");
  let begun = 0;
  const writes = (): string[] =>
    github.requests
      .slice(begun)
      .filter(({ method, graphql }) => (graphql ? graphql === "mutation" : method !== "GET"))
      .map(({ method, path }) => `${method} ${path}`);
  return {
    github,
    catalog,
    hubs,
    text,
    sync: ({ mode = "pr", only, dataDir: folder = dataDir, hubs: changes, now = NOW } = {}) => {
      begun = github.requests.length;
      return runSync({
        mode,
        github: config,
        catalogDir: "catalog",
        dataDir: folder,
        only,
        hubs: hubs.settings(changes),
        locale: "zh-CN",
        log: createLog({ logLevel: "silent" }),
        signal: new AbortController().signal,
        now: () => now,
        pace: "none",
      });
    },
    writes,
    proposalWrites: () => {
      const issues = catalog.issues.map(({ number }) => `/issues/${number}`);
      return writes().filter((line) => !issues.some((path) => line.endsWith(path)));
    },
    entry: async (id, ref) => (await catalog.file(`catalog/models/${id}.yaml`, ref)) ?? "",
  };
}

export const openPulls = ({ catalog }: World) => catalog.pulls.filter(({ state }) => state === "open");
