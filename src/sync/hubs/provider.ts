import { isAbsence } from "./failure.ts";
import type { HubName, ListedModel, ModelFacts } from "./hub.ts";
import type { HubAnswer, HubClient } from "./request.ts";

/** One page of a listing as it was read, for asking again whether it changed. */
export type ListedPage = {
  /** What was asked for. */
  path: string;
  etag: string | undefined;
  next: string | undefined;
  models: readonly ListedModel[];
  /** Rows that cannot be read, or are not of the organisation, or not for everybody. */
  leftOut: number;
};

export type ListOptions = {
  /** The pages of the last time. */
  kept?: readonly ListedPage[] | undefined;
  /** Called before each request; what it throws ends the listing. */
  beforeRequest?: (() => void) | undefined;
};

/** What is asked of a model hub. All throw HubFailure, and what the signal was raised with. */
export type HubProvider = {
  name: HubName;
  /** All pages of an organisation's models, or a failure: never a part. */
  listModels: (organization: string, options?: ListOptions) => Promise<readonly ListedPage[]>;
  /**
   * Undefined where the hub has it not, or does not show it to everybody. After a renaming its id is the new one.
   * Files that `before` has of the same commit are not read again.
   */
  readModel: (id: string, before?: ModelFacts) => Promise<ModelFacts | undefined>;
  /** Ids of the models in a collection; undefined where there is none. Absent where the hub has no collections. */
  readCollection?: (slug: string) => Promise<readonly string[] | undefined>;
  requests: () => number;
};

/** What a provider makes of a page's text. */
type PageContent = Pick<ListedPage, "models" | "leftOut" | "next">;

/** The most pages that are read of one organisation. */
const MAX_PAGES = 60;
/** Bytes of one page, and of all pages of one organisation: the largest known takes two million. */
const MAX_LISTING_BYTES = 16_000_000;
const MAX_WHOLE_LISTING_BYTES = 64_000_000;

/** Walks a listing from its first page on; a page that did not change counts as it was. */
export async function walkPages(
  client: HubClient,
  first: string,
  read: (answer: Extract<HubAnswer, { changed: true }>, path: string) => PageContent,
  { kept = [], beforeRequest }: ListOptions,
): Promise<ListedPage[]> {
  const pages: ListedPage[] = [];
  const known = new Map(kept.map((page) => [page.path, page]));
  let bytes = 0;
  for (let path: string | undefined = first; path !== undefined; path = pages.at(-1)?.next) {
    if (pages.length >= MAX_PAGES) throw client.fail("unreadable", `the listing has more than ${MAX_PAGES} pages`);
    const asked = path;
    if (pages.some((page) => page.path === asked))
      throw client.fail("unreadable", "its pages follow each other in a circle");
    const before = known.get(path);
    const answer = await client.get({ path, maxBytes: MAX_LISTING_BYTES, etag: before?.etag, beforeRequest });
    bytes += answer.changed ? answer.body.length : 0;
    if (bytes > MAX_WHOLE_LISTING_BYTES)
      throw client.fail("unreadable", `the listing is larger than ${MAX_WHOLE_LISTING_BYTES} bytes`);
    if (answer.changed) pages.push({ path, etag: answer.etag, ...read(answer, path) });
    else if (before === undefined)
      throw client.fail("unreadable", "it says of what is not known here that it is the same");
    else pages.push(before);
  }
  return pages;
}

/** The same model on two pages, as a listing moves while it is read, counts once. */
export function modelsOf(pages: readonly ListedPage[]): ListedModel[] {
  const models = new Map(pages.flatMap(({ models: rows }) => rows.map((row) => [row.id.toLowerCase(), row] as const)));
  return [...models.values()];
}

const ID = /^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/;
const MAX_ID_CHARACTERS = 200;

/** Undefined where the hub does not have what is read, or does not show it to everybody. */
export async function unlessAbsent<Result>(read: () => Promise<Result | undefined>): Promise<Result | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

/** `organisation/name` as the hubs write it. */
export const isModelId = (id: string): boolean => id.length <= MAX_ID_CHARACTERS && ID.test(id);

export const isSameName = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** Text of an answer. Throws HubFailure. */
export async function bodyAt(client: HubClient, path: string, maxBytes: number): Promise<string> {
  const answer = await client.get({ path, maxBytes });
  if (!answer.changed) throw client.fail("unreadable", "304 to a question without an etag");
  return answer.body;
}

/** A part of an address for each part of an id, or of a path in a repository. */
export const inAddress = (id: string): string => id.split("/").map(encodeURIComponent).join("/");
