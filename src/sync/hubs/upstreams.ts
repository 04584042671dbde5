import type { Log } from "#src/base/log.ts";
import type { ProxySettings } from "#src/base/proxy.ts";
import { createUpstream, type Upstream } from "#src/base/upstream.ts";
import type { HubName } from "./hub.ts";
import type { HubSettings } from "./settings.ts";

/** The ways to the hubs, which are kept as long as the process lives, so that who refused us is left alone. */
export const hubUpstreams = (
  { hubs, proxies }: { hubs: HubSettings; proxies: ProxySettings },
  log: Log,
): Record<HubName, Upstream> => ({
  huggingface: createUpstream("Hugging Face", hubs.huggingface.url, proxies, log),
  modelscope: createUpstream("ModelScope", hubs.modelscope.url, proxies, log),
});
