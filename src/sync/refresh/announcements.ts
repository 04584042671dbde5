import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Log } from "#src/base/log.ts";
import { writePrivateFile } from "#src/base/write-file.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import type { CatalogSource } from "#src/sync/github/settings.ts";
import { factsOf, type News, newsIn } from "./news.ts";
import { isSameBranch } from "./stored-catalog.ts";

const FILE = "announced.json";

const state = z.object({
  repository: z.string(),
  // Absent: the repository's own.
  branch: z.string().optional(),
  /** The newest commit whose news were told. */
  commit: z.string(),
  told: z.array(z.string()),
});

export type AnnouncementOptions = {
  dataDir: string;
  source: CatalogSource;
  /**
   * Shows the news to people, once for one commit. `refused` where only a person can help; throws where a later attempt
   * may succeed.
   */
  post: (news: readonly News[], commit: string, signal: AbortSignal) => Promise<"posted" | "refused">;
  now: () => number;
  log: Log;
};

/**
 * Makes the function that tells people what a catalog has that they were not told. What was told is kept in `dataDir`;
 * where nothing is kept yet, all that the catalog has counts as told. It never throws: a post that failed is made up
 * for at a later call; one that was refused waits for the next commit.
 */
export function createAnnouncements(
  options: AnnouncementOptions,
): (entries: readonly Entry[], commit: string, signal: AbortSignal) => Promise<void> {
  const { source, log, post } = options;
  const path = join(options.dataDir, FILE);
  let told: ReadonlySet<string> | undefined;
  let refusedCommit: string | undefined;
  let failing = false;

  const record = async (entries: readonly Entry[], commit: string): Promise<void> => {
    told = new Set([...(told ?? []), ...factsOf(entries)]);
    try {
      await writePrivateFile(path, JSON.stringify({ ...source, commit, told: [...told] }));
    } catch (error) {
      log.warn({ err: error }, "what was announced could not be stored");
    }
  };

  const announce = async (entries: readonly Entry[], commit: string, signal: AbortSignal): Promise<void> => {
    told ??= await readTold(path, source, log);
    if (told === undefined) return record(entries, commit);
    const news = newsIn(entries, told, new Date(options.now()).toISOString().slice(0, 10));
    if (news.length === 0 || commit === refusedCommit) return;
    if ((await post(news, commit, signal)) === "refused") {
      refusedCommit = commit;
      return;
    }
    log.info({ commit, entries: news.map(({ entry }) => entry.id) }, "news of the catalog announced");
    await record(entries, commit);
  };

  return async (entries, commit, signal) => {
    try {
      await announce(entries, commit, signal);
      failing = false;
    } catch (error) {
      if (signal.aborted) return;
      log[failing ? "debug" : "warn"]({ err: error }, "news of the catalog could not be announced, trying again later");
      failing = true;
    }
  };
}

async function readTold(path: string, source: CatalogSource, log: Log): Promise<ReadonlySet<string> | undefined> {
  try {
    const { repository, branch, told } = state.parse(JSON.parse(await readFile(path, "utf8")));
    return repository === source.repository && isSameBranch({ branch }, source) ? new Set(told) : undefined;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    log.warn(
      { path, reason: error instanceof Error ? error.message : String(error) },
      "what was announced is unreadable",
    );
    return undefined;
  }
}
