import { setTimeout as wait } from "node:timers/promises";
import type { Log } from "#src/base/log.ts";
import {
  type Backend,
  type ChatPart,
  type ChatRequest,
  canChat,
  type HostAddress,
  type HostSettings,
  type InstalledModel,
  type LoadedModel,
} from "./backend.ts";
import { streamChat } from "./chat.ts";
import { contextInUse } from "./context.ts";

export type Host = {
  address: HostAddress;
  /** What people are shown, never an address or credentials. */
  label: string;
  up: boolean;
  version: string | undefined;
  installed: readonly InstalledModel[];
  /** The models in memory by name. */
  loaded: ReadonlyMap<string, LoadedModel>;
  /** Tries under way. */
  busy: number;
  /** Checks that failed since the last good one. */
  failures: number;
  /** Models that it failed to answer with, and until when another host is preferred for them. performance.now(). */
  failing: ReadonlyMap<string, Failing>;
};

type Failing = { until: number; times: number };

/** A slot on a host, to be released when the try has ended. */
export type Lease = {
  host: Host;
  model: InstalledModel;
  /** Tokens of context that the host answers with, as far as is known now. */
  contextTokens: () => number | undefined;
  /** Looks into the host's memory: what it has of the model there; undefined where it is not loaded. */
  look: (signal: AbortSignal) => Promise<LoadedModel | undefined>;
  /** Streams one answer of the host; throws InferenceFailure, or the reason of the signal where that is raised. */
  chat: (request: Omit<ChatRequest, "contextTokens">, signal: AbortSignal) => AsyncIterable<ChatPart>;
  /** `unused`: nothing was asked of the host, so nothing about it has changed. */
  release: (how?: "unused") => void;
};

export type Fleet = {
  /** The program that the hosts run. */
  readonly backend: Backend;
  readonly hosts: readonly Host[];
  /** Other processes reach the hosts, and this one only knows what they say. */
  remote: boolean;
  /** Models that can be tried, of all hosts that are up, each once. */
  installed: () => InstalledModel[];
  isLoaded: (model: string) => boolean;
  /**
   * Takes a slot: of the hosts that have the model the one that has it loaded, then the least busy. A host that failed
   * with the model of late is taken only where no other has it.
   */
  acquire: (model: string) => Lease | undefined;
  /** Models for which a slot could be taken now. */
  free: () => string[];
  /** Tells whether a host other than that one has the model and does not fail with it. */
  isElsewhere: (model: string, host: Host) => boolean;
  /** Tells how a host answered with a model: one that fails is avoided for that model for a while, and not taken out. */
  judge: (host: Host, model: string, answered: boolean) => void;
  /** Takes a host out that could not be reached, until it answers again. */
  takeOut: (host: Host) => void;
  /** Asks a host again at once, for instance after a try failed; never throws. */
  check: (host: Host) => Promise<void>;
  /** Resolves when every host has been asked once. */
  ready: () => Promise<void>;
  /** Polls until the signal is raised. */
  run: (signal: AbortSignal) => Promise<void>;
  /** Called after anything changed that may let a waiting try begin. */
  onChange: (listener: () => void) => void;
};

export type FleetOptions = {
  backend: Backend;
  hosts: readonly HostSettings[];
  /** Tries at once on one host. */
  slots: number;
  allowCloud: boolean;
  /** Tokens of context that every request asks for; absent: as each host has it. */
  contextTokens?: number | undefined;
  /** Tells whether hosts of other processes have a model and do not fail with it. */
  othersHave?: (model: string) => boolean;
  log: Log;
  pollMs?: number;
};

const POLL_MS = 15_000;
const CHECK_TIMEOUT_MS = 5000;
const BACK_OFF_FIRST_MS = 1000;
const BACK_OFF_MOST_MS = 60_000;
/** How long a host is avoided for a model that it failed with; twice as long each time that it fails again. */
const AVOID_FIRST_MS = 30_000;
const AVOID_MOST_MS = 600_000;

