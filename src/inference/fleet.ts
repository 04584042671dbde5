import { setTimeout as wait } from "node:timers/promises";
import type { Log } from "#src/base/log.ts";
import type {
  Backend,
  ChatPart,
  ChatRequest,
  HostAddress,
  HostSettings,
  InstalledModel,
  LoadedModel,
} from "./backend.ts";
import { streamChat } from "./chat.ts";
import { contextInUse } from "./context.ts";
import { type Failing, failedAgain, faultOf, type HostFault, isAway, isFailing, lineOf, type Said } from "./failing.ts";
import { createInspect } from "./inspect.ts";
import { createLookAgain } from "./look-again.ts";
import { otherModels, usableIf, usableModels } from "./usable.ts";

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
  /** Why it is out; undefined where it is up, or was not asked yet. */
  fault?: HostFault | undefined;
  /** How it failed with a model last; `at` is in ms since 1970. */
  lastFailure?: (HostFault & { model: string; at: number }) | undefined;
};

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
  /** Other models that could answer now: those in memory first. */
  others: (model: string) => InstalledModel[];
  /**
   * Tells how a host answered with a model, or that it did: one that fails is avoided for that model for a while, and not
   * taken out.
   */
  judge: (host: Host, model: string, fault: HostFault | undefined) => void;
  /** Takes a host out that could not be reached, until it answers again. */
  takeOut: (host: Host, fault: HostFault) => void;
  /** Asks a host again at once, for instance after a try failed; never throws. */
  check: (host: Host) => Promise<void>;
  /**
   * Asks all hosts again before somebody is refused for what was known of them: each at most once a second. Resolves
   * within two seconds; never throws.
   */
  lookAgain: () => Promise<void>;
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
  /** Hosts of other processes. */
  otherHosts?: () => readonly Host[];
  log: Log;
  pollMs?: number;
};

const POLL_MS = 15_000;
const BACK_OFF_FIRST_MS = 1000;
const BACK_OFF_MOST_MS = 60_000;

/** The hosts of a backend with what each has installed and loaded. A host that fails is out until it answers again. */
export function createFleet({
  backend,
  hosts: settings,
  slots,
  allowCloud,
  contextTokens,
  othersHave = () => false,
  otherHosts = () => [],
  log,
  pollMs = POLL_MS,
}: FleetOptions): Fleet {
  const hosts = settings.map((host, index) => createHost(host, `${backend.name} ${index + 1}`));
  const listeners = new Set<() => void>();
  const changed = (): void => {
    for (const listener of listeners) listener();
  };
  const usable = usableIf(allowCloud);

  const inspect = createInspect({ backend, log });
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
    const found = await inspect(host);
    if (!("failure" in found)) {
      const { installed, loaded, version = host.version } = found;
      Object.assign(host, { installed, version });
      noteLoaded(host, loaded);
      cameUp(host, undefined);
    } else if (isAway(found.failure)) wentDown(host, found.failure);
    else cameUp(host, found.failure);
    changed();
  };
  /** It answers; where it has an error in place of its list, what was known of that stays. */
  const cameUp = (host: Host, failure: Said | undefined): void => {
    if (!host.up && host.failures > 0)
      log.info(
        { host: host.label, address: host.address.url, models: host.installed.length },
        `${backend.name} host is up`,
      );
    if (failure && host.fault?.said !== failure.message)
      log.warn(lineOf(host, failure), `${backend.name} host has no list`);
    host.up = true;
    host.fault = failure && faultOf(failure);
    host.failures = 0;
  };
  const wentDown = (host: Host, failure: Said): void => {
    const isNews = host.up || host.failures === 0 || host.fault?.reason !== failure.reason;
    if (isNews) log.warn(lineOf(host, failure), `${backend.name} host is out`);
    if (host.up) pauses.get(host)?.abort();
    host.up = false;
    host.fault = faultOf(failure);
    host.version = undefined;
    host.failures += 1;
  };
  const lookAgain = createLookAgain(check);

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
    others: (model) => otherModels([...hosts, ...otherHosts()], allowCloud, backend.normalName(model)),
    judge: (host, model, fault) => {
      const name = backend.normalName(model);
      const failing = new Map(host.failing);
      if (fault === undefined) failing.delete(name);
      else {
        failing.set(name, failedAgain(failing.get(name)));
        host.lastFailure = { ...fault, model: name, at: Date.now() };
      }
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
    takeOut: (host, { reason, said: message }) => {
      wentDown(host, { reason, message });
      changed();
    },
    lookAgain: () => lookAgain(hosts),
    ready,
    run: async (signal) => {
      await Promise.all(hosts.map((host) => poll(host, signal)));
    },
    onChange: (listener) => {
      listeners.add(listener);
    },
  };
}

/** Loaded, and not yet looked at. */
const UNKNOWN: LoadedModel = { vramBytes: 0, sizeBytes: 0, contextTokens: undefined };

function createHost({ name, ...address }: HostSettings, standard: string): Host {
  return {
    address,
    label: name ?? standard,
    up: false,
    version: undefined,
    installed: [],
    loaded: new Map(),
    busy: 0,
    failures: 0,
    failing: new Map(),
  };
}
