import { z } from "zod";
import { utcDate, webAddress } from "#src/sync/github/shapes.ts";
import type { Release } from "./observation.ts";
import { signal } from "./signal.ts";
import type { RepositoryPart } from "./source.ts";
import { namesPrerelease, type VersionSource } from "./versions.ts";

/** Characters of release notes that are kept. */
const MAX_NOTES = 20_000;
/** So many releases are read: a project may publish a pre-release a day. */
const MAX_RELEASES = 30;
/** Of so many the notes are read, and of the latest: those of all would be tens of megabytes a query. */
const WITH_NOTES = 5;

const FIELDS = "databaseId tagName name publishedAt isDraft isPrerelease url";

/** GitHub releases that were published; a pre-release is only noticed. */
export const releases: VersionSource & RepositoryPart<Release[]> = {
  name: "releases",
  graphql: `releases(first: ${MAX_RELEASES}) { nodes { ${FIELDS} } }
  notes: releases(first: ${WITH_NOTES}) { nodes { databaseId description } }
  latestRelease { ${FIELDS} description }`,
  shape: z
    .object({
      releases: z.object({ nodes: z.array(z.unknown()).nullable() }),
      notes: z.object({ nodes: z.array(z.unknown()).nullable() }).nullish(),
      latestRelease: z.unknown().optional(),
    })
    .transform(({ releases: { nodes }, notes, latestRelease }) => {
      const described = new Map((notes?.nodes ?? []).flatMap(notesOf));
      const listed = (nodes ?? []).flatMap(fitting(graphqlRelease));
      const withNotes = listed.map((release) => ({ ...release, notes: described.get(release.id) ?? "" }));
      return allReleases(withNotes, fitting(graphqlRelease)(latestRelease));
    }),
  // The list, and the latest where the list does not end.
  restRequests: 2,
  rest: async ({ get, find }) => {
    const answer = await get("/releases", z.array(z.unknown()), { per_page: MAX_RELEASES });
    const latest = answer.length < MAX_RELEASES ? undefined : await find("/releases/latest", z.unknown());
    return allReleases(answer.flatMap(fitting(restRelease)), fitting(restRelease)(latest));
  },
  findVersions: ({ repository }, { isWanted, isOldEnough, isRecorded }) => ({
    versions: repository.releases
      .filter(({ prerelease, tag, publishedAt }) => !prerelease && isWanted(tag) && isOldEnough(publishedAt))
      .map((release) => ({
        date: release.publishedAt,
        tag: release.tag,
        title: release.title,
        signal: (entry) => signal("release", repository.id, { entry, release }),
      })),
    notices: repository.releases
      .filter(({ prerelease, tag }) => prerelease && isWanted(tag) && !isRecorded(tag))
      .slice(0, 1)
      .map(({ tag }) => ({ kind: "prerelease", tag })),
  }),
};

/** A draft fits neither shape, and counts as none. */
const graphqlRelease = z
  .object({
    databaseId: z.number(),
    tagName: z.string(),
    name: z.string().nullable(),
    publishedAt: utcDate,
    isDraft: z.literal(false),
    isPrerelease: z.boolean(),
    url: webAddress,
    description: z.string().nullish(),
  })
  .transform(
    ({ databaseId: id, tagName: tag, name, publishedAt, isPrerelease: prerelease, url, description }): Release => ({
      ...{ id, tag, title: name || tag, notes: shortNotes(description), publishedAt, url },
      prerelease: prerelease || namesPrerelease(tag),
    }),
  );
const restRelease = z
  .object({
    id: z.number(),
    tag_name: z.string(),
    name: z.string().nullish(),
    body: z.string().nullish(),
    published_at: utcDate,
    html_url: webAddress,
    prerelease: z.boolean(),
    draft: z.literal(false),
  })
  .transform(
    ({ id, tag_name: tag, name, body, published_at: publishedAt, html_url: url, prerelease }): Release => ({
      ...{ id, tag, title: name || tag, notes: shortNotes(body), publishedAt, url },
      prerelease: prerelease || namesPrerelease(tag),
    }),
  );

const fitting =
  (shape: z.ZodType<Release>) =>
  (item: unknown): Release[] => {
    const parsed = shape.safeParse(item);
    return parsed.success ? [parsed.data] : [];
  };

const graphqlNotes = z.object({ databaseId: z.number(), description: z.string().nullable() });
const notesOf = (item: unknown): [id: number, notes: string][] => {
  const parsed = graphqlNotes.safeParse(item);
  return parsed.success ? [[parsed.data.databaseId, shortNotes(parsed.data.description)]] : [];
};

/**
 * The list with the one that GitHub calls the latest. Newest publication first: GitHub goes by the date of the tagged
 * commit.
 */
function allReleases(listed: readonly Release[], latest: readonly Release[]): Release[] {
  const others = listed.filter(({ id }) => !latest.some((release) => release.id === id));
  return [...others, ...latest].toSorted((a, b) => b.publishedAt.localeCompare(a.publishedAt, "en"));
}

/** A project's text, cut where it is too long, never within a character. */
const shortNotes = (notes: string | null | undefined): string => (notes ?? "").slice(0, MAX_NOTES).toWellFormed();
