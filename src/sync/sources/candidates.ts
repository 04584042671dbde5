import { everyWeights } from "#src/catalog/entry/editions.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import type { LeaveOutRule, Watch } from "#src/catalog/entry/watch.ts";
import { collectionKey } from "#src/sync/hubs/collections.ts";
import {
  addressKey,
  type ListedModel,
  type Listing,
  type ModelAddress,
  modelName,
  organizationOf,
} from "#src/sync/hubs/hub.ts";
import { ruleAgainst } from "#src/sync/names/left-out.ts";
import type { NamedCollection, NamedModel } from "#src/sync/names/named.ts";
import { namedIn } from "#src/sync/names/named-in.ts";
import { ownOrganizations, sameOrganization } from "#src/sync/names/organizations.ts";
import type { Candidate, Naming, NamingRepository } from "./candidate.ts";
import type { SeenRepository } from "./source.ts";

/** What the READMEs of one repository name of their own organisation. */
export type NamedByRepository = {
  repository: NamingRepository;
  /** Names of the project's own organisations, in lower case. */
  own: ReadonlySet<string>;
  models: readonly NamedModel[];
  collections: readonly NamedCollection[];
};

/** Reads what every repository names; one that no entry names counts as its owner's. */
export function namedByRepositories(
  repositories: readonly SeenRepository[],
  { entries, watch }: { entries: readonly Entry[]; watch: Watch },
): NamedByRepository[] {
  return repositories.flatMap(({ entries: sharing, repository }) => {
    const own =
      sharing.length > 0 ? ownOrganizations(sharing, watch) : ownersOrganizations(repository.name, entries, watch);
    if (own.size === 0) return [];
    const { id, name, defaultBranch, head } = repository;
    const read = repository.readmes.flatMap(({ path, text }) =>
      text === undefined ? [] : [namedIn({ path, text }, own)],
    );
    return [
      {
        repository: { id, name, defaultBranch, head },
        own,
        models: read.flatMap(({ models }) => models),
        collections: read.flatMap(({ collections }) => collections),
      },
    ];
  });
}

/** The hub organisations of an owner on GitHub: those of its entries, those noted for it, and one of its very name. */
export function ownersOrganizations(repository: string, entries: readonly Entry[], watch: Watch): ReadonlySet<string> {
  const owner = ownerOf(repository);
  const own = entries.filter((entry) => entry.repository !== undefined && ownerOf(entry.repository.name) === owner);
  const noted = watch.owners.find(({ name }) => name.toLowerCase() === owner)?.hubOrgs ?? [];
  const everybodys = ownOrganizations(entries, watch);
  return new Set([
    ...ownOrganizations(own, watch),
    ...noted.flatMap(sameOrganization(watch)).map((name) => name.toLowerCase()),
    ...(everybodys.has(owner) ? [owner] : []),
  ]);
}

const ownerOf = (repository: string): string => repository.slice(0, repository.indexOf("/")).toLowerCase();

/** The models of collections, by `collectionKey`. */
export type CollectionModels = ReadonlyMap<string, readonly ModelAddress[]>;

export type CandidatesInput = {
  /** The whole catalog. */
  entries: readonly Entry[];
  watch: Watch;
  named: readonly NamedByRepository[];
  collections: CollectionModels;
  listings: readonly Listing[];
  /** Keys of models that people declined, and those they want although a rule or their age speaks against them. */
  declined: ReadonlySet<string>;
  wanted: ReadonlySet<string>;
  /** Keys of models that an open pull request is about: their age is no reason to close it. */
  open: ReadonlySet<string>;
  /** Names of models in entries that cannot be read, in lower case. */
  unreadable: ReadonlySet<string>;
  /** Where hubs say that a model is now, by the key of the address that was asked for. */
  renamed?: ReadonlyMap<string, ModelAddress> | undefined;
};

export type Candidates = {
  proposed: Candidate[];
  leftOut: { candidate: Candidate; rule: LeaveOutRule }[];
  /** Listed on a hub only, and made before `watch.since`. */
  older: Candidate[];
  declined: Candidate[];
};

/**
 * Every model of an own organisation that the catalog lacks, once, sorted by its address. Pure, and without memory: the
 * same models come at every run until the catalog has them or people decline them.
 */
