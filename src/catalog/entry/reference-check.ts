import { brokenRule, type Problem } from "./problem.ts";
import { REFERENCE_FILES, type Reference, type ReferenceFile } from "./reference.ts";
import { foldName } from "./text.ts";

/** What a person can call a thing of a reference file, and which one it is. */
type Named = { names: readonly string[]; owner: string };

/**
 * Names that two cards or two base models share, as people type them: each picks one. Names that two organisations of
 * `watch` share, and rules of one id.
 */
export function checkReference({ cards, bases, watch }: Reference): Problem[] {
  return [
    ...sharedNames(
      "cards",
      cards.map(({ name, aliases }) => ({ names: [name, ...aliases], owner: name })),
    ),
    ...sharedNames(
      "bases",
      bases.map((name) => ({ names: [name], owner: name })),
    ),
    ...cards.flatMap(({ name, editions }): Problem[] => {
      const sizes = editions.map(({ memoryGb }) => memoryGb);
      const again = sizes.find((gb, index) => sizes.indexOf(gb) !== index);
      return again === undefined ? [] : [problem("cards", { alias: `${name} ${again} GB`, owner: name })];
    }),
    ...sharedWords(
      watch.organizations.map(({ huggingface, modelscope }) => {
        const words = [...new Set([...huggingface, ...modelscope].map((word) => word.toLowerCase()))];
        return { names: words, owner: huggingface[0] ?? modelscope[0] ?? "" };
      }),
    ),
    ...sharedWords(watch.leaveOut.map(({ id }) => ({ names: [id], owner: id }))),
    ...sharedWords(watch.leaveOutRepositories.map(({ id }) => ({ names: [id], owner: id }))),
  ];
}

function sharedNames(
  file: ReferenceFile,
  things: readonly Named[],
  key: (name: string) => string = foldName,
): Problem[] {
  const owners = new Map<string, string>();
  return things.flatMap(({ names, owner }) =>
    names.flatMap((alias): Problem[] => {
      const other = owners.get(key(alias));
      owners.set(key(alias), other ?? owner);
      return other === undefined ? [] : [problem(file, { alias, owner: other })];
    }),
  );
}

/** As `sharedNames`, for words of `watch`, which programs compare and nobody types. */
const sharedWords = (things: readonly Named[]): Problem[] => sharedNames("watch", things, (word) => word);

const problem = (file: ReferenceFile, params: { alias: string; owner: string }): Problem => ({
  file: REFERENCE_FILES[file],
  severity: "error",
  issue: brokenRule("sharedAlias", [], params),
});
