import type { Log } from "#src/base/log.ts";
import type { Backend, Failure, HostAddress, InstalledModel, LoadedModel } from "./backend.ts";
import { lineOf } from "./failing.ts";

/** What a host said of itself. */
export type Inspection = {
  installed: readonly InstalledModel[];
  loaded: ReadonlyMap<string, LoadedModel>;
  version: string | undefined;
};

const TIMEOUT_MS = 5000;

/** Asks hosts what they have; resolves with what is wrong where one does not list its models. Never rejects. */
export function createInspect({
  backend,
  log,
}: {
  backend: Backend;
  log: Log;
}): (host: { address: HostAddress; label: string }) => Promise<Inspection | { failure: Failure }> {
  const told = new Set<string>();
  return async ({ address, label }) => {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    /** Emulations leave out what is not needed, which is told once. */
    const unlessMissing = <T>(what: string, asked: PromiseSettledResult<T>): T | undefined => {
      if (asked.status === "fulfilled") return asked.value;
      const key = `${address.url} ${what}`;
      const failure = backend.classify(asked.reason, "request");
      if (!told.has(key)) log.warn(lineOf({ label, address }, failure), `a host does not tell ${what}`);
      told.add(key);
      return undefined;
    };
    const [installed, loaded, version] = await Promise.allSettled([
      backend.list(address, signal),
      backend.loaded(address, signal),
      backend.version(address, signal),
    ]);
    if (installed.status === "rejected") return { failure: backend.classify(installed.reason, "request") };
    return {
      installed: installed.value,
      loaded: unlessMissing("what is in memory", loaded) ?? new Map(),
      version: unlessMissing("its version", version),
    };
  };
}
