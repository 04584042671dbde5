import { inBatches, type Remainder } from "#src/sync/github/batches.ts";
import { GithubFailure } from "#src/sync/github/failure.ts";
import type { Points } from "#src/sync/github/graphql.ts";
import type { OwnerObservation } from "#src/sync/sources/owner.ts";
import type { OwnerMemory } from "./cache.ts";
import type { Cost, ObserveOptions } from "./observe.ts";
import { FIRST_PAGE, type OwnerPage, pagesByGraphql } from "./owners-graphql.ts";
import { pageByRest } from "./owners-rest.ts";

export type ObserveOwnersOptions = Omit<ObserveOptions, "onProgress"> & {
  /** YYYY-MM-DD: a repository made on that day or later is new. */
  since: string;
  /** YYYY-MM-DD. */
  today: string;
};

/** Repositories of an owner that are looked at. */
const MOST_REPOSITORIES = 100;

/** The newest repositories of an owner; `next` is null where these are all. */
type Found = OwnerPage | "missing";

/**
 * Looks at the newest repositories of owners on GitHub, each owner once, and answers in order: the newest ten, and where
 * all of these were made since `since` the newest hundred. Anonymously nobody is asked about. Throws GithubFailure where
 * the whole pass is in vain.
 */
export async function observeOwners(
  owners: readonly string[],
  options: ObserveOwnersOptions,
): Promise<{ owners: OwnerObservation[]; cost: Cost }> {
  const { reader, log } = options;
  const before = reader.requests();
  const points: Points = { spent: 0, left: undefined, lastCost: 1 };
  const asked = new Map(owners.map((owner) => [owner.toLowerCase(), owner]));
  const results = new Map<string, OwnerObservation>();
  const settle = (owner: string, result: OwnerObservation): void => {
    results.set(owner.toLowerCase(), result);
  };
  const found = (owner: string, what: Found): void =>
    settle(owner, what === "missing" ? { asked: owner, state: "missing", login: owner } : seen(owner, what, options));
  const unreached = ({ failed, left }: Remainder<string>): void => {
    for (const owner of failed) settle(owner, { asked: owner, state: "unreached", login: owner, reason: "failed" });
    for (const owner of left) settle(owner, { asked: owner, state: "unreached", login: owner, reason: "quota" });
  };
  const all = [...asked.values()];
  if (!reader.authenticated) unreached({ failed: [], left: all });
  else if (all.length > 0) {
    const isRefused = await byGraphql(all, { ...options, points }, found, unreached);
    const others = all.filter((owner) => !results.has(owner.toLowerCase()));
    if (isRefused) unreached(await byRest(others, options, found));
  }
  const observations = owners.map((owner): OwnerObservation => {
    const result = results.get(owner.toLowerCase());
    const login = result?.login ?? owner;
    return { ...(result ?? { state: "unreached", reason: "failed" }), asked: owner, login };
  });
  const cost: Cost = {
    requests: reader.requests() - before,
    points: points.spent,
    remaining: points.left ?? reader.remaining(),
  };
  const count = (state: OwnerObservation["state"]): number =>
    observations.filter((observation) => observation.state === state).length;
  log.info(
    { seen: count("seen"), missing: count("missing"), unreached: count("unreached"), ...cost },
    "looked at owners on GitHub",
  );
  return { owners: observations, cost };
}

/** True where GitHub refuses GraphQL. */
async function byGraphql(
  owners: readonly string[],
  options: ObserveOwnersOptions & { points: Points },
  found: (owner: string, what: Found) => void,
  unreached: (remainder: Remainder<string>) => void,
): Promise<boolean> {
  const first = new Map<string, OwnerPage>();
  try {
    unreached(
      await pagesByGraphql(
        options,
        owners.map((owner) => ({ owner, size: FIRST_PAGE, after: null })),
        ({ owner }, page) => (page === "missing" ? found(owner, page) : void first.set(owner, page)),
      ),
    );
    const longer = [...first].filter(([, page]) => page.next !== null && reaches(page, options));
    const more = longer.map(([owner, { next }]) => ({ owner, size: MOST_REPOSITORIES - FIRST_PAGE, after: next }));
    // Where the second page cannot be had, the first one counts, and that there are more.
    await pagesByGraphql(options, more, ({ owner }, page) => {
      const begun = first.get(owner);
      if (begun === undefined || page === "missing") return;
      first.set(owner, { ...page, repositories: [...begun.repositories, ...page.repositories] });
    });
    for (const [owner, page] of first) found(owner, page);
    return false;
  } catch (error) {
    if (!(error instanceof GithubFailure) || (error.kind !== "forbidden" && error.kind !== "notFound")) throw error;
    options.log.warn({ reason: error.message }, "GitHub refuses GraphQL; asking for one owner at a time");
    return true;
  }
}

const byRest = (
  owners: readonly string[],
  options: ObserveOwnersOptions,
  found: (owner: string, what: Found) => void,
): Promise<Remainder<string>> =>
  inBatches(owners, 1, async ([owner]) => {
    if (owner === undefined) return [];
    const page = await pageByRest(options, owner);
    found(owner, page);
    return [];
  });

/** Whether all repositories of a page were made since `since`, so that the next one may have more. */
const reaches = ({ oldest }: OwnerPage, { since }: ObserveOwnersOptions): boolean =>
  oldest !== undefined && oldest >= since;

/** What is told of an owner, beside what was seen of it before, which is kept. */
function seen(
  asked: string,
  { login, repositories: listed, oldest = "", next }: OwnerPage,
  { cache, since, today }: ObserveOwnersOptions,
): OwnerObservation {
  const distinct = new Map(listed.map((repository) => [repository.id, repository]));
  const repositories = [...distinct.values()].toSorted((a, b) => b.createdAt.localeCompare(a.createdAt, "en"));
  const memory = remembered(cache.owner(login), repositories, { from: next === null ? "" : oldest, today });
  cache.keepOwner(login, memory);
  return {
    asked,
    state: "seen",
    login,
    repositories: repositories.map((repository) => ({
      ...repository,
      isNew: repository.createdAt >= since || (memory.firstSeen[repository.id] ?? "") >= since,
    })),
    more: next !== null && oldest >= since,
  };
}

/** Numbers of an owner's repositories that are kept; those that went are forgotten first. */
const MOST_KEPT = 1000;

/** The memory after a look. What lies further back than was looked before is no news when it is seen at last. */
function remembered(
  before: OwnerMemory | undefined,
  repositories: readonly { id: number; createdAt: string }[],
  { from, today }: { from: string; today: string },
): OwnerMemory {
  const firstSeen = repositories.map(({ id, createdAt }): [string, string] => {
    const isNews = before !== undefined && createdAt >= before.from;
    return [String(id), before?.firstSeen[id] ?? (isNews ? today : "")];
  });
  const now = new Set(firstSeen.map(([id]) => id));
  const others = Object.entries(before?.firstSeen ?? {}).filter(([id]) => !now.has(id));
  return {
    from: before === undefined || from < before.from ? from : before.from,
    firstSeen: Object.fromEntries([...firstSeen, ...others].slice(0, MOST_KEPT)),
  };
}
