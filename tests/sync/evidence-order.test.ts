import { describe, expect, test } from "vitest";
import { NO_WATCH } from "#src/catalog/entry/watch.ts";
import { type CandidatesInput, candidatesOf, namedByRepositories } from "#src/sync/sources/candidates.ts";
import { inOrder } from "#src/sync/sources/readmes.ts";
import { entryOf, repositoryOf } from "./samples.ts";

const entry = entryOf("qwen4", { sync: { hubOrgs: ["Qwen"] } });

/** What READMEs of one repository name, as the sync is given them. */
function candidatesIn(texts: Record<string, string>): ReturnType<typeof candidatesOf> {
  const files = inOrder(Object.keys(texts).map((path) => ({ path, oid: "0".repeat(40) })));
  const readmes = files.map((file) => ({ ...file, text: texts[file.path] }));
  const repository = repositoryOf("QwenLM/Qwen4", { readmes });
  const about = { entries: [entry], watch: NO_WATCH };
  const none: ReadonlySet<string> = new Set();
  const input: CandidatesInput = {
    ...about,
    named: namedByRepositories([{ entries: [entry], repository }], about),
    collections: new Map(),
    listings: [],
    declined: none,
    wanted: none,
    open: none,
    unreadable: none,
  };
  return candidatesOf(input);
}

describe("the evidence of a candidate", () => {
  const link = "[a](https://huggingface.co/Qwen/Qwen4-8B)";
  const places = (texts: Record<string, string>): string[] =>
    candidatesIn(texts).proposed.flatMap(({ named }) => named.map(({ at }) => `${at.path}:${at.line}`));

  test("begins with the main README", () => {
    expect(places({ "README_EN.md": link, "README.md": `\n\n${link}`, "README_ja.md": link })).toEqual([
      "README.md:3",
      "README_EN.md:1",
      "README_ja.md:1",
    ]);
  });

  test("begins with a link, wherever it stands", () => {
    expect(places({ "README.md": "`Qwen/Qwen4-8B`", "README_zh.md": `\n${link}` })).toEqual([
      "README_zh.md:2",
      "README.md:1",
    ]);
  });
});
