import { globSync, readFileSync } from "node:fs";
import { dirname, matchesGlob, normalize } from "node:path";
import querystring from "node:querystring";
import { expect, test } from "vitest";
import { parseAst } from "vitest/node";
import { z } from "zod";
import packageJson from "#package.json" with { type: "json" };

/** The directions of imports as `npm run check` enforces them; the last override that names a file counts. */
const rule = z.object({ options: z.object({ patterns: z.tuple([z.object({ group: z.array(z.string()) })]) }) });
const style = z.object({ noRestrictedImports: rule }).optional();
const linter = z.object({ rules: z.object({ style }) }).optional();
const biome = z.object({ overrides: z.array(z.object({ includes: z.array(z.string()), linter })) });

const rooms = biome.parse(JSON.parse(readFileSync("biome.json", "utf8"))).overrides.flatMap(({ includes, linter }) => {
  const rule = linter?.rules.style?.noRestrictedImports;
  return rule === undefined ? [] : [{ includes, group: rule.options.patterns[0].group }];
});

const roomOf = (file: string) => rooms.findLast(({ includes }) => includes.some((glob) => matchesGlob(file, glob)));

/** As biome reads the patterns: the last one that matches counts, `!` allows. */
function mayImport(file: string, specifier: string): boolean {
  const { group = [] } = roomOf(file) ?? {};
  const last = group.findLast((pattern) => matchesGlob(specifier, pattern.replace(/^!/, "")));
  return last === undefined || last.startsWith("!");
}

const files = globSync("{src,commands,jobs}/**/*.{ts,mts,cts,tsx,js,mjs,cjs,jsx}");

/** What an import can mean, by its path in lower case: on some disks letters of either case name the same file. */
const targets = new Map(
  [...globSync("{src,commands,jobs,tests}/**/*.*"), "package.json"].map((path) => [path.toLowerCase(), path]),
);

