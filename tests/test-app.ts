import { type App, createApp } from "#src/app.ts";
import { type Locale, textIn } from "#src/base/locale.ts";
import type { Context } from "#src/chat/command.ts";
import { type Room, UNLIMITED, type View } from "#src/chat/view.ts";
import { readConfig } from "#src/config.ts";
import { contextFor, type TerminalApp } from "#src/terminal/answer.ts";
import { createLocalTries } from "#src/terminal/local-tries.ts";

/** The app as settings make it, with the catalog of this repository and nothing said on stderr. */
export const testApp = (env: Record<string, string> = {}): Promise<App> =>
  createApp(readConfig({ LOG_LEVEL: "silent", ...env }));

export const terminalOf = ({ router, services, outputs }: App): TerminalApp => ({
  router,
  services,
  local: createLocalTries(outputs),
});

/** A context as surfaces make it, in any language and room. */
export function contextOf(
  app: App,
  {
    locale = "zh-CN",
    room = UNLIMITED,
    show = () => {},
  }: { locale?: Locale; room?: Room; show?: (view: View) => void } = {},
): Context {
  return { ...contextFor(terminalOf(app), { room, show }), locale, text: textIn(locale) };
}
