import { join } from "node:path";
import { pino } from "pino";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { openRedisCommunity } from "#src/community/redis.ts";
import { openCommunityFile } from "#src/community/sqlite.ts";
import type { CommunityStore } from "#src/community/store.ts";
import { openLink } from "#src/tries/redis/link.ts";
import { type Redis, startRedis, WITHOUT_REDIS } from "#tests/stand-ins/redis.ts";
import { temporaryFolder } from "#tests/temporary-catalog.ts";

export type OpenCommunity = {
  store: CommunityStore;
  /** Opens the same store as a later process does. */
  again: () => Promise<CommunityStore>;
};

type Implementation = {
  name: string;
  /** Makes ready for the tests of a file; what it gives opens a new, empty store for one of them. */
  prepare: () => () => Promise<OpenCommunity>;
};

const log = pino({ level: "silent" });

export async function openFile(): Promise<OpenCommunity & { path: string }> {
  const path = join(await temporaryFolder(), "community.db");
  const again = async (): Promise<CommunityStore> => {
    const store = openCommunityFile({ path });
    onTestFinished(() => store.close());
    return store;
  };
  return { store: await again(), again, path };
}

function prepareRedis(): () => Promise<OpenCommunity> {
  let redis: Redis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());
  let stores = 0;
  return async () => {
    stores += 1;
    const prefix = `mulu:test${stores}:`;
    const again = async (): Promise<CommunityStore> => {
      const link = openLink(redis.url, log, () => {});
      onTestFinished(() => link.close());
      await link.ready();
      return openRedisCommunity({ ...link, prefix });
    };
    return { store: await again(), again };
  };
}

export const IMPLEMENTATIONS: readonly Implementation[] = [
  { name: "a file", prepare: () => openFile },
  ...(WITHOUT_REDIS === undefined ? [{ name: "Redis", prepare: prepareRedis }] : []),
];