/** The file of ours that a text in `file` names, as an import, a URL beside `file`, or a path from the root. */
function fileNamed(text: string, file: string): string | undefined {
  if (!/[.#%]/.test(text)) return undefined;
  const url = text.startsWith("#") ? URL.parse(text.slice(1), "file:///") : URL.parse(text, `file:///${file}`);
  if (url?.protocol !== "file:") return undefined;
  const path = normalize(querystring.unescape(url.pathname)).slice(1).toLowerCase();
  // TypeScript reads b.ts for b.js, and require adds endings; a mere word is not to become a file by that.
  const guesses = /^[.#]/.test(text) ? [".ts", ".js", ".json", "/index.ts", "/index.js"].map((end) => path + end) : [];
  const fromRoot = normalize(text).toLowerCase();
  return [path, path.replace(/js$/, "ts"), ...guesses, fromRoot].map((each) => targets.get(each)).find(Boolean);
}

type Node = { type: string; start: number; end: number; [key: string]: unknown };
const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";

function visit(value: unknown, see: (node: Node) => void): void {
  if (Array.isArray(value)) for (const each of value) visit(each, see);
  if (!isNode(value)) return;
  see(value);
  for (const key in value) if (typeof value[key] === "object") visit(value[key], see);
}

const template = z.object({ quasis: z.tuple([z.object({ value: z.object({ cooked: z.string() }) })]) });
/** The text of a string or of a template without holes. */
function literalText(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === "Literal") return typeof node["value"] === "string" ? node["value"] : undefined;
  if (node.type === "TemplateLiteral") return template.safeParse(node).data?.quasis[0].value.cooked;
  return undefined;
}
const firstOf = (list: unknown): unknown => (Array.isArray(list) ? list[0] : undefined);

/** What a file names in literal texts, what it loads by a name that it computes, and what it exports of other files. */
function readCode(file: string) {
  const source = readFileSync(file, "utf8");
  const textOf = (node: unknown) => (isNode(node) ? source.slice(node.start, node.end) : "");
  const isLiteral = (node: unknown) => literalText(node) !== undefined;
  const texts = new Set<string>();
  const computed: string[] = [];
  const loaders = new Set(["require", "module.require", "import.meta.resolve"]);
  const imported = new Set<string>();
  const exported: Node[] = [];
  const makesLoader = (node: unknown) => isNode(node) && /(^|\.)createRequire$/.test(textOf(node["callee"]));

  function isComputedLoad(node: Node): boolean {
    const callee = textOf(node["callee"]);
    const argument = firstOf(node["arguments"]);
    if (node.type === "ImportExpression") return !isLiteral(node["source"]);
    if (node.type === "CallExpression")
      return (loaders.has(callee) || makesLoader(node["callee"])) && !isLiteral(argument);
    if (node.type !== "NewExpression" || callee !== "Worker" || !source.includes("node:worker_threads")) return false;
    return !isLiteral(argument) && !(isNode(argument) && isLiteral(firstOf(argument["arguments"])));
  }

  visit(parseAst(source, { lang: "ts" }), (node) => {
    const text = literalText(node);
    if (text !== undefined) texts.add(text);
    if (node.type === "VariableDeclarator" && makesLoader(node["init"])) loaders.add(textOf(node["id"]));
    if (isComputedLoad(node)) computed.push(`${file}: ${textOf(node)}`);
    if (node.type.startsWith("Import") && isNode(node["local"])) imported.add(textOf(node["local"]));
    if (node.type.startsWith("Export")) exported.push(node);
  });
  // In JavaScript types are imported in comments.
  for (const [comment] of /js$/.test(file) ? source.matchAll(/\/\*\*.*?\*\//gs) : [])
    for (const [, text = ""] of comment.matchAll(/["'`]([^"'`\n]+)["'`]/g)) texts.add(text);
  const named = [...texts].flatMap((text) => {
    const target = fileNamed(text, file);
    return target === undefined || target === file ? [] : [{ text, target }];
  });
  const passedOn = exported.filter(
    ({ type, source, local, declaration }) =>
      type === "ExportAllDeclaration" || isNode(source) || imported.has(textOf(local ?? declaration)),
  );
  return { named, computed, passedOn: passedOn.map((node) => `${file}: ${textOf(node)}`) };
}

const code = new Map(files.map((file) => [file, readCode(file)]));

test("every file stands in a room whose imports are ruled", () => {
  expect(files.length).toBeGreaterThan(200);
  const unruled = files.filter((file) => roomOf(file) === undefined);
  expect(unruled, "An override in biome.json has to say what these may import").toEqual([]);
});

test("what package.json lets us import is named by its path, as the rules name it", () => {
  const renamed = Object.entries(packageJson.imports).filter(([name, path]) => path !== name.replace("#", "./"));
  expect(renamed, "The directions in biome.json know a file by # and its path").toEqual([]);
});

test("surfaces do not import each other, and nobody below them imports them", () => {
  const surfaces = ["discord/reply.ts", "terminal/render.ts", "web/site.ts", "web/http/server.ts"];
  const crossing = surfaces.flatMap((file) =>
    surfaces
      .filter((other) => other.split("/")[0] !== file.split("/")[0])
      .filter((other) => mayImport(`src/${file}`, `#src/${other}`)),
  );
  expect(crossing).toEqual([]);
  const below = ["base/log.ts", "catalog/search/query.ts", "chat/view.ts", "metrics/metrics.ts", "tries/tries.ts"];
  expect(below.filter((file) => surfaces.some((other) => mayImport(`src/${file}`, `#src/${other}`)))).toEqual([]);
  expect(mayImport("src/web/site.ts", "#src/chat/view.ts")).toBe(true);
});

test("no line of the tries names a surface that is registered", () => {
  const registered = files.flatMap((file) => {
    const source = readFileSync(file, "utf8");
    const names = [...source.matchAll(/outputs\.register\((\w+),/g)].map(([, name]) => name);
    return names.flatMap((name) => new RegExp(`const ${name} = "(\\w+)"`).exec(source)?.[1] ?? []);
  });
  expect(new Set(registered)).toEqual(new Set(["discord", "terminal", "web"]));
  const naming = files
    .filter((file) => file.startsWith("src/tries/"))
    .flatMap((file) =>
      readFileSync(file, "utf8")
        .split("\n")
        .map((line) => `${file}: ${line}`),
    )
    .filter((line) => registered.some((name) => new RegExp(`["'\`]${name}["'\`]`, "i").test(line)));
  expect(naming).toEqual([]);
});

test("only what puts the app together reads its settings", () => {
  const reads = (file: string) => code.get(file)?.named.some(({ target }) => target === "src/config.ts");
  const readers = files.filter((file) => mayImport(file, "#src/config.ts") || reads(file));
  expect([...new Set(readers.map((file) => file.replace(/^(src\/cli|jobs)\/.*/, "$1")))].toSorted()).toEqual([
    "jobs",
    "src/app.ts",
    "src/cli",
    "src/main.ts",
  ]);
});

test("no two rooms may import each other", () => {
  const examples = [...new Map(files.map((file) => [roomOf(file), file])).values()];
  const mutual = examples.flatMap((file) =>
    examples
      .filter((other) => file < other && mayImport(file, `#${other}`) && mayImport(other, `#${file}`))
      .map((other) => `${file} ↔ ${other}`),
  );
  expect(examples.length).toBeGreaterThan(20);
  expect(mutual).toEqual([]);
});

test("whatever names a file keeps to the directions, however it names it", () => {
  // Biome sees `import … from`, `export … from` and `await import("…")`, and only as they are written.
  const wrong = [...code].flatMap(([file, { named }]) =>
    named
      .filter(({ target }) => dirname(target) !== dirname(file) && !mayImport(file, `#${target}`))
      .map(({ text, target }) => `${file} imports ${target} by "${text}"`),
  );
  expect([...code.values()].flatMap(({ named }) => named).length).toBeGreaterThan(1000);
  expect(wrong, "The directions of imports are said in biome.json: overrides, noRestrictedImports").toEqual([]);
});

test("no file loads another by a name that it computes", () => {
  const computed = [...code.values()].flatMap((each) => each.computed);
  expect(computed, "A literal name is held to the directions in biome.json; a computed one cannot be").toEqual([]);
});

test("no file exports what another one defines", () => {
  const passedOn = [...code.values()].flatMap((each) => each.passedOn);
  expect(passedOn, "Who needs it imports it from where it is, by the directions in biome.json").toEqual([]);
});

test("no files import each other in a circle, not even for a type", () => {
  const done = new Set<string>();
  const cycles: string[] = [];
  function follow(file: string, path: string[]): void {
    if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(" → "));
    if (done.has(file) || path.includes(file)) return;
    for (const { target } of code.get(file)?.named ?? []) follow(target, [...path, file]);
    done.add(file);
  }
  for (const file of files) follow(file, []);
  expect(cycles, "Move what both need to a third file; see noImportCycles in biome.json").toEqual([]);
});
