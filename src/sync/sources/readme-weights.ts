import { z } from "zod";
import { orAbsent } from "#src/sync/github/rest.ts";
import { objectId } from "#src/sync/github/shapes.ts";
import { fittingEntry, hubKey, knownModels, linkedModels, modelName, ownerOf } from "./hub-names.ts";
import type { Readme, ReadmeText } from "./observation.ts";
import { type Notice, type Signal, signal } from "./signal.ts";
import type { RepositoryPart, Source } from "./source.ts";

/** Which README there is; its text comes along over REST, and is fetched apart over GraphQL. */
export type ReadmeBlob = Pick<Readme, "oid" | "path"> & { content?: ReadmeText };

/** Bytes; a larger README is not read. */
export const MAX_README_BYTES = 1_000_000;
/** Names that a README is looked for under; the first that exists is it. */
const README_NAMES = ["README.md", "readme.md", "README_zh.md", "README_CN.md", "README.rst", "README"];

/** Models of the project's own hub organisations that its README links and did not link before. */
export const readmeWeights: Source & RepositoryPart<ReadmeBlob | undefined> = {
  name: "weights in the README",
  graphql: README_NAMES.map(
    (name, index) => `readme${index}: object(expression: "HEAD:${name}") { __typename oid }`,
  ).join("\n  "),
  shape: z.record(z.string(), z.unknown()).transform((fields): ReadmeBlob | undefined => {
    const [found] = README_NAMES.flatMap((path, index) => {
      const blob = graphqlBlob.safeParse(fields[`readme${index}`]);
      return blob.success ? [{ oid: blob.data.oid, path }] : [];
    });
    return found;
  }),
  // The README, and where its text is needed also the former one and the head that links name.
  restRequests: 3,
  rest: async ({ get }) => {
    const found = await orAbsent(get("/readme", restBlob.extend({ path: z.string() })));
    return found && { oid: found.sha, path: found.path, content: textOfBlob(found) };
  },
  find: ({ entries, repository }, { catalog }) => {
    const { readme } = repository;
    const own = new Set(entries.flatMap((entry) => entry.sync?.hubOrgs ?? []).map((org) => org.toLowerCase()));
    if (readme?.text === undefined || own.size === 0) return { signals: [], notices: [] };
    const known = knownModels(catalog);
    const reviewed = new Set(linkedModels(readme.reviewedText ?? "").map(hubKey));
    const fresh = linkedModels(readme.text).filter(
      (model) => own.has(ownerOf(model.id)) && !known.has(hubKey(model)) && !reviewed.has(hubKey(model)),
    );
    // A model that stands on both hubs is one model: the catalog's or the first link's hub answers for it.
    const names = new Set([...known].map((key) => modelName(key)));
    const signals: Signal[] = [];
    const notices: Notice[] = readme.reviewedText === undefined ? [{ kind: "formerReadmeGone" }] : [];
    for (const model of fresh.toSorted((a, b) => a.hub.localeCompare(b.hub, "en"))) {
      const name = modelName(model.id);
      if (names.has(name.toLowerCase())) continue;
      names.add(name.toLowerCase());
      const entry = fittingEntry(name, entries);
      const other = entry === undefined ? fittingEntry(name, catalog) : undefined;
      if (other === undefined) signals.push(signal("weights", repository.id, { entry, model }));
      else notices.push({ kind: "foreignEntry", model: model.id, entry: other.id });
    }
    return { signals, notices };
  },
};

const graphqlBlob = z.object({ __typename: z.literal("Blob"), oid: objectId });

/** A blob as REST gives it. */
export const restBlob = z.object({
  sha: objectId,
  size: z.number().nullish(),
  encoding: z.string(),
  content: z.string(),
});

/** The text of a REST blob. GitHub gives a large file no content, with the encoding `none`. */
export function textOfBlob({ encoding, content, size }: z.infer<typeof restBlob>): ReadmeText {
  if (encoding !== "base64" || (size ?? 0) > MAX_README_BYTES) return { text: undefined };
  const bytes = Buffer.from(content, "base64");
  return { text: bytes.length > MAX_README_BYTES || bytes.includes(0) ? undefined : bytes.toString("utf8") };
}
