import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { LOCALES, type Locale, type Text, textIn } from "#src/base/locale.ts";
import { VERSION } from "#src/base/version.ts";
import { nearestOf } from "#src/chat/nearest.ts";
import type { Streams } from "./run.ts";

/** Exit code of a program that was called in another way than its usage says. */
const WRONG_USAGE = 2;
/** Characters of an argument that are said again. */
const MAX_QUOTED = 80;

const COMMON = {
  help: { type: "boolean", short: "h", default: false },
  version: { type: "boolean", default: false },
} as const satisfies ParseArgsOptionsConfig;

/** What each program takes. */
const OPTIONS = {
  start: {},
  ask: { json: { type: "boolean", default: false } },
  worker: {},
  register: { "dry-run": { type: "boolean", default: false }, guild: { type: "string" } },
  catalog: {
    check: { type: "boolean", default: false },
    entries: { type: "boolean", default: false },
    site: { type: "string" },
    base: { type: "string" },
  },
  sync: {
    "dry-run": { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    pr: { type: "boolean", default: false },
    only: { type: "string" },
    json: { type: "boolean", default: false },
  },
  bench: {},
  screenshots: {},
} as const satisfies Record<string, ParseArgsOptionsConfig>;

export type ProgramName = keyof typeof OPTIONS;

type Values<Name extends ProgramName> = ReturnType<typeof parseArgs<{ options: (typeof OPTIONS)[Name] }>>["values"];
/** What a program was called with. */
export type Given<Name extends ProgramName> = { values: Values<Name>; positionals: string[] };

/** What stands for a value in a help text. */
const PLACEHOLDERS = { guild: "ID", site: "DIR", base: "/PATH/", only: "ID,ID" };

type AnyValues = Record<string, string | boolean | undefined>;
type AnyGiven = { values: AnyValues; positionals: string[] };

type Usage = {
  /** What stands behind the program's name, and what is typed for it, for people. */
  synopsis: string;
  examples: readonly string[];
  /** Exactly one of these. */
  oneOf?: readonly string[];
  /** What makes no sense together, and what makes none without another. */
  apart?: readonly (readonly [string, string])[];
  needs?: readonly (readonly [string, string])[];
  /** What a value must look like; said by `cli.values.<option>`. */
  patterns?: { guild?: RegExp; base?: RegExp; only?: RegExp };
};

const USAGE: Record<ProgramName, Usage> = {
  start: { synopsis: "npm start", examples: ["npm start"] },
  ask: {
    synopsis: 'npm run -s ask -- [--json] ["/models int4"]',
    examples: [
      'npm run -s ask -- "/models int4"',
      "npm run -s ask -- qwen3 int4",
      'npm run -s ask -- --json "/model belle"',
      "printf '/models int4\\n/model chatglm\\n' | npm run -s ask",
    ],
  },
  worker: { synopsis: "npm run worker", examples: ["REDIS_URL=redis://127.0.0.1:6379 npm run worker"] },
  register: {
    synopsis: "npm run register -- [--dry-run] [--guild ID]",
    examples: ["npm run register -- --dry-run", "npm run register -- --guild 123456789012345678"],
    patterns: { guild: /^\d{15,20}$/ },
  },
  catalog: {
    synopsis: "npm run catalog -- [--check] [--entries] | --site DIR [--base /PATH/]",
    examples: ["npm run catalog -- --check", "npm run catalog -- --site site --base /mulu/"],
    apart: [
      ["check", "site"],
      ["entries", "site"],
    ],
    needs: [["base", "site"]],
    patterns: { base: /^\/(?:[\w.~-]+\/)*$/ },
  },
  sync: {
    synopsis: "npm run -s sync -- --dry-run | --write | --pr [--only ID,ID] [--json]",
    examples: ["npm run -s sync -- --dry-run", "npm run -s sync -- --write --only chatglm-6b,qwen3"],
    oneOf: ["dry-run", "write", "pr"],
    patterns: { only: /^\s*[^\s,]+(?:\s*,\s*[^\s,]+)*\s*$/ },
  },
  bench: { synopsis: "npm run bench", examples: ["npm run bench"] },
  screenshots: { synopsis: "npm run screenshots", examples: ["npm run screenshots"] },
};

/** Arguments that are not what the usage says, in words for a person. */
class WrongArguments extends Error {
  override name = "WrongArguments";
}

/** Reads what a program was called with. Throws WrongArguments. */
function parse(name: ProgramName, args: readonly string[], text: Text): AnyGiven {
  const options: ParseArgsOptionsConfig = { ...OPTIONS[name], ...COMMON };
  try {
    const parsed = parseArgs({ args: [...args], options, allowPositionals: name === "ask" });
    // None of the options may be given several times.
    const values = parsed.values as AnyValues;
    const { positionals } = parsed;
    const wrong = values["help"] || values["version"] ? undefined : misused(name, { values, positionals }, text);
    if (wrong !== undefined) throw new WrongArguments(wrong);
    return { values, positionals };
  } catch (error) {
    const line = explain(error, options, text);
    throw line === undefined ? error : new WrongArguments(line);
  }
}

/** What is wrong with values that are each right. */
function misused(name: ProgramName, { values, positionals }: AnyGiven, text: Text): string | undefined {
  const { oneOf = [], apart = [], needs = [], patterns = {} } = USAGE[name];
  const given = (option: string): boolean => values[option] !== undefined && values[option] !== false;
  const empty = Object.keys(values).find(
    (option) => typeof values[option] === "string" && values[option].trim() === "",
  );
  if (empty !== undefined) return text("cli.missingValue", { option: `--${empty}` });
  const chosen = oneOf.filter(given);
  const [first, second] = chosen.length > 1 ? chosen : (apart.find((pair) => pair.every(given)) ?? []);
  if (first !== undefined && second !== undefined)
    return text("cli.apart", { option: `--${first}`, other: `--${second}` });
  const alone = needs.find(([option, other]) => given(option) && !given(other));
  if (alone) return text("cli.needs", { option: `--${alone[0]}`, other: `--${alone[1]}` });
  for (const option of ["guild", "base", "only"] as const) {
    const value = values[option];
    if (typeof value === "string" && patterns[option]?.test(value) === false)
      return text(`cli.values.${option}`, { value: printable(value) });
  }
  if (oneOf.length > 0 && chosen.length === 0)
    return text("cli.oneOf", { options: oneOf.map((option) => `--${option}`).join(" ") });
  if (positionals.length > 0 && positionals.join("").trim() === "") return text("cli.nothingAsked");
  return undefined;
}

/** What a person typed, short enough for a line, without what a terminal would obey. */
const printable = (argument: string): string => argument.replace(/\p{Cc}/gu, "").slice(0, MAX_QUOTED);

/** What Node says of arguments (its codes: nodejs.org/api/errors.html), in one line; undefined for another error. */
function explain(error: unknown, options: ParseArgsOptionsConfig, text: Text): string | undefined {
  if (error instanceof WrongArguments) return error.message;
  if (!(error instanceof Error && "code" in error)) return undefined;
  // The first that it quotes is the argument: '-h, --help', '--guild <value>', 'x'.
  const quoted = /'([^']*)'/.exec(error.message)?.[1] ?? "";
  const argument = printable(quoted.replace(/^-\w, (?=--)|(?<=^--[\w-]+) <value>$/g, ""));
  switch (error.code) {
    case "ERR_PARSE_ARGS_UNKNOWN_OPTION": {
      const [near] = nearestOf(argument.replace(/^-+/, ""), Object.keys(options));
      return `${text("cli.unknownOption", { option: argument })}${near === undefined ? "" : text("cli.near", { near: `--${near}` })}`;
    }
    case "ERR_PARSE_ARGS_INVALID_OPTION_VALUE":
      return text(options[argument.slice(2)]?.type === "string" ? "cli.missingValue" : "cli.takesNoValue", {
        option: argument,
      });
    case "ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL":
      return text("cli.surplus", { argument });
    default:
      return undefined;
  }
}

