import { z } from "zod";
import type { Log } from "#src/base/log.ts";
import { inBatches, type Remainder } from "#src/sync/github/batches.ts";
import type { Client } from "#src/sync/github/client.ts";
import { explainGithubError, GithubFailure } from "#src/sync/github/failure.ts";
import type { Points } from "#src/sync/github/graphql.ts";
import type { Observation, ObservationRequest } from "#src/sync/sources/observation.ts";
import type { Snapshot } from "#src/sync/sources/snapshot.ts";
import type { SyncCache } from "./cache.ts";
import { type BlobRequest, lookUpAll, readBlobs } from "./graphql.ts";
import { type Blob, type Lookup, type LookupResult, withTexts } from "./lookup.ts";
import { lookUp, readWholeBlob } from "./rest.ts";

/** What a pass cost and left. */
export type Cost = {
  requests: number;
  /** GraphQL points, as GitHub counts them. */
  points: number;
  /** Points or requests left in the hour, where GitHub said so. */
  remaining: number | undefined;
};

export type ObserveOptions = {
  reader: Client;
  cache: SyncCache;
  log: Log;
  signal: AbortSignal;
  /** Called as repositories are done with, found or not. */
  onProgress?: ((done: number, total: number) => void) | undefined;
};

/** One pass under way. */
type Pass = ObserveOptions & {
  points: Points;
  results: Map<Lookup, LookupResult>;
  settle: (lookup: Lookup, result: LookupResult) => void;
};

/**
 * Looks at every repository that is asked for, each once, and answers every ask in order. Those that were not looked at
 * for longest come first, as the hour's requests may not suffice for all. Throws GithubFailure where the whole pass is in
 * vain: no connection, an identity that is refused, GitHub out of order.
 */
export async function observe(
  requests: readonly ObservationRequest[],
  options: ObserveOptions,
): Promise<{ observations: Observation[]; cost: Cost }> {
  const { reader, cache, log, onProgress } = options;
  const before = reader.requests();
  const lookups = lookupsFor(requests);
  const ordered = [...lookups.values()].toSorted((a, b) => cache.lastChecked(a.name) - cache.lastChecked(b.name));
  const results = new Map<Lookup, LookupResult>();
  const points: Points = { spent: 0, left: undefined, lastCost: 1 };
  const settle = (lookup: Lookup, result: LookupResult): void => {
    results.set(lookup, result);
    if (result.state !== "unreached") cache.checked(lookup.name, Date.now());
    onProgress?.(results.size, ordered.length);
  };
  const pass: Pass = { ...options, points, results, settle };
  if (ordered.length > 0) {
    const left = await askForQuota(options);
    points.left = reader.authenticated ? left : undefined;
    const isLeft = reader.authenticated ? await byGraphql(pass, ordered) : ordered;
    await byRest(pass, isLeft, false);
  }
  const observations = requests.map((request) =>
    observationOf(request, results.get(lookups.get(keyOf(request)) ?? NO_LOOKUP)),
  );
  const cost: Cost = {
    requests: reader.requests() - before,
    points: points.spent,
    remaining: points.left ?? reader.remaining(),
  };
  log.info({ ...countsOf(observations), ...cost }, "looked at GitHub");
  return { observations, cost };
}

const keyOf = ({ name }: ObservationRequest): string => name.toLowerCase();
const NO_LOOKUP: Lookup = { name: "" };

function lookupsFor(requests: readonly ObservationRequest[]): Map<string, Lookup> {
  const groups = Map.groupBy(requests, keyOf);
  return new Map([...groups].map(([key, same]) => [key, { name: same[0]?.name ?? key }]));
}

const quotaShape = z.object({ resources: z.object({ graphql: z.object({ remaining: z.number() }).optional() }) });

/**
 * What is left of the hour's GraphQL points; it costs nothing to ask. The first request, so that a wrong token or no
 * connection shows here, once.
 */
async function askForQuota({ reader, signal }: ObserveOptions): Promise<number | undefined> {
  try {
    const { data } = await reader.octokit.request("GET /rate_limit", { request: { signal } });
    return quotaShape.safeParse(data).data?.resources.graphql?.remaining;
  } catch (error) {
    const failure = explainGithubError(error);
    // GitHub Enterprise Server answers so where it sets no limits.
    if (failure?.kind === "notFound") return undefined;
    throw failure ?? error;
  }
}