export function candidatesOf(input: CandidatesInput): Candidates {
  const { watch } = input;
  const nameOf = modelNameIn(watch);
  const named = (keys: ReadonlySet<string>): ReadonlySet<string> =>
    new Set([...keys].map((key) => nameOf(key.slice(key.indexOf(":") + 1))));
  const [declined, wanted, open] = [named(input.declined), named(input.wanted), named(input.open)];
  const result: Candidates = { proposed: [], leftOut: [], older: [], declined: [] };
  const since = watch.since ?? "";
  const appeared = new Set(
    input.listings.flatMap(({ hub, appeared: ids }) => [...(ids ?? [])].map((id) => addressKey({ hub, id }))),
  );
  for (const candidate of collected(input)) {
    const addresses = addressesOf(candidate);
    const says = (set: ReadonlySet<string>): boolean => addresses.some(({ id }) => set.has(nameOf(id)));
    const rule = ruleAgainst({ ...candidate.listed, id: candidate.model.id }, watch);
    const isNew =
      candidate.named.length > 0 ||
      addresses.some((address) => appeared.has(addressKey(address))) ||
      says(open) ||
      (candidate.listed?.createdAt ?? "") >= since;
    if (says(wanted)) result.proposed.push(candidate);
    else if (says(declined)) result.declined.push(candidate);
    else if (rule !== undefined) result.leftOut.push({ candidate, rule });
    else if (isNew) result.proposed.push(candidate);
    else result.older.push(candidate);
  }
  return result;
}

/** All addresses of a candidate, those before a renaming too. */
export const addressesOf = ({ model, also, former = [] }: Candidate): ModelAddress[] => [model, ...also, ...former];

/** Looks up what a model is known by whatever hub has it: its organisation's first name, and its own, in lower case. */
export function modelNameIn(watch: Pick<Watch, "organizations">): (id: string) => string {
  const sameAs = sameOrganization(watch);
  return (id) => `${sameAs(organizationOf(id))[0] ?? organizationOf(id)}/${modelName(id)}`.toLowerCase();
}

/** One model as one of its places tells of it: `asked` is what it is called there. */
type Mention = { asked: ModelAddress; named?: Naming; listed?: ListedModel };

/** One candidate for each model, whatever hub has it and whoever names it. */
function collected(input: CandidatesInput): Candidate[] {
  const { watch, renamed = new Map<string, ModelAddress>() } = input;
  const nameOf = modelNameIn(watch);
  const order = byAddress(sameOrganization(watch));
  const isKnown = isKnownTo(input);
  const unknown = mentionsIn(input)
    .map((mention) => ({ ...mention, address: renamed.get(addressKey(mention.asked)) ?? mention.asked }))
    .filter(({ asked, address }) => !isKnown(asked) && !isKnown(address));
  return [...Map.groupBy(unknown, ({ address }) => nameOf(address.id)).values()]
    .flatMap((mentions) => candidateOf(mentions, order) ?? [])
    .toSorted((a, b) => a.model.id.localeCompare(b.model.id, "en"));
}

function candidateOf(
  mentions: readonly (Mention & { address: ModelAddress })[],
  order: AddressOrder,
): Candidate | undefined {
  const addresses = new Map(mentions.toReversed().map(({ address }) => [addressKey(address), address]));
  const former = new Map(
    mentions.flatMap(({ asked, address }) => (asked === address ? [] : [[addressKey(asked), asked] as const])),
  );
  const [model, ...also] = [...addresses.values()].toSorted(order);
  if (model === undefined) return undefined;
  return {
    ...{ model, also },
    named: mentions
      .flatMap(({ named, address }) => (named === undefined ? [] : [{ ...named, model: address }]))
      .toSorted(byEvidence),
    listed: mentions.flatMap(({ listed }) => listed ?? []).toSorted(order)[0],
    ...(former.size > 0 && { former: [...former.values()] }),
  };
}

/** Every model that listings have, READMEs name, or collections hold that READMEs link. */
function mentionsIn({ watch, named, collections, listings }: CandidatesInput): Mention[] {
  const onModelscopeOnly = modelscopeNames(watch);
  return [
    ...listings.flatMap(({ hub, models }) => models.map((listed) => ({ asked: { hub, id: listed.id }, listed }))),
    ...named
      .flatMap((item) => namingsOf(item, collections, onModelscopeOnly))
      .map((naming) => ({ asked: naming.model, named: naming })),
  ];
}

