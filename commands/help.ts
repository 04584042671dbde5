import { code } from "#src/base/markdown.ts";
import { UserError } from "#src/base/user-error.ts";
import { type CatalogContext, type Command, commandAt, defineCommand, type Options, text } from "#src/chat/command.ts";
import { commandDescription, optionDescription, subcommandDescription } from "#src/chat/descriptions.ts";
import { nearestOf } from "#src/chat/nearest.ts";
import { usageOf } from "#src/chat/usage.ts";
import { container, separator, textDisplay, type View } from "#src/chat/view.ts";

function overview({ commands, text: say }: CatalogContext): View {
  const lines = commands.map((command) => {
    const example = command.examples[0];
    return `- **/${command.name}** ${commandDescription(command, say)}${example === undefined ? "" : ` · ${code(`/${command.name} ${example}`.trim())}`}`;
  });
  return {
    components: [
      container([
        textDisplay(`### ${say("help.heading")}\n${say("help.intro")}`),
        separator(),
        textDisplay([...lines, `-# ${say("help.more")}`].join("\n")),
      ]),
    ],
  };
}

function details(command: Command, { text: say }: CatalogContext): View {
  const optionLines = (options: Options): string[] =>
    Object.entries(options).map(([name, option]) => {
      const value = optionDescription(command, name, say);
      const what =
        option.kind === "choice"
          ? say("facts.withRemark", { value, remark: option.choices.join(say("facts.listComma")) })
          : value;
      return `- ${code(name)} ${what}${option.required ? ` · ${say("help.required")}` : ""}`;
    });
  const options = optionLines(command.options);
  const subcommands = Object.entries(command.subcommands).flatMap(([name, subcommand]) => [
    `- **/${command.name} ${name}** ${subcommandDescription(command, name, say)}`,
    ...optionLines(subcommand.options).map((line) => `  ${line}`),
  ]);
  const examples = command.examples.map((example) => `- ${code(`/${command.name} ${example}`.trim())}`);
  const parts = [
    `### /${command.name}\n${commandDescription(command, say)}\n${say("line.usage", { usage: usageOf(command) })}`,
  ];
  if (options.length > 0) parts.push([say("help.options"), ...options].join("\n"));
  if (subcommands.length > 0) parts.push(subcommands.join("\n"));
  if (examples.length > 0) parts.push([say("help.examples"), ...examples].join("\n"));
  return { components: [container(parts.map(textDisplay))] };
}

export const help = defineCommand({
  name: "help",
  options: {
    command: text({
      required: false,
      maxLength: 32,
      autocomplete: (typed, { commands }) =>
        commands
          .filter(({ name }) => name.startsWith(typed.replace(/^\//, "")))
          .map(({ name }) => ({ name: `/${name}`, value: name })),
    }),
  },
  examples: ["models"],
  needs: "catalog",
  acknowledge: "answer",
  async execute({ command: wanted }, context) {
    if (wanted === undefined) return context.reply(overview(context));
    const name = wanted.replace(/^[/／]/, "").toLowerCase();
    const command = commandAt(name, context.commands);
    if (command === undefined) {
      const names = context.commands.map((item) => item.name);
      const near = nearestOf(name, names);
      throw new UserError("unknownCommand", {
        name,
        names: (near.length > 0 ? near : names).map((item) => `/${item}`).join(" "),
      });
    }
    await context.reply(details(command, context));
  },
});
