/** The texts of a language in their groups, as its file has them. */
export type Texts = { readonly [key: string]: string | Texts };

/** A key that code names in quotes, whole (`"list.none"`) or as the beginning of one that it completes (`` `purpose.${name}` ``). */
const NAMED = /["'`]([a-z]\w*(?:\.[\w-]+)*\.?)(?:["'`]|(\$\{))/gi;
/** What i18next adds to a key for singular and plural. */
const PLURAL = /_(?:zero|one|two|few|many|other)$/;

/** The texts whose keys some code names; what it only might mean is among them. */
export function neededTexts(code: string, texts: Texts): Texts {
  const whole = new Set<string>();
  const beginnings = new Set<string>();
  for (const [, key = "", goesOn] of code.matchAll(NAMED)) (goesOn === undefined ? whole : beginnings).add(key);
  const isNeeded = (key: string): boolean =>
    whole.has(key.replace(PLURAL, "")) || [...beginnings].some((beginning) => key.startsWith(beginning));
  return pick(texts, "", isNeeded);
}

function pick(texts: Texts, path: string, isNeeded: (key: string) => boolean): Texts {
  const picked = Object.entries(texts).flatMap(([name, item]): [string, string | Texts][] => {
    const key = path === "" ? name : `${path}.${name}`;
    if (typeof item === "string") return isNeeded(key) ? [[name, item]] : [];
    const inner = pick(item, key, isNeeded);
    return Object.keys(inner).length === 0 ? [] : [[name, inner]];
  });
  return Object.fromEntries(picked);
}