/** Whether an entry holds a model, be it one that cannot be read. */
function isKnownTo({ entries, watch, unreadable }: CandidatesInput): (address: ModelAddress) => boolean {
  const isHeld = knownIn(entries, watch);
  return (address) => isHeld(address.id) || unreadable.has(modelName(address.id).toLowerCase());
}

/** Models that a repository names itself, and those of the collections that it links. */
function namingsOf(
  { repository, own, models, collections: linked }: NamedByRepository,
  collections: CollectionModels,
  onModelscopeOnly: ReadonlySet<string>,
): Naming[] {
  return [
    ...models.map((item) => ({ ...item, model: onItsHub(item, onModelscopeOnly), repository })),
    ...linked.flatMap(({ collection, at }) =>
      (collections.get(collectionKey(collection)) ?? [])
        .filter(({ id }) => own.has(organizationOf(id).toLowerCase()))
        .map((model) => ({ model, form: "link" as const, at, repository })),
    ),
  ];
}

/** A name in code says no hub: it is on ModelScope where only that hub knows the organisation by this name. */
const onItsHub = ({ model, form }: NamedModel, onModelscopeOnly: ReadonlySet<string>): ModelAddress =>
  form === "code" && onModelscopeOnly.has(organizationOf(model.id).toLowerCase())
    ? { hub: "modelscope", id: model.id }
    : model;

function modelscopeNames({ organizations }: Watch): ReadonlySet<string> {
  const lower = (names: readonly string[]): string[] => names.map((name) => name.toLowerCase());
  const elsewhere = new Set(organizations.flatMap(({ huggingface }) => lower(huggingface)));
  return new Set(organizations.flatMap(({ modelscope }) => lower(modelscope)).filter((name) => !elsewhere.has(name)));
}

type AddressOrder = (a: ModelAddress, b: ModelAddress) => number;

/** Hugging Face answers for a model that is there, under the name of its organisation that is in use. */
function byAddress(sameAs: (name: string) => readonly string[]): AddressOrder {
  const rank = ({ id }: ModelAddress): number => {
    const own = organizationOf(id);
    return sameAs(own).findIndex((name) => name.toLowerCase() === own.toLowerCase());
  };
  return (a, b) => a.hub.localeCompare(b.hub, "en") || rank(a) - rank(b) || a.id.localeCompare(b.id, "en");
}

/** A link says more than a name in code. READMEs of one repository stay in their order, the main one first. */
const byEvidence = (a: Naming, b: Naming): number =>
  Number(a.form === "code") - Number(b.form === "code") || a.repository.name.localeCompare(b.repository.name, "en");

/** Names of models in texts of entries that break the schema, in lower case: whoever mends them has these models again. */
export const namesInTexts = (texts: readonly string[]): ReadonlySet<string> =>
  new Set(
    texts.flatMap((text) =>
      [...text.matchAll(/\b(?:id|formerId):\s*['"]?[\w.-]+\/([\w.-]+)/g)].map(([, name = ""]) => name.toLowerCase()),
    ),
  );

/**
 * Tells of `organisation/name` whether an entry holds it, under a former id too. A model has one name on all hubs, where its
 * makers may have another: any organisation of an entry counts for each of its models.
 */
export function knownIn(entries: readonly Entry[], watch: Pick<Watch, "organizations">): (id: string) => boolean {
  const same = sameOrganization(watch);
  const makers = new Map<string, Set<string>>();
  for (const entry of entries) {
    const ids = everyWeights(entry).flatMap(({ row: { id, formerId } }) => [id ?? [], formerId ?? []].flat());
    const own = [...(entry.sync?.hubOrgs ?? []), ...ids.map(organizationOf)]
      .flatMap(same)
      .map((name) => name.toLowerCase());
    for (const id of ids) {
      const name = modelName(id).toLowerCase();
      const known = makers.get(name) ?? new Set<string>();
      for (const each of own) known.add(each);
      makers.set(name, known);
    }
  }
  return (id) => makers.get(modelName(id).toLowerCase())?.has(organizationOf(id).toLowerCase()) ?? false;
}
