import { globSync, readFileSync } from "node:fs";
import { matchesGlob } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";

/** The directions of imports as `npm run check` enforces them; the last override that names a file counts. */
const biome = z.object({
  overrides: z.array(
    z.object({
      includes: z.array(z.string()),
      linter: z
        .object({
          rules: z.object({
            style: z
              .object({
                noRestrictedImports: z.object({
                  options: z.object({ patterns: z.tuple([z.object({ group: z.array(z.string()) })]) }),
                }),
              })
              .optional(),
          }),
        })
        .optional(),
    }),
  ),
});

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

const files = globSync(["{src,commands,jobs}/**/*.{ts,mjs}"]);

test("every file stands in a room whose imports are ruled", () => {
  expect(files.length).toBeGreaterThan(200);
  expect(files.filter((file) => roomOf(file) === undefined)).toEqual([]);
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

test("only what puts the app together reads its settings", () => {
  const readers = files.filter((file) => mayImport(file, "#src/config.ts"));
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

test("a type that is imported in place keeps to the directions too", () => {
  // Biome sees `import … from`, `export … from` and `await import(…)`, but not `import("…").Type`.
  const wrong = files.flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(/\bimport\(\s*"([^"]+)"/g)].flatMap(([, specifier = ""]) =>
      mayImport(file, specifier) ? [] : [`${file} imports ${specifier}`],
    ),
  );
  expect(wrong).toEqual([]);
});
