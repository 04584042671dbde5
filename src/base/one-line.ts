import { stripVTControlCharacters } from "node:util";

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
  const bare = withoutParts(
    hidden.reduce((rest, sent) => (sent.length < 4 ? rest : rest.replaceAll(sent, "…")), unescaped(text)),
    hidden,
  );
  const line = SECRETS.reduce(
    (rest, [pattern, shown]) => rest.replace(pattern, shown),
    stripVTControlCharacters(bare).replace(CONTROL, " "),
  )
    .replace(/\s+/g, " ")
    .trim();
  return line.length > MOST ? `${line.slice(0, MOST - 1)}…` : line;
}

/** As JSON writes what is not ASCII: `\\u4f60`. */
const unescaped = (text: string): string =>
  text.replace(/\\u([0-9a-f]{4})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));

/** So many characters in a row of what was sent are a quotation; of Chinese ones fewer say as much. */
const QUOTED = [
  { length: 12, of: /^/ },
  { length: 6, of: /^[\u2e80-\uffff]+$/ },
] as const;

/** The text without what is quoted of `sent` in part: its beginning, or some words of it. */
function withoutParts(text: string, sent: readonly string[]): string {
  const isQuoted = new Uint8Array(text.length);
  for (const { length, of } of QUOTED) {
    const parts = partsOf(text, length);
    const quoted = partsIn(sent, new Set(parts.filter((part) => of.test(part))), length);
    for (const [at, part] of parts.entries()) if (quoted.has(part)) isQuoted.fill(1, at, at + length);
  }
  return text.replace(/[\s\S]/g, (character, at: number) =>
    isQuoted[at] !== 1 ? character : isQuoted[at - 1] === 1 ? "" : "…",
  );
}

const partsOf = (text: string, length: number): string[] =>
  Array.from({ length: Math.max(0, text.length - length + 1) }, (_, at) => text.slice(at, at + length));

/** Those of the parts that texts have; what was sent may be long, so its own parts are not kept. */
function partsIn(texts: readonly string[], parts: ReadonlySet<string>, length: number): ReadonlySet<string> {
  const found = new Set<string>();
  for (const text of texts)
    for (let at = 0; at + length <= text.length; at++) {
      const part = text.slice(at, at + length);
      if (parts.has(part)) found.add(part);
    }
  return found;
}

const textOfPage = (page: string): string =>
  page.replace(/<(script|style)\b[\s\S]*?(?:<\/\1\s*>|$)/gi, " ").replace(/<[^>]*>/g, " ");