/** The hosts of a backend with what each has installed and loaded. A host that fails is out until it answers again. */
export function createFleet({
  backend,
  hosts: settings,
  slots,
  allowCloud,
  contextTokens,
  othersHave = () => false,
  log,
  pollMs = POLL_MS,
}: FleetOptions): Fleet {
  const hosts = settings.map(createHost);
  const listeners = new Set<() => void>();
  const changed = (): void => {
    for (const listener of listeners) listener();
  };
  const usable = usableIf(allowCloud);

  /** Throws where the host does not answer, or not as the backend does. */
  const inspect = async (host: Host): Promise<undefined> => {
    const signal = AbortSignal.timeout(CHECK_TIMEOUT_MS);
    const [installed, loaded] = await Promise.all([
      backend.list(host.address, signal),
      backend.loaded(host.address, signal),
    ]);
    host.version ??= await backend.version(host.address, signal);
    host.installed = installed;
    noteLoaded(host, loaded);
  };

  /** Tokens of context that models were last loaded with, by host and name. */
  const contexts = new Map(hosts.map((host) => [host, new Map<string, number>()]));
  const noteLoaded = (host: Host, loaded: Host["loaded"]): void => {
    host.loaded = loaded;
    for (const [name, { contextTokens: tokens }] of loaded)
      if (tokens !== undefined) contexts.get(host)?.set(name, tokens);
  };

  /** Ends the pause of a host's poll, so that one that is found failing is soon asked again. */
  const pauses = new Map<Host, AbortController>();
  const check = async (host: Host): Promise<void> => {
    const reason = await inspect(host).catch(reasonOf);
    if (reason === undefined) cameUp(host);
    else wentDown(host, reason);
    changed();
  };
  const cameUp = (host: Host): void => {
    if (!host.up && host.failures > 0)
      log.info({ host: host.label, models: host.installed.length }, `${backend.name} host is up`);
    host.up = true;
    host.failures = 0;
  };
  const wentDown = (host: Host, reason: string): void => {
    if (host.up || host.failures === 0) log.warn({ host: host.label, reason }, `${backend.name} host is out`);
    if (host.up) pauses.get(host)?.abort();
    host.up = false;
    host.version = undefined;
    host.failures += 1;
  };

  let first: Promise<void> | undefined;
  const ready = (): Promise<void> => {
    first ??= Promise.all(hosts.map(check)).then(() => {});
    return first;
  };

  const poll = async (host: Host, signal: AbortSignal): Promise<void> => {
    await ready();
    while (!signal.aborted) {
      const pause = new AbortController();
      pauses.set(host, pause);
      const delay = host.up
        ? pollMs
        : Math.min(BACK_OFF_FIRST_MS * 2 ** Math.max(0, host.failures - 1), BACK_OFF_MOST_MS);
      const slept = await wait(delay, true, { signal: AbortSignal.any([signal, pause.signal]) }).catch(() => false);
      if (slept) await check(host);
    }
  };

  const has = (host: Host, model: string): InstalledModel | undefined =>
    host.up ? host.installed.find((item) => item.name === model && usable(item)) : undefined;

  const isElsewhere = (name: string, host: Host): boolean =>
    hosts.some((item) => item !== host && has(item, name) !== undefined && !isFailing(item, name)) || othersHave(name);
  /** The host that would answer next with a model. */
  const next = (name: string): Host | undefined =>
    hosts
      .filter((host) => has(host, name) !== undefined && host.busy < slots)
      .filter((host) => !isFailing(host, name) || !isElsewhere(name, host))
      .toSorted((a, b) => Number(b.loaded.has(name)) - Number(a.loaded.has(name)) || a.busy - b.busy)[0];

  return {
    backend,
    hosts,
    remote: false,
    installed: () => usableModels(hosts, allowCloud),
    free: () => usableModels(hosts, allowCloud).flatMap(({ name }) => (next(name) === undefined ? [] : [name])),
    isElsewhere: (model, host) => isElsewhere(backend.normalName(model), host),
    judge: (host, model, answered) => {
      const name = backend.normalName(model);
      const failing = new Map(host.failing);
      const times = (failing.get(name)?.times ?? 0) + 1;
      const avoidMs = Math.min(AVOID_FIRST_MS * 2 ** (times - 1), AVOID_MOST_MS);
      if (answered) failing.delete(name);
      else failing.set(name, { until: performance.now() + avoidMs, times });
      if (!answered) log.warn({ host: host.label, model: name, seconds: avoidMs / 1000 }, "a host fails with a model");
      host.failing = failing;
      changed();
    },
    isLoaded: (model) => hosts.some((host) => host.up && host.loaded.has(backend.normalName(model))),
    acquire: (wanted) => {
      const name = backend.normalName(wanted);
      const host = next(name);
      const model = host && has(host, name);
      if (host === undefined || model === undefined) return undefined;
      host.busy += 1;
      let held = true;
      return {
        host,
        model,
        contextTokens: () =>
          contextInUse({
            ...{ model, backend, wanted: contextTokens },
            ...{ loaded: host.loaded.get(name), seen: contexts.get(host)?.get(name) },
          }),
        look: async (signal) => {
          noteLoaded(host, await backend.loaded(host.address, signal));
          return host.loaded.get(name);
        },
        chat: (request, signal) =>
          streamChat(backend, host.address, { ...request, contextTokens }, signal, {
            isElsewhere: isElsewhere(name, host),
          }),
        release: (how) => {
          if (!held) return;
          held = false;
          host.busy -= 1;
          if (how === "unused") return;
          host.loaded = new Map([...host.loaded, [name, host.loaded.get(name) ?? UNKNOWN]]);
          changed();
        },
      };
    },
    check,
    takeOut: (host) => {
      wentDown(host, "a try could not reach it");
      changed();
    },
    ready,
    run: async (signal) => {
      await Promise.all(hosts.map((host) => poll(host, signal)));
    },
    onChange: (listener) => {
      listeners.add(listener);
    },
  };
}

/** Tells whether a host failed with a model of late. */
export const isFailing = ({ failing }: Host, model: string): boolean =>
  (failing.get(model)?.until ?? 0) > performance.now();

const usableIf =
  (allowCloud: boolean) =>
  (model: InstalledModel): boolean =>
    canChat(model) && (allowCloud || !model.cloud);

/** Models that can be tried, of all hosts that are up, each once. */
export function usableModels(hosts: readonly Host[], allowCloud: boolean): InstalledModel[] {
  const all = hosts.filter(({ up }) => up).flatMap(({ installed }) => installed.filter(usableIf(allowCloud)));
  return [...new Map(all.map((model) => [model.name, model])).values()];
}

/** Loaded, and not yet looked at. */
const UNKNOWN: LoadedModel = { vramBytes: 0, sizeBytes: 0, contextTokens: undefined };

function createHost({ name, ...address }: HostSettings): Host {
  return {
    address,
    label: name ?? new URL(address.url).host,
    up: false,
    version: undefined,
    installed: [],
    loaded: new Map(),
    busy: 0,
    failures: 0,
    failing: new Map(),
  };
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
