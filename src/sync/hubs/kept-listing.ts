import { z } from "zod";
import type { HubCache } from "./cache.ts";
import { HUBS, type HubName, type ListedModel, type Listing } from "./hub.ts";
import { type ListedPage, modelsOf } from "./provider.ts";

const text = z.string();
/** Not among the keys of the JSON where it is undefined, among those of the row all the same. */
const maybe = text.optional().transform((value) => value);

/** A row as it is kept; also part of the facts of a model. */
export const keptModel = z.object({
  hub: z.enum(HUBS),
  id: text,
  createdAt: maybe,
  lastModified: maybe,
  sha: maybe,
  pipelineTag: maybe,
  library: maybe,
  tags: z.array(text).readonly(),
  architectures: z.array(text).readonly(),
  gated: z.boolean(),
}) satisfies z.ZodType<ListedModel>;

const keptPage = z.object({
  path: text,
  etag: maybe,
  next: maybe,
  models: z.array(keptModel).readonly(),
  leftOut: z.number(),
}) satisfies z.ZodType<ListedPage>;

const keptListing = z.object({
  /** Of this form: another one is read anew. */
  form: z.literal(1),
  readAt: z.number(),
  pages: z.array(keptPage).readonly(),
  /** Ids of the first listing that had any, in lower case. */
  first: z.array(text).readonly(),
  /** The hub lists nothing now; `pages` are what it listed before. */
  isEmpty: z.boolean().default(false),
});
export type KeptListing = z.output<typeof keptListing>;

/** What a listing is of. `address` is the hub's own or a mirror's, which may have other models. */
type ListingOf = { hub: HubName; address: string; organization: string };

const keyOf = ({ hub, address, organization }: ListingOf): string => `${hub}:${organization}@${address}`;

export const readListing = (cache: HubCache, of: ListingOf): KeptListing | undefined =>
  cache.read("listing", keyOf(of), keptListing);

/**
 * Keeps pages that were just read beside what the first listing had. An empty listing does not take the place of one that had
 * models: whoever asks for an organisation that has another name now, or that a mirror lacks, is answered so.
 */
export function keepListing(
  cache: HubCache,
  of: ListingOf,
  { pages, readAt, before }: { pages: readonly ListedPage[]; readAt: number; before: KeptListing | undefined },
): KeptListing {
  const ids = modelsOf(pages).map(({ id }) => id.toLowerCase());
  const isEmpty = ids.length === 0;
  const first = before === undefined || before.first.length === 0 ? ids : before.first;
  const kept: KeptListing = { form: 1, readAt, pages: isEmpty && before ? before.pages : pages, first, isEmpty };
  cache.keep("listing", keyOf(of), kept);
  return kept;
}

/** Nothing can have appeared since the first listing where there was `before` none that had models. */
export function listingOf(
  hub: HubName,
  organization: string,
  kept: KeptListing,
  before: KeptListing | undefined,
): Listing {
  const isFirst = before === undefined || before.first.length === 0;
  const models = modelsOf(kept.pages);
  const first = new Set(kept.first);
  const appeared = models.map(({ id }) => id.toLowerCase()).filter((id) => !first.has(id));
  return { hub, organization, models, readAt: kept.readAt, appeared: isFirst ? undefined : new Set(appeared) };
}
