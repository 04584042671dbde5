import { setImmediate } from "node:timers/promises";
import type { Entry } from "#src/catalog/entry/schema.ts";
import type { Watch } from "#src/catalog/entry/watch.ts";
import { collectionKey } from "#src/sync/hubs/collections.ts";
import {
  addressKey,
  type CollectionAddress,
  type FactsAnswer,
  HUBS,
  type Listing,
  type ModelAddress,
  organizationOf,
} from "#src/sync/hubs/hub.ts";
import { ruleAgainst } from "#src/sync/names/left-out.ts";
import { ownOrganizations, sameOrganization } from "#src/sync/names/organizations.ts";
import { openPlacement, type PlacementHints } from "#src/sync/names/placement.ts";
import { inOneSpelling } from "#src/sync/names/same-spelling.ts";
import { seriesApart } from "#src/sync/names/series-apart.ts";
import type { PlacedModel } from "#src/sync/sources/candidate.ts";
import {
  addressesOf,
  type Candidates,
  type CandidatesInput,
  type CollectionModels,
  candidatesOf,
  knownIn,
  modelNameIn,
  type NamedByRepository,
  namedByRepositories,
} from "#src/sync/sources/candidates.ts";
import type { SeenRepository } from "#src/sync/sources/source.ts";
import { placeBySize } from "./place-by-size.ts";

/** What is asked of the hubs about models that are new to the catalog. */
export type HubReads = {
  collections: (addresses: readonly CollectionAddress[]) => Promise<CollectionModels>;
  facts: (models: readonly ModelAddress[]) => Promise<ReadonlyMap<string, FactsAnswer>>;
};

export type FindModelsInput = {
  entries: readonly Entry[];
  watch: Watch;
  repositories: readonly SeenRepository[];
  listings: readonly Listing[];
  /** Keys of models, as `addressKey` gives them. */
  declined: ReadonlySet<string>;
  wanted: ReadonlySet<string>;
  open: ReadonlySet<string>;
  unreadable: ReadonlySet<string>;
};

/** Models that are new to the catalog: where they belong and what their hubs say, and those that are not proposed. */
export type FoundModels = Omit<Candidates, "proposed"> & {
  placed: PlacedModel[];
  /** Keys of models that open pull requests are about, of which their hubs say that they are gone, or another model now. */
  gone: ReadonlySet<string>;
  /** Collections that READMEs link and that could not be read, with the repository that links each first. */
  unread: { repository: string; collection: string }[];
};

export const NO_MODELS: FoundModels = {
  ...{ leftOut: [], older: [], declined: [], placed: [] },
  ...{ gone: new Set(), unread: [] },
};

function unreadAmong(named: readonly NamedByRepository[], read: CollectionModels): FoundModels["unread"] {
  const unread = new Map<string, FoundModels["unread"][number]>();
  for (const { repository, collections } of named)
    for (const { hub, collection } of collections) {
      const key = collectionKey(collection);
      const { organization, slug } = collection;
      if (hub === "huggingface" && !read.has(key) && !unread.has(key))
        unread.set(key, { repository: repository.name, collection: `${organization}/${slug}` });
    }
  return [...unread.values()];
}

/** Finds the models of own organisations that the catalog lacks, and asks the hubs about those that are to be proposed. */
export async function findModels(input: FindModelsInput, hubs: HubReads): Promise<FoundModels> {
  const { repositories, ...known } = input;
  const { entries, watch, wanted } = known;
  const named: NamedByRepository[] = [];
  // READMEs have megabytes, and an organisation thousands of models: the process goes on with its other work between.
  for (const repository of repositories) {
    named.push(...namedByRepositories([repository], { entries, watch }));
    await setImmediate();
  }
  const linked = named.flatMap((item) =>
    item.collections.flatMap(({ hub, collection }) => (hub === "huggingface" ? [collection] : [])),
  );
  const collections = await hubs.collections(linked);
  const { candidates, answers, gone } = await askedCandidates({ ...known, named, collections }, hubs);
  const { proposed, leftOut, ...others } = candidates;
  const nameOf = modelNameIn(watch);
  const names = new Set([...wanted].map((key) => nameOf(idOf(key))));
  const place = openPlacement({ entries, sameOrganization: sameOrganization(watch) });
  const found: FoundModels = {
    ...others,
    leftOut: [...leftOut],
    placed: [],
    gone,
    unread: unreadAmong(named, collections),
  };
  for (const candidate of proposed) {
    await setImmediate();
    const facts = answers.get(addressKey(candidate.model)) ?? { state: "notAsked" };
    const isWanted = addressesOf(candidate).some(({ id }) => names.has(nameOf(id)));
    const rule = isWanted ? undefined : ruleForFacts(facts, watch);
    if (rule !== undefined) found.leftOut.push({ candidate, rule });
    else {
      const { id } = candidate.model;
      found.placed.push({ candidate, facts, place: placeBySize(place(id, hintsOf(facts)), id, facts) });
    }
  }
  const places = inOneSpelling(found.placed.map((item) => item.place));
  const placed = found.placed.map((item, at) => ({ ...item, place: places[at] ?? item.place }));
  const taken = new Set(entries.map(({ id }) => id));
  return {
    ...found,
    placed: seriesApart(placed, {
      sameOrganization: sameOrganization(watch),
      taken,
      dateOf: madeOn,
    }),
  };
}

