import { setTimeout as wait } from "node:timers/promises";
import type { Log } from "#src/base/log.ts";
import { type Backend, type ChatPart, type ChatRequest, canChat, type InstalledModel } from "./backend.ts";
import { streamChat } from "./chat.ts";

export type Host = {
  url: string;
  /** What people are shown: host and port, never credentials. */
  label: string;
  up: boolean;
  version: string | undefined;
  installed: readonly InstalledModel[];
  /** Names of models in memory, and bytes of graphics memory they take. */
  loaded: ReadonlyMap<string, number>;
  /** Tries under way. */
  busy: number;
  /** Checks that failed since the last good one. */
  failures: number;
};

/** A slot on a host, to be released when the try has ended. */
export type Lease = {
  host: Host;
  model: InstalledModel;
  /** Streams one answer of the host; throws InferenceFailure, or the reason of the signal where that is raised. */
  chat: (request: ChatRequest, signal: AbortSignal) => AsyncIterable<ChatPart>;
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
  /** Takes a slot: of the hosts that have the model the one that has it loaded, then the least busy. */
  acquire: (model: string) => Lease | undefined;
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
  /** Addresses of the hosts. */
  urls: readonly string[];
  /** Tries at once on one host. */
  slots: number;
  allowCloud: boolean;
  log: Log;
  pollMs?: number;
};

const POLL_MS = 15_000;
const CHECK_TIMEOUT_MS = 5000;
const BACK_OFF_FIRST_MS = 1000;
const BACK_OFF_MOST_MS = 60_000;

/** The hosts of a backend with what each has installed and loaded. A host that fails is out until it answers again. */
export function createFleet({ backend, urls, slots, allowCloud, log, pollMs = POLL_MS }: FleetOptions): Fleet {
  const hosts = urls.map(createHost);
  const listeners = new Set<() => void>();
  const changed = (): void => {
    for (const listener of listeners) listener();
  };
  const usable = usableIf(allowCloud);

  /** Throws where the host does not answer, or not as the backend does. */
  const inspect = async (host: Host): Promise<undefined> => {
    const signal = AbortSignal.timeout(CHECK_TIMEOUT_MS);
    const [installed, loaded] = await Promise.all([backend.list(host.url, signal), backend.loaded(host.url, signal)]);
    host.version ??= await backend.version(host.url, signal);
    host.installed = installed;
    host.loaded = loaded;
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

  return {
    backend,
    hosts,
    remote: false,
    installed: () => usableModels(hosts, allowCloud),
    isLoaded: (model) => hosts.some((host) => host.up && host.loaded.has(backend.normalName(model))),
    acquire: (wanted) => {
      const name = backend.normalName(wanted);
      const [host] = hosts
        .filter((item) => has(item, name) !== undefined && item.busy < slots)
        .toSorted((a, b) => Number(b.loaded.has(name)) - Number(a.loaded.has(name)) || a.busy - b.busy);
      const model = host && has(host, name);
      if (host === undefined || model === undefined) return undefined;
      host.busy += 1;
      let held = true;
      return {
        host,
        model,
        chat: (request, signal) => streamChat(backend, host.url, request, signal),
        release: (how) => {
          if (!held) return;
          held = false;
          host.busy -= 1;
          if (how === "unused") return;
          host.loaded = new Map([...host.loaded, [name, host.loaded.get(name) ?? 0]]);
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

const usableIf =
  (allowCloud: boolean) =>
  (model: InstalledModel): boolean =>
    canChat(model) && (allowCloud || !model.cloud);

/** Models that can be tried, of all hosts that are up, each once. */
export function usableModels(hosts: readonly Host[], allowCloud: boolean): InstalledModel[] {
  const all = hosts.filter(({ up }) => up).flatMap(({ installed }) => installed.filter(usableIf(allowCloud)));
  return [...new Map(all.map((model) => [model.name, model])).values()];
}

function createHost(url: string): Host {
  return {
    url,
    label: new URL(url).host,
    up: false,
    version: undefined,
    installed: [],
    loaded: new Map(),
    busy: 0,
    failures: 0,
  };
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
