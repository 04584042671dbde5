import { pino } from "pino";
import { expect, it } from "vitest";
import { syncCatalog } from "#jobs/sync-catalog.ts";
import { createLog } from "#src/base/log.ts";
import { readConfig } from "#src/config.ts";
import { readLastRun, writeLastRun } from "#src/sync/last-run.ts";
import { withSyncLock } from "#src/sync/lock.ts";
import { temporaryFolder } from "#tests/temporary-catalog.ts";
import { known, NOW, openPulls, startWorld } from "./world.ts";

const LONG_AGO = new Date(NOW - 30 * 86_400_000).toISOString();

async function jobWorld(cron: string) {
  const world = await startWorld((github) => {
    const upstream = github.upstream("Org/Model");
    upstream.release({ tag: "v1", publishedAt: LONG_AGO });
    return { model: known("Model", upstream) };
  });
  const dataDir = await temporaryFolder();
  const config = readConfig({
    GITHUB_API_URL: world.github.url,
    GITHUB_TOKEN: world.github.token,
    CATALOG_REPOSITORY: world.catalog.name,
    SYNC_CRON: cron,
    DATA_DIR: dataDir,
    ...world.hubs.environment(),
  });
  const stop = new AbortController();
  const start = () =>
    syncCatalog(config, createLog({ logLevel: "silent" }), stop.signal, {
      jitterMs: 0,
      catchUpAfterMs: 0,
      pace: "none",
    });
  const opened = () => expect.poll(() => openPulls(world).length, { timeout: 15_000 }).toBe(1);
  return { world, dataDir, stop, start, opened };
}

it("makes up for a missed run at the start, notes it, and ends when told to", async () => {
  const { dataDir, stop, start, opened } = await jobWorld("0 0 1 1 *");
  const job = start();
  await opened();
  await expect.poll(() => readLastRun(dataDir)).toMatchObject({ ok: true, seen: 1, proposed: 1 });
  stop.abort();
  await job;
});

it("runs when the schedule says so, and not at the start where the last run is recent", async () => {
  const { world, dataDir, stop, start } = await jobWorld("0 0 1 1 *");
  await writeLastRun(dataDir, { at: new Date().toISOString(), ok: true, seen: 1, unreached: 0, proposed: 0 });
  const job = start();
  stop.abort();
  await job;
  expect(world.github.requests).toEqual([]);

  const often = await jobWorld("* * * * * *");
  await writeLastRun(often.dataDir, { at: new Date().toISOString(), ok: true, seen: 1, unreached: 0, proposed: 0 });
  const running = often.start();
  await often.opened();
  often.stop.abort();
  await running;
});

it("leaves a run out while another one is under way, and goes on after a failure", async () => {
  const { world, dataDir, stop, start, opened } = await jobWorld("* * * * * *");
  let job: Promise<void> | undefined;
  await withSyncLock(
    dataDir,
    async () => {
      job = start();
      await expect.poll(() => readLastRun(dataDir)).toBeUndefined();
    },
    pino({ level: "silent" }),
  );
  world.github.faults.next("expired-token");
  await opened();
  stop.abort();
  await job;
});
