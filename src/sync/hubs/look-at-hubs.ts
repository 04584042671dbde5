import { z } from "zod";
import type { HubCache } from "./cache.ts";
import { dayOf, isDue, isQuiet } from "./due.ts";
import { HubFailure, silenceOf } from "./failure.ts";
import { HUBS, type HubName, type HubSilence, type HubsSeen, type Listing } from "./hub.ts";
import type { Hubs } from "./hubs.ts";
import { type KeptListing, keepListing, listingOf, readListing } from "./kept-listing.ts";
import { modelsOf } from "./provider.ts";

/** Names of one organisation on the hubs: the one in use first, then former ones, which are not asked for. */
export type HubOrganization = { huggingface: readonly string[]; modelscope: readonly string[] };

export type LookAtHubs = {
  hubs: Hubs;
  organizations: readonly HubOrganization[];
  /** The newest date known of an organisation by its name in lower case, ISO 8601, whole or in part. */
  newest?: ReadonlyMap<string, string> | undefined;
  /** Asks for all of them, also what is not due; what a day may cost does not count then. */
  lookAgain?: boolean | undefined;
};

/** The most requests for listings in a day (UTC), to both hubs together. */
export const LISTING_REQUESTS_A_DAY = 160;

type Asked = { hub: HubName; organization: string; kept: KeptListing | undefined; isDue: boolean };
type Seen = Pick<HubsSeen, "listings" | "silent">;

/**
 * The models of organisations: on Hugging Face, and on ModelScope where they have no name there. Each is asked for once a day,
 * a quiet one once a week; what is not due, did not change, or is not answered counts as it was kept. The organisations that
 * did not answer, or list nothing, are in `silent` too. Rejects only with what the signal was raised with.
 */
export async function lookAtHubs({ hubs, organizations, newest, lookAgain = false }: LookAtHubs): Promise<HubsSeen> {
  if (!hubs.on) return { on: false, listings: [], silent: [], requests: 0 };
  const before = hubs.requests();
  const { cache, now } = hubs;
  const asked = namesOf(organizations).map(({ hub, organization }): Asked => {
    const kept = readListing(cache, { hub, address: hubs.addresses[hub], organization });
    const dates = [newest?.get(organization.toLowerCase()), ...datesOf(kept)];
    const quiet = isQuiet(dates, now());
    return {
      hub,
      organization,
      kept,
      isDue: lookAgain || kept === undefined || isDue(organization, kept.readAt, { quiet, now: now() }),
    };
  });
  const budget = lookAgain ? createBudget(undefined, now) : createBudget(cache, now);
  const parts = await Promise.all(
    HUBS.map((name) =>
      lookAtOne(
        hubs,
        name,
        asked.filter(({ hub }) => hub === name),
        budget,
      ),
    ),
  );
  return {
    on: true,
    listings: parts.flatMap(({ listings }) => listings),
    silent: parts.flatMap(({ silent }) => silent),
    requests: hubs.requests() - before,
  };
}

/** Each name once: in use on Hugging Face, else on ModelScope. */
function namesOf(organizations: readonly HubOrganization[]): { hub: HubName; organization: string }[] {
  const found = new Map<string, { hub: HubName; organization: string }>();
  for (const { huggingface, modelscope } of organizations) {
    const [own] = huggingface;
    const [other] = modelscope;
    const name = own === undefined ? other : own;
    if (name === undefined) continue;
    const hub = own === undefined ? "modelscope" : "huggingface";
    const key = `${hub}:${name.toLowerCase()}`;
    if (!found.has(key)) found.set(key, { hub, organization: name });
  }
  return [...found.values()];
}

const datesOf = (kept: KeptListing | undefined): (string | undefined)[] =>
  kept === undefined ? [] : modelsOf(kept.pages).flatMap(({ createdAt, lastModified }) => [createdAt, lastModified]);

/** One after the other; those that were not confirmed for longest come first, as a day may not be enough for all. */
async function lookAtOne(hubs: Hubs, hub: HubName, asked: readonly Asked[], budget: Budget): Promise<Seen> {
  const found = new Map<Asked, { listing: Listing | undefined; silence: HubSilence | undefined }>();
  for (const each of asked.toSorted((one, other) => (one.kept?.readAt ?? 0) - (other.kept?.readAt ?? 0)))
    found.set(each, await lookAtOrganization(hubs, each, budget));
  // In the order in which they were asked for, so that the same hubs give the same proposals.
  const inOrder = asked.map((each) => ({ organization: each.organization, ...found.get(each) }));
  return {
    listings: inOrder.flatMap(({ listing }) => listing ?? []),
    silent: inOrder.flatMap(({ organization, silence }) => (silence ? [{ hub, organization, silence }] : [])),
  };
}

async function lookAtOrganization(hubs: Hubs, asked: Asked, budget: Budget) {
  const { hub, organization, kept } = asked;
  const before = kept && listingOf(hub, organization, kept, kept);
  const silenceIn = (listing: KeptListing): HubSilence | undefined =>
    listing.isEmpty ? { reason: "empty", detail: `${hostOf(hubs, hub)}: ${organization} lists no models` } : undefined;
  if (!asked.isDue) return { listing: before, silence: kept && silenceIn(kept) };
  try {
    const provider = hubs.providers[hub];
    const pages = await provider.listModels(organization, {
      kept: kept?.pages,
      beforeRequest: () => budget.spend(hub),
    });
    const leftOut = pages.reduce((sum, page) => sum + page.leftOut, 0);
    if (leftOut > 0) hubs.log.debug({ hub, organization, leftOut }, "rows of a listing were left out");
    const next = keepListing(
      hubs.cache,
      { hub, address: hubs.addresses[hub], organization },
      { pages, readAt: hubs.now(), before: kept },
    );
    return { listing: listingOf(hub, organization, next, kept), silence: silenceIn(next) };
  } catch (error) {
    const silence = silenceOf(error);
    hubs.log.debug({ hub, organization, ...silence }, "an organisation was not listed");
    return { listing: before, silence };
  }
}

const hostOf = ({ addresses }: Hubs, hub: HubName): string => URL.parse(addresses[hub])?.host ?? hub;

type Budget = { spend: (hub: HubName) => void };

const spentSchema = z.number().int().nonnegative();

/** Counts requests of the day, in the cache, so that they are one count for all runs. `spend` throws where none is left. */
function createBudget(cache: HubCache | undefined, now: () => number): Budget {
  let own = 0;
  const day = `day-${dayOf(now())}`;
  return {
    spend: (hub) => {
      const spent = Math.max(own, cache?.read("spent", day, spentSchema) ?? 0);
      if (spent >= LISTING_REQUESTS_A_DAY)
        throw new HubFailure(hub, "limit", { detail: `the ${LISTING_REQUESTS_A_DAY} requests of a day are used up` });
      own = spent + 1;
      cache?.keep("spent", day, own);
    },
  };
}
