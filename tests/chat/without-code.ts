/** What Discord formats: it looks for escapes, blocks and inline code from left to right. */
export const withoutCode = (markdown: string): string =>
  markdown.replace(/\\[^\w\s]|```.*?```|(`+)(?:.*?[^`])\1(?!`)/gs, "·");
