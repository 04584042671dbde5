/** What is read of the model hubs. Dates are ISO 8601 in UTC; sizes are bytes. */

export const HUBS = ["huggingface", "modelscope"] as const;
export type HubName = (typeof HUBS)[number];

/** Where a model is: `id` is `organisation/name` on that hub. */
export type ModelAddress = { hub: HubName; id: string };

/** One row of an organisation's listing: nothing that changes by itself, such as downloads. */
export type ListedModel = ModelAddress & {
  /** When its repository was made, which may be long before it was opened; undefined: older than the hub knows. */
  createdAt: string | undefined;
  lastModified: string | undefined;
  /** Name of the newest commit; undefined where the hub does not say. */
  sha: string | undefined;
  pipelineTag: string | undefined;
  library: string | undefined;
  tags: readonly string[];
  architectures: readonly string[];
  gated: boolean;
};

/** An organisation's models as a hub lists them. */
export type Listing = {
  hub: HubName;
  /** The organisation as it was asked for. */
  organization: string;
  models: readonly ListedModel[];
  /** When the hub last confirmed it, in ms since 1970. */
  readAt: number;
  /**
   * Ids (lower case) that the first listing kept here did not have: they stay among these, as they are proposed at every
   * run. Undefined where this is the first.
   */
  appeared: ReadonlySet<string> | undefined;
};

/** Why a hub said nothing about an organisation or a model. */
export type HubSilence = { reason: "away" | "limit" | "refused" | "unreadable" | "empty"; detail: string };

/** A base model as the hub states it. */
export type BaseModel = {
  id: string;
  relation: "finetune" | "quantized" | "merge" | "adapter" | undefined;
};

/** What a hub says of one model. */
export type ModelFacts = ListedModel & {
  /** Its licence: the hub's tag (`apache-2.0`, `other`), the name and the address that its card gives. */
  license: { tag: string | undefined; name: string | undefined; link: string | undefined };
  baseModels: readonly BaseModel[];
  languages: readonly string[];
  /** Stored numbers by type as safetensors name it (`BF16`, `F8_E4M3`, `I32`), and in all; undefined where not known. */
  stored: { total: number; byType: Readonly<Record<string, number>> } | undefined;
  files: readonly { path: string; bytes: number | undefined }[];
  /** config.json as it was read; undefined where there is none, or none that can be read. */
  config: Readonly<Record<string, unknown>> | undefined;
};

/** What came of asking for a model. `absent`: the hub has it not, or does not show it to everybody. */
export type FactsAnswer =
  | { state: "found"; facts: ModelFacts }
  | { state: "absent" }
  | { state: "silent"; silence: HubSilence }
  /** The hub is switched off, or was not asked yet because a run asks for so many. */
  | { state: "notAsked" };

/** A collection of an organisation, as READMEs link it. */
export type CollectionAddress = { organization: string; slug: string };

/** What one pass over the hubs saw. Keys of maps are of `addressKey`. */
export type HubsSeen = {
  /** False where the hubs are switched off. */
  on: boolean;
  listings: readonly Listing[];
  /** Organisations that were asked for and not answered; what was kept of them is in `listings`. */
  silent: readonly { hub: HubName; organization: string; silence: HubSilence }[];
  requests: number;
};

/** Hubs compare names without case. */
export const addressKey = ({ hub, id }: { hub: string; id: string }): string => `${hub}:${id.toLowerCase()}`;

/** `organisation/name` → `name`. */
export const modelName = (id: string): string => id.slice(id.indexOf("/") + 1);
/** `organisation/name` → `organisation`. */
export const organizationOf = (id: string): string => id.slice(0, id.indexOf("/"));
