import type { Services } from "#src/chat/services.ts";

/** `off`: not configured. */
type PartState = "ready" | "away" | "off";

/** How a part of the program is, and since when (ISO 8601 in UTC). Without a required one nothing works as it should. */
type Part = { state: PartState; since: string; required: boolean };

type ReadinessReport = {
  /** `degraded`: what is required is there, something else is away. */
  status: "ready" | "degraded" | "not_ready" | "stopping";
  parts: {
    discord: Part;
    catalog: Part & { entries: number };
    ollama: Part & { hosts: number; up: number };
  };
};

export type Readiness = {
  report: () => ReadinessReport;
  /** Whether the gateway is connected and ready. */
  discord: (connected: boolean) => void;
  /** From now on nothing new should be sent here. */
  stopping: () => void;
};

/**
 * Knows whether what is configured is there. Discord, where there is a token, and the catalog are required: without
 * them nobody gets an answer. Without Ollama everything but tries goes on.
 */
export function createReadiness({
  discord,
  services,
}: {
  /** Whether a bot is configured. */
  discord: boolean;
  services: Pick<Services, "fleet" | "catalogInUse" | "now">;
}): Readiness {
  const { fleet, now } = services;
  const started = isoTime(now());
  const gateway = createLasting(discord ? "away" : "off", now);
  const ollama = createLasting("away", now);
  const hostsUp = (): number => fleet.hosts.filter(({ up }) => up).length;
  fleet.onChange(() => ollama.set(hostsUp() > 0 ? "ready" : "away"));
  let isStopping = false;

  const parts = (): ReadinessReport["parts"] => {
    const { catalog, origin } = services.catalogInUse;
    return {
      discord: { ...gateway.now(), required: discord },
      catalog: {
        // The program does not start without one, and replaces it only by a whole one.
        state: "ready",
        since: origin?.fetchedAt ?? started,
        required: true,
        entries: catalog.entries.length,
      },
      ollama: { ...ollama.now(), required: false, hosts: fleet.hosts.length, up: hostsUp() },
    };
  };
  return {
    report: () => {
      const all = parts();
      return { status: isStopping ? "stopping" : statusOf(Object.values(all)), parts: all };
    },
    discord: (connected) => gateway.set(connected ? "ready" : "away"),
    stopping: () => {
      isStopping = true;
    },
  };
}

function statusOf(parts: readonly Part[]): ReadinessReport["status"] {
  const away = parts.filter(({ state }) => state === "away");
  if (away.some(({ required }) => required)) return "not_ready";
  return away.length > 0 ? "degraded" : "ready";
}

const isoTime = (ms: number): string => new Date(ms).toISOString();

/** A state, and since when it lasts. */
function createLasting(first: PartState, clock: () => number) {
  let [state, since] = [first, isoTime(clock())];
  return {
    set: (next: PartState): void => {
      if (next === state) return;
      [state, since] = [next, isoTime(clock())];
    },
    now: () => ({ state, since }),
  };
}
