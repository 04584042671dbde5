import type { Entry } from "#src/catalog/entry/schema.ts";
import type { Watch } from "#src/catalog/entry/watch.ts";

/**
 * Looks up all names of the organisation that has a name, on both hubs and former ones, without case: the one in use on
 * Hugging Face first, so that the first is the same for each of them. A name that `watch` does not know is its only one.
 *
 * @example sameOrganization(watch)("THUDM") // ["zai-org", "THUDM", "ZhipuAI"]
 */
export function sameOrganization({ organizations }: Pick<Watch, "organizations">): (name: string) => readonly string[] {
  const known = new Map<string, readonly string[]>();
  for (const { huggingface, modelscope } of organizations) {
    const all = [...huggingface, ...modelscope];
    const keys = all.map((name) => name.toLowerCase());
    const names = all.filter((_name, at) => keys.indexOf(keys[at] ?? "") === at);
    for (const key of keys) if (!known.has(key)) known.set(key, names);
  }
  return (name) => known.get(name.toLowerCase()) ?? [name];
}

/** The organisations of some entries, under all their names, in lower case. */
export function ownOrganizations(
  entries: readonly Pick<Entry, "sync">[],
  watch: Pick<Watch, "organizations">,
): ReadonlySet<string> {
  const same = sameOrganization(watch);
  const names = entries.flatMap(({ sync }) => sync?.hubOrgs ?? []);
  return new Set(names.flatMap(same).map((name) => name.toLowerCase()));
}
