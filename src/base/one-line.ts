/** Characters of another side's words that are kept, and that are read for it. */
const MOST = 400;
const MOST_READ = 20_000;

/** Control characters, line ends, and what is not seen or turns the direction of writing. */
const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/** What may stand in another side's words and lets whoever reads it in: signed addresses, logins, tokens. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/(https?:\/\/)[^\s/@"']+@/gi, "$1"],
  [/(https?:\/\/[^\s?"'<>]+)\?[^\s"'<>]*/gi, "$1?…"],
  [/\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi, "$1 …"],
  [
    /\b((?:api[_-]?key|token|secret|password|passwd|authorization)["']?\s*[:=]\s*["']?)(?!bearer\b|basic\b)[^\s"',;&]+/gi,
    "$1…",
  ],
];

/**
 * What another side said, as one line for the log and for administrators: without control characters, without what looks
 * like a secret and without `hidden` (what was sent), 400 characters at most. A page of HTML becomes its text.
 */
export function oneLine(said: string, hidden: readonly string[] = []): string {
  const beginning = said.slice(0, MOST_READ);
  const text = /^\s*<(?:!doctype|html|head|body|\?xml)/i.test(beginning) ? textOfPage(beginning) : beginning;
  const bare = hidden.reduce((rest, sent) => (sent.length < 4 ? rest : rest.replaceAll(sent, "…")), text);
  const line = SECRETS.reduce((rest, [pattern, shown]) => rest.replace(pattern, shown), bare.replace(CONTROL, " "))
    .replace(/\s+/g, " ")
    .trim();
  return line.length > MOST ? `${line.slice(0, MOST - 1)}…` : line;
}

const textOfPage = (page: string): string =>
  page.replace(/<(script|style)\b[\s\S]*?(?:<\/\1\s*>|$)/gi, " ").replace(/<[^>]*>/g, " ");