/** What a program was called with, found to be right before (`answerCall`). Throws what is wrong with it. */
export const readArguments = <Name extends ProgramName>(name: Name, args: readonly string[]): Given<Name> =>
  // Each value was read by the definition under the same name, which the compiler cannot follow through a record.
  parse(name, args, textIn(LOCALES[0])) as unknown as Given<Name>;

/**
 * Answers `--help` and `--version`, and what is no right call, before anything is loaded and whatever the settings are.
 * Gives the exit code, or undefined where the program is to run.
 */
export function answerCall(
  name: ProgramName,
  args: readonly string[],
  { stdout, stderr }: Streams,
  localeOf: () => Locale,
): number | undefined {
  // A right call needs no language, which would cost another look into `.env`.
  let known: Text | undefined;
  const text: Text = (key, params) => {
    known ??= textIn(localeOf());
    return known(key, params);
  };
  try {
    const { values } = parse(name, args, text);
    if (values["help"]) stdout.write(helpText(name, text));
    else if (values["version"]) stdout.write(`mulu ${VERSION}\n`);
    else return undefined;
    return 0;
  } catch (error) {
    if (!(error instanceof WrongArguments)) throw error;
    const usage = text("cli.usage", { usage: USAGE[name].synopsis });
    stderr.write(`${error.message}\n${usage}\n${text("cli.more")}\n`);
    return WRONG_USAGE;
  }
}

function helpText(name: ProgramName, text: Text): string {
  const own = Object.entries<{ type: string }>(OPTIONS[name]).map(([option, { type }]): [string, string] => [
    `--${option}${type === "string" ? ` ${PLACEHOLDERS[option as keyof typeof PLACEHOLDERS]}` : ""}`,
    // That every option has its text is checked by a test that prints every help in every language.
    text(`cli.programs.${name}.options.${option}` as "cli.programs.ask.options.json"),
  ]);
  const rows = [...own, ["-h, --help", text("cli.help")], ["--version", text("cli.version")]] as const;
  const width = Math.max(...rows.map(([option]) => option.length));
  const { synopsis, examples } = USAGE[name];
  return [
    text(`cli.programs.${name}.about`),
    "",
    text("cli.usage", { usage: synopsis }),
    "",
    text("cli.optionsHeading"),
    ...rows.map(([option, meaning]) => `  ${option.padEnd(width)}  ${meaning}`),
    "",
    text("cli.examplesHeading"),
    ...examples.map((example) => `  ${example}`),
    "",
  ].join("\n");
}
