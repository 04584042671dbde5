import { type BackOff, createBackOff } from "./back-off.ts";
import type { Log } from "./log.ts";
import { type ProxySettings, proxyFor, proxyLabel } from "./proxy.ts";

/** A server outside that this process sends requests to: where it is, the way there, and whether it may be asked now. */
export type Upstream = { url: string; proxies: ProxySettings; backOff: BackOff; log: Log };

export const createUpstream = (name: string, url: string, proxies: ProxySettings, log: Log): Upstream => ({
  url,
  proxies,
  backOff: createBackOff(name, { log }),
  log,
});

/** The proxies through which these are reached: host and port of each. */
export const proxiesOnTheWay = (upstreams: readonly Upstream[]): string[] => {
  const used = upstreams.map(({ url, proxies }) => proxyFor(url, proxies));
  return [...new Set(used.flatMap((proxy) => (proxy ? [proxyLabel(proxy)] : [])))];
};

/** Says in the log which proxies are on the way, where there are any. */
export function logProxies(upstreams: readonly Upstream[], log: Log): void {
  const proxies = proxiesOnTheWay(upstreams);
  if (proxies.length > 0) log.info({ proxies }, "connections to the outside go through a proxy");
}
