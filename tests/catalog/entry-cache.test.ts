import { execFileSync } from "node:child_process";
import { chmod, cp, mkdir, readdir, readFile, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openEntryCache } from "#src/catalog/entry/cache.ts";
import { type CatalogRead, readCatalog } from "#src/catalog/entry/load.ts";
import { catalogWith, smallEntry, temporaryFolder } from "#tests/temporary-catalog.ts";

/** Beside good entries one with an unknown key, one that is broken, and two that share an alias. */
const PROBLEMS = {
  "future.yaml": smallEntry({ future: "1" }),
  "broken.yaml": "name: [",
  "one.yaml": smallEntry({ aliases: "\n  - twice" }),
  "two.yaml": smallEntry({ aliases: "\n  - twice" }),
};

const cold = (directory: string): Promise<CatalogRead> => readCatalog(directory, openEntryCache(undefined));
const warm = (directory: string, folder: string): Promise<CatalogRead> =>
  readCatalog(directory, openEntryCache(folder));
/** What a reading gives, the order of keys included. */
const told = ({ entries, problems, locate }: CatalogRead): string =>
  JSON.stringify([entries, problems, ["qwen3", "future", "two"].map((id) => locate(id, ["license", "commercial"]))]);

/** The cache's one file. */
async function fileIn(folder: string): Promise<string> {
  const names = await readdir(folder);
  expect(names).toHaveLength(1);
  return join(folder, names[0] ?? "");
}

/** Whether the cache knows an entry as it stands in this repository. */
async function knows(folder: string, file: string): Promise<boolean> {
  return openEntryCache(folder).valueOf(file, await readFile(join("catalog/models", file), "utf8")) !== undefined;
}

test("a warm cache gives the same entries, problems and places as none", async () => {
  const [directory, folder] = [await catalogWith(PROBLEMS), await temporaryFolder()];
  const expected = told(await cold(directory));
  expect(told(await warm(directory, folder))).toBe(expected);
  expect(await knows(folder, "qwen3.yaml")).toBe(true);
  expect(told(await warm(directory, folder))).toBe(expected);
  const { problems } = await warm(directory, folder);
  expect(problems.map(({ file, line, severity }) => [file, line, severity])).toEqual([
    ["broken.yaml", 1, "error"],
    ["future.yaml", 13, "warning"],
    ["two.yaml", 14, "warning"],
  ]);
});

test("an edited, a new and a deleted file are seen at once", async () => {
  const [directory, folder] = [await catalogWith({ "small.yaml": smallEntry() }), await temporaryFolder()];
  await warm(directory, folder);
  const path = join(directory, "models", "small.yaml");
  const { atime, mtime } = await stat(path);
  // As long as before, and as old.
  await writeFile(path, smallEntry({ name: "Smull" }));
  await utimes(path, atime, mtime);
  expect((await warm(directory, folder)).entries.find(({ id }) => id === "small")?.name).toBe("Smull");
  await writeFile(join(directory, "models", "newer.yaml"), smallEntry({ name: "Newer" }));
  expect((await warm(directory, folder)).entries.some(({ name }) => name === "Newer")).toBe(true);
  await rm(path);
  expect((await warm(directory, folder)).entries.some(({ id }) => id === "small")).toBe(false);
});

test("few new files leave the cache alone, many renew it", async () => {
  const folder = await temporaryFolder();
  await warm("catalog", folder);
  const written = await readFile(await fileIn(folder), "utf8");
  const some = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`small-${at}.yaml`, smallEntry({ name: `S${at}` })]));
  await warm(await catalogWith(some(20)), folder);
  expect(await readFile(await fileIn(folder), "utf8")).toBe(written);
  await warm(await catalogWith(some(21)), folder);
  expect(await readFile(await fileIn(folder), "utf8")).toContain("small-20.yaml ");
});

test.each<[string, (text: string) => string]>([
  ["empty", () => ""],
  ["garbage", () => "\u0000\u0001{"],
  ["cut off", (text) => text.slice(0, -100)],
  ["changed by one character", (text) => text.replace('"family":"Qwen"', '"family":"Qwem"')],
  ["of other code", (text) => text.replace(/^\w{8}/, "00000000")],
])("a cache that is %s is as good as none, and is made anew", async (_, damage) => {
  const folder = await temporaryFolder();
  const expected = told(await cold("catalog"));
  await warm("catalog", folder);
  const path = await fileIn(folder);
  const written = await readFile(path, "utf8");
  expect(damage(written)).not.toBe(written);
  await writeFile(path, damage(written));
  expect(await knows(folder, "qwen3.yaml")).toBe(false);
  expect(told(await warm("catalog", folder))).toBe(expected);
  expect(await readFile(path, "utf8")).toBe(written);
});

test("a cache that others may have written is not taken, nor one behind a link", async () => {
  const folder = await temporaryFolder();
  await warm("catalog", folder);
  const path = await fileIn(folder);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  await chmod(path, 0o666);
  expect(await knows(folder, "qwen3.yaml")).toBe(false);
  await chmod(path, 0o600);
  expect(await knows(folder, "qwen3.yaml")).toBe(true);
  const elsewhere = join(await temporaryFolder(), "cache");
  await cp(path, elsewhere);
  await rm(path);
  await symlink(elsewhere, path);
  expect(await knows(folder, "qwen3.yaml")).toBe(false);
});

test.skipIf(process.platform === "win32")(
  "a pipe in its place is not waited for, and gives way to a new cache",
  async () => {
    const folder = await temporaryFolder();
    const expected = told(await warm("catalog", folder));
    const path = await fileIn(folder);
    await rm(path);
    execFileSync("mkfifo", [path]);
    expect(told(await warm("catalog", folder))).toBe(expected);
    expect(await knows(folder, "qwen3.yaml")).toBe(true);
  },
);

test("a folder that is missing or cannot be written costs nothing but time", async () => {
  const parent = await temporaryFolder();
  const expected = told(await cold("catalog"));
  expect(told(await warm("catalog", join(parent, "missing")))).toBe(expected);
  // A file where the folder should be: not even root can write into it.
  await writeFile(join(parent, "file"), "");
  expect(told(await warm("catalog", join(parent, "file")))).toBe(expected);
  const folder = join(parent, "taken");
  await mkdir(folder);
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await warm("catalog", folder);
  const path = await fileIn(folder);
  await rm(path);
  await mkdir(path);
  expect(told(await warm("catalog", folder))).toBe(expected);
  expect(await readdir(folder)).toHaveLength(1);
});

test("several at once leave one whole cache", async () => {
  const folder = await temporaryFolder();
  const readings = await Promise.all(Array.from({ length: 4 }, () => warm("catalog", folder)));
  expect(new Set(readings.map(told)).size).toBe(1);
  await fileIn(folder);
  expect(await knows(folder, "qwen3.yaml")).toBe(true);
});
