import { code, plain } from "#src/base/markdown.ts";
import { UserError } from "#src/base/user-error.ts";
import { type Criterion, singles } from "#src/catalog/search/criteria.ts";
import type { Command, Context } from "#src/chat/command.ts";
import { refusalText } from "#src/chat/refusal-text.ts";
import type { Outcome, Router } from "#src/chat/router.ts";
import { exampleOf, usageOf } from "#src/chat/usage.ts";
import { clip, textDisplay } from "#src/chat/view.ts";
import { withChoices } from "./choices.ts";
import { type Line, parseLine } from "./parse.ts";
import { commandIn, withoutControls } from "./words.ts";

/** Characters of a line that are said again, and of one that may be a search. */
const MAX_QUOTED = 40;
const MAX_QUERY = 70;

/**
 * Answers a typed line: runs the command in it, also without its slash; other words are looked for in the catalog, and where
 * they mean nothing there, the person hears how to search and how to ask a model. Never throws what `reply` does not.
 */
export async function answerLine(typed: string, router: Router, context: Context): Promise<Outcome> {
  const line = withoutControls(typed);
  const { text, reply } = context;
  const find = (name: string) => router.commands.find((command) => command.name === name);
  let parsed: Line | undefined;
  try {
    parsed = parseLine(commandIn(line, router.commands) ?? line, find, context);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    await reply({ components: [textDisplay(refusalText(error, text))] });
    return "refused";
  }
  const command = parsed?.unread && find(parsed.command);
  if (parsed?.unread && command) {
    await reply({ components: [textDisplay(unreadText(parsed.unread, command, context))] });
    return "refused";
  }
  if (parsed) return router.execute(parsed.command, withChoices(parsed, router.commands), context);
  const words = line.trim();
  if (isSearch(words, context)) return router.execute("models", { query: words }, context);
  await reply({ components: [textDisplay(whatToType(words, context))] });
  return "refused";
}

/**
 * Whether the catalog understands any of it: a name, a memory, a licence. A sentence of which it understands nothing is none,
 * nor is one of which texts mention a word and the rest means nothing, nor a task (`help me write to my boss`) that finds
 * nothing and of which part means nothing, or half of its text.
 */
function isSearch(words: string, { catalog }: Context): boolean {
  if (words.length > MAX_QUERY) return false;
  const { query } = catalog.search(words);
  const met = catalog.count(words) > 0;
  const whole = query.ignored.length === 0;
  const known = singles(query.criteria).filter(isKnown);
  const idle = query.ignored.join("").length;
  const isTask =
    !whole &&
    (!met || idle >= words.replaceAll(/\s/g, "").length / 2) &&
    known.every(({ kind }) => kind === "purpose" || kind === "language");
  return (met && whole) || query.sort !== undefined || (known.length > 0 && !isTask);
}

/** The words that mean nothing to a command, and how it is typed. */
function unreadText(words: readonly string[], command: Command, { text }: Context): string {
  const example = exampleOf(command);
  return [
    text("line.unread", { words: plain(clip(words.join(" "), MAX_QUOTED)) }),
    text("line.usage", { usage: usageOf(command) }),
    ...(example === undefined ? [] : [text("line.example", { example })]),
  ].join("\n");
}

const isKnown = (criterion: Criterion): boolean => criterion.kind !== "word" || criterion.named.length > 0;

function whatToType(words: string, { text }: Context): string {
  const quoted = clip(words.replaceAll(/\s+/g, " "), MAX_QUOTED);
  return [
    text("line.nothing", { text: plain(quoted) }),
    `- ${text("line.search", { line: code("/models qwen3 int4") })}`,
    `- ${text("line.try", { line: code(`/try qwen3 ${quoted}`) })}`,
    `- ${code("/help")}`,
  ].join("\n");
}
