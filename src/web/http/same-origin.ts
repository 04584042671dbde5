import type { MiddlewareHandler } from "hono";

const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/** Whether an address can be reached from this machine alone. */
export const isLoopback = (host: string): boolean => LOOPBACK.test(host) || host === "::1";

/** `example.org:8787` → `example.org`. */
const hostName = (host: string): string => host.replace(/:\d+$/, "");

/**
 * Refuses what another site makes a browser send: requests that change something, or stream, must come from our own
 * pages. On loopback only its own names are answered to, as a foreign name that resolves to 127.0.0.1 would make any
 * site one of ours (DNS rebinding).
 */
export function refuseCrossSite(bound: string): MiddlewareHandler {
  return async (context, next) => {
    const host = context.req.header("host") ?? "";
    if (isLoopback(bound) && !isLoopback(hostName(host))) return context.text("Unknown host\n", 421);
    const { method } = context.req;
    const site = context.req.header("sec-fetch-site");
    const origin = context.req.header("origin");
    const foreign =
      (site !== undefined && site !== "same-origin" && site !== "none") ||
      (origin !== undefined && URL.parse(origin)?.host !== host);
    const reads = method === "GET" || method === "HEAD" || method === "OPTIONS";
    if (foreign && !reads) return context.text("Only our own pages may do this\n", 403);
    return next();
  };
}
