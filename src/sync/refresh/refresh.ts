import type { Log } from "#src/base/log.ts";
import { type CatalogRead, readCatalogFiles } from "#src/catalog/entry/load.ts";
import { brokenRule, type Problem } from "#src/catalog/entry/problem.ts";
import { keepsFromAnswering } from "#src/catalog/entry/reference.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import type { CatalogHolder, CatalogOrigin } from "#src/catalog/holder.ts";
import { type CatalogData, openCatalog } from "#src/catalog/search/search.ts";
import { explainGithubError } from "#src/sync/github/failure.ts";
import type { CatalogSource } from "#src/sync/github/settings.ts";
import { ArchiveRefused, type FetchedCatalog, type FetchedFiles, fetchCatalog } from "./archive.ts";
import { storeCatalog } from "./stored-catalog.ts";

export type RefreshOptions = {
  reader: Parameters<typeof fetchCatalog>[0];
  source: CatalogSource;
  /** Where the newer catalog is put. */
  holder: CatalogHolder;
  dataDir: string;
  now: () => number;
  /** A problem as the operator reads it in the log. */
  explain: (problem: Problem) => string;
  /** Told after each look what is in use, whether it changed or not: an earlier message may have failed. */
  announce?: ((entries: readonly Entry[], commit: string, signal: AbortSignal) => Promise<void>) | undefined;
  /** Told what came of each look that the signal did not end. */
  onLook?: ((outcome: RefreshOutcome) => void) | undefined;
  log: Log;
};

/** `failed`: GitHub could not be asked. */
export type RefreshOutcome = "unchanged" | "taken" | "refused" | "failed";

/** The least share of the entries in use that a newer catalog must have: one with fewer is more likely a mishap than meant. */
const LEAST_SHARE = 0.5;

/**
 * Makes the function that looks for a newer catalog once, and takes it whole or not at all. It never throws: GitHub
 * being away is logged once, and once when it is back.
 */
export function createRefresh(options: RefreshOptions): (signal: AbortSignal) => Promise<void> {
  const { holder, log } = options;
  let etag: string | undefined;
  let failing = false;

  const look = async (signal: AbortSignal): Promise<RefreshOutcome> => {
    const { origin, refused } = holder.current;
    const commit = refused?.commit ?? origin?.commit;
    const known = commit === undefined ? undefined : { commit, etag };
    try {
      const fetched = await fetchCatalog(options.reader, { ...options.source, known, signal });
      if (fetched === "unchanged") return fetched;
      etag = fetched.etag;
      return await take(fetched, options);
    } catch (error) {
      if (!(error instanceof ArchiveRefused)) throw error;
      etag = undefined;
      return refuse(error.commit, [error.problem], options);
    }
  };

  const failed = (error: unknown): void => {
    // Only a message: the error itself carries the request, and its addresses may hold tokens.
    const reason = (explainGithubError(error) ?? (error instanceof Error ? error : undefined))?.message;
    log[failing ? "debug" : "warn"]({ ...options.source, reason }, "could not look for a newer catalog");
    failing = true;
  };

  return async (signal) => {
    try {
      // Not within the call: where nobody listens its argument would never be worked out.
      const outcome = await look(signal);
      options.onLook?.(outcome);
    } catch (error) {
      if (signal.aborted) return;
      failed(error);
      options.onLook?.("failed");
      return;
    }
    if (failing) log.info("the catalog's repository can be read again");
    failing = false;
    const { catalog, origin } = holder.current;
    if (origin && !signal.aborted) await options.announce?.(catalog.entries, origin.commit, signal);
  };
}

async function take(
  { commit, etag: _etag, ...texts }: FetchedCatalog,
  options: RefreshOptions,
): Promise<RefreshOutcome> {
  const { holder, source, log } = options;
  const read = await readCatalogFiles(texts.files, texts.beside);
  const objections = objectionsTo(read, holder.current.catalog.entries.length);
  if (objections.length > 0) return refuse(commit, objections, options);
  const origin: CatalogOrigin = { ...source, commit, fetchedAt: new Date(options.now()).toISOString() };
  holder.current = {
    catalog: openCatalog({ ...read, ...withoutFiles(texts, holder.current.catalog) }),
    problems: read.problems,
    origin,
    refused: undefined,
  };
  log.info(
    { commit, entries: read.entries.length, problems: read.problems.map(options.explain) },
    "newer catalog taken",
  );
  await keep(origin, texts, options);
  return "taken";
}

/** What a catalog has no file of is as it was. */
const withoutFiles = ({ beside }: FetchedFiles, { cards, bases }: CatalogData): Partial<CatalogData> => ({
  ...(beside.cards === undefined && { cards }),
  ...(beside.bases === undefined && { bases }),
});

/** Without the copy on the disk everything goes on; only the next start would answer from an older catalog. */
async function keep(origin: CatalogOrigin, texts: FetchedFiles, { dataDir, log }: RefreshOptions): Promise<void> {
  try {
    await storeCatalog(dataDir, origin, texts);
  } catch (error) {
    log.warn({ err: error }, "the newer catalog could not be stored");
  }
}

function refuse(
  commit: string,
  problems: readonly Problem[],
  { holder, explain, log }: RefreshOptions,
): RefreshOutcome {
  holder.current = { ...holder.current, refused: { commit, problems } };
  log.warn(
    { commit, problems: problems.map(explain) },
    "a newer catalog was refused; the present one goes on answering",
  );
  return "refused";
}

/** Warnings are none: a field that this version does not know must not keep it from reading a newer catalog. */
function objectionsTo({ entries, problems }: CatalogRead, present: number): Problem[] {
  const errors = problems.filter(keepsFromAnswering);
  if (errors.length > 0) return errors;
  if (entries.length > 0 && entries.length >= present * LEAST_SHARE) return [];
  const issue = brokenRule("tooFewEntries", [], { count: entries.length, present });
  return [{ file: "catalog/models", severity: "error", issue }];
}
