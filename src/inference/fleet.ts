import { setTimeout as wait } from "node:timers/promises";
import type { Log } from "#src/base/log.ts";
import { ollamaClient } from "#src/inference/ollama/client.ts";
import { asInstalled, canChat, type InstalledModel, normalModel, psAnswer, showAnswer, tagsAnswer } from "./models.ts";

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
  /** Looks that failed since the last good one. */
  failures: number;
};

/** A slot on a host; give it back when the try has ended. */
export type Lease = {
  host: Host;
  model: InstalledModel;
  /** `unused`: nothing was asked of the host, so nothing about it has changed. */
  release: (how?: "unused") => void;
};

export type Fleet = {
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
  /** Looks again at once, for instance after a try failed; never throws. */
  check: (host: Host) => Promise<void>;
  /** Resolves when every host has been looked at once. */
  ready: () => Promise<void>;
  /** Polls until the signal is raised. */
  run: (signal: AbortSignal) => Promise<void>;
  /** Called after anything changed that may let a waiting try begin. */
  onChange: (listener: () => void) => void;
};

export type FleetOptions = {
  urls: readonly string[];
  slots: number;
  allowCloud: boolean;
  log: Log;
  pollMs?: number;
};

const POLL_MS = 15_000;
const CHECK_TIMEOUT_MS = 5000;
const BACK_OFF_FIRST_MS = 1000;
const BACK_OFF_MOST_MS = 60_000;

/** The Ollama hosts with what each has installed and loaded. A host that fails is out until it answers again. */
export function createFleet({ urls, slots, allowCloud, log, pollMs = POLL_MS }: FleetOptions): Fleet {
  const hosts = urls.map(createHost);
  const capabilities = new Map<string, readonly string[]>();
  const listeners = new Set<() => void>();
  const changed = (): void => {
    for (const listener of listeners) listener();
  };
  const usable = usableIf(allowCloud);

  const capabilitiesOf = async (host: Host, name: string, digest: string, signal: AbortSignal) => {
    const key = `${name}@${digest}`;
    const known = capabilities.get(key);
    if (known) return known;
    const parsed = showAnswer.safeParse(await ollamaClient(host.url, signal).show({ model: name }));
    if (!parsed.success) return undefined;
    capabilities.set(key, parsed.data.capabilities);
    return parsed.data.capabilities;
  };

  /** Throws where the host does not answer, or not as Ollama does. */
  const look = async (host: Host): Promise<undefined> => {
    const signal = AbortSignal.timeout(CHECK_TIMEOUT_MS);
    const client = ollamaClient(host.url, signal);
    const [tags, ps] = await Promise.all([client.list(), client.ps()]);
    host.version ??= (await client.version()).version;
    const { models } = tagsAnswer.parse(tags);
    host.installed = await Promise.all(
      models.map(async (model) =>
        asInstalled(model, await capabilitiesOf(host, model.name, model.digest, signal).catch(() => undefined)),
      ),
    );
    host.loaded = new Map(psAnswer.parse(ps).models.map(({ name, size_vram }) => [normalModel(name), size_vram]));
  };

  /** Ends the pause of a host's poll, so that one that is found failing is soon looked at again. */
  const pauses = new Map<Host, AbortController>();
  const check = async (host: Host): Promise<void> => {
    const reason = await look(host).catch(reasonOf);
    if (reason === undefined) cameUp(host);
    else wentDown(host, reason);
    changed();
  };
  const cameUp = (host: Host): void => {
    if (!host.up && host.failures > 0)
      log.info({ host: host.label, models: host.installed.length }, "Ollama host is up");
    host.up = true;
    host.failures = 0;
  };
  const wentDown = (host: Host, reason: string): void => {
    if (host.up || host.failures === 0) log.warn({ host: host.label, reason }, "Ollama host is out");
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
    hosts,
    remote: false,
    installed: () => usableModels(hosts, allowCloud),
    isLoaded: (model) => hosts.some((host) => host.up && host.loaded.has(normalModel(model))),
    acquire: (wanted) => {
      const name = normalModel(wanted);
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
