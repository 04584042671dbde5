import { onTestFinished } from "vitest";
import { type ProxyOptions, type ProxyStandIn, startProxy } from "#tests/stand-ins/proxy.ts";
import { startSocksProxy } from "#tests/stand-ins/socks-proxy.ts";

/** A proxy for one test. */
export async function openProxy(options: ProxyOptions): Promise<ProxyStandIn> {
  const proxy = await startProxy(options);
  onTestFinished(proxy.stop);
  return proxy;
}

export async function openSocksProxy(options: ProxyOptions): ReturnType<typeof startSocksProxy> {
  const proxy = await startSocksProxy(options);
  onTestFinished(proxy.stop);
  return proxy;
}
