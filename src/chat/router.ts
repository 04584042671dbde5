import { randomUUID } from "node:crypto";
import { UpstreamPaused } from "#src/base/back-off.ts";
import { plain } from "#src/base/markdown.ts";
import { UserError } from "#src/base/user-error.ts";
import {
  type ChosenMessage,
  type Command,
  type CompletionContext,
  type Context,
  type MessageCommand,
  optionsOf,
  type Suggestion,
} from "./command.ts";
import { optionDescription } from "./descriptions.ts";
import { nearestOf } from "./nearest.ts";
import { refusalText } from "./refusal-text.ts";
import { RefusedWithView } from "./refused-with-view.ts";
import { exampleOf, usageOf } from "./usage.ts";
import { container, textDisplay, type View } from "./view.ts";

/** How a command ended: answered, refused with a reason the person can mend, or failed through a fault of ours. */
export type Outcome = "answered" | "refused" | "failed";

type Log = { error: (details: object, message: string) => void };

export type Router = {
  commands: readonly Command[];
  messageCommands: readonly MessageCommand[];
  /** Runs a command, or a sub-command by both names: `admin block`. */
  execute: (name: string, given: Record<string, string>, context: Context) => Promise<Outcome>;
  /** Serves a command on a message, by its key. */
  useOn: (key: string, message: ChosenMessage, context: Context) => Promise<Outcome>;
  /** Serves a button or menu by its custom id. */
  press: (customId: string, chosen: string[], context: Context) => Promise<Outcome>;
  /** Never throws: an autocomplete that fails offers nothing. */
  complete: (name: string, option: string, typed: string, context: CompletionContext) => Suggestion[];
  /** What a custom id belongs to; undefined for one that no command of ours made. */
  action: (customId: string) => { answer: "update" | "reply"; shared: boolean; moderation: boolean } | undefined;
};

/**
 * The one place where commands are found, run, and their errors turned into answers. `prepare` is awaited before a command
 * runs, or a button of one.
 */
export function createRouter(
  commands: readonly Command[],
  log: Log,
  prepare: (command: Pick<Command, "needs">) => Promise<void> | undefined = () => undefined,
  messageCommands: readonly MessageCommand[] = [],
): Router {
  const byName = new Map(commands.map((command) => [command.name, command]));
  const named = (path: string): { command: Command | undefined; subcommand: string | undefined } => {
    const [name = "", subcommand] = path.split(" ");
    return { command: byName.get(name), subcommand };
  };
  const find = (customId: string) => {
    const [name = "", action = "", ...state] = customId.split(":");
    const command = byName.get(name);
    const component = command && Object.hasOwn(command.components, action) ? command.components[action] : undefined;
    return command && component ? { command, component, state: state.join(":") } : undefined;
  };
  return {
    commands,
    messageCommands,
    execute: (name, given, context) =>
      guard(context, log, { command: name }, async () => {
        const { command, subcommand } = named(name);
        if (command === undefined) throw unknownCommand(name, commands);
        await prepare(command);
        try {
          await command.execute(given, context, subcommand);
        } catch (error) {
          throw withUsage(error, { command, subcommand }, context);
        }
      }),
    useOn: (key, message, context) =>
      guard(context, log, { messageCommand: key }, async () => {
        const command = messageCommands.find((item) => item.key === key);
        if (command === undefined) throw new UserError("unknownComponent");
        await prepare({ needs: "runtime" });
        await command.execute(message, context);
      }),
    press: (customId, chosen, context) =>
      guard(context, log, { customId }, async () => {
        const found = find(customId);
        if (found === undefined) throw new UserError("unknownComponent");
        await prepare(found.command);
        await found.component.execute(found.state, chosen, context);
      }),
    complete: (name, option, typed, context) => {
      const { command, subcommand } = named(name);
      const definition = command && optionsOf(command, subcommand)?.[option];
      if (definition?.kind !== "text" || definition.autocomplete === undefined) return [];
      try {
        const { maxLength, autocomplete } = definition;
        return autocomplete(typed, context).filter(({ value }) => value.length <= maxLength);
      } catch (error) {
        log.error({ err: error, command: name, option }, "autocomplete failed");
        return [];
      }
    },
    action: (customId) => {
      const found = find(customId);
      if (found === undefined) return undefined;
      const { command, component } = found;
      return { answer: component.answer, shared: component.shared === true, moderation: command.moderation };
    },
  };
}

function unknownCommand(name: string, commands: readonly Command[]): UserError {
  const names = commands.map((command) => command.name);
  const near = nearestOf(name, names);
  return new UserError("unknownCommand", {
    name,
    names: (near.length > 0 ? near : names).map((item) => `/${item}`).join(" "),
  });
}

/** Where an option is missing, how the command is typed, or the sub-command. */
function withUsage(
  error: unknown,
  { command, subcommand }: { command: Command; subcommand: string | undefined },
  { text }: Context,
): unknown {
  if (!(error instanceof UserError && error.key === "missingOption")) return error;
  const option = String(error.params["option"]);
  const example = exampleOf(command, subcommand);
  const lines = [
    text("errors.missingOption", { option, description: optionDescription(command, option, text) }),
    text("line.usage", { usage: usageOf(command, subcommand) }),
    ...(example === undefined ? [] : [text("line.example", { example })]),
  ];
  return new RefusedWithView("missingOption", error.params, {
    components: [container([textDisplay(lines.join("\n"))])],
  });
}

async function guard(context: Context, log: Log, about: object, run: () => Promise<void>): Promise<Outcome> {
  try {
    await run();
    return "answered";
  } catch (error) {
    const refused = error instanceof UserError;
    const id = randomUUID().slice(0, 8);
    // Why nothing can be said there is in the log since the pause began.
    if (!refused && !(error instanceof UpstreamPaused)) log.error({ err: error, id, ...about }, "command failed");
    await context.reply(refused ? refusal(error, context) : failure(id, context));
    return refused ? "refused" : "failed";
  }
}

/** What a person is told who can mend it. */
export function refusal(error: UserError, { text }: Pick<Context, "text">): View {
  if (error instanceof RefusedWithView) return { ...error.view, private: true };
  return { private: true, components: [container([textDisplay(refusalText(error, text, plain))])] };
}

const failure = (id: string, { text }: Context): View => ({
  private: true,
  components: [container([textDisplay(text("errors.internal", { id }))])],
});
