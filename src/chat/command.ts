import type { Text } from "#src/base/locale.ts";
import type { Person } from "#src/base/person.ts";
import { UserError } from "#src/base/user-error.ts";
import type { Delivery } from "#src/tries/try.ts";
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
};

/** What a command has that answers from the catalog alone: nothing of the runtime may be loaded. */
export type CatalogContext = Omit<Context, "tries" | "fleet" | "pulls" | "pictures" | "resolve">;

export type Suggestion = { name: string; value: string };
/** Offers values for what is typed so far (maybe nothing). In memory and synchronous: Discord allows three seconds and no deferral. */
export type Autocomplete = (typed: string, context: CompletionContext) => Suggestion[];
/** What completions may know: nobody is answered. */
export type CompletionContext = Pick<
  Context,
  "catalog" | "locale" | "text" | "commands" | "fleet" | "tries" | "resolve" | "now"
>;

export type TextOption<Required extends boolean = boolean> = {
  kind: "text";
  required: Required;
  maxLength: number;
  autocomplete?: Autocomplete;
};
export type ChoiceOption<Choice extends string = string> = {
  kind: "choice";
  required: false;
  choices: readonly Choice[];
};
/** Yes or no. */
export type FlagOption = { kind: "flag"; required: false };
type Option = TextOption | ChoiceOption | FlagOption;
export type Options = Record<string, Option>;

type Value<O extends Option> =
  O extends ChoiceOption<infer Choice>
    ? Choice | undefined
    : O extends FlagOption
      ? boolean | undefined
      : O extends TextOption<true>
        ? string
        : string | undefined;
type Values<O extends Options> = { [Name in keyof O]: Value<O[Name]> };

/** How a component of an answer is served: its state as the custom id carries it, and what was chosen in a menu. */
type ComponentAction<Given> = {
  /** `update` turns the message it sits on into the answer, `reply` answers with a new one. */
  answer: "update" | "reply";
  /** Whoever presses it acts on the same message; else only the person whose answer it is, and others get their own. */
  shared?: boolean;
  execute: (state: string, chosen: string[], context: Given) => Promise<void>;
};

/** A slash command as surfaces see it. */
export type Command = {
  name: string;
  options: Options;
  /** Whether a typed line needs the slash: it takes something away, or loads the machine. */
  slashOnly?: true;
  /** What to type after the name, for `/help`; the first is the best. */
  examples: readonly string[];
  /** Whether the catalog is enough for it and its buttons, or the runtime is loaded before: tries, hosts, pictures. */
  needs: "catalog" | "runtime";
  /** Whether the answer comes within Discord's three seconds (`answer`) or is announced first (`defer`). */
  acknowledge: "answer" | "defer";
  /** Throws UserError for what the person can mend. */
  execute: (given: Record<string, string>, context: Context) => Promise<void>;
  components: Record<string, ComponentAction<Context>>;
};

type Actions<O extends Options, Given> = {
  execute: (values: Values<O>, context: Given) => Promise<void>;
  components?: Record<string, ComponentAction<Given>>;
};
type Definition<O extends Options> = Omit<Command, "options" | "needs" | "execute" | "components"> & { options: O } & (
    | ({ needs: "catalog" } & Actions<O, CatalogContext>)
    | ({ needs: "runtime" } & Actions<O, Context>)
  );

/** Defines a command; its options are checked against their definition before `execute` sees them. */
export function defineCommand<const O extends Options>(definition: Definition<O>): Command {
  return {
    ...definition,
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

export const choice = <const Choice extends string>(choices: readonly Choice[]): ChoiceOption<Choice> => ({
  kind: "choice",
  required: false,
  choices,
});

function readOptions<O extends Options>(options: O, given: Record<string, string>): Values<O> {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(options, name));
  if (unknown !== undefined)
    throw new UserError("unknownOption", { option: unknown, options: Object.keys(options).join(", ") });
  const values = Object.entries(options).map(([name, option]) => [name, readOption(name, option, given[name]?.trim())]);
  // Each value was read by the definition under the same name, which the compiler cannot follow through entries.
  return Object.fromEntries(values) as Values<O>;
}

const FLAGS = new Map([
  ...["true", "yes", "on", "1", "是"].map((word) => [word, true] as const),
  ...["false", "no", "off", "0", "否"].map((word) => [word, false] as const),
]);

function readOption(name: string, option: Option, given: string | undefined): string | boolean | undefined {
  if (given === undefined || given === "") {
    if (option.required) throw new UserError("missingOption", { option: name });
    return undefined;
  }
  if (option.kind === "choice") {
    const chosen = option.choices.find((item) => item === given.toLowerCase());
    if (chosen === undefined)
      throw new UserError("invalidChoice", { option: name, choices: option.choices.join(", "), given });
    return chosen;
  }
  if (option.kind === "flag") {
    const value = FLAGS.get(given.toLowerCase());
    if (value === undefined) throw new UserError("invalidChoice", { option: name, choices: "true, false", given });
    return value;
  }
  if (given.length > option.maxLength) {
    throw new UserError("optionTooLong", { option: name, limit: option.maxLength, length: given.length });
  }
  return given;
}
