/** The Markdown of the generated pages, as GitHub reads it. */

/** Catalog text is data: no HTML, no Markdown of its own, no mention, no line break inside a cell. */
export function escapeText(text: string): string {
  return text
    .replace(/\s*\n\s*/g, " ")
    .replace(/[\\`*_{}[\]<>|#~]/g, "\\$&")
    .replace(/@(?=\w)/g, "@\u200b");
}

export const link = (label: string, url: string): string =>
  `[${escapeText(label)}](${url.replace(/[()\s]/g, encodeURIComponent)})`;

export const linked = (label: string, url: string | undefined): string =>
  url === undefined ? escapeText(label) : link(label, url);

/** A remark behind what it is about; nothing where there is none. */
export const note = (text: string | undefined): string => (text === undefined ? "" : `（${escapeText(text)}）`);

export function table(columns: string[], rows: string[][]): string {
  const line = (cells: string[]): string => `| ${cells.join(" | ")} |`;
  return [line(columns), line(columns.map(() => "---")), ...rows.map(line)].join("\n");
}

/** The text up to the last pause before the limit, in characters; whole where it fits. */
export function shorten(text: string, limit: number): string {
  const characters = [...text];
  if (characters.length <= limit) return text;
  const cut = characters.slice(0, limit).join("");
  const pause = /^(.{8,})[，。；：、,;（(]/su.exec(cut)?.[1];
  return `${(pause ?? cut).trimEnd()}…`;
}
