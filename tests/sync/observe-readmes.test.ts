import { describe, expect, test } from "vitest";
import { readCatalogFiles } from "#src/catalog/entry/load.ts";
import { MAX_README_BYTES, readmes as source } from "#src/sync/sources/readmes.ts";
import { found, startWorld, states } from "./observe-world.ts";
import { entryOf } from "./samples.ts";
import { known } from "./world.ts";

const WAYS: [string, Parameters<typeof startWorld>[0]][] = [
  ["over GraphQL", {}],
  ["over REST with an identity", { graphql: false }],
  ["anonymously", { anonymous: true }],
];

describe.each(WAYS)("READMEs %s", (_, options) => {
  const pathsOf = async (files: Record<string, string>): Promise<string[]> => {
    const { github, look } = await startWorld(options);
    github.upstream("a/b", { files });
    return found((await look(["a/b"])).observations[0]).readmes.map(({ path }) => path);
  };

  test("are all of the root, the main one first, then Chinese and English ones", async () => {
    const { github, look } = await startWorld(options);
    const oids = github.upstream("a/b").readmes({
      "README_ja.md": "ja",
      "readme_en.md": "en",
      "README.zh-CN.md": "中文",
      "README-zh-Hans.md": "简体",
      "README_CN.rst": "rst",
      README: "plain",
      "Readme.md": "main",
      "READING.md": "no",
      "README.pdf": "no",
      "README.ipynb": "no",
      "README\u202e.md": "no",
      "docs/README.md": "not asked for",
    });
    const { readmes } = found((await look(["a/b"])).observations[0]);
    expect(readmes).toEqual(
      [
        ["Readme.md", "main"],
        ["README", "plain"],
        ["README-zh-Hans.md", "简体"],
        ["README.zh-CN.md", "中文"],
        ["README_CN.rst", "rst"],
        ["readme_en.md", "en"],
        ["README_ja.md", "ja"],
      ].map(([path = "", text]) => ({ oid: oids[path], path, text })),
    );
  });

  test("are eight at most", async () => {
    const languages = ["ja", "ko", "de", "fr", "es", "pt", "ru", "it", "zh"];
    const files = Object.fromEntries(languages.map((language) => [`README_${language}.md`, language]));
    expect(await pathsOf({ ...files, "README.md": "main" })).toEqual([
      ...["README.md", "README_zh.md", "README_de.md", "README_es.md"],
      ...["README_fr.md", "README_it.md", "README_ja.md", "README_ko.md"],
    ]);
  });

  test("are the one that GitHub shows where the root has none", async () => {
    expect(await pathsOf({ "docs/README.md": "docs", "docs/README_zh.md": "zh" })).toEqual(["docs/README.md"]);
    expect(await pathsOf({ "docs/README.md": "docs", ".github/README.md": "first" })).toEqual([".github/README.md"]);
    expect(await pathsOf({ ".github/x.yml": "x", "docs/README.md": "docs" })).toEqual(["docs/README.md"]);
    expect(await pathsOf({ "main.py": "", "src/README.md": "no" })).toEqual([]);
  });

  test("of a folder's name are none", async () => {
    expect(await pathsOf({ "README/page.md": "x", "README.txt": "text" })).toEqual(["README.txt"]);
  });

  test("are read once: what is kept is not asked for again, what changed is", async () => {
    const { github, look, asked } = await startWorld(options);
    const upstream = github.upstream("a/b", { readmes: { "README.md": "1", "README_zh.md": "一" } });
    const texts = async () => found((await look(["a/b"])).observations[0]).readmes.map(({ text }) => text);
    expect(await texts()).toEqual(["1", "一"]);
    const first = asked().length;
    expect(await texts()).toEqual(["1", "一"]);
    const second = asked().length;
    expect(second).toBeLessThan(first);
    upstream.setReadme("2");
    expect(await texts()).toEqual(["2", "一"]);
    expect(asked().length).toBe(second + 1);
  });

  test("that are binary or too large have no text, are not fetched again, and are noticed", async () => {
    const { github, look, asked } = await startWorld(options);
    github.upstream("a/b", {
      readmes: { "README.md": "\0\u0001", "README_en.md": "x".repeat(MAX_README_BYTES + 1), "README_zh.md": "中文" },
    });
    await look(["a/b"]);
    asked();
    const repository = found((await look(["a/b"])).observations[0]);
    expect(repository.readmes.map(({ path, text }) => [path, text])).toEqual([
      ["README.md", undefined],
      ["README_en.md", undefined],
      ["README_zh.md", "中文"],
    ]);
    expect(asked().filter((line) => line.includes("/git/blobs/"))).toEqual([]);
    const { notices } = source.find({ entries: [entryOf("a")], repository }, { now: 0 });
    expect(notices).toEqual([
      { kind: "readmeUnread", path: "README.md" },
      { kind: "readmeUnread", path: "README_en.md" },
    ]);
  });

  test("of more than half a megabyte are read whole", async () => {
    const { github, look } = await startWorld(options);
    const text = "x".repeat(MAX_README_BYTES);
    github.upstream("a/b", { readme: text });
    const { readmes } = found((await look(["a/b"])).observations[0]);
    expect(readmes.map((readme) => readme.text === text)).toEqual([true]);
  });

  test("of a repository without a commit are none", async () => {
    const { github, look } = await startWorld(options);
    github.upstream("a/b");
    expect(states((await look(["a/b"])).observations)).toEqual(["found"]);
  });

  test("of a name that no entry has are read as well", async () => {
    const { github, look } = await startWorld(options);
    github.upstream("new/Model", { readme: "new" });
    expect(found((await look(["new/Model"])).observations[0]).readmes).toMatchObject([{ text: "new" }]);
  });
});

test("a README that two repositories share is fetched once", async () => {
  const { github, look } = await startWorld();
  github.upstream("a/one", { readme: "same" });
  github.upstream("a/two", { readme: "same" });
  const asked: unknown[] = [];
  github.faults.next("502", ({ body }) => {
    asked.push(body);
    return false;
  });
  const { observations } = await look(["a/one", "a/two"]);
  expect(observations.map((item) => found(item).readmes[0]?.text)).toEqual(["same", "same"]);
  expect(asked.map((body) => JSON.stringify(body) ?? "").filter((body) => body.includes("GitObjectID"))).toEqual([
    expect.not.stringContaining("$b1"),
  ]);
});

test("a catalog that still notes which README was reviewed is read, with a warning", async () => {
  const text = known("Model", { name: "Org/Model", id: 1 }).replace(/( {2}id: 1\n)/, `$1  readme: ${"a".repeat(40)}\n`);
  const { entries, problems } = await readCatalogFiles([{ file: "model.yaml", text }], {});
  expect(entries.map(({ repository }) => repository)).toEqual([{ name: "Org/Model", id: 1 }]);
  expect(problems.map(({ severity }) => severity)).toEqual(["warning"]);
});
