import { randomUUID } from "node:crypto";
import type { Claim } from "#src/base/claims.ts";
import type { Log } from "#src/base/log.ts";
import type { RunCoordinator } from "#src/base/schedule.ts";
import { type Community, createCommunity } from "#src/community/community.ts";
import type { Backend } from "#src/inference/backend.ts";
import type { Fleet } from "#src/inference/fleet.ts";
import { createKeeper } from "#src/tries/keeper.ts";
import type { OpenOutput } from "#src/tries/outputs.ts";
import { createQuotas } from "#src/tries/quotas.ts";
import type { RedisUnusable } from "#src/tries/redis-unusable.ts";
import type { TrySettings } from "#src/tries/settings.ts";
import { createShownOnce } from "#src/tries/shown-once.ts";
import { createTries, type Tries } from "#src/tries/tries.ts";
import type { TryEvents } from "#src/tries/watch.ts";
import { createFleetView } from "./fleet-view.ts";
import type { OnConnected } from "./link.ts";
import { openParts } from "./open.ts";

export type Shared = {
  tries: Tries;
  fleet: Fleet;
  community: Community;
  coordinator: RunCoordinator;
  claim: Claim;
  /** Resolves where this Redis can never be used. */
  refused: Promise<RedisUnusable>;
  close: () => Promise<void>;
};

type SharedOptions = {
  backend: Backend;
  open: OpenOutput;
  events: TryEvents;
  onRedis: OnConnected;
  log: Log;
};

/** Tries through Redis, as a process that takes commands has them: workers elsewhere run them. */
export function openShared(url: string, settings: TrySettings, options: SharedOptions): Shared {
  const { backend, events, onRedis, log } = options;
  const parts = openParts(url, settings, log, onRedis);
  const { link, queue, records, heartbeats, claim, coordinator } = parts;
  const community = createCommunity(parts.community, log);
  const { perPersonHour, perGuildHour, allowCloud } = settings;
  const open = createShownOnce(options.open);
  const fleet = createFleetView({ backend, link, heartbeats, allowCloud });
  const { take } = createQuotas({ perPerson: perPersonHour, perGuild: perGuildHour }, link.commands);
  const tries = createTries({
    ...settings,
    ...{ queue, records, community, open, events, log },
    quotas: { take: (...asked) => link.ask(() => take(...asked)) },
    normalName: backend.normalName,
    holder: randomUUID(),
    isThere: link.ready,
  });
  const keeper = createKeeper({ queue, records, open, installed: fleet.installed, coordinator, log });
  return {
    ...{ fleet, community, coordinator, claim, refused: link.refused },
    tries: {
      ...tries,
      run: async (signal) => {
        await Promise.all([tries.run(signal), keeper.run(signal)]);
      },
    },
    close: async () => {
      await tries.close();
      await community.close();
      await parts.close();
    },
  };
}
