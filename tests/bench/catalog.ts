import { execFile } from "node:child_process";
import { promisify } from "node:util";
import fc from "fast-check";
import MiniSearch from "minisearch";
import packageJson from "#package.json" with { type: "json" };
import { readCatalog } from "#src/catalog/entry/load.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import type { Catalog } from "#src/catalog/search/search.ts";
import { suggestQueries } from "#src/chat/suggest/queries.ts";
import { anyText } from "#tests/catalog/any-text.ts";
import { catalogOf } from "#tests/real-catalog.ts";
import { contextOf, testApp } from "#tests/test-app.ts";
import { manyEntries } from "./many-entries.ts";

export type Figure = { what: string; value: number; unit: string; goal?: number };

const STARTS = 7;
const ROUNDS = 5;
const QUERIES = 500;

const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN;
const median = (values: readonly number[]): number => quantile(values, 0.5);

function milliseconds(work: () => void): number {
  const began = performance.now();
  work();
  return performance.now() - began;
}

/** How soon the catalog is there, how fast it answers, and what a plain library and a plain filter take for the same. */
export async function benchCatalog(): Promise<Figure[]> {
  const { entries } = await readCatalog("catalog");
  const small = await answers(entries, ROUNDS);
  const thousand = await answers(manyEntries(entries, 1000), ROUNDS);
  const many = await answers(manyEntries(entries, 10_000), 3);
  const plain = others(manyEntries(entries, 1000));
  return [
    ...(await starts()),
    ...figures(`${entries.length} entries`, small),
    ...figures("1,000 entries", thousand, { search: 2, complete: 1 }),
    ...figures("10,000 entries", many),
    {
      what: "1,000: making all indexes / MiniSearch's",
      value: (thousand.open + thousand.prepare) / plain.index,
      unit: "×",
    },
    { what: "1,000: search p50 / MiniSearch", value: median(thousand.search) / median(plain.library), unit: "×" },
    {
      what: "1,000: search p50 / every entry in turn",
      value: median(thousand.search) / median(plain.filter),
      unit: "×",
    },
    { what: "search p50 at 10,000 / at 1,000", value: median(many.search) / median(thousand.search), unit: "×" },
    ...(await anyTexts(entries, median(plain.filter))),
  ];
}

/** Any text at all, of which the slowest counts, beside the median of a plain filter over 1,000 entries. */
async function anyTexts(entries: readonly Entry[], floor: number): Promise<Figure[]> {
  const app = await testApp();
  const texts = fc.sample(anyText, { numRuns: QUERIES, seed: 1 });
  const rounds = Array.from({ length: ROUNDS }, () => {
    const catalog = prepared(entries);
    const context = { ...contextOf(app), catalog };
    suggestQueries("x", context);
    return {
      search: texts.map((text) => milliseconds(() => catalog.search(text))),
      complete: texts.map((text) => milliseconds(() => suggestQueries(text, context))),
    };
  });
  // Of each text the fastest round: others use the machine too.
  const slowest = (name: "search" | "complete"): number =>
    Math.max(...texts.map((_, at) => Math.min(...rounds.map((round) => round[name][at] ?? Number.NaN))));
  return [
    { what: "any text: slowest search / a plain filter", value: slowest("search") / floor, unit: "×" },
    { what: "any text: slowest completing / a plain filter", value: slowest("complete") / floor, unit: "×" },
  ];
}

/** A catalog in the state of a bot that has been up for some seconds. */
function prepared(entries: readonly Entry[]): Catalog {
  return catalogOf(entries, (steps) => {
    while (!steps.next().done);
  });
}

async function starts(): Promise<Figure[]> {
  const flags = packageJson.scripts.start.split(" ").filter((word) => word.startsWith("--max"));
  const runs: { read: number; open: number; total: number; firstQuery: number }[] = [];
  for (let round = 0; round < STARTS; round++) {
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, "tests/bench/open-catalog.ts"]);
    runs.push(JSON.parse(stdout));
  }
  const of = (name: "read" | "open" | "total" | "firstQuery"): number => median(runs.map((run) => run[name]));
  return [
    { what: "fresh process: reading and opening", value: of("total"), unit: "ms", goal: 200 },
    { what: "  of which opening", value: of("open"), unit: "ms" },
    { what: "  the slowest of its first queries", value: of("firstQuery"), unit: "ms", goal: 50 },
  ];
}

/** Times in ms; of each query and each typed text the median of the rounds, because others use the machine too. */
type Answers = { open: number; prepare: number; search: number[]; complete: number[] };

/**
 * In every round another catalog, which never heard the queries, in the state of a bot that has been up for some seconds.
 */
