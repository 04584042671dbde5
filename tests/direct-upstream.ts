import { createLog, type Log } from "#src/base/log.ts";
import { createUpstream, type Upstream } from "#src/base/upstream.ts";

const silent = createLog({ logLevel: "silent" });

/** A server that is reached without a proxy. */
export const directUpstream = (url: string, log: Log = silent): Upstream =>
  createUpstream("Discord", url, { http: undefined, https: undefined, exceptions: [] }, log);
