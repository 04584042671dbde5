import type { FactsAnswer, ListedModel, ModelAddress } from "#src/sync/hubs/hub.ts";
import type { NamedModel } from "#src/sync/names/named.ts";
import type { Place } from "#src/sync/names/place.ts";

/** The repository whose README names a model. */
export type NamingRepository = {
  id: number;
  /** `owner/name` now. */
  name: string;
  defaultBranch: string | undefined;
  /** Commit that was read, for permanent links, where it is known. */
  head: string | undefined;
};

/** Where a model of ours was named. */
export type Naming = NamedModel & { repository: NamingRepository };

/** A model of an own organisation that the catalog lacks. */
export type Candidate = {
  /** The address that answers for it: on Hugging Face where it is there. */
  model: ModelAddress;
  /** The same model, by its name, elsewhere. */
  also: readonly ModelAddress[];
  /** Addresses that led to it before its hub renamed it. */
  former?: readonly ModelAddress[];
  /** Best evidence first; empty where only a hub's listing has it. */
  named: readonly Naming[];
  listed: ListedModel | undefined;
};

/** A candidate with what its hub says of it, and where it belongs. */
export type PlacedModel = { candidate: Candidate; facts: FactsAnswer; place: Place };