async function answers(entries: readonly Entry[], rounds: number): Promise<Answers> {
  const app = await testApp();
  const queries = randomQueries();
  const typed = keysOf(entries);
  const all = Array.from({ length: rounds }, () => {
    let prepare = 0;
    let opened: Catalog | undefined;
    const open = milliseconds(() => {
      opened = catalogOf(entries, (steps) => {
        prepare = milliseconds(() => {
          while (!steps.next().done);
        });
      });
    });
    const catalog = opened ?? catalogOf([]);
    const context = { ...contextOf(app), catalog };
    for (const warmUp of ["", "x"]) suggestQueries(warmUp, context);
    return {
      open: open - prepare,
      prepare,
      complete: typed.map((text) => milliseconds(() => suggestQueries(text, context))),
      search: queries.map((query) => milliseconds(() => catalog.search(query))),
    };
  });
  const each = (name: "search" | "complete"): number[] =>
    (all[0]?.[name] ?? []).map((_, at) => median(all.map((round) => round[name][at] ?? Number.NaN)));
  return {
    open: median(all.map(({ open }) => open)),
    prepare: median(all.map(({ prepare }) => prepare)),
    search: each("search"),
    complete: each("complete"),
  };
}

function figures(
  what: string,
  { open, prepare, search, complete }: Answers,
  goals: { search?: number; complete?: number } = {},
): Figure[] {
  const row = (name: string, value: number, goal?: number): Figure => ({
    what: `${what}: ${name}`,
    value,
    unit: "ms",
    ...(goal !== undefined && { goal }),
  });
  return [
    row("opening", open),
    row("what it prepares in idle turns", prepare),
    row("search p50", quantile(search, 0.5)),
    row("search p99", quantile(search, 0.99), goals.search),
    row("completing p50", quantile(complete, 0.5)),
    row("completing p99", quantile(complete, 0.99), goals.complete),
  ];
}

/** MiniSearch as its README shows it, and a look at every entry, on the same texts. */
function others(entries: readonly Entry[]): { index: number; library: number[]; filter: number[] } {
  const texts = entries.map(({ name, aliases, family, familyAliases, summary, developers, highlights = [] }, id) => ({
    id,
    names: [name, ...aliases, family, ...familyAliases].join(" ").toLowerCase(),
    text: [summary.zh, summary.en, ...developers.map((item) => item.name), ...highlights].join(" ").toLowerCase(),
  }));
  const makeIndex = (): MiniSearch => {
    const library = new MiniSearch({ fields: ["names", "text"] });
    library.addAll(texts);
    return library;
  };
  const library = makeIndex();
  const queries = randomQueries();
  const filter = (query: string): number => {
    const words = query.toLowerCase().split(" ");
    return texts.filter(({ names, text }) => words.every((word) => names.includes(word) || text.includes(word))).length;
  };
  const rounds = Array.from({ length: ROUNDS }, () => ({
    index: milliseconds(makeIndex),
    library: queries.map((query) => milliseconds(() => library.search(query))),
    filter: queries.map((query) => milliseconds(() => filter(query))),
  }));
  const each = (name: "library" | "filter"): number[] =>
    queries.map((_, at) => median(rounds.map((round) => round[name][at] ?? Number.NaN)));
  return { index: median(rounds.map(({ index }) => index)), library: each("library"), filter: each("filter") };
}

const PARTS =
  "int4|<=#GB|#b|商用|moe|看图|写代码|推理|qwen|通义千问|deepseek r1|百川|智谱|#k|2024|apache|awq|多语言|端侧|工具调用|科研|qwne3|baichaun|zhipu|清华的模型|医疗|gguf|chatglm|训练数据|最新|llama 中文|翻译".split(
    "|",
  );

/** Always the same; the figures in them make most of them new. */
function randomQueries(): string[] {
  let seed = 1;
  const random = (): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed / 2_147_483_648;
  };
  const part = (): string =>
    PARTS[Math.floor(random() * PARTS.length)]?.replace("#", (random() * 40 + 1).toFixed(2)) ?? "";
  const queries = Array.from({ length: QUERIES * 2 }, () =>
    Array.from({ length: 1 + Math.floor(random() * 3) }, part).join(" "),
  );
  return [...new Set(queries)].slice(0, QUERIES);
}

/** Names key by key, of eighty entries. */
function keysOf(entries: readonly Entry[]): string[] {
  const step = Math.ceil(entries.length / 80);
  const names = entries
    .filter((_, at) => at % step === 0)
    .map(({ name, aliases, familyAliases }, at) => [name, ...aliases, ...familyAliases][at % 3] ?? name);
  return names.flatMap((name) => Array.from({ length: Math.min(8, name.length) }, (_, at) => name.slice(0, at + 1)));
}
