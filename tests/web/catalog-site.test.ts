import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runCatalogCommand } from "#src/cli/catalog-command.ts";
import { runCommand, runProgram } from "#tests/run-program.ts";
import { catalogWith, FEW, soundEntry, temporaryFolder } from "#tests/temporary-catalog.ts";
import { catalogOf } from "./catalog-world.ts";
import { readHtml, valuesOf } from "./html-shape.ts";

const write = (folder: string, args: string[] = [], env: Record<string, string> = {}) =>
  runCommand(runCatalogCommand, ["--site", folder, ...args], env);

/** Every file of a folder and its folders, by its path in it. */
async function filesIn(folder: string): Promise<Map<string, string>> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = found.filter((item) => item.isFile()).map((item) => join(item.parentPath, item.name));
  return new Map(
    await Promise.all(
      files.map(async (file) => [file.slice(folder.length + 1), await readFile(file, "utf8")] as const),
    ),
  );
}

/** Where the pages lead to on their own site, and no file is; `at` is the address of the site's folder. */
function deadLinks(files: Map<string, string>, at: string): string[] {
  const site = `https://pages.example${at}`;
  return [...files].flatMap(([file, html]) => {
    if (!file.endsWith(".html")) return [];
    const tags = readHtml(html);
    const links = [
      ...valuesOf(tags, "a", "href"),
      ...valuesOf(tags, "link", "href"),
      ...valuesOf(tags, "script", "src"),
    ];
    return links.flatMap((link) => {
      const url = new URL(link, site + file);
      if (url.protocol === "data:" || url.origin !== "https://pages.example") return [];
      const path = decodeURIComponent(url.pathname);
      const target = path.startsWith(at) ? path.slice(at.length) : undefined;
      return target !== undefined && files.has(target || "index.html") ? [] : [`${file} → ${link}`];
    });
  });
}

