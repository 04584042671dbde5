import { z } from "zod";
import { objectId, utcDate } from "#src/sync/github/shapes.ts";
import type { Tag } from "./observation.ts";
import { type Notice, signal } from "./signal.ts";
import type { RepositoryPart } from "./source.ts";
import { namesPrerelease, type VersionSource } from "./versions.ts";

/** So many tags are read. */
const MAX_TAGS = 30;
const COMMIT = "__typename oid ... on Commit { committedDate }";

/** Tags without a release: versions where the entry trusts them, else only noticed. */
export const tags: VersionSource & RepositoryPart<Tag[]> = {
  name: "tags",
  graphql: `refs(refPrefix: "refs/tags/", first: ${MAX_TAGS}, orderBy: { field: TAG_COMMIT_DATE, direction: DESC }) {
    nodes { name target { ${COMMIT} ... on Tag { tagger { date } target { ${COMMIT} } } } }
  }`,
  shape: z
    .object({ refs: z.object({ nodes: z.array(z.unknown()).nullable() }).nullable() })
    .transform(({ refs }) => (refs?.nodes ?? []).flatMap(fitting(graphqlTag))),
  restRequests: 1,
  rest: async ({ get }) => (await get("/tags", z.array(z.unknown()), { per_page: MAX_TAGS })).flatMap(fitting(restTag)),
  findVersions: ({ repository }, { trustsTags, isWanted, isOldEnough, isRecorded }) => {
    const released = new Set(repository.releases.map(({ tag }) => tag));
    const bare = repository.tags.filter(({ name }) => !released.has(name) && isWanted(name));
    const final = bare.filter(({ name }) => !namesPrerelease(name));
    const early = bare.filter(({ name }) => namesPrerelease(name));
    return {
      versions: final.flatMap((tag) =>
        tag.date !== undefined && trustsTags && isOldEnough(tag.date)
          ? [
              {
                date: tag.date,
                tag: tag.name,
                title: tag.name,
                signal: (entry) => signal("tag", repository.id, { entry, tag }),
              },
            ]
          : [],
      ),
      notices: [
        ...final
          .filter(({ name, date }) => !isRecorded(name) && (!trustsTags || date === undefined))
          .slice(0, 1)
          .map(({ name }): Notice => ({ kind: trustsTags ? "undatedTag" : "tag", tag: name })),
        ...early
          .filter(({ name }) => !isRecorded(name))
          .slice(0, 1)
          .map(({ name }): Notice => ({ kind: "prerelease", tag: name })),
      ],
    };
  },
};

const commit = z.object({ __typename: z.literal("Commit"), oid: objectId, committedDate: utcDate });
const annotated = z.object({
  __typename: z.literal("Tag"),
  tagger: z.object({ date: utcDate.nullable() }).nullable(),
  target: commit,
});
const graphqlTag = z
  .object({ name: z.string(), target: z.union([commit, annotated]) })
  .transform(
    ({ name, target }): Tag =>
      target.__typename === "Commit"
        ? { name, commit: target.oid, date: target.committedDate }
        : { name, commit: target.target.oid, date: target.tagger?.date ?? target.target.committedDate },
  );
const restTag = z
  .object({ name: z.string(), commit: z.object({ sha: objectId }) })
  .transform(({ name, commit: { sha } }): Tag => ({ name, commit: sha, date: undefined }));

/** A tag that points at no commit counts as none. */
const fitting =
  (shape: z.ZodType<Tag>) =>
  (item: unknown): Tag[] => {
    const parsed = shape.safeParse(item);
    return parsed.success ? [parsed.data] : [];
  };
