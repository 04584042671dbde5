import { editionOf } from "#src/catalog/entry/edition-match.ts";
import { everyOllamaModel, everyWeights } from "#src/catalog/entry/editions.ts";
import type { Entry, OllamaModel, Variant } from "#src/catalog/entry/schema.ts";
import { foldName } from "#src/catalog/entry/text.ts";
import { byNewest } from "./names.ts";
import { stemsOf } from "./written-name.ts";

/** An entry, or one of its variants, that an address belongs to. */
export type Bearer = { entry: Entry; variant: Variant | undefined };
/** The same with the model in Ollama by which it was found. */
export type OllamaBearer = Bearer & { model: OllamaModel };

/** What the hubs call the models of a catalog, with whose it is; the own one first where several have it. */
export type References = {
  /** Models in Ollama as in `ollama run`, also other builds of them: `qwen3:8b-q8_0` is one of `qwen3:8b`. */
  ollama: (name: string) => readonly OllamaBearer[];
  /** Every model in Ollama under a name without its tag. */
  ollamaFamily: (name: string) => readonly OllamaBearer[];
  /** Weights by `owner/name` on any hub. */
  weights: (id: string) => readonly Bearer[];
  /** Weights by their folded name without owner, and without what says how they are stored. */
  stem: (folded: string) => readonly Bearer[];
  /** Weights that are on no hub by the address of their page. */
  page: (address: string) => readonly Bearer[];
  /** Entries, variants and weights by their folded name where its dots are left out or are others: `glm-45-air`. */
  withoutDots: (name: string) => readonly Bearer[];
  /** Entries by a repository of theirs on GitHub, the newest first. */
  repository: (name: string) => readonly Bearer[];
};

/** Indexes what the hubs call the models of entries. */
export function indexReferences(entries: readonly Entry[]): References {
  const newestFirst = entries.toSorted(byNewest);
  const ollama = new Map<string, OllamaBearer[]>();
  const families = new Map<string, OllamaBearer[]>();
  const weights = new Map<string, Bearer[]>();
  const stems = new Map<string, Bearer[]>();
  const pages = new Map<string, Bearer[]>();
  const dotless = new Map<string, Bearer[]>();
  const repositories = new Map<string, Bearer[]>();
  const addDotted = (name: string, bearer: Bearer): void => {
    if (name.includes(".")) add(dotless, withoutDots(name), bearer);
  };
  for (const entry of newestFirst) {
    for (const name of [entry.id, entry.name, ...entry.aliases]) addDotted(name, { entry, variant: undefined });
    for (const variant of entry.variants ?? []) addDotted(variant.name, { entry, variant });
    for (const { row: model, variant: stated } of everyOllamaModel(entry)) {
      const variant = stated ?? editionOf(entry, undefined, model.model.replace(/[:/]/g, " ")).variant;
      const bearer = { entry, variant, model };
      const { base, tag } = taggedName(model.model);
      add(ollama, `${base}:${tag}`, bearer);
      add(families, base, bearer);
    }
    for (const { row, variant: stated } of everyWeights(entry)) {
      if (row.url !== undefined) add(pages, withoutScheme(row.url), { entry, variant: stated });
      for (const id of [row.id, row.formerId]) {
        if (id === undefined) continue;
        const name = id.slice(id.indexOf("/") + 1);
        const variant = stated ?? variantOf(entry, name, row.label);
        add(weights, id.toLowerCase(), { entry, variant });
        for (const stem of stemsOf(name)) {
          add(stems, foldName(stem), { entry, variant });
          addDotted(stem, { entry, variant });
        }
      }
    }
    const { repository } = entry;
    if (repository === undefined) continue;
    for (const name of [repository.name, ...(repository.formerNames ?? []), ...(repository.others ?? [])])
      add(repositories, name.toLowerCase(), { entry, variant: undefined });
  }
  for (const lists of [ollama, families]) for (const list of lists.values()) list.sort(exactFirst);
  for (const lists of [weights, stems]) for (const list of lists.values()) list.sort(ofVariantFirst);
  return {
    ollama: (name) => {
      const { base, tag } = taggedName(name);
      const known = ollama.get(`${base}:${tag}`);
      if (known !== undefined) return known;
      const built = (families.get(base) ?? []).filter(({ model }) => tag.startsWith(`${taggedName(model.model).tag}-`));
      return built.toSorted((a, b) => exactFirst(a, b) || b.model.model.length - a.model.model.length);
    },
    ollamaFamily: (name) => families.get(taggedName(name).base) ?? [],
    weights: (id) => weights.get(id.toLowerCase()) ?? [],
    stem: (folded) => stems.get(folded) ?? [],
    page: (address) => pages.get(withoutScheme(address)) ?? [],
    withoutDots: (name) => dotless.get(withoutDots(name)) ?? [],
    repository: (name) => repositories.get(name.toLowerCase()) ?? [],
  };
}

function variantOf(entry: Entry, name: string, label: string): Variant | undefined {
  return editionOf(entry, undefined, name).variant ?? editionOf(entry, undefined, label).variant;
}

function add<Value>(lists: Map<string, Value[]>, key: string, value: Value): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

const withoutDots = (name: string): string => foldName(name).replaceAll(".", "");
const withoutScheme = (address: string): string => address.toLowerCase().replace(/^https?:\/\/|\/$/g, "");

/** A model itself before what it stands in for. */
const exactFirst = (a: OllamaBearer, b: OllamaBearer): number => Number(b.model.exact) - Number(a.model.exact);
/** Whose variant it is before who has it as a whole. */
const ofVariantFirst = (a: Bearer, b: Bearer): number =>
  Number(b.variant !== undefined) - Number(a.variant !== undefined);

/** `Qwen3` and `library/qwen3:latest` are one model. */
function taggedName(name: string): { base: string; tag: string } {
  const [, base = "", tag = "latest"] = /^(?:library\/)?(.*?)(?::([^:/]*))?$/s.exec(name.trim().toLowerCase()) ?? [];
  return { base, tag };
}
