import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import packageJson from "#package.json" with { type: "json" };
import { COMMANDS } from "#src/app.ts";
import { watchSchema } from "#src/catalog/entry/watch.ts";
import type { Options } from "#src/chat/command.ts";
import { SECRET_FILES } from "#src/cli/secret-files.ts";
import { readConfig, SETTING_NAMES } from "#src/config.ts";

const read = (path: string): string => readFileSync(path, "utf8");
const READMES = ["README.md", "README.zh-CN.md"];
/** The changelog is not among them: it may name what is gone. */
const DOCUMENTS = [...READMES, "CONTRIBUTING.md", ...globSync("docs/*.md")];

/** Names in capitals that are no settings of ours. */
const OF_OTHERS = new Set([
  ...[
    "APPLICATION_ID",
    "OLLAMA_NUM_PARALLEL",
    "AF_INET",
    "AF_UNIX",
    "EX_CONFIG",
    "NODE_EXTRA_CA_CERTS",
    "SQLITE_FULL",
    "NO_COLOR",
  ],
  // What settings are called by others, and that is not read.
  ...["OLLAMA_HOST", "BOT_TOKEN"],
  ...SECRET_FILES,
  // The compose file's, and those of the workflows.
  ...["FIRST_MODEL", "SYNC_CATALOG", "SYNC_APP_ID", "SYNC_APP_PRIVATE_KEY", "SYNC_LOGIN", "MERGE_FACTS"],
]);

/** Cells of the rows of a document's tables whose first cell begins so. */
const rowsOf = (document: string, begin: string): string[][] =>
  read(document)
    .split("\n")
    .filter((line) => line.startsWith(`| ${begin}`))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
/** What GitHub makes of a document's headings, to link to. */
const anchorsOf = (text: string): string[] =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, "")
      .replaceAll(" ", "-"),
  );
const codeIn = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);

/** Names and defaults of a README's table of settings; an empty one has a word in its place, one may stand for all. */
const settingsOf = (readme: string): Record<string, string> =>
  Object.fromEntries(
    rowsOf(readme, "`").flatMap(([names = "", defaults = ""]) => {
      const values = defaults.split(/[,、]\s*/).map((value) => codeIn(value)[0] ?? "");
      return codeIn(names)
        .filter((name) => /^[A-Z_]+$/.test(name))
        .map((name, index): [string, string] => [name, values[index] ?? values[0] ?? ""]);
    }),
  );

test("the example of what the sync leaves out is one that it takes", () => {
  const [, example = ""] = /```yaml\n(since:[\s\S]*?)```/.exec(read("docs/sync.md")) ?? [];
  expect(watchSchema.safeParse(parse(example)).error).toBeUndefined();
  expect(example).not.toBe("");
});

describe("settings", () => {
  const example = Object.fromEntries(
    [...read(".env.example").matchAll(/^#([A-Z_]+)=(.*)$/gm)].map(([, name = "", value = ""]) => [name, value]),
  );

  test("are all in .env.example, and nothing else is", () => {
    expect(Object.keys(example).toSorted()).toEqual(SETTING_NAMES.toSorted());
  });

  test("have the defaults that .env.example says", () => {
    // Without these the defaults of others are not seen.
    const set = { DISCORD_TOKEN: "a.b.c", SHARD_IDS: "0", CATALOG_REPOSITORY: "owner/name" };
    expect(readConfig({ ...example, ...set })).toEqual(readConfig(set));
  });

  test.each(READMES)("are all in the table of %s with these defaults, and nothing else is", (readme) => {
    expect(settingsOf(readme)).toEqual(example);
  });

  test.each([...DOCUMENTS, ".env.example"])("are what %s means wherever it writes a name like one", (document) => {
    const named = [...read(document).matchAll(/(?<![\w/])[A-Z]+(?:_[A-Z]+)+\b/g)].map(([name]) => name);
    expect(named.filter((name) => !SETTING_NAMES.includes(name) && !OF_OTHERS.has(name))).toEqual([]);
  });
});

describe("commands", () => {
  const usageOf = (path: string, options: Options): string =>
    [
      `/${path}`,
      ...Object.entries(options).map(([option, { required }]) => (required ? `<${option}>` : `[${option}]`)),
    ].join(" ");
  const usages = COMMANDS.flatMap(({ name, options, subcommands }) => {
    const paths = Object.entries(subcommands);
    return paths.length === 0
      ? [usageOf(name, options)]
      : paths.map(([path, subcommand]) => usageOf(`${name} ${path}`, subcommand.options));
  });

  test.each(READMES)("are all in the table of %s, in their order, with their options in theirs", (readme) => {
    expect(rowsOf(readme, "`/").map(([usage = ""]) => codeIn(usage)[0])).toEqual(usages);
  });
});

describe.each(DOCUMENTS)("%s", (document) => {
  const text = read(document);

  test("names npm scripts that exist", () => {
    const named = [...text.matchAll(/\bnpm (?:run (?:-s )?([a-z][\w:-]*)|(start|test)\b)/g)];
    const scripts = named.map(([, run, short]) => run ?? short ?? "");
    expect(scripts.filter((name) => !Object.hasOwn(packageJson.scripts, name))).toEqual([]);
  });

  test("names files that exist", () => {
    const inText = [...text.matchAll(/(?<![\w./-])(?:src|catalog|commands|docs|jobs|tests|\.github)\/[\w./-]*/g)];
    const paths = inText.map(([path]) => path.replace(/\.$/, ""));
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link = ""]) => join(dirname(document), link));
    expect([...paths, ...links].filter((path) => !existsSync(path))).toEqual([]);
  });

  test("links to headings that exist", () => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]*\.md)?#([^)]+)\)/g)];
    const missing = links.filter(([, path, anchor = ""]) => {
      const file = path === undefined ? document : join(dirname(document), path);
      return !anchorsOf(read(file)).includes(anchor);
    });
    expect(missing.map(([link]) => link)).toEqual([]);
  });
});
