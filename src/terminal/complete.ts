import { textIn } from "#src/base/locale.ts";
import { completeLine } from "#src/chat/line/complete.ts";
import { snapshotWith } from "#src/chat/snapshot.ts";
import type { TerminalApp } from "./answer.ts";

/** Completes a line as readline's `completer`; options are offered where no value is, since readline replaces one text. */
export function completer(line: string, { router, services }: TerminalApp): [completions: string[], replaced: string] {
  const context = snapshotWith(services, { text: textIn(services.locale), commands: router.commands });
  const { items, typed } = completeLine(line, router, context);
  const options = items.filter(({ kind }) => kind === "option");
  const others = items.filter(({ kind }) => kind !== "option");
  const [offered, replaced] = others.length > 0 ? [others, typed] : [options, options[0]?.replaces ?? typed];
  return [offered.map(({ text }) => text), replaced];
}
