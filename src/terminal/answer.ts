import { textIn } from "#src/base/locale.ts";
import type { Person } from "#src/base/person.ts";
import type { Context } from "#src/chat/command.ts";
import { answerLine } from "#src/chat/line/answer.ts";
import type { Outcome, Router } from "#src/chat/router.ts";
import type { Services } from "#src/chat/services.ts";
import { snapshotWith } from "#src/chat/snapshot.ts";
import { type Modal, type Room, textDisplay, type View } from "#src/chat/view.ts";
import { type LocalTries, type LocalTry, type Screen, terminalDelivery } from "./local-tries.ts";
import type { Choice } from "./render.ts";

/** What the terminal surface needs of the app. */
export type TerminalApp = { router: Router; services: Services; local: LocalTries };

/** How a surface of lines shows answers. */
export type Terminal = {
  room: Room;
  show: (view: View) => void;
  screen: Screen;
  /** A question for the person; the next line is the answer. Absent where nobody can answer (a pipe). */
  ask?: (modal: Modal) => void;
};

/** Whoever sits at the terminal of the machine runs it. */
export const OPERATOR: Person = {
  id: "terminal",
  admin: true,
  moderator: true,
  roles: [],
  channels: [],
  guild: undefined,
};

/** Answers one line that a person typed, to its end. */
export const answerTyped = (line: string, app: TerminalApp, terminal: Terminal): Promise<Outcome> =>
  answering(app, terminal, (context) => answerLine(line, app.router, context));

/** Presses a button, chooses from a menu of the last answer, or answers a question. */
export const pressChoice = (
  { customId, chosen }: Pick<Choice, "customId" | "chosen">,
  app: TerminalApp,
  terminal: Terminal,
): Promise<Outcome> => answering(app, terminal, (context) => app.router.press(customId, chosen, context));

/** Runs it, and waits for the end of a try that it has begun. */
async function answering(
  app: TerminalApp,
  terminal: Terminal,
  act: (context: Context) => Promise<Outcome>,
): Promise<Outcome> {
  let begun: LocalTry | undefined;
  let failed = false;
  const screen: Screen = {
    ...terminal.screen,
    end: (attempt, progress) => {
      failed = progress.phase === "failed";
      terminal.screen.end(attempt, progress);
    },
  };
  const begin: Context["begin"] = async () => {
    begun = app.local.expect(screen);
    return begun.delivery;
  };
  const outcome = await act(contextFor(app, terminal, begin));
  await begun?.ended();
  return failed ? "failed" : outcome;
}

/** A context for the operator; a try that it begins is shown nowhere unless `begin` says where. */
export function contextFor(
  app: TerminalApp,
  { room, show, ask }: Pick<Terminal, "room" | "show" | "ask">,
  begin: Context["begin"] = async () => terminalDelivery(""),
): Context {
  return snapshotWith(app.services, {
    text: textIn(app.services.locale),
    room,
    commands: app.router.commands,
    person: OPERATOR,
    reply: async (view) => show(view),
    begin,
    // What was printed stays; the line has no choices, so that those of before are gone.
    seal: async (line) => show({ components: [textDisplay(`-# ${line}`)] }),
    ask: async (modal) => ask?.(modal),
  });
}
