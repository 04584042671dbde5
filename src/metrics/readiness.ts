import type { Pause } from "#src/base/back-off.ts";
import type { StoreHealth } from "#src/base/store-health.ts";
import type { Services } from "#src/chat/services.ts";
import type { Fleet } from "#src/inference/fleet.ts";

/** `off`: not configured. */
type ComponentState = "ready" | "away" | "off";

/** State of a part of the program, and since when (ISO 8601 in UTC). Without a required one nothing works as it should. */
type Component = { state: ComponentState; since: string; required: boolean };

/** Parts that bots and workers have. */
type CommonComponents = {
  ollama: Component & { hosts: number; up: number };
  redis: Component;
};
/** Where it is away: why, in one line, and until when nothing is sent to it (ISO 8601 in UTC). */
type DiscordComponent = Component & { reason?: string; until?: string };
type BotComponents = CommonComponents & {
  discord: DiscordComponent;
  catalog: Component & { entries: number };
  /** Whether what is to be kept can be written; `reason`: which file, and what SQLite or the system said. */
  disk: Component & { reason?: string };
};

export type ReadinessReport<Components extends CommonComponents = CommonComponents> = {
  /** `degraded`: what is required is there, something else is away. */
  status: "ready" | "degraded" | "not_ready" | "stopping";
  parts: Components;
};

/** Readiness of a program that runs until it is told to stop. */
export type ReadinessProbe<Components extends CommonComponents = CommonComponents> = {
  report: () => ReadinessReport<Components>;
  /** Reports from now on that nothing new should be sent here. */
  stopping: () => void;
};

export type Readiness = ReadinessProbe<BotComponents> & {
  /** Whether the gateway is connected and ready, and why not where that is known. */
  discord: (connected: boolean, reason?: string) => void;
};

/** Whether something outside is connected, and since when. */
export type Connection = {
  /** `reason`: why it is not, in one line; the last one holds until it is connected. */
  set: (connected: boolean, reason?: string) => void;
  now: () => { state: ComponentState; since: string; reason?: string };
};

const isoTime = (ms: number): string => new Date(ms).toISOString();

/** `off` for good where it is not configured, else `away` until it is first connected. `clock` in ms since 1970. */
export function createConnection(configured: boolean, clock: () => number = Date.now): Connection {
  let state: ComponentState = configured ? "away" : "off";
  let since = isoTime(clock());
  let why: string | undefined;
  return {
    set: (connected, reason) => {
      const next = connected ? "ready" : "away";
      why = connected ? undefined : (reason ?? why);
      if (next === state) return;
      [state, since] = [next, isoTime(clock())];
    },
    now: () => ({ state, since, ...(why !== undefined && { reason: why }) }),
  };
}

/**
 * Knows whether what is configured is there. Discord, where there is a token, and the catalog are required: without
 * them nobody gets an answer. Without Ollama or Redis everything but tries goes on.
 */
export function createReadiness({
  discord,
  pause,
  redis,
  stores,
  services,
}: {
  /** Whether a bot is configured. */
  discord: boolean;
  /** The pause that Discord wants, during which nobody gets an answer. */
  pause: () => Pause | undefined;
  redis: Connection;
  /** The files that this process keeps. */
  stores: readonly StoreHealth[];
  services: Pick<Services, "fleet" | "catalogInUse" | "now">;
}): Readiness {
  const started = isoTime(services.now());
  const gateway = createConnection(discord, services.now);
  const ollama = watchHosts(services.fleet, services.now);
  const probe = createProbe((): BotComponents => {
    const { catalog, origin } = services.catalogInUse;
    return {
      discord: { ...gateway.now(), ...(discord && pausedState(pause())), required: discord },
      catalog: {
        // The program does not start without one, and replaces it only by a whole one.
        state: "ready",
        since: origin?.fetchedAt ?? started,
        required: true,
        entries: catalog.entries.length,
      },
      ollama: ollama(),
      redis: { ...redis.now(), required: false },
      disk: { ...diskOf(stores, started), required: false },
    };
  });
  return { ...probe, discord: gateway.set };
}

const pausedState = (pause: Pause | undefined) =>
  pause && { state: "away" as const, reason: pause.reason, until: isoTime(pause.until) };

/** Away while one of the files cannot be written; off where nothing is kept in files. */
function diskOf(stores: readonly StoreHealth[], started: string): Omit<BotComponents["disk"], "required"> {
  const all = stores.map(({ now }) => now());
  const failing = all.find(({ code }) => code !== undefined);
  if (failing) return { state: "away", since: failing.since, reason: `${failing.file}: ${failing.code}` };
  const [since = started] = all
    .map((each) => each.since)
    .toSorted()
    .toReversed();
  return { state: stores.length === 0 ? "off" : "ready", since };
}

type WorkerComponents = CommonComponents & { discord: DiscordComponent };

/**
 * A worker gets its tries from Redis, and ends them there. Without Ollama it takes none, and others may. It has no
 * connection to Discord that could be lost: that is away only during a pause that Discord wants.
 */
export function createWorkerReadiness({
  redis,
  pause,
  fleet,
}: {
  redis: Connection;
  pause: () => Pause | undefined;
  fleet: Fleet;
}): ReadinessProbe<WorkerComponents> {
  const ollama = watchHosts(fleet, Date.now);
  const discord = createConnection(true);
  return createProbe(() => {
    const paused = pausedState(pause());
    discord.set(paused === undefined);
    return {
      ollama: ollama(),
      redis: { ...redis.now(), required: true },
      discord: { ...discord.now(), ...paused, required: false },
    };
  });
}

/** Ready while at least one host answers. */
function watchHosts(fleet: Fleet, clock: () => number): () => CommonComponents["ollama"] {
  const any = createConnection(true, clock);
  const hostsUp = (): number => fleet.hosts.filter(({ up }) => up).length;
  fleet.onChange(() => any.set(hostsUp() > 0));
  return () => ({ ...any.now(), required: false, hosts: fleet.hosts.length, up: hostsUp() });
}

function createProbe<Components extends CommonComponents>(parts: () => Components): ReadinessProbe<Components> {
  let isStopping = false;
  return {
    report: () => {
      const all = parts();
      return { status: isStopping ? "stopping" : statusOf(Object.values(all)), parts: all };
    },
    stopping: () => {
      isStopping = true;
    },
  };
}

function statusOf(parts: readonly Component[]): ReadinessReport["status"] {
  const away = parts.filter(({ state }) => state === "away");
  if (away.some(({ required }) => required)) return "not_ready";
  return away.length > 0 ? "degraded" : "ready";
}

/** Whether more may be sent here. */
export const isReady = ({ status }: ReadinessReport): boolean => status === "ready" || status === "degraded";
