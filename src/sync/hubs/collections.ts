import { z } from "zod";
import { silenceOf } from "./failure.ts";
import type { CollectionAddress, HubSilence, ModelAddress } from "./hub.ts";
import type { Hubs } from "./hubs.ts";

/** The models of a collection, in its order. `absent`: there is none for everybody. */
export type CollectionAnswer =
  | { state: "found"; models: readonly ModelAddress[] }
  | { state: "absent" }
  | { state: "silent"; silence: HubSilence }
  /** The hub is switched off, or was not asked yet because a run asks for so many. */
  | { state: "notAsked" };

const MOST_A_RUN = 60;
const GOOD_MS = 24 * 3_600_000;

const keptAnswer = z.object({
  at: z.number(),
  ids: z
    .array(z.string())
    .optional()
    .transform((value) => value),
});

/** Hugging Face compares them without case. */
export const collectionKey = ({ organization, slug }: CollectionAddress): string =>
  `${organization}/${slug.slice(slug.lastIndexOf("/") + 1)}`.toLowerCase();

/**
 * The models of collections on Hugging Face, by `collectionKey`. An answer is kept for a day, and counts for longer where the
 * hub does not answer. Rejects only with what the signal was raised with.
 */
export async function readCollections(
  addresses: readonly CollectionAddress[],
  { hubs, most = MOST_A_RUN }: { hubs: Hubs; most?: number },
): Promise<Map<string, CollectionAnswer>> {
  const answers = new Map<string, CollectionAnswer>();
  let asked = 0;
  for (const address of addresses) {
    const key = collectionKey(address);
    if (answers.has(key)) continue;
    const kept = hubs.cache.read("collection", key, keptAnswer);
    const isGood = kept !== undefined && hubs.now() - kept.at < GOOD_MS;
    const isAsked = hubs.on && !isGood && asked < most;
    if (isAsked) asked += 1;
    answers.set(key, isAsked ? await ask(hubs, address, kept?.ids) : kept ? answerOf(kept.ids) : { state: "notAsked" });
  }
  return answers;
}

const answerOf = (ids: readonly string[] | undefined): CollectionAnswer =>
  ids === undefined
    ? { state: "absent" }
    : { state: "found", models: ids.map((id): ModelAddress => ({ hub: "huggingface", id })) };

async function ask(
  hubs: Hubs,
  address: CollectionAddress,
  before: readonly string[] | undefined,
): Promise<CollectionAnswer> {
  try {
    const slug = `${address.organization}/${address.slug.slice(address.slug.lastIndexOf("/") + 1)}`;
    const ids = await hubs.providers.huggingface.readCollection?.(slug);
    hubs.cache.keep("collection", collectionKey(address), { at: hubs.now(), ids });
    return answerOf(ids);
  } catch (error) {
    const silence = silenceOf(error);
    return before ? answerOf(before) : { state: "silent", silence };
  }
}
