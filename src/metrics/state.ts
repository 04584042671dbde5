import { VERSION } from "#src/base/version.ts";
import type { Services } from "#src/chat/services.ts";
import type { Host } from "#src/inference/fleet.ts";
import type { Metrics } from "./metrics.ts";
import { isReady, type Readiness, type ReadinessReport } from "./readiness.ts";
import { type Family, gauge } from "./tally.ts";

/** What is read anew each time somebody asks, in place of being counted. */
export type StateSources = {
  services: Pick<Services, "catalogInUse" | "fleet" | "tries" | "pulls" | "lastSync">;
  readiness: Readiness;
  metrics: Metrics;
};

type Samples = Family["values"];

/** How everything is just now. A value that nobody knows is left out. */
export async function stateFamilies({ services, readiness, metrics }: StateSources): Promise<Family[]> {
  const report = readiness.report();
  return [
    ...commonFamilies(report),
    gauge(
      "mulu_discord_connected",
      "1 while every shard is connected and ready. Absent without a bot.",
      connected(report.parts.discord),
    ),
    gauge(
      "mulu_disk_writable",
      "1 while what is kept in DATA_DIR can be written. Absent where tries go through Redis.",
      connected(report.parts.disk),
    ),
    ...catalogFamilies(services, metrics),
    ...(await tryFamilies(services)),
    ...hostFamilies(services.fleet.hosts),
    ...(await syncFamilies(services, metrics)),
  ];
}

/** What bots and workers say alike: which version runs, and whether what it needs is there. */
export const commonFamilies = (report: ReadinessReport): Family[] => [
  gauge("mulu_build_info", "The version that runs; always 1.", [{ labels: { version: VERSION }, value: 1 }]),
  gauge("mulu_ready", "1 where /readyz answers 200.", flag(isReady(report))),
  gauge(
    "mulu_redis_connected",
    "1 while Redis answers. Absent where tries do not go through Redis.",
    connected(report.parts.redis),
  ),
];

const one = (value: number | undefined): Samples => (value === undefined ? [] : [{ labels: {}, value }]);
const flag = (is: boolean): Samples => one(is ? 1 : 0);
const connected = ({ state }: { state: string }): Samples => (state === "off" ? [] : flag(state === "ready"));
const seconds = (iso: string | undefined): number | undefined =>
  iso === undefined ? undefined : Date.parse(iso) / 1000;

function catalogFamilies({ catalogInUse }: Pick<Services, "catalogInUse">, { upstream }: Metrics): Family[] {
  const { catalog, problems, origin, refused } = catalogInUse;
  const lookedAt = upstream.lookedAt();
  return [
    gauge("mulu_catalog_entries", "Entries of the catalog in use.", one(catalog.entries.length)),
    gauge("mulu_catalog_problems", "Faults in the files of the catalog in use.", one(problems.length)),
    gauge(
      "mulu_catalog_fetched_timestamp_seconds",
      "When the commit in use was fetched. Absent where the catalog is read from the folder.",
      one(seconds(origin?.fetchedAt)),
    ),
    gauge(
      "mulu_catalog_last_look_timestamp_seconds",
      "When GitHub was last asked for a newer catalog and answered. Absent until then.",
      one(lookedAt === undefined ? undefined : lookedAt / 1000),
    ),
    gauge("mulu_catalog_refused", "1 while the newest catalog on GitHub is refused.", flag(refused !== undefined)),
  ];
}

/** Workers of one machine may stand beside the same Ollama: one series for each name. */
const perHost = (value: (host: Host) => number, hosts: readonly Host[]): Samples =>
  [...Map.groupBy(hosts, ({ label }) => label)].map(([host, same]) => ({
    labels: { host },
    value: same.reduce((sum, item) => sum + value(item), 0),
  }));

async function tryFamilies({ tries, pulls }: Pick<Services, "tries" | "pulls">): Promise<Family[]> {
  const counts = await tries.counts();
  return [
    gauge("mulu_tries_running", "Tries that are being answered.", one(counts?.running)),
    gauge("mulu_tries_waiting", "Tries in the queue.", one(counts?.waiting)),
    gauge("mulu_ollama_pulls_running", "Models being pulled.", one(pulls.running().length)),
  ];
}

/** The Ollama hosts that a process knows, by their names. */
export function hostFamilies(hosts: readonly Host[]): Family[] {
  const up = hosts.filter((host) => host.up);
  return [
    gauge(
      "mulu_ollama_host_up",
      "1 while the host answers; 2 where two workers say so.",
      perHost((host) => Number(host.up), hosts),
    ),
    gauge(
      "mulu_ollama_host_tries",
      "Tries under way on the host.",
      perHost(({ busy }) => busy, hosts),
    ),
    gauge(
      "mulu_ollama_models_installed",
      "Models on a host that is up.",
      perHost(({ installed }) => installed.length, up),
    ),
    gauge(
      "mulu_ollama_models_loaded",
      "Models in the memory of a host that is up.",
      perHost(({ loaded }) => loaded.size, up),
    ),
    gauge(
      "mulu_ollama_graphics_memory_bytes",
      "Graphics memory that loaded models take on a host that is up.",
      perHost(({ loaded }) => [...loaded.values()].reduce((sum, { vramBytes }) => sum + vramBytes, 0), up),
    ),
  ];
}

/** Figures of the last sync of this installation, whoever started it, as far as its record goes. */
async function syncFamilies({ lastSync }: Pick<Services, "lastSync">, { upstream }: Metrics): Promise<Family[]> {
  const last = await lastSync();
  return [
    gauge(
      "mulu_sync_last_run_timestamp_seconds",
      "When the last run of the sync began. Absent where there was none.",
      one(seconds(last?.at)),
    ),
    gauge("mulu_sync_last_run_ok", "1 where nothing failed in it.", last ? flag(last.ok) : []),
    gauge(
      "mulu_sync_repositories",
      "Repositories that it saw, and those that it did not reach.",
      last
        ? [
            { labels: { state: "seen" }, value: last.seen },
            { labels: { state: "unreached" }, value: last.unreached },
          ]
        : [],
    ),
    gauge(
      "mulu_github_points_left",
      "GraphQL points (requests, without an identity) left of the hour after the last run in this process.",
      one(upstream.pointsLeft()),
    ),
  ];
}
