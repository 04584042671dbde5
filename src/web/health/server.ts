import { Hono } from "hono";
import type { Log } from "#src/base/log.ts";
import { runServer, setRules, urlOf, type WebSettings } from "#src/web/http/server.ts";
import { type HealthSource, healthOf } from "./routes.ts";

/** Begins to serve health alone, and does until the signal is raised. `ended` never rejects. Throws CannotListen. */
export async function serveHealth(
  watched: HealthSource,
  settings: Pick<WebSettings, "host" | "port">,
  log: Log,
  signal: AbortSignal,
): Promise<{ url: string; ended: Promise<void> }> {
  const site = new Hono();
  setRules(site, settings, log);
  site.route("/", healthOf(watched));
  const listening = Promise.withResolvers<number>();
  const serving = runServer(site, settings, signal, listening.resolve);
  serving.then(() => listening.resolve(settings.port), listening.reject);
  const port = await listening.promise;
  const ended = serving.catch((error: unknown) => log.error({ err: error }, "health is not served any more"));
  return { url: urlOf(settings.host, port), ended };
}
