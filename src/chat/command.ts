import type { Text } from "#src/base/locale.ts";
import type zhCN from "#src/base/locales/zh-CN.json";
import type { Person } from "#src/base/person.ts";
import { UserError } from "#src/base/user-error.ts";
import type { Delivery } from "#src/tries/try.ts";
import type { Channels } from "./channels.ts";
import {
  type ChoiceOption,
  type FlagOption,
  type IdOption,
  readOptions,
  type TextKind,
  type Values,
  type WholeOption,
} from "./options.ts";
import type { Services } from "./services.ts";
import type { Modal, Room, View } from "./view.ts";

type BeginOptions = {
  private?: boolean;
  /** Called before anything is announced, where that is final: what was announced must not get lost. */
  accept?: ((delivery: Delivery) => Promise<void>) | undefined;
};

/** What a command may know of the world: nothing of Discord, the terminal or HTTP. */
export type Context = Services & {
  text: Text;
  room: Room;
  /** Every command, for `/help`. */
  commands: readonly Command[];
  person: Person;
  /** Shows a view: the answer, or a newer state of it. */
  reply: (view: View) => Promise<void>;
  /** Announces that an answer will come, and says where whoever makes it can show it. */
  begin: (options?: BeginOptions) => Promise<Delivery>;
  /**
   * Ends the message that was pressed where nothing is known of it any more: its text stays, nothing can be pressed, and the
   * line says why. Where there is none, the line alone is said. Throws UserError where the person may not do that.
   */
  seal: (line: string) => Promise<void>;
  /** Puts a question to the person; must be the first and only answer. */
  ask: (modal: Modal) => Promise<void>;
  /** The channels that the bot itself acts in; absent where there are none (terminal, page). */
  channels?: Channels;
};

/** What a command has that answers from the catalog alone: nothing of the runtime may be loaded. */
export type CatalogContext = Omit<Context, "tries" | "fleet" | "pulls" | "pictures" | "resolve" | "community">;

export type Suggestion = { name: string; value: string };
/** Offers values for what is typed so far (maybe nothing). In memory and synchronous: Discord allows three seconds and no deferral. */
export type Autocomplete = (typed: string, context: CompletionContext) => Suggestion[];
/** What completions may know: nobody is answered. */
export type CompletionContext = Pick<
  Context,
  "catalog" | "locale" | "text" | "commands" | "fleet" | "tries" | "resolve" | "now"
>;

export type TextOption<Required extends boolean = boolean> = TextKind<Required> & { autocomplete?: Autocomplete };
type Option = TextOption | ChoiceOption | FlagOption | WholeOption | IdOption;
export type Options = Record<string, Option>;

/** How a component of an answer is served: its state as the custom id carries it, and what was chosen in a menu. */
type ComponentAction<Given> = {
  /** `update` turns the message it sits on into the answer, `reply` answers with a new one. */
  answer: "update" | "reply";
  /** Whoever presses it acts on the same message; else only the person whose answer it is, and others get their own. */
  shared?: boolean;
  execute: (state: string, chosen: string[], context: Given) => Promise<void>;
};

/**
 * What the words of a line stand for, by option, beside what it gave by name; `unread` are those that stand for nothing.
 * Throws nothing: the line may still be being typed.
 */
export type ReadWords = (
  words: readonly string[],
  given: Readonly<Record<string, string>>,
  context: Pick<Context, "catalog">,
) => { given: Record<string, string>; unread: string[] };

/** A slash command as surfaces see it. */
export type Command = {
  name: string;
  /** Its options; none where it has sub-commands. */
  options: Options;
  /** Reads the words of a typed line that name no option, where their order alone does not say what they are. */
  readWords?: ReadWords;
  /** Each with options of its own: `/admin block`. Empty where there are none. */
  subcommands: Readonly<Record<string, { options: Options }>>;
  /** Whether a typed line needs the slash: it takes something away, or loads the machine. */
  slashOnly?: true;
  /** What to type after the name, for `/help`; the first is the best. */
  examples: readonly string[];
  /** Whether the catalog is enough for it and its buttons, or the runtime is loaded before: tries, hosts, pictures. */
  needs: "catalog" | "runtime";
  /** Whether the answer comes within Discord's three seconds (`answer`) or is announced first (`defer`). */
  acknowledge: "answer" | "defer";
  /** Only whoever moderates a server is shown it there; who may use it is checked by itself. */
  moderation: boolean;
  /** Runs it, or its sub-command of that name. Throws UserError for what the person can mend. */
  execute: (given: Record<string, string>, context: Context, subcommand?: string) => Promise<void>;
  components: Record<string, ComponentAction<Context>>;
};

