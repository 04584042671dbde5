import { z } from "zod";
import { utcDate, webAddress } from "#src/sync/github/shapes.ts";
import type { Release } from "./observation.ts";
import { signal } from "./signal.ts";
import type { RepositoryPart } from "./source.ts";
import type { VersionSource } from "./versions.ts";

/** Characters of release notes that are kept. */
const MAX_NOTES = 20_000;

/** GitHub releases that were published; a pre-release is only noticed. */
export const releases: VersionSource & RepositoryPart<Release[]> = {
  name: "releases",
  graphql: "releases(first: 5) { nodes { databaseId tagName name publishedAt isDraft isPrerelease url description } }",
  shape: z
    .object({ releases: z.object({ nodes: z.array(z.unknown()).nullable() }) })
    .transform(({ releases: { nodes } }) => newestFirst((nodes ?? []).flatMap(fitting(graphqlRelease)))),
  restRequests: 1,
  rest: async ({ get }) =>
    newestFirst((await get("/releases", z.array(z.unknown()), { per_page: 5 })).flatMap(fitting(restRelease))),
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
    description: z.string().nullable(),
  })
  .transform(
    ({ databaseId: id, tagName: tag, name, publishedAt, isPrerelease: prerelease, url, description }): Release => ({
      ...{ id, tag, title: name || tag, notes: shortNotes(description), publishedAt, url, prerelease },
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
      ...{ id, tag, title: name || tag, notes: shortNotes(body ?? null), publishedAt, url, prerelease },
    }),
  );

const fitting =
  (shape: z.ZodType<Release>) =>
  (item: unknown): Release[] => {
    const parsed = shape.safeParse(item);
    return parsed.success ? [parsed.data] : [];
  };

/** Newest publication first: GitHub goes by the date of the tagged commit. */
const newestFirst = (found: readonly Release[]): Release[] =>
  found.toSorted((a, b) => b.publishedAt.localeCompare(a.publishedAt, "en"));

/** A project's text, cut where it is too long, never within a character. */
const shortNotes = (notes: string | null): string => (notes ?? "").slice(0, MAX_NOTES).toWellFormed();
