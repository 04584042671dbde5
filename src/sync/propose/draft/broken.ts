import { memoByObject } from "#src/base/memo.ts";
import { crossCheck } from "#src/catalog/check/check.ts";
import { aliasFaults, foldedAliases, printedNames } from "#src/catalog/check/names.ts";
import { everyWeights } from "#src/catalog/entry/editions.ts";
import { layOut } from "#src/catalog/entry/layout.ts";
import { parseEntry } from "#src/catalog/entry/parse.ts";
import { brokenRule, type Problem } from "#src/catalog/entry/problem.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { foldName } from "#src/catalog/entry/text.ts";

/** The catalog that a file is checked in. */
export type CheckedAgainst = {
  entries: readonly Entry[];
  /** Names of base models that no entry has, as `catalog/bases.yaml` lists them. */
  bases: readonly string[];
};

/**
 * What `npm run catalog -- --check --entries` would say of the catalog with this text as the file of an entry, and does
 * not say of it now: what breaks the schema, what contradicts itself, and names that others have. None: it may be
 * proposed.
 */
export function brokenBy(file: string, text: string, context: CheckedAgainst): Problem[] {
  const { entry, problems } = parseEntry(file, text);
  if (entry === undefined || problems.length > 0) return problems;
  const present = context.entries.find(({ id }) => id === entry.id);
  const others = context.entries.filter(({ id }) => id !== entry.id);
  const before = new Set([...(present ? ownProblems(present, context) : []).map(keyOf), ...knownProblems(context)]);
  const isNew = (problem: Problem): boolean => !before.has(keyOf(problem));
  const own = ownProblems(entry, context).filter(isNew);
  // A draft is checked again without each field that is wrong; the names of all are looked at once that is done.
  if (own.length > 0) return own;
  return [
    ...nameProblems([...others, entry]).filter(isNew),
    ...(layOut(text) === text ? [] : [problemIn(file, brokenRule("layout"))]),
  ];
}

/** What is wrong with one entry by itself, in a catalog that knows all these names. */
const ownProblems = (entry: Entry, context: CheckedAgainst): Problem[] =>
  crossCheck({ entries: [entry], bases: knownNames(context), locate: () => ({}) });

/** Every name that a base model may have. */
const knownNames = memoByObject(({ entries, bases }: CheckedAgainst): string[] => [
  ...bases,
  ...entries.flatMap(({ id, name, family, aliases, variants = [] }) => [
    ...[id, name, family, ...aliases],
    ...variants.flatMap((variant) => [variant.name, ...variant.name.split(/\s*\/\s*/)]),
  ]),
  ...entries.flatMap(everyWeights).flatMap(({ row: { id } }) => id?.slice(id.indexOf("/") + 1) ?? []),
]);

/** What is wrong with the names of all: a new entry may take a name that is another one's alias. */
function nameProblems(entries: readonly Entry[]): Problem[] {
  const printed = printedNames(entries);
  return [
    ...entries.flatMap((entry) =>
      aliasFaults(entry, printed).map(({ path, rule, params }) =>
        problemIn(`${entry.id}.yaml`, brokenRule(rule, path, params)),
      ),
    ),
    ...sharedAliases(entries),
  ];
}

/** A proposal is not to blame for what was wrong before. */
const knownProblems = memoByObject(({ entries }: CheckedAgainst): string[] => nameProblems(entries).map(keyOf));

const problemIn = (file: string, issue: Problem["issue"]): Problem => ({ file, severity: "error", issue });
const keyOf = ({ file, issue }: Problem): string => JSON.stringify([file, issue]);

/** An alias that is another entry's id or alias. */
function sharedAliases(entries: readonly Entry[]): Problem[] {
  const owners = new Map<string, Set<string>>();
  for (const entry of entries)
    for (const name of [foldName(entry.id), ...foldedAliases(entry)])
      owners.set(name, (owners.get(name) ?? new Set()).add(entry.id));
  return entries.flatMap((entry) => {
    const { id, aliases } = entry;
    const folded = foldedAliases(entry);
    return aliases.flatMap((alias, at) => {
      const owner = [...(owners.get(folded[at] ?? "") ?? [])].find((other) => other !== id);
      return owner === undefined
        ? []
        : [problemIn(`${id}.yaml`, brokenRule("sharedAlias", ["aliases", at], { alias, owner }))];
    });
  });
}
