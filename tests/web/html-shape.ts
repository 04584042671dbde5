/** Elements without an end tag (html.spec.whatwg.org, section 13.1.2), and of SVG those that are written so. */
const VOID = new Set(["area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"]);
/** What ends a paragraph when it comes inside of one. */
const NOT_IN_P = new Set(
  "article aside details div dl fieldset form h1 h2 h3 h4 hr main nav ol p pre section table ul".split(" "),
);
const TAG = /<(?:!doctype html|!--.*?--|(\/?)([a-z][a-z0-9]*)((?:\s+[a-z][a-z0-9-]*(?:="[^"<]*")?)*)\s*(\/?))>/giy;
const ATTRIBUTE = /([a-z][a-z0-9-]*)(?:="([^"]*)")?/gi;

export type Tag = { name: string; attributes: Map<string, string> };

/**
 * Reads HTML that is written out in full: every element closed in its place, every attribute quoted, every `<` of a text
 * escaped, no id twice, nothing that a strict Content-Security-Policy refuses. Throws where it is not so.
 */
export function readHtml(html: string): Tag[] {
  const tags: Tag[] = [];
  const open: string[] = [];
  for (let at = html.indexOf("<"); at >= 0; at = html.indexOf("<", at)) {
    TAG.lastIndex = at;
    const match = TAG.exec(html);
    if (match === null) throw new Error(`no tag: ${html.slice(at, at + 80)}`);
    at = TAG.lastIndex;
    const [, closing, name, attributes = "", empty] = match;
    if (name === undefined) continue;
    if (closing === "/") {
      const last = open.pop();
      if (last !== name) throw new Error(`</${name}> ends <${last}>: ${html.slice(Math.max(0, at - 80), at)}`);
      continue;
    }
    if (open.includes("p") && NOT_IN_P.has(name)) throw new Error(`<${name}> in a paragraph`);
    tags.push({ name, attributes: readAttributes(name, attributes) });
    if (!VOID.has(name) && empty !== "/") open.push(name);
  }
  if (open.length > 0) throw new Error(`never closed: ${open.join(" ")}`);
  const ids = tags.flatMap(({ attributes }) => attributes.get("id") ?? []);
  if (new Set(ids).size < ids.length) throw new Error(`an id twice: ${ids.join(" ")}`);
  return tags;
}

function readAttributes(name: string, text: string): Map<string, string> {
  const attributes = new Map<string, string>();
  for (const [, key = "", value = ""] of text.matchAll(ATTRIBUTE)) {
    if (attributes.has(key)) throw new Error(`${key} twice in <${name}>`);
    if (key === "style" || key.startsWith("on")) throw new Error(`${key} in <${name}>`);
    attributes.set(key, unescapeHtml(value));
  }
  if (name === "script" && !attributes.has("src")) throw new Error("an inline script");
  return attributes;
}

export const unescapeHtml = (text: string): string =>
  text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");

/** What a person reads, tags taken out. */
export const textOf = (html: string): string =>
  unescapeHtml(html.replace(/<head>.*<\/head>/s, "").replace(/<[^>]*>/g, " ")).replace(/\s+/g, " ");

/** The values of an attribute of all elements of a name, in their order. */
export const valuesOf = (tags: readonly Tag[], name: string, attribute: string): string[] =>
  tags.flatMap((tag) => (tag.name === name ? (tag.attributes.get(attribute) ?? []) : []));
