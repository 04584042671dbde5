import type { Hono } from "hono";
import { catalogPages } from "#src/web/catalog/routes.ts";
import { chat } from "#src/web/chat/routes.ts";
import { health } from "#src/web/health/routes.ts";
import { isLoopback } from "#src/web/http/same-origin.ts";
import { createSite, type Part, runWeb, urlOf, type WebApp, type WebSettings } from "#src/web/http/server.ts";

/** What the site has. The chat is first: what others look at as a whole, it sends bit by bit. */
const PARTS: readonly Part[] = [chat, health, catalogPages];

/** Serves the site until the signal is raised; `listening` gets its address. Throws CannotListen. */
export async function runSite(
  app: WebApp,
  settings: WebSettings,
  signal: AbortSignal,
  { listening, open = [] }: { listening: (url: string) => void; open?: readonly Hono[] },
): Promise<void> {
  const site = createSite(app, settings, PARTS, open);
  await runWeb(site, settings, signal, (port) => {
    if (!isLoopback(settings.host))
      app.log.warn({ host: settings.host, port }, "anyone who reaches this port can use /try on your GPU");
    listening(urlOf(settings.host, port));
  });
}
