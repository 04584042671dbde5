import { randomUUID } from "node:crypto";
import { plain } from "#src/base/markdown.ts";
import { UserError } from "#src/base/user-error.ts";
import type { Command, CompletionContext, Context, Suggestion } from "./command.ts";
import { optionDescription } from "./descriptions.ts";
import { nearestOf } from "./nearest.ts";
import { RefusedWithView } from "./refused-with-view.ts";
import { exampleOf, usageOf } from "./usage.ts";
import { container, textDisplay, type View } from "./view.ts";

/** How a command ended: answered, refused with a reason the person can mend, or failed through a fault of ours. */
export type Outcome = "answered" | "refused" | "failed";

type Log = { error: (details: object, message: string) => void };

export type Router = {
  commands: readonly Command[];
  execute: (name: string, given: Record<string, string>, context: Context) => Promise<Outcome>;
  /** Serves a button or menu by its custom id. */
  press: (customId: string, chosen: string[], context: Context) => Promise<Outcome>;
  /** Never throws: an autocomplete that fails offers nothing. */
  complete: (name: string, option: string, typed: string, context: CompletionContext) => Suggestion[];
  /** What a custom id belongs to; undefined for one that no command of ours made. */
  action: (customId: string) => { answer: "update" | "reply"; shared: boolean } | undefined;
};

/**
 * The one place where commands are found, run, and their errors turned into answers. `prepare` is awaited before a command
 * runs, or a button of one.
 */
export function createRouter(
  commands: readonly Command[],
  log: Log,
  prepare: (command: Command) => Promise<void> | undefined = () => undefined,
): Router {
  const byName = new Map(commands.map((command) => [command.name, command]));
  const find = (customId: string) => {
    const [name = "", action = "", ...state] = customId.split(":");
    const command = byName.get(name);
    const component = command && Object.hasOwn(command.components, action) ? command.components[action] : undefined;
    return command && component ? { command, component, state: state.join(":") } : undefined;
  };
  return {
    commands,
    execute: (name, given, context) =>
      guard(context, log, { command: name }, async () => {
        const command = byName.get(name);
        if (command === undefined) throw unknownCommand(name, commands);
        await prepare(command);
        try {
          await command.execute(given, context);
        } catch (error) {
          throw withUsage(error, command, context);
        }
      }),
    press: (customId, chosen, context) =>
      guard(context, log, { customId }, async () => {
        const found = find(customId);
        if (found === undefined) throw new UserError("unknownComponent");
        await prepare(found.command);
        await found.component.execute(found.state, chosen, context);
      }),
    complete: (name, option, typed, context) => {
      const definition = byName.get(name)?.options[option];
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
      return found && { answer: found.component.answer, shared: found.component.shared === true };
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

/** Where an option is missing, how the command is typed. */
function withUsage(error: unknown, command: Command, { text }: Context): unknown {
  if (!(error instanceof UserError && error.key === "missingOption")) return error;
  const option = String(error.params["option"]);
  const example = exampleOf(command);
  const lines = [
    text("errors.missingOption", { option, description: optionDescription(command, option, text) }),
    text("line.usage", { usage: usageOf(command) }),
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
    if (!refused) log.error({ err: error, id, ...about }, "command failed");
    await context.reply(refused ? refusal(error, context) : failure(id, context));
    return refused ? "refused" : "failed";
  }
}

function refusal(error: UserError, { text }: Context): View {
  if (error instanceof RefusedWithView) return { ...error.view, private: true };
  const params = Object.fromEntries(
    Object.entries(error.params).map(([key, value]) => [key, typeof value === "string" ? plain(value) : value]),
  );
  return { private: true, components: [container([textDisplay(text(`errors.${error.key}`, params))])] };
}

const failure = (id: string, { text }: Context): View => ({
  private: true,
  components: [container([textDisplay(text("errors.internal", { id }))])],
});