type Asked = { candidates: Candidates; answers: Map<string, FactsAnswer>; gone: ReadonlySet<string> };

/**
 * The candidates with what the hubs say of them. Hubs lead from a model's former name to the one that it has now, which alone
 * counts. What an open pull request is about and no listing has any more is asked for by itself: a listing may lack it for a
 * day.
 */
async function askedCandidates(input: CandidatesInput, hubs: HubReads): Promise<Asked> {
  const { entries, watch, open, listings } = input;
  const first = candidatesOf(input);
  const missing = missingOf(first, input);
  const answers = new Map(await hubs.facts([...first.proposed.map(({ model }) => model), ...missing]));
  const own = ownOrganizations(entries, watch);
  const renamed = new Map<string, ModelAddress>();
  for (const [key, answer] of answers) {
    if (answer.state !== "found" || addressKey(answer.facts) === key) continue;
    const { hub, id } = answer.facts;
    // An organisation that has another name now is for a person to note.
    if (!own.has(organizationOf(id).toLowerCase())) continue;
    renamed.set(key, { hub, id });
    if (!answers.has(addressKey(answer.facts))) answers.set(addressKey(answer.facts), answer);
  }
  const there = missing.flatMap((address) => {
    const answer = answers.get(addressKey(address));
    return answer?.state === "found" && own.has(organizationOf(answer.facts.id).toLowerCase()) ? [answer.facts] : [];
  });
  const gone = new Set(
    missing.map(addressKey).filter((key) => answers.get(key)?.state === "absent" || renamed.has(key)),
  );
  if (renamed.size === 0 && there.length === 0) return { candidates: first, answers, gone };
  const again = there.map((facts) => ({
    ...{ hub: facts.hub, organization: organizationOf(facts.id), models: [facts] },
    ...{ readAt: 0, appeared: undefined },
  }));
  const openNow = new Set([...open, ...there.map(addressKey)]);
  const candidates = candidatesOf({ ...input, open: openNow, renamed, listings: [...listings, ...again] });
  const unasked = candidates.proposed.flatMap(({ model }) => (answers.has(addressKey(model)) ? [] : [model]));
  for (const [key, answer] of unasked.length > 0 ? await hubs.facts(unasked) : []) answers.set(key, answer);
  return { candidates, answers, gone };
}

/** Models of open pull requests that are neither candidates nor in the catalog. */
function missingOf(
  { proposed, leftOut, older, declined }: Candidates,
  { entries, watch, open }: CandidatesInput,
): ModelAddress[] {
  const nameOf = modelNameIn(watch);
  const all = [...proposed, ...leftOut.map(({ candidate }) => candidate), ...older, ...declined];
  const there = new Set(all.flatMap(addressesOf).map(({ id }) => nameOf(id)));
  const isHeld = knownIn(entries, watch);
  return [...open].flatMap((key) => {
    const hub = HUBS.find((name) => key.startsWith(`${name}:`));
    const id = idOf(key);
    return hub === undefined || there.has(nameOf(id)) || isHeld(id) ? [] : [{ hub, id }];
  });
}

/** `hub:organisation/name` → `organisation/name`. */
const idOf = (key: string): string => key.slice(key.indexOf(":") + 1);

/** A model that only a README names is told apart once its hub says what it is. */
const ruleForFacts = (answer: FactsAnswer, watch: Watch): ReturnType<typeof ruleAgainst> =>
  answer.state === "found" ? ruleAgainst(answer.facts, watch) : undefined;

const hintsOf = (answer: FactsAnswer): PlacementHints =>
  answer.state === "found" ? { baseModels: answer.facts.baseModels.map(({ id }) => id) } : {};

/** When a model's repository was made, where a hub says so. */
const madeOn = ({ candidate: { listed }, facts }: PlacedModel): string | undefined =>
  listed?.createdAt ?? (facts.state === "found" ? facts.facts.createdAt : undefined);
