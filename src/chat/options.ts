import { UserError } from "#src/base/user-error.ts";
import { yesOrNo } from "#src/base/yes-no.ts";

/** The kinds of options of a command, and how what was given for them is read: always a text, whichever surface gave it. */

export type TextKind<Required extends boolean = boolean> = { kind: "text"; required: Required; maxLength: number };
export type ChoiceOption<Choice extends string = string> = {
  kind: "choice";
  required: false;
  choices: readonly Choice[];
  /** What another word stands for: `写小说` for `writing`. */
  meaning?: ((word: string) => Choice | undefined) | undefined;
};
/** Yes or no. */
export type FlagOption = { kind: "flag"; required: false };
/** A whole number within bounds. */
export type WholeOption<Required extends boolean = boolean> = {
  kind: "whole";
  required: Required;
  least: number;
  most: number;
};
/** The id of a person or a channel: chosen in Discord; `<@123>`, `<#123>` or the id itself in a typed line. */
export type IdOption<Required extends boolean = boolean> = { kind: "user" | "channel"; required: Required };
export type OptionKind = TextKind | ChoiceOption | FlagOption | WholeOption | IdOption;

type Given<Type, Required extends boolean> = Required extends true ? Type : Type | undefined;
type Value<O extends OptionKind> =
  O extends ChoiceOption<infer Choice>
    ? Choice | undefined
    : O extends FlagOption
      ? boolean | undefined
      : O extends WholeOption<infer Required>
        ? Given<number, Required>
        : O extends (TextKind | IdOption) & { required: infer Required extends boolean }
          ? Given<string, Required>
          : never;
export type Values<O extends Record<string, OptionKind>> = { [Name in keyof O]: Value<O[Name]> };

/** Throws UserError for what does not fit its option, is missing, or belongs to none. */
export function readOptions<O extends Record<string, OptionKind>>(
  options: O,
  given: Record<string, string>,
): Values<O> {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(options, name));
  if (unknown !== undefined) throw new UserError("unknownOption", { option: unknown, options: Object.keys(options) });
  const values = Object.entries(options).map(([name, option]) => [name, readOption(name, option, given[name]?.trim())]);
  // Each value was read by the definition under the same name, which the compiler cannot follow through entries.
  return Object.fromEntries(values) as Values<O>;
}

/** How a mention is written (reference, "Message Formatting"), and the id alone. */
const IDS = { user: /^(?:<@!?(\d{15,20})>|(\d{15,20}))$/, channel: /^(?:<#(\d{15,20})>|(\d{15,20}))$/ } as const;

function readOption(
  name: string,
  option: OptionKind,
  given: string | undefined,
): string | boolean | number | undefined {
  if (given === undefined || given === "") {
    if (option.required) throw new UserError("missingOption", { option: name });
    return undefined;
  }
  switch (option.kind) {
    case "choice":
      return readChoice(name, option, given);
    case "flag":
      return readFlag(name, given);
    case "whole":
      return readWhole(name, option, given);
    case "text":
      if (given.length <= option.maxLength) return given;
      throw new UserError("optionTooLong", { option: name, limit: option.maxLength, length: given.length });
    default:
      return readId(name, option.kind, given);
  }
}

function readChoice(name: string, { choices, meaning }: ChoiceOption, given: string): string {
  const chosen = choices.find((item) => item === given.toLowerCase()) ?? meaning?.(given);
  if (chosen === undefined) throw new UserError("invalidChoice", { option: name, choices, given });
  return chosen;
}

function readFlag(name: string, given: string): boolean {
  const value = yesOrNo(given);
  if (value === undefined) throw new UserError("invalidChoice", { option: name, choices: ["true", "false"], given });
  return value;
}

function readWhole(name: string, { least, most }: WholeOption, given: string): number {
  const value = /^\d{1,9}$/.test(given) ? Number(given) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new UserError("optionNotWhole", { option: name, least, most, given });
}

function readId(name: string, kind: IdOption["kind"], given: string): string {
  const [, mentioned, bare] = IDS[kind].exec(given) ?? [];
  const id = mentioned ?? bare;
  if (id === undefined)
    throw new UserError(kind === "user" ? "optionNoPerson" : "optionNoChannel", { option: name, given });
  return id;
}
