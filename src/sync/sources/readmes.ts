import { z } from "zod";
import { objectId } from "#src/sync/github/shapes.ts";
import type { Readme, ReadmeText } from "./observation.ts";
import type { Notice } from "./signal.ts";
import type { RepositoryPart, RepositoryRequests, Source } from "./source.ts";

/** Which README there is; its text is fetched apart, and only where it is not kept. */
export type ReadmeBlob = Pick<Readme, "oid" | "path">;

/** Bytes; a larger README is not read. */
export const MAX_README_BYTES = 1_000_000;
/** READMEs of one repository that are read. */
export const MAX_READMES = 8;

const EXTENSIONS = ["md", "markdown", "mdx", "rst", "txt"];
/** `README.md`, `Readme.md`, `README_zh.md`, `README.zh-CN.md`, `README`; no `README.pdf`, and none with invisible characters. */
const README_NAME = new RegExp(`^readme(?:[^\\p{C}/]{0,80}\\.(?:${EXTENSIONS.join("|")})|[^\\p{C}./]{0,80})$`, "iu");
const CHINESE_OR_ENGLISH = /(?:^|[^a-z])(?:zh|cn|en|chinese|english|hans|hant|tw)(?:[^a-z]|$)|\p{Script=Han}/iu;
/**
 * Where GitHub shows a README of, if the root has none ("About READMEs"). It prefers `.github` to the root; for what a
 * project says of its models the root comes first.
 */
const ELSEWHERE = [".github", "docs"];
const ELSEWHERE_NAME = "README.md";

/** A README that cannot be read is for a person to open. */
export const readmes: Source & RepositoryPart<readonly ReadmeBlob[]> = {
  name: "READMEs",
  graphql: `root: object(expression: "HEAD:") { ... on Tree { entries { name type oid } } }
  ${ELSEWHERE.map((folder, index) => `readme${index}: object(expression: "HEAD:${folder}/${ELSEWHERE_NAME}") { __typename oid }`).join("\n  ")}`,
  shape: z
    .looseObject({ root: z.object({ entries: z.array(z.unknown()).nullish() }).nullish() })
    .transform(({ root, ...fields }): readonly ReadmeBlob[] => {
      const inRoot = inOrder(blobsIn(root?.entries ?? []));
      if (inRoot.length > 0) return inRoot;
      return ELSEWHERE.flatMap((folder, index) => {
        const blob = graphqlBlob.safeParse(fields[`readme${index}`]);
        return blob.success ? [{ oid: blob.data.oid, path: `${folder}/${ELSEWHERE_NAME}` }] : [];
      }).slice(0, 1);
    }),
  // The tree of the root, and of two folders.
  restRequests: 1 + ELSEWHERE.length,
  rest: async (requests) => {
    const { default_branch: branch } = requests.repository(z.object({ default_branch: z.string().nullish() }));
    const root = await treeOf(requests, branch ?? "HEAD");
    const inRoot = inOrder(blobsIn(root));
    if (inRoot.length > 0) return inRoot;
    for (const folder of ELSEWHERE) {
      const oid = entriesOf(root).find(({ name, type }) => name === folder && type === "tree")?.oid;
      const inside = oid === undefined ? [] : blobsIn(await treeOf(requests, oid));
      const found = inside.find(({ path }) => path === ELSEWHERE_NAME);
      if (found) return [{ oid: found.oid, path: `${folder}/${found.path}` }];
    }
    return [];
  },
  find: ({ repository }) => ({
    signals: [],
    notices: repository.readmes
      .filter(({ text }) => text === undefined)
      .map(({ path }): Notice => ({ kind: "readmeUnread", path })),
  }),
};

const graphqlBlob = z.object({ __typename: z.literal("Blob"), oid: objectId });

/** An entry of a tree: GraphQL names it `name` and `oid`, REST `path` and `sha`. */
const treeEntry = z.union([
  z.object({ name: z.string(), type: z.string(), oid: objectId }),
  z
    .object({ path: z.string(), type: z.string(), sha: objectId })
    .transform(({ path: name, type, sha: oid }) => ({ name, type, oid })),
]);
const restTree = z.object({ tree: z.array(z.unknown()) });

/** Entries in GraphQL's form or in REST's; what is none counts as none. */
const entriesOf = (entries: readonly unknown[]): z.infer<typeof treeEntry>[] =>
  entries.flatMap((entry) => {
    const parsed = treeEntry.safeParse(entry);
    return parsed.success ? [parsed.data] : [];
  });

const blobsIn = (entries: readonly unknown[]): ReadmeBlob[] =>
  entriesOf(entries)
    .filter(({ type }) => type === "blob")
    .map(({ name: path, oid }) => ({ path, oid }));

/** Empty where there is no such tree, as in a repository without a commit. */
const treeOf = async ({ find }: RepositoryRequests, sha: string): Promise<readonly unknown[]> =>
  (await find("/git/trees/{tree_sha}", restTree, { tree_sha: sha }))?.tree ?? [];

/** The READMEs among some files, the main one first, then Chinese and English ones; at most MAX_READMES. */
export function inOrder(files: readonly ReadmeBlob[]): ReadmeBlob[] {
  const rank = ({ path }: ReadmeBlob): number => {
    const rest = path.slice("readme".length).toLowerCase();
    const extension = EXTENSIONS.indexOf(rest.slice(1));
    if (extension >= 0) return extension;
    if (rest === "") return EXTENSIONS.length;
    return EXTENSIONS.length + (CHINESE_OR_ENGLISH.test(rest) ? 1 : 2);
  };
  const byName = (a: ReadmeBlob, b: ReadmeBlob): number => Number(a.path > b.path) - Number(a.path < b.path);
  return files
    .filter(({ path }) => README_NAME.test(path))
    .toSorted((a, b) => rank(a) - rank(b) || byName(a, b))
    .slice(0, MAX_READMES);
}

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
