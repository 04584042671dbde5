import { byNewest } from "#src/catalog/names.ts";
import { PRECISIONS } from "#src/catalog/precision.ts";
import type { Entry } from "#src/catalog/schema.ts";
import { formatGb } from "#src/catalog/units.ts";
import type { Autocomplete, Suggestion } from "./command.ts";
import { about } from "./model-list.ts";
import { clip, LIMITS } from "./view.ts";

/** Discord shows 25 suggestions at most. */
const MOST = 25;
/** What people begin with when nothing is typed yet; offered only where it finds something. */
const STARTERS = [
  "int4",
  "<=6GB",
  "<=8GB",
  "<=16GB",
  "<=24GB",
  "商用",
  "7b",
  "<10b",
  "128k",
  "moe",
  "看图",
  "写代码",
  "医疗",
  "法律",
  "金融",
  "apache-2.0",
  "gguf",
];

/** Entries for what is typed so far; with nothing typed the newest of each family first. */
export const suggestModels: Autocomplete = (typed, { catalog, text }) => {
  const entries = typed.trim() === "" ? favourites(catalog.entries) : catalog.names.near(typed, MOST);
  return entries.slice(0, MOST).map(
    (entry): Suggestion => ({
      name: clip(`${entry.name} · ${about(entry, { text })}`, LIMITS.optionText),
      value: entry.id,
    }),
  );
};

/** Models to try: what is installed here first (marked, with the speed seen), then entries that could be pulled, with size. */
export const suggestTryModels: Autocomplete = (typed, context) => {
  const { catalog, fleet, tries, resolve, text } = context;
  const wanted = typed.trim().toLowerCase();
  const matching = wanted === "" ? favourites(catalog.entries) : catalog.names.near(typed, MOST);
  const resolved = matching.map((entry) => ({ entry, resolution: resolve(entry.id) }));
  const label = (name: string, ...notes: string[]): string =>
    clip([name, ...notes.filter((note) => note !== "")].join(" · "), LIMITS.optionText);
  const speed = (model: string): string => {
    const seen = tries.speed(model);
    return seen === undefined ? "" : text("try.speedHere", { speed: seen.toFixed(0) });
  };
  const ready = resolved.flatMap(({ entry, resolution }) =>
    resolution.kind === "ready"
      ? {
          name: label(
            `✓ ${entry.name}`,
            resolution.target.standIn ? `→ ${resolution.target.model}` : "",
            text("try.installed"),
            speed(resolution.target.model),
          ),
          value: entry.id,
        }
      : [],
  );
  const literal = fleet
    .installed()
    .filter(({ name }) => name.includes(wanted))
    .map(({ name, parameterSize = "" }) => ({
      name: label(`✓ ${name}`, parameterSize, text("try.installed"), speed(name)),
      value: name,
    }));
  const pullable = resolved.flatMap(({ entry, resolution }) =>
    resolution.kind === "pullable"
      ? {
          name: label(
            entry.name,
            `ollama pull ${resolution.model.model}`,
            resolution.model.sizeGb === undefined ? "" : formatGb(resolution.model.sizeGb),
          ),
          value: entry.id,
        }
      : [],
  );
  return [...ready, ...literal, ...pullable].slice(0, MOST);
};

/** Queries for what is typed so far: with nothing typed good ones to begin with, else completions of the last word. */
export const suggestQueries: Autocomplete = (typed, { catalog, text }) => {
  const label = (query: string): Suggestion[] => {
    const count = catalog.search(query).hits.length;
    return count === 0
      ? []
      : [{ name: clip(text("list.suggestion", { query, count }), LIMITS.optionText), value: query }];
  };
  if (typed.trim() === "") return STARTERS.flatMap(label).slice(0, MOST);
  const [, before = "", last = ""] = /^(.*?)(\S*)$/su.exec(typed) ?? [];
  const words = last === "" ? STARTERS : completions(last, catalog.entries, catalog.names.near(last, MOST));
  const queries = [typed.trim(), ...words.map((word) => `${before}${word}`)];
  return [...new Set(queries)].flatMap(label).slice(0, MOST);
};

/** Precisions, families and entries that begin with what is typed, then entries whose names come near. */
function completions(typed: string, entries: readonly Entry[], near: readonly Entry[]): string[] {
  const begins = (word: string): boolean => word.toLowerCase().startsWith(typed.toLowerCase());
  const families = [...new Set(entries.map(({ family }) => family))].filter(begins);
  return [...PRECISIONS.filter(begins), ...STARTERS.filter(begins), ...families, ...near.map(({ id }) => id)].slice(
    0,
    MOST,
  );
}

function favourites(entries: readonly Entry[]): Entry[] {
  const newest = entries.toSorted(byNewest);
  const seen = new Set<string>();
  const first = newest.filter(({ family }) => !seen.has(family) && seen.add(family));
  return [...new Set([...first, ...newest])];
}
