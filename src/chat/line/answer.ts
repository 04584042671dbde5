import { plain } from "#src/base/markdown.ts";
import { UserError } from "#src/base/user-error.ts";
import type { Context } from "#src/chat/command.ts";
import type { Outcome, Router } from "#src/chat/router.ts";
import { textDisplay } from "#src/chat/view.ts";
import { type Line, parseLine } from "./parse.ts";

/** Runs the command in a typed line. What is no command is answered with a hint. Never throws what `reply` does not. */
export async function answerLine(line: string, router: Router, context: Context): Promise<Outcome> {
  const { text, reply } = context;
  let parsed: Line | undefined;
  try {
    parsed = parseLine(line, (name) => router.commands.find((command) => command.name === name));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    await reply({ components: [textDisplay(text(`errors.${error.key}`))] });
    return "refused";
  }
  if (parsed) return router.execute(parsed.command, parsed.given, context);
  await reply({ components: [textDisplay(text("terminal.hint", { text: plain(line.trim()) }))] });
  return "refused";
}