describe("npm run catalog -- --site", () => {
  test("writes the whole catalog in three languages, and every link leads to a file wherever the site lies", async () => {
    const folder = join(await temporaryFolder(), "site");
    const { code, stdout, stderr } = await write(folder);
    expect([code, stderr]).toEqual([0, ""]);
    const files = await filesIn(folder);
    expect(stdout).toContain(`${files.size - 1} 个文件`);
    for (const path of ["index.html", "en/index.html", "zh-tw/index.html", "catalog.json", "models/belle.html"])
      expect(files.has(path), path).toBe(true);
    expect(deadLinks(files, "/")).toEqual([]);
    expect(deadLinks(files, "/deep/down/")).toEqual([]);
    expect(files.get("en/models/belle.html")).toContain('<html lang="en-US">');
    expect(files.get("index.html")?.match(/<th scope="row">/g)).toHaveLength(
      JSON.parse(files.get("catalog.json") ?? "").entries.length,
    );
  });

  test("for a site that lies in a folder all addresses begin with it, also those of what is missing", async () => {
    const folder = join(await temporaryFolder(), "site");
    const env = { CATALOG_DIR: await catalogWith({}, FEW) };
    expect((await write(folder, ["--base", "/mulu/"], env)).code).toBe(0);
    const files = await filesIn(folder);
    expect(files.has("404.html")).toBe(true);
    expect(deadLinks(files, "/mulu/")).toEqual([]);
    expect(files.get("en/models/belle.html")).toContain('href="/mulu/en/index.html?family=BELLE"');
  });

  test("names the files that the script loads, which are there, and calls them otherwise when they are others", async () => {
    const [alpha, beta] = [await temporaryFolder(), await temporaryFolder()].map((folder) => join(folder, "site"));
    const named = async (folder = "", args: string[] = [], models = {}): Promise<string[]> => {
      expect((await write(folder, args, { CATALOG_DIR: await catalogOf(models) })).code).toBe(0);
      const files = await filesIn(folder);
      const pages = ["index.html", "en/index.html", "zh-tw/index.html"].map(
        (page) => [page, files.get(page) ?? ""] as const,
      );
      return pages.flatMap(([page, html]) => {
        const [asking] = readHtml(html).filter(({ attributes }) => attributes.get("id") === "asking");
        const root = new URL(args[1] ?? "/", "https://pages.example");
        const at = (name: string): string[] => {
          const address = asking?.attributes.get(name);
          if (address === undefined) return [];
          const path = new URL(address, new URL(page, root)).pathname.slice(root.pathname.length);
          expect(files.has(path), path).toBe(true);
          return [path];
        };
        return ["data-list", "data-words"].flatMap(at);
      });
    };
    const first = await named(alpha, [], { "small.yaml": soundEntry() });
    expect(first).toHaveLength(4);
    expect(await named(beta, ["--base", "/mulu/"], { "small.yaml": soundEntry() })).toEqual(first);
    const changed = await named(beta, [], { "other.yaml": soundEntry() });
    expect(changed.map((file, at) => file === first[at])).toEqual([false, false, false, true]);
  });

  test("says in one line what is missing where only what runs the bot is installed", async () => {
    const parent = await temporaryFolder();
    const hook = `import { registerHooks } from "node:module";
registerHooks({ resolve: (name, context, next) => { if (name === "rolldown") throw new Error("not installed"); return next(name, context); } });`;
    const { code, stdout, stderr } = await runProgram("src/cli/catalog.ts", ["--site", join(parent, "site")], {
      env: { LANG: "en_US.UTF-8", NODE_OPTIONS: `--import "data:text/javascript,${encodeURIComponent(hook)}"` },
    });
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^[^\n]*rolldown[^\n]*npm ci[^\n]*\n$/);
    expect(await readdir(parent)).toEqual([]);
  });

  test("leads nowhere that needs a server, and shows hostile text as text", async () => {
    const attack = `<img src=x onerror=alert(1)> "> | ]`;
    const catalog = await catalogOf({ "small.yaml": soundEntry({ name: `'${attack}'`, family: `'${attack}'` }) });
    const folder = join(await temporaryFolder(), "site");
    expect((await write(folder, [], { CATALOG_DIR: catalog })).code).toBe(0);
    const files = await filesIn(folder);
    const html = files.get("index.html") ?? "";
    const tags = readHtml(html);
    expect(tags.filter(({ name }) => name === "img")).toEqual([]);
    expect(valuesOf(tags, "a", "href").filter((href) => href.startsWith("/"))).toEqual([]);
    expect(tags.filter(({ name }) => name === "option").map(({ attributes }) => attributes.get("value"))).toContain(
      attack,
    );
  });

  test("replaces a site that it wrote, whole", async () => {
    const parent = await temporaryFolder();
    const folder = join(parent, "site");
    const catalog = await catalogOf({ "old.yaml": soundEntry() });
    expect((await write(folder, [], { CATALOG_DIR: catalog })).code).toBe(0);
    const next = await catalogOf({ "new.yaml": soundEntry() });
    expect((await write(folder, [], { CATALOG_DIR: next })).code).toBe(0);
    const files = await filesIn(folder);
    expect([files.has("models/old.html"), files.has("models/new.html")]).toEqual([false, true]);
    expect(await readdir(parent)).toEqual(["site"]);
  });

  test("fills an empty folder, and leaves any other alone", async () => {
    const parent = await temporaryFolder();
    const catalog = await catalogOf();
    const env = { CATALOG_DIR: catalog };
    await mkdir(join(parent, "empty"));
    expect((await write(join(parent, "empty"), [], env)).code).toBe(0);
    await mkdir(join(parent, "mine"));
    await writeFile(join(parent, "mine", "thesis.txt"), "years of work");
    await writeFile(join(parent, "file"), "a file");
    for (const name of ["mine", "file"]) {
      const { code, stderr } = await write(join(parent, name), [], env);
      expect([code, stderr]).toEqual([1, expect.stringContaining("没有动它")]);
    }
    expect(await readFile(join(parent, "mine", "thesis.txt"), "utf8")).toBe("years of work");
    expect((await readdir(parent)).toSorted()).toEqual(["empty", "file", "mine"]);
  });

  test("publishes nothing where an entry is wrong", async () => {
    const parent = await temporaryFolder();
    const catalog = await catalogOf({ "bad.yaml": soundEntry({ oops: "1" }), "small.yaml": soundEntry() });
    const { code, stderr } = await write(join(parent, "site"), [], { CATALOG_DIR: catalog });
    expect([code, stderr]).toEqual([1, expect.stringContaining("oops")]);
    expect(await readdir(parent)).toEqual([]);
  });
});
