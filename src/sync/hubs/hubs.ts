import type { Log } from "#src/base/log.ts";
import type { Upstream } from "#src/base/upstream.ts";
import { type HubCache, openHubCache } from "./cache.ts";
import type { HubName } from "./hub.ts";
import { createHuggingface } from "./huggingface.ts";
import { createModelscope } from "./modelscope.ts";
import type { HubProvider } from "./provider.ts";
import { createHubClient, type HubClientOptions } from "./request.ts";
import type { HubSettings } from "./settings.ts";

/** The hubs of one run, and what is kept of them. */
export type Hubs = {
  /** False: nothing is asked. */
  on: boolean;
  providers: Readonly<Record<HubName, HubProvider>>;
  /** Where they are asked. */
  addresses: Readonly<Record<HubName, string>>;
  cache: HubCache;
  log: Log;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Requests sent so far, to both. */
  requests: () => number;
  /** Closes what is kept. */
  close: () => void;
};

export type HubsOptions = Pick<HubClientOptions, "log" | "signal" | "pace" | "timeoutMs"> & {
  /** Folder of what is kept; absent: in memory. */
  directory?: string | undefined;
  /** The ways to the hubs; absent: directly, at any time. */
  upstreams?: Partial<Record<HubName, Pick<Upstream, "proxies" | "backOff">>> | undefined;
  now?: (() => number) | undefined;
};

/** Clients for one run of the sync: a hub that asks to be left alone is asked no more by them. Close them at its end. */
export function createHubs(settings: HubSettings, options: HubsOptions): Hubs {
  const { directory, upstreams = {}, now = Date.now, ...rest } = options;
  const client = (hub: HubName) => createHubClient(hub, settings[hub], { ...rest, upstream: upstreams[hub] });
  const providers = {
    huggingface: createHuggingface(client("huggingface")),
    modelscope: createModelscope(client("modelscope")),
  };
  const cache = openHubCache(settings.on ? directory : undefined, options.log);
  return {
    addresses: { huggingface: settings.huggingface.url, modelscope: settings.modelscope.url },
    ...{ on: settings.on, providers, cache, log: options.log, now },
    requests: () => providers.huggingface.requests() + providers.modelscope.requests(),
    close: cache.close,
  };
}
