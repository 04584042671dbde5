import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { HTTPException } from "hono/http-exception";
import { secureHeaders } from "hono/secure-headers";
import type { Log } from "#src/base/log.ts";
import type { Router } from "#src/chat/router.ts";
import type { Services } from "#src/chat/services.ts";
import type { Metrics } from "#src/metrics/metrics.ts";
import type { Readiness } from "#src/metrics/readiness.ts";
import type { Outputs } from "#src/tries/outputs.ts";
import { assets } from "./assets.ts";
import { listenFailure } from "./cannot-listen.ts";
import { refuseCrossSite } from "./same-origin.ts";

/** What the web surface needs of the app. */
export type WebApp = {
  router: Router;
  services: Services;
  outputs: Outputs;
  log: Log;
  metrics: Metrics;
  readiness: Readiness;
};

/** What the operator sets for the page. */
export type WebSettings = {
  host: string;
  /** 0: any free one. */
  port: number;
  /** Whether whoever opens the page may use the operator's commands; only where it is bound to loopback. */
  admin: boolean;
};

/** Bytes of a request: the longest prompt, with room. */
const MAX_BODY = 65_536;
/**
 * A connection without a request is kept for longer than proxies keep theirs (nginx 60 s, Go's 90 s, Caddy 120 s): with
 * Node's 5 s we would close it just as one sends its next request over it, and the visitor gets a 502.
 */
const KEEP_ALIVE_MS = 130_000;
/** Open streams get so long to end once the process stops. */
const CLOSE_MS = 2000;
const IDLE_CHECK_MS = 50;

/** The parts of the site; each is mounted at the root and brings its own paths. */
export type SitePart = (app: WebApp, settings: WebSettings) => Hono;

/** The whole site as one handler, without a socket. `open` is for others than browsers, and has rules of its own. */
export function createSite(
  app: WebApp,
  settings: WebSettings,
  parts: readonly SitePart[],
  open: readonly Hono[] = [],
): Hono {
  const site = new Hono();
  site.use(async (context, next) => {
    await next();
    app.metrics.web.responded(context.res.status);
  });
  for (const part of open) site.route("/", part);
  setRules(site, settings, app.log);
  site.route("/", assets());
  for (const part of parts) site.route("/", part(app, settings));
  return site;
}

/** The rules for all that is mounted after them: who may ask, how much, and what is said of a fault. */
export function setRules(site: Hono, { host }: Pick<WebSettings, "host">, log: Log): void {
  site.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", "data:", "blob:"],
        connectSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
      xFrameOptions: "DENY",
      referrerPolicy: "no-referrer",
      // For whoever puts TLS in front; on plain HTTP browsers pass over it, and loopback must stay reachable.
      strictTransportSecurity: false,
    }),
  );
  site.use(refuseCrossSite(host));
  site.use(bodyLimit({ maxSize: MAX_BODY }));
  site.onError((error, context) => {
    // What a middleware refuses, for instance a body that is too large.
    if (error instanceof HTTPException) return error.getResponse();
    log.error({ err: error, path: context.req.path }, "a request failed");
    return context.text("Internal error\n", 500);
  });
  site.notFound((context) => context.text("Not found\n", 404));
}

/** Serves the site until the signal is raised; `listening` gets the port. Throws CannotListen. */
export async function runServer(
  site: Hono,
  { host, port }: Pick<WebSettings, "host" | "port">,
  signal: AbortSignal,
  listening: (port: number) => void = () => {},
): Promise<void> {
  if (signal.aborted) return;
  const serverOptions = { keepAliveTimeout: KEEP_ALIVE_MS };
  const server = serve({ fetch: site.fetch, hostname: host, port, serverOptions });
  await once(server, "listening").catch((error: unknown) => {
    throw listenFailure(error, { host, port });
  });
  const failed = once(server, "error").then(([error]) => {
    throw error;
  });
  listening((server.address() as AddressInfo).port);
  if (!signal.aborted) await Promise.race([once(signal, "abort"), failed]);
  const closed = once(server, "close");
  server.close();
  // Connections on which an answer has just ended would be kept for the next request.
  const idle = setInterval(() => "closeIdleConnections" in server && server.closeIdleConnections(), IDLE_CHECK_MS);
  const late = setTimeout(() => "closeAllConnections" in server && server.closeAllConnections(), CLOSE_MS);
  await closed;
  clearInterval(idle);
  clearTimeout(late);
}

/** The address to type on this machine; an address for all of its own ones is none to go to. */
export function urlOf(host: string, port: number): string {
  const isEverywhere = host === "0.0.0.0" || host === "::";
  const name = isEverywhere ? "localhost" : host.includes(":") ? `[${host}]` : host;
  return `http://${name}:${port}`;
}
