import { memoByObject } from "#src/base/memo.ts";
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
  /** Models in Ollama as in `ollama run`. */
  ollama: (name: string) => readonly OllamaBearer[];
  /** The models that one is another build of: `qwen3:8b-q8_0` of `qwen3:8b`. */
  ollamaBuild: (name: string) => readonly OllamaBearer[];
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
  /** The name without an owner of weights before it: `Qwen_Qwen3-8B-GGUF`. */
  withoutOwner: (name: string) => string;
  /** Entries by a repository of theirs on GitHub, the newest first. */
  repository: (name: string) => readonly Bearer[];
};

/** Reads ahead what the hubs call the models of an entry. */
export const prepareReferences = (entry: Entry): unknown[] => [
  ollamaBearers(entry),
  weightsBearers(entry),
  namedBearers(entry),
];

/** Indexes what the hubs call the models of entries. */
export function indexReferences(entries: readonly Entry[]): References {
  const newestFirst = entries.toSorted(byNewest);
  const models = newestFirst.flatMap(ollamaBearers).toSorted(exactFirst);
  const files = newestFirst.flatMap(weightsBearers).toSorted(ofVariantFirst);
  const ollama = listsBy(models, ({ model }) => [modelKey(model.model)]);
  const families = listsBy(models, ({ model }) => [taggedName(model.model).base]);
  const weights = listsBy(files, ({ id }) => [id?.toLowerCase()]);
  const stems = listsBy(files, ({ stems: own }) => own.map(foldName));
  const pages = listsBy(files, ({ url }) => [url === undefined ? undefined : withoutScheme(url)]);
  const owners = new Set(files.flatMap(({ id }) => id?.split("/")[0]?.toLowerCase() ?? []));
  const named = [
    ...newestFirst.flatMap(namedBearers),
    ...files.flatMap((file) => file.stems.map((name) => ({ ...file, name }))),
  ];
  const dotless = listsBy(named, ({ name }) => [name.includes(".") ? withoutDots(name) : undefined]);
  const repositories = listsBy(
    newestFirst.map((entry) => ({ entry, variant: undefined })),
    ({ entry }) => repositoriesOf(entry),
  );
  return {
    ollama: (name) => ollama.get(modelKey(name)) ?? [],
    ollamaBuild: (name) => {
      const { base, tag } = taggedName(name);
      const built = (families.get(base) ?? []).filter(({ model }) => tag.startsWith(`${taggedName(model.model).tag}-`));
      return built.toSorted((a, b) => exactFirst(a, b) || b.model.model.length - a.model.model.length);
    },
    ollamaFamily: (name) => families.get(taggedName(name).base) ?? [],
    weights: (id) => weights.get(id.toLowerCase()) ?? [],
    stem: (folded) => stems.get(folded) ?? [],
    page: (address) => pages.get(withoutScheme(address)) ?? [],
    withoutDots: (name) => dotless.get(withoutDots(name)) ?? [],
    withoutOwner: (name) => {
      const [owner = "", ...rest] = name.split("_");
      return owners.has(owner.toLowerCase()) ? rest.join("_") : name;
    },
    repository: (name) => repositories.get(name.toLowerCase()) ?? [],
  };
}

const ollamaBearers = memoByObject((entry: Entry): OllamaBearer[] =>
  everyOllamaModel(entry).map(({ row: model, variant }) => ({
    entry,
    variant: variant ?? editionOf(entry, undefined, model.model.replace(/[:/]/g, " ")).variant,
    model,
  })),
);

type WeightsBearer = Bearer & { id: string | undefined; url: string | undefined; stems: readonly string[] };

const weightsBearers = memoByObject((entry: Entry): WeightsBearer[] =>
  everyWeights(entry).flatMap(({ row, variant }) =>
    (row.formerId === undefined ? [row.id] : [row.id, row.formerId]).map((id) => {
      const name = id?.slice(id.indexOf("/") + 1);
      const of = variant ?? variantOf(entry, name ?? "", row.label);
      return { entry, variant: of, id, url: row.url, stems: name === undefined ? [] : stemsOf(name) };
    }),
  ),
);

type NamedBearer = Bearer & { name: string };

/** An entry by its own names; those of its variants are theirs. */
const namedBearers = memoByObject((entry: Entry): NamedBearer[] => {
  const variants = (entry.variants ?? []).map((variant) => ({ entry, variant, name: variant.name }));
  const own = [entry.id, entry.name, ...entry.aliases].filter(
    (name) => !variants.some((item) => foldName(item.name) === foldName(name)),
  );
  return [...own.map((name) => ({ entry, variant: undefined, name })), ...variants];
});

const repositoriesOf = ({ repository }: Entry): string[] =>
  repository === undefined
    ? []
    : [repository.name, ...(repository.formerNames ?? []), ...(repository.others ?? [])].map((name) =>
        name.toLowerCase(),
      );

/** Hubs that allow no dots in names have `2_5` for 2.5. */
function variantOf(entry: Entry, name: string, label: string): Variant | undefined {
  const dotted = name.replace(/(?<=\d)_(?=\d)/g, ".");
  return editionOf(entry, undefined, dotted).variant ?? editionOf(entry, undefined, label).variant;
}

/** The items under each of their keys, in their order. */
function listsBy<Item>(
  items: readonly Item[],
  keysOf: (item: Item) => readonly (string | undefined)[],
): Map<string, Item[]> {
  const lists = new Map<string, Item[]>();
  for (const item of items) {
    for (const key of keysOf(item)) {
      if (key === undefined) continue;
      const list = lists.get(key);
      if (list === undefined) lists.set(key, [item]);
      else list.push(item);
    }
  }
  return lists;
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

function modelKey(name: string): string {
  const { base, tag } = taggedName(name);
  return `${base}:${tag}`;
}
