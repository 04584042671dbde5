import { z } from "zod";
import type { Log } from "#src/base/log.ts";
import { inBatches, type Remainder } from "#src/sync/github/batches.ts";
import type { Client } from "#src/sync/github/client.ts";
import { explainGithubError, GithubFailure } from "#src/sync/github/failure.ts";
import type { Points } from "#src/sync/github/graphql.ts";
import type { SyncCache } from "./cache.ts";
import { type BlobAsk, lookAtAll, readBlobs } from "./graphql.ts";
import type { Ask, Cost, Observation, Readme } from "./observation.ts";
import { lookAt } from "./rest.ts";
import { type Blob, type Look, neededBlobs, type Question, type Sight } from "./snapshot.ts";

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
  looks: Map<Question, Look>;
  settle: (question: Question, look: Look) => void;
};

/**
 * Looks at every repository that is asked for, each once, and answers every ask in order. Those that were not looked at
 * for longest come first, as the hour's requests may not suffice for all. Throws GithubFailure where the whole pass is in
 * vain: no connection, an identity that is refused, GitHub out of order.
 */
export async function observe(
  asks: readonly Ask[],
  options: ObserveOptions,
): Promise<{ observations: Observation[]; cost: Cost }> {
  const { reader, cache, log, onProgress } = options;
  const before = reader.requests();
  const questions = questionsOf(asks);
  const ordered = [...questions.values()].toSorted((a, b) => cache.lastChecked(a.name) - cache.lastChecked(b.name));
  const looks = new Map<Question, Look>();
  const points: Points = { spent: 0, left: undefined, lastCost: 1 };
  const settle = (question: Question, look: Look): void => {
    looks.set(question, look);
    if (look.state !== "unreached") cache.checked(question.name, Date.now());
    onProgress?.(looks.size, ordered.length);
  };
  const pass: Pass = { ...options, points, looks, settle };
  if (ordered.length > 0) {
    const left = await askForQuota(options);
    points.left = reader.authenticated ? left : undefined;
    const isLeft = reader.authenticated ? await byGraphql(pass, ordered) : ordered;
    await byRest(pass, isLeft, false);
  }
  const observations = asks.map((ask) => observationOf(ask, looks.get(questions.get(keyOf(ask)) ?? unasked)));
  const cost: Cost = {
    requests: reader.requests() - before,
    points: points.spent,
    remaining: points.left ?? reader.remaining(),
  };
  log.info({ ...countsOf(observations), ...cost }, "looked at GitHub");
  return { observations, cost };
}

const keyOf = ({ name }: Ask): string => name.toLowerCase();
const unasked: Question = { name: "", reviewed: new Set() };