/** Looks by GraphQL; gives what is to be looked at by REST after all, because there is no GraphQL. */
async function byGraphql(pass: Pass, lookups: readonly Lookup[]): Promise<Lookup[]> {
  const found: { lookup: Lookup; snapshot: Snapshot }[] = [];
  const unclear: Lookup[] = [];
  try {
    const remainder = await lookUpAll(pass, lookups, {
      found: (lookup, snapshot) => found.push({ lookup, snapshot }),
      unclear: (lookup) => unclear.push(lookup),
    });
    settleRemainder(pass, remainder);
    await readTexts(pass, found);
  } catch (error) {
    if (!(error instanceof GithubFailure) || (error.kind !== "forbidden" && error.kind !== "notFound")) throw error;
    pass.points.left = undefined;
    pass.log.warn({ reason: error.message }, "GitHub refuses GraphQL; asking for one repository at a time");
    return lookups.filter((lookup) => !pass.results.has(lookup));
  }
  await byRest(pass, unclear, true);
  return [];
}

/** Adds the READMEs' texts. Where one cannot be had the repository counts as not reached: its news would be lost. */
async function readTexts(pass: Pass, found: readonly { lookup: Lookup; snapshot: Snapshot }[]): Promise<void> {
  const { cache } = pass;
  const texts = new Map<string, Blob>();
  const requests = new Map<string, BlobRequest>();
  for (const { lookup, snapshot } of found) {
    for (const { oid } of snapshot.readmes) {
      if (texts.has(oid) || requests.has(oid)) continue;
      const kept = cache.readme(oid);
      if (kept) texts.set(oid, kept);
      else requests.set(oid, { lookup, repository: snapshot.name, oid });
    }
  }
  const cut: BlobRequest[] = [];
  const read = (request: BlobRequest, blob: Blob | "cut"): void => {
    if (blob === "cut") cut.push(request);
    else texts.set(request.oid, blob);
    if (blob !== "cut" && blob !== "gone") cache.keepReadme(request.oid, blob);
  };
  const remainder = await readBlobs(pass, [...requests.values()], read);
  const whole = await inBatches(cut, 1, async ([request]) => {
    if (request === undefined) return [];
    const blob = await readWholeBlob(pass, request.repository, request.oid).catch(unlessItsOwn);
    if (blob) read(request, blob);
    return blob ? [] : [request];
  });
  const left = new Set([...remainder.left, ...whole.left].map(({ oid }) => oid));
  for (const { lookup, snapshot } of found) {
    const isLeft = snapshot.readmes.some(({ oid }) => left.has(oid));
    pass.settle(lookup, isLeft ? { state: "unreached", reason: "quota" } : withTexts(snapshot, texts));
  }
}

async function byRest(pass: Pass, lookups: readonly Lookup[], isDoubted: boolean): Promise<void> {
  const remainder = await inBatches(lookups, 1, async ([lookup]) => {
    if (lookup === undefined) return [];
    const result = await lookUp(pass, lookup, isDoubted).catch(unlessItsOwn);
    if (result) pass.settle(lookup, result);
    return result ? [] : [lookup];
  });
  settleRemainder(pass, remainder);
}

/** A repository that is closed to us alone, or that goes while it is looked at, says nothing about the others. */
function unlessItsOwn(error: unknown): undefined {
  if (error instanceof GithubFailure && (error.kind === "forbidden" || error.kind === "notFound")) return undefined;
  throw error;
}

function settleRemainder(pass: Pass, { failed, left }: Remainder<Lookup>): void {
  for (const lookup of failed) pass.settle(lookup, { state: "unreached", reason: "failed" });
  for (const lookup of left) pass.settle(lookup, { state: "unreached", reason: "quota" });
}

const observationOf = ({ name: asked }: ObservationRequest, result: LookupResult | undefined): Observation => ({
  asked,
  ...(result ?? { state: "unreached", reason: "failed" }),
});

const countsOf = (observations: readonly Observation[]): Record<string, number> => {
  const count = (state: Observation["state"]): number => observations.filter((item) => item.state === state).length;
  return { found: count("found"), missing: count("missing"), unreached: count("unreached") };
};
