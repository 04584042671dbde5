import type { Entry } from "#src/catalog/entry/schema.ts";
import type { Observation, ObservationRequest } from "./observation.ts";

/** A GitHub repository that the catalog follows: the entries that name it, and what was seen of it. */
export type FollowedRepository = { entries: readonly Entry[]; observation: Observation };

const key = (name: string): string => name.toLowerCase();

/** The repository's number as the catalog knows it, or undefined at first sight. */
export const knownId = (entries: readonly Entry[]): number | undefined =>
  entries.map((entry) => entry.repository?.id).find((id) => id !== undefined);

/** The entry that came out last; of several the first. */
export const newestEntry = (entries: readonly Entry[]): Entry | undefined =>
  entries.toSorted((a, b) => (b.released ?? "").localeCompare(a.released ?? "", "en"))[0];

/** The repository's name now, or the name under which it was looked for. */
export const nameOf = ({ observation }: FollowedRepository): string =>
  observation.state === "found" ? observation.repository.name : observation.asked;

/** The entries that share a followed repository with one of `ids`; all that have one without `ids`. */
export function chosenEntries(entries: readonly Entry[], ids: readonly string[] | undefined): Entry[] {
  const followed = entries.filter((entry) => entry.repository !== undefined && entry.sync?.disabled === undefined);
  if (ids === undefined) return followed;
  const repositories = new Set(
    followed.filter(({ id }) => ids.includes(id)).map(({ repository }) => key(repository?.name ?? "")),
  );
  return followed.filter(({ repository }) => repositories.has(key(repository?.name ?? "")));
}

/** What to observe: each repository once, whoever shares it. */
export function observationRequests(entries: readonly Entry[]): ObservationRequest[] {
  const byName = Map.groupBy(entries, ({ repository }) => key(repository?.name ?? ""));
  return [...byName.values()].flatMap((sharing) => {
    const name = sharing[0]?.repository?.name;
    return name === undefined ? [] : [{ name }];
  });
}

/** Entries with what was seen of their repository; names that turn out to be one repository are one. */
export function followedRepositories(
  entries: readonly Entry[],
  observations: readonly Observation[],
): FollowedRepository[] {
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