/** A message that a person chose to do something with. */
export type ChosenMessage = {
  id: string;
  channel: string;
  guild: string | undefined;
  /** Whether the bot wrote it. */
  isOurs: boolean;
  /** Whose command it answers, where it answers one. */
  owner: string | undefined;
  /** What its buttons carry. */
  customIds: readonly string[];
};

/** A command on a message (Discord: right click, "Apps"). */
export type MessageCommand = {
  /** Names it in the code and in the texts (`messageCommands.<key>`). */
  key: MessageCommandKey;
  execute: (message: ChosenMessage, context: Context) => Promise<void>;
};
export type MessageCommandKey = keyof (typeof zhCN)["messageCommands"];

type Actions<O extends Options, Given> = {
  execute: (values: Values<O>, context: Given) => Promise<void>;
  components?: Record<string, ComponentAction<Given>>;
};
type Common = Pick<Command, "name" | "slashOnly" | "examples" | "acknowledge" | "readWords">;
type Definition<O extends Options> = Common & { options: O } & (
    | ({ needs: "catalog" } & Actions<O, CatalogContext>)
    | ({ needs: "runtime" } & Actions<O, Context>)
  );

/** Defines a command; its options are checked against their definition before `execute` sees them. */
export function defineCommand<const O extends Options>(definition: Definition<O>): Command {
  return {
    ...definition,
    subcommands: {},
    moderation: false,
    components: definition.components ?? {},
    execute: (given, context) => definition.execute(readOptions(definition.options, given), context),
  };
}

export const text = <const R extends boolean>(option: {
  required: R;
  maxLength: number;
  autocomplete?: Autocomplete;
}): TextOption<R> => ({
  kind: "text",
  ...option,
});

export const flag = (): FlagOption => ({ kind: "flag", required: false });

export const choice = <const Choice extends string>(
  choices: readonly Choice[],
  meaning?: ChoiceOption<Choice>["meaning"],
): ChoiceOption<Choice> => ({ kind: "choice", required: false, choices, meaning });

export const whole = <const R extends boolean>(option: Omit<WholeOption<R>, "kind">): WholeOption<R> => ({
  kind: "whole",
  ...option,
});
export const user = <const R extends boolean>(option: { required: R }): IdOption<R> => ({ kind: "user", ...option });
export const channel = <const R extends boolean>(option: { required: R }): IdOption<R> => ({
  kind: "channel",
  ...option,
});

type Subcommand = {
  options: Options;
  execute: (given: Record<string, string>, context: Context) => Promise<void>;
};

/** Defines a sub-command; its options are checked likewise. */
export const subcommand = <const O extends Options>(
  options: O,
  execute: (values: Values<O>, context: Context) => Promise<void>,
): Subcommand => ({ options, execute: (given, context) => execute(readOptions(options, given), context) });

/** Defines a command that is nothing but its sub-commands. All of them need the runtime. */
export function defineGroup(
  definition: Common & {
    moderation?: boolean;
    subcommands: Readonly<Record<string, Subcommand>>;
    components?: Record<string, ComponentAction<Context>>;
  },
): Command {
  const { name, subcommands } = definition;
  return {
    ...definition,
    options: {},
    moderation: definition.moderation ?? false,
    needs: "runtime",
    components: definition.components ?? {},
    execute: async (given, context, wanted = "") => {
      const found = Object.hasOwn(subcommands, wanted) ? subcommands[wanted] : undefined;
      if (found === undefined) throw new UserError("unknownSubcommand", { name, names: Object.keys(subcommands) });
      await found.execute(given, context);
    },
  };
}

/** The command of a name, or of a sub-command's whole name: `models`, `admin block`. */
export function commandAt(path: string, commands: readonly Command[]): Command | undefined {
  const [name, subcommand, ...rest] = path.normalize("NFKC").toLowerCase().split(/\s+/);
  const command = commands.find((item) => item.name === name);
  if (command === undefined || rest.length > 0) return undefined;
  return subcommand === undefined || optionsOf(command, subcommand) ? command : undefined;
}

/** What may be typed after a name: `block` of `/admin block` has options of its own. Undefined for no sub-command of it. */
export function optionsOf(
  { options, subcommands }: Pick<Command, "options" | "subcommands">,
  subcommand: string | undefined,
): Options | undefined {
  if (Object.keys(subcommands).length === 0) return subcommand === undefined ? options : undefined;
  return subcommand !== undefined && Object.hasOwn(subcommands, subcommand)
    ? subcommands[subcommand]?.options
    : undefined;
}
