import type { Hono } from "hono";
import { raised } from "#src/base/lifecycle.ts";
import { textIn } from "#src/base/locale.ts";
import { catalogPages } from "#src/web/catalog/routes.ts";
import { chat } from "#src/web/chat/routes.ts";
import { health } from "#src/web/health/routes.ts";
import { CannotListen } from "#src/web/http/cannot-listen.ts";
import { isLoopback } from "#src/web/http/same-origin.ts";
import { createSite, runServer, type SitePart, urlOf, type WebApp, type WebSettings } from "#src/web/http/server.ts";

/** What the site has. The chat is first: what others look at as a whole, it sends bit by bit. */
const PARTS: readonly SitePart[] = [chat, health, catalogPages];

type SiteOptions = {
  /** What others than browsers use, with rules of its own. */
  open: readonly Hono[];
  /** Whether the program is of no use without the site. */
  isNeeded: boolean;
  /** Gets a line for whoever started the program: where the site is, or why it is not. */
  announce: (line: string) => void;
};

/**
 * Serves the site until the signal is raised. Where it cannot have its address and is not needed, the others go on
 * without it; else throws CannotListen.
 */
export async function runSite(
  app: WebApp,
  settings: WebSettings,
  { open, isNeeded, announce }: SiteOptions,
  signal: AbortSignal,
): Promise<void> {
  const { log } = app;
  const text = textIn(app.services.locale);
  const site = createSite(app, settings, PARTS, open);
  const listening = (port: number): void => {
    if (!isLoopback(settings.host))
      log.warn({ host: settings.host, port }, "anyone who reaches this port can use /try on your GPU");
    const url = urlOf(settings.host, port);
    log.info({ url }, "the page is there");
    announce(text("terminal.page", { url }));
  };
  try {
    await runServer(site, settings, signal, listening);
  } catch (error) {
    if (isNeeded || !(error instanceof CannotListen)) throw error;
    const line = text(`web.cannotListen.${error.reason}`, error.address);
    log.warn(line);
    announce(line);
    await raised(signal);
  }
}
