import { everyWeights } from "#src/catalog/entry/editions.ts";
import type { Entry, Weights } from "#src/catalog/entry/schema.ts";
import { foldName } from "#src/catalog/entry/text.ts";
import { weightsUrl } from "#src/catalog/entry/urls.ts";
import { daysBefore } from "#src/catalog/search/since.ts";

/** What is new about one entry. */
export type News = {
  entry: Entry;
  /** The entry itself is new; then the rest is empty, because all of it is. */
  added: boolean;
  release: Entry["latestRelease"];
  /** Names of variants. */
  variants: string[];
  /** Weights of variants that are not new themselves. */
  weights: Weights[];
};

/**
 * The facts that are worth telling, as keys that never change their meaning. A fact that was told stays told: an entry
 * that goes and comes back, or a tag that moves back and forth, is no news.
 */
export function factsOf(entries: readonly Entry[]): string[] {
  return entries.flatMap((entry) => [
    entryKey(entry),
    ...(entry.latestRelease === undefined ? [] : [releaseKey(entry, entry.latestRelease.tag)]),
    ...variantsOf(entry).map(({ name }) => variantKey(entry, name)),
    ...weightsOf(entry).flatMap(({ keys }) => keys),
  ]);
}

/** Days for which a release is news; an older one was only noted late, as when a project is followed from now on. */
const RELEASE_DAYS = 90;

/**
 * What a catalog has that was not told yet: new entries first, then releases, then variants and weights. `today` is
 * YYYY-MM-DD.
 */
export function newsIn(entries: readonly Entry[], told: ReadonlySet<string>, today: string): News[] {
  const since = daysBefore(today, RELEASE_DAYS);
  const rank = ({ added, release }: News): number => (added ? 0 : release ? 1 : 2);
  return entries.flatMap((entry) => newsOf(entry, told, since) ?? []).toSorted((a, b) => rank(a) - rank(b));
}

function newsOf(entry: Entry, told: ReadonlySet<string>, since: string): News | undefined {
  if (!told.has(entryKey(entry))) return { entry, added: true, release: undefined, variants: [], weights: [] };
  const release = newRelease(entry, told, since);
  const all = weightsOf(entry);
  const isNew = ({ keys }: Listed): boolean => keys.every((key) => !told.has(key));
  // A variant whose weights are known was only renamed.
  const variants = variantsOf(entry)
    .map(({ name }) => name)
    .filter((name) => !told.has(variantKey(entry, name)))
    .filter((name) => all.filter(({ variant }) => variant === name).every(isNew));
  const weights = all
    .filter((item) => isNew(item) && !(item.variant !== undefined && variants.includes(item.variant)))
    .map((item) => item.weights);
  const nothing = release === undefined && variants.length === 0 && weights.length === 0;
  return nothing ? undefined : { entry, added: false, release, variants, weights };
}

function newRelease(entry: Entry, told: ReadonlySet<string>, since: string): Entry["latestRelease"] {
  const { latestRelease } = entry;
  if (latestRelease === undefined || told.has(releaseKey(entry, latestRelease.tag))) return undefined;
  const { date = since } = latestRelease;
  return date >= since.slice(0, date.length) ? latestRelease : undefined;
}

const entryKey = ({ id }: Entry): string => `entry ${id}`;
const releaseKey = ({ id }: Entry, tag: string): string => `release ${id} ${tag}`;
const variantKey = ({ id }: Entry, name: string): string => `variant ${id} ${foldName(name)}`;

/** Variants that a person has looked at: those of a machine come with weights that nobody has reviewed. */
const variantsOf = ({ variants = [] }: Entry) =>
  variants.filter(({ weights = [] }) => weights.length === 0 || weights.some(({ unreviewed }) => !unreviewed));

type Listed = {
  weights: Weights;
  variant: string | undefined;
  /** Keys for its page, and for the page that it had before. */
  keys: string[];
};

function weightsOf(entry: Entry): Listed[] {
  return everyWeights(entry)
    .filter(({ row }) => !row.unreviewed)
    .map(({ row: weights, variant }) => {
      const { hub, formerId } = weights;
      const pages = [weightsUrl(weights), formerId === undefined ? undefined : weightsUrl({ hub, id: formerId })];
      return {
        weights,
        variant: variant?.name,
        keys: pages.flatMap((page) => (page === undefined ? [] : `weights ${page}`)),
      };
    });
}