function questionsOf(asks: readonly Ask[]): Map<string, Question> {
  const groups = Map.groupBy(asks, keyOf);
  return new Map(
    [...groups].map(([key, same]) => [
      key,
      { name: same[0]?.name ?? key, reviewed: new Set(same.flatMap(({ reviewedReadme }) => reviewedReadme ?? [])) },
    ]),
  );
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
async function byGraphql(pass: Pass, questions: readonly Question[]): Promise<Question[]> {
  const found: { question: Question; sight: Sight }[] = [];
  const unclear: Question[] = [];
  try {
    const remainder = await lookAtAll(pass, questions, {
      seen: (question, sight) => {
        if (neededBlobs(question, sight).length === 0)
          pass.settle(question, { state: "found", sight, blobs: new Map() });
        else found.push({ question, sight });
      },
      unclear: (question) => unclear.push(question),
    });
    settleRemainder(pass, remainder);
    await readTexts(pass, found);
  } catch (error) {
    if (!(error instanceof GithubFailure) || (error.kind !== "forbidden" && error.kind !== "notFound")) throw error;
    pass.points.left = undefined;
    pass.log.warn({ reason: error.message }, "GitHub refuses GraphQL; asking for one repository at a time");
    return questions.filter((question) => !pass.looks.has(question));
  }
  await byRest(pass, unclear, true);
  return [];
}

/** Fetches the READMEs that are new to us. Where one cannot be had the repository counts as not reached: its news would be lost. */
async function readTexts(pass: Pass, found: readonly { question: Question; sight: Sight }[]): Promise<void> {
  const { cache } = pass;
  const blobs = new Map<Question, Map<string, Blob>>(found.map(({ question }) => [question, new Map()]));
  const asks = found.flatMap(({ question, sight }) =>
    neededBlobs(question, sight).flatMap((oid): BlobAsk[] => {
      const kept = cache.readme(oid);
      if (kept) blobs.get(question)?.set(oid, kept);
      return kept ? [] : [{ question, repository: sight.name, oid }];
    }),
  );
  const remainder = await readBlobs(pass, asks, ({ question, oid }, blob) => {
    blobs.get(question)?.set(oid, blob);
    if (blob !== "gone") cache.keepReadme(oid, blob);
  });
  settleRemainder(pass, {
    failed: remainder.failed.map(({ question }) => question),
    left: remainder.left.map(({ question }) => question),
  });
  for (const { question, sight } of found) {
    if (!pass.looks.has(question)) pass.settle(question, foundWith(sight, blobs.get(question) ?? new Map()));
  }
}

/** A README that was replaced between two requests is to be looked at again. */
const foundWith = (sight: Sight, blobs: ReadonlyMap<string, Blob>): Look =>
  sight.readme !== undefined && blobs.get(sight.readme.oid) === "gone"
    ? { state: "unreached", reason: "failed" }
    : { state: "found", sight, blobs };

async function byRest(pass: Pass, questions: readonly Question[], isDoubted: boolean): Promise<void> {
  const remainder = await inBatches(questions, 1, async ([question]) => {
    if (question === undefined) return [];
    const look = await lookAt(pass, question, isDoubted).catch(unlessItsOwn);
    if (look) pass.settle(question, look);
    return look ? [] : [question];
  });
  settleRemainder(pass, remainder);
}

/** A repository that is closed to us alone, or that goes while it is looked at, says nothing about the others. */
function unlessItsOwn(error: unknown): undefined {
  if (error instanceof GithubFailure && (error.kind === "forbidden" || error.kind === "notFound")) return undefined;
  throw error;
}

function settleRemainder(pass: Pass, { failed, left }: Remainder<Question>): void {
  for (const question of failed) pass.settle(question, { state: "unreached", reason: "failed" });
  for (const question of left) pass.settle(question, { state: "unreached", reason: "quota" });
}

function observationOf({ name: asked, reviewedReadme }: Ask, look: Look | undefined): Observation {
  if (look === undefined) return { asked, state: "unreached", reason: "failed" };
  if (look.state !== "found") return { asked, ...look };
  const { readme, ...repository } = look.sight;
  return {
    asked,
    state: "found",
    repository: { ...repository, readme: readme && readmeFor(readme, reviewedReadme, look.blobs) },
  };
}

function readmeFor(
  { oid, path }: Pick<Readme, "oid" | "path">,
  reviewed: string | undefined,
  blobs: ReadonlyMap<string, Blob>,
): Readme {
  if (reviewed === undefined || reviewed === oid) return { oid, path };
  const textOf = (blob: Blob | undefined): string | undefined => (blob === "gone" ? undefined : blob?.text);
  const text = textOf(blobs.get(oid));
  const reviewedText = textOf(blobs.get(reviewed));
  return {
    oid,
    path,
    ...(text === undefined ? {} : { text }),
    ...(reviewedText === undefined ? {} : { reviewedText }),
  };
}

const countsOf = (observations: readonly Observation[]): Record<string, number> => {
  const count = (state: Observation["state"]): number => observations.filter((item) => item.state === state).length;
  return { found: count("found"), missing: count("missing"), unreached: count("unreached") };
};
