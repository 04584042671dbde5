/**
 * Text that came from data, made to read as itself in Discord's Markdown: no formatting, no heading, no mention. An
 * address becomes `<https://…>`, because the escapes around it would otherwise become part of it.
 */
export function plain(text: string): string {
  return text
    .split(/(https?:\/\/[\w.~:/?#[\]@!$&'()*+,;=%-]+)/)
    .map((part, at) => (at % 2 === 1 ? `<${part}>` : escapeText(part)))
    .join("");
}

function escapeText(text: string): string {
  return text
    .replace(/\s*\n\s*/g, " ")
    .replace(/[\\`*_~|>[\]()#<-]/g, (character, at: number) =>
      character === "-" && at > 0 ? character : `\\${character}`,
    )
    .replace(/@(?=everyone|here)/g, "@\u200b")
    .replace(/^(\d+)\./, "$1\\.");
}

/** Data as inline code. */
export const code = (text: string): string => `\`${text.replaceAll("`", "ˋ").replace(/\s+/g, " ")}\``;

/** A link that shows its label, which is no address itself (Discord would not make that a link); only http(s) addresses become links. */
export function link(label: string, url: string): string {
  return /^https?:\/\//.test(url)
    ? `[${escapeText(label)}](${url.replace(/[()\s<>]/g, encodeURIComponent)})`
    : escapeText(label);
}

/** A table for surfaces that draw them. Cells are Markdown already. */
export function table(columns: string[], rows: string[][]): string {
  const line = (cells: string[]): string =>
    `| ${cells.map((cell) => cell.replace(/(?<!\\)\|/g, "\\|").replaceAll("\n", " ")).join(" | ")} |`;
  return [line(columns), line(columns.map(() => "---")), ...rows.map(line)].join("\n");
}
