import { everyWeights } from "#src/catalog/entry/editions.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { foldName } from "#src/catalog/entry/text.ts";

/** One way in which people write a name; undefined where it cannot be written so. */
type Writing = (name: string) => string | undefined;

/** The most aliases of a draft, and how many entries of the family must have been given one of that kind. */
const MOST = 4;
const LEAST_SHARE = 0.25;

/**
 * What people will type for a new entry: its name written in those ways in which the aliases of its family's entries
 * write theirs (`GLM-4.6` → glm46, `Qwen3.8` → 千问3.8, `Kimi K2.5` → k2.5). None that means another entry already.
 */
export function aliasesFor(name: string, like: Entry | undefined, entries: readonly Entry[]): string[] {
  if (like === undefined) return [];
  const family = entries.filter((entry) => entry.family === like.family);
  const nicknames = [...new Set(family.flatMap(({ familyAliases, family: own }) => [...familyAliases, own]))];
  const writings: Writing[] = [
    compact,
    spaced,
    withoutFamily(like.family),
    ...nicknames.map((nickname) => renamed(like.family, nickname)),
  ];
  const ranked = writings
    .map((write) => ({ write, users: family.filter((entry) => isUsed(write, entry)).length }))
    .filter(({ write, users }) => users >= family.length * LEAST_SHARE || (users > 0 && isUsed(write, like)))
    .toSorted((a, b) => b.users - a.users);
  const taken = new Set([name, ...entries.flatMap(namesOf)].map(foldName));
  const aliases: string[] = [];
  for (const { write } of ranked) {
    const alias = write(name);
    if (alias === undefined || alias.length < 2 || taken.has(foldName(alias)) || aliases.length === MOST) continue;
    taken.add(foldName(alias));
    aliases.push(alias);
  }
  return aliases;
}

const isUsed = (write: Writing, { name, aliases }: Entry): boolean => {
  const alias = write(bare(name));
  return alias !== undefined && aliases.some((own) => own.toLowerCase() === alias);
};

const namesOf = (entry: Entry): string[] => [
  entry.id,
  entry.name,
  entry.family,
  ...entry.aliases,
  ...entry.familyAliases,
  ...(entry.variants ?? []).map((variant) => variant.name),
  ...everyWeights(entry).flatMap(({ row: { id } }) => (id === undefined ? [] : [id, id.slice(id.indexOf("/") + 1)])),
];

/** `DianJin-R1 (点金)` → `DianJin-R1`. */
const bare = (name: string): string => name.replace(/\s*[（(].*$/u, "");

const compact: Writing = (name) => name.toLowerCase().replace(/[-_\s.]+/g, "");
const spaced: Writing = (name) => name.toLowerCase().replace(/[-_\s]+/g, " ");

/** What stands behind the family's name: `4.6V` of GLM-4.6V, with the joint before it. */
function behind(family: string, name: string): { joint: string; rest: string } | undefined {
  if (!name.toLowerCase().startsWith(family.toLowerCase())) return undefined;
  const [, joint = "", rest = ""] = /^([-_\s]*)(.+)$/.exec(name.slice(family.length).toLowerCase()) ?? [];
  return rest === "" ? undefined : { joint, rest };
}

/** A version alone (`v5`) may be any family's. */
const VERSION = /^v\d+(?:\.\d+)*$/;

const withoutFamily =
  (family: string): Writing =>
  (name) => {
    const rest = behind(family, name)?.rest;
    return rest !== undefined && /[a-z]/.test(rest) && /\d/.test(rest) && !VERSION.test(rest) ? rest : undefined;
  };

const renamed =
  (family: string, nickname: string): Writing =>
  (name) => {
    const rest = behind(family, name)?.rest;
    return rest === undefined ? undefined : `${nickname}${rest}`.toLowerCase();
  };
