import type { Entry } from "#src/catalog/entry/schema.ts";
import type { Ask, Observation } from "#src/sync/observe/observation.ts";
import { type Followed, readmeHolder } from "./signals.ts";

const key = (name: string): string => name.toLowerCase();

/** Entries whose repository is watched. */
const followedEntries = (entries: readonly Entry[]): Entry[] =>
  entries.filter((entry) => entry.repository !== undefined && entry.sync?.disabled === undefined);

/** The entries that share a repository with one of `ids`; all of them without `ids`. */
export function chosenEntries(entries: readonly Entry[], ids: readonly string[] | undefined): Entry[] {
  const followed = followedEntries(entries);
  if (ids === undefined) return followed;
  const repositories = new Set(
    followed.filter(({ id }) => ids.includes(id)).map(({ repository }) => key(repository?.name ?? "")),
  );
  return followed.filter(({ repository }) => repositories.has(key(repository?.name ?? "")));
}

/** What to look at: each repository once, whoever shares it. */
export function asksOf(entries: readonly Entry[]): Ask[] {
  const byName = Map.groupBy(entries, ({ repository }) => key(repository?.name ?? ""));
  return [...byName.values()].flatMap((sharing) => {
    const name = sharing[0]?.repository?.name;
    return name === undefined ? [] : [{ name, reviewedReadme: readmeHolder(sharing)?.repository?.readme }];
  });
}

/** Entries with what was seen of their repository; names that turn out to be one repository are one. */
export function groupsOf(entries: readonly Entry[], observations: readonly Observation[]): Followed[] {
  const byName = Map.groupBy(entries, ({ repository }) => key(repository?.name ?? ""));
  const byRepository = Map.groupBy(observations, (item) =>
    item.state === "found" ? item.repository.id : key(item.asked),
  );
  return [...byRepository.values()].flatMap((seen) => {
    const sharing = seen.flatMap(({ asked }) => byName.get(key(asked)) ?? []);
    const observation = seen.find((item) => item.state === "found" && item.repository.name === item.asked) ?? seen[0];
    return observation === undefined || sharing.length === 0 ? [] : [{ entries: sharing, observation }];
  });
}
