import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { catalogRefresh } from "#jobs/refresh-catalog.ts";
import { type App, createApp } from "#src/app.ts";
import { createLog, type Log } from "#src/base/log.ts";
import type { View } from "#src/chat/view.ts";
import { readConfig } from "#src/config.ts";
import { ORIGINAL } from "#tests/real-catalog.ts";
import {
  type CatalogRepository,
  type GithubOptions,
  type GithubStandIn,
  startGithub,
} from "#tests/stand-ins/github.ts";
import { temporaryFolder } from "#tests/temporary-catalog.ts";
import { contextOf } from "#tests/test-app.ts";

const REPOSITORY = "example/mulu";

/** A line of the log. */
type Line = { level: number; msg: string; [field: string]: unknown };

/** A running program, as far as its catalog goes. */
export type Program = {
  app: App;
  /** One look for a newer catalog, with everything the job puts together. */
  refresh: () => Promise<void>;
  log: Log;
  lines: Line[];
  /** What a person reads who types a command. */
  read: (command: string, given?: Record<string, string>) => Promise<string>;
};

export type World = {
  github: GithubStandIn;
  repository: CatalogRepository;
  dataDir: string;
  /** Settings that name the repository and the data folder. */
  env: Record<string, string>;
  /** Starts the program, anew each time. */
  start: (env?: Record<string, string>) => Promise<Program>;
  /** Commits entry files to the main branch; null removes one. */
  commit: (entries: Record<string, string | null>) => Promise<string>;
  /** Archives fetched so far. */
  archives: () => number;
};

/** GitHub with a repository that holds this catalog, and programs that follow it. */
export async function startWorld(options: GithubOptions = {}): Promise<World> {
  const github = await startGithub(options);
  onTestFinished(() => github.close());
  const files = await catalogFiles();
  const repository = await github.catalog(REPOSITORY, files);
  const [folder, dataDir] = [await temporaryFolder(), await temporaryFolder()];
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  /** One at a time may use DATA_DIR. */
  let running: Program | undefined;
  onTestFinished(() => running?.app.close());
  const env = {
    CATALOG_DIR: join(folder, "catalog"),
    GITHUB_API_URL: github.url,
    CATALOG_REPOSITORY: REPOSITORY,
    DATA_DIR: dataDir,
  };
  return {
    github,
    repository,
    dataDir,
    env,
    start: async (more = {}) => {
      await running?.app.close();
      running = await startProgram({ ...env, ...more });
      return running;
    },
    commit: (entries) =>
      repository.person.commit(
        "main",
        Object.fromEntries(Object.entries(entries).map(([file, text]) => [`catalog/models/${file}`, text])),
      ),
    archives: () => github.requests.filter(({ path }) => path.includes("/tarball/")).length,
  };
}

/** Five of this repository's entries, with files beside them that are none. */
async function catalogFiles(): Promise<Record<string, string>> {
  const names = ORIGINAL.map((id) => `${id}.yaml`);
  const files = await Promise.all(
    names.map(async (name) => [`catalog/models/${name}`, await readFile(`catalog/models/${name}`, "utf8")] as const),
  );
  return { ...Object.fromEntries(files), "README.md": "# Mulu\n", "catalog/README.md": "# The list\n" };
}

async function startProgram(env: Record<string, string>): Promise<Program> {
  const config = readConfig({ LOG_LEVEL: "silent", ...env });
  const app = await createApp(config, { keep: true });
  const lines: Line[] = [];
  const log = createLog({ logLevel: "debug" }, { write: (line) => void lines.push(JSON.parse(line)) });
  const source = config.github.catalog;
  if (source === undefined) throw new Error("no repository is set");
  const { catalog: holder, services, upstreams } = app;
  const once = await catalogRefresh({ config, source, upstreams, holder, now: services.now, log, pace: "none" });
  return {
    app,
    log,
    lines,
    refresh: () => once(new AbortController().signal),
    read: async (command, given = {}) => {
      const shown: View[] = [];
      await app.router.execute(command, given, contextOf(app, { show: (view) => shown.push(view) }));
      return JSON.stringify(shown);
    },
  };
}
