import type { Catalog } from "#src/catalog/search.ts";
import type { Context } from "#src/chat/command.ts";
import { type Locale, textIn } from "#src/chat/locale.ts";
import { plain } from "#src/chat/markdown.ts";
import type { Outcome, Router } from "#src/chat/router.ts";
import { UserError } from "#src/chat/user-error.ts";
import { type Room, textDisplay, type View } from "#src/chat/view.ts";
import { type Line, parseLine } from "./parse-line.ts";
import type { Choice } from "./render.ts";

/** What the terminal surface needs of the app. */
export type TerminalApp = { router: Router; catalog: Catalog; locale: Locale };

export type Show = (view: View) => void;

/** Answers one line that a person typed; what is no command is answered with a hint. */
export async function answerLine(line: string, app: TerminalApp, room: Room, show: Show): Promise<Outcome> {
  const context = contextFor(app, room, show);
  let parsed: Line | undefined;
  try {
    parsed = parseLine(line, (name) => app.router.commands.find((command) => command.name === name)?.options);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    show({ components: [textDisplay(context.text(`errors.${error.key}`))] });
    return "refused";
  }
  if (parsed === undefined) {
    show({ components: [textDisplay(context.text("terminal.hint", { text: plain(line.trim()) }))] });
    return "refused";
  }
  return app.router.execute(parsed.command, parsed.given, context);
}

/** Presses a button or chooses from a menu of the last answer. */
export const pressChoice = (choice: Choice, app: TerminalApp, room: Room, show: Show): Promise<Outcome> =>
  app.router.press(choice.customId, choice.chosen, contextFor(app, room, show));

export function contextFor(app: TerminalApp, room: Room, show: Show): Context {
  return {
    catalog: app.catalog,
    locale: app.locale,
    text: textIn(app.locale),
    room,
    commands: app.router.commands,
    reply: async (view) => show(view),
  };
}
