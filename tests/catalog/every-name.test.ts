import { describe, expect, test } from "vitest";
import { everyOllamaModel, everyWeights } from "#src/catalog/entry/editions.ts";
import type { Entry, Variant } from "#src/catalog/entry/schema.ts";
import { foldName } from "#src/catalog/entry/text.ts";
import { weightsUrl } from "#src/catalog/entry/urls.ts";
import { isSameSubject, subjectName, subjectNamed } from "#src/catalog/search/subject.ts";
import { realCatalog } from "#tests/real-catalog.ts";

const { entries } = realCatalog;
type Owner = { entry: Entry; variant?: Variant | undefined };

/** The names that do not mean the entry, or the variant where one is given; a variant that is found is none too many. */
function astray(names: readonly (readonly [name: string, owner: Owner])[]): string[] {
  return names.flatMap(([name, { entry, variant }]) => {
    const found = subjectNamed(name, realCatalog)?.subject;
    const isRight = found?.entry === entry && (variant === undefined || found.variant === variant);
    return isRight ? [] : `${name} of ${entry.id} is ${found === undefined ? "nothing" : found.entry.id}`;
  });
}

const ownNames = ({ id, name, aliases }: Entry): string[] => [id, name, ...aliases];
/** What an entry and its variant are both called means the entry, whose page has the variant. */
const isEntryToo = ({ id, name }: Entry, variant: Variant): boolean =>
  [id, name].some((own) => foldName(own) === foldName(variant.name));

/** Names of variants that are an entry's own name elsewhere: that entry's they are, and the other is offered. */
const ELSEWHERE: readonly (readonly [name: string, taken: string, offered: string])[] = [
  ["Chinese-LLaMA-2-7B", "chinese-llama-2-7b", "linly-chinese-llama-2"],
];

describe("of every entry", () => {
  test("its id, name and aliases", () => {
    expect(astray(entries.flatMap((entry) => ownNames(entry).map((name) => [name, { entry }] as const)))).toEqual([]);
  });

  test("the names of its variants, alone and as a line of /fit has them", () => {
    const variants = entries.flatMap((entry) => (entry.variants ?? []).map((variant) => ({ entry, variant })));
    const elsewhere = new Set(ELSEWHERE.map(([name]) => name));
    const alone = variants.filter(({ entry, variant }) => !isEntryToo(entry, variant) && !elsewhere.has(variant.name));
    expect(astray(alone.map((owner) => [owner.variant.name, owner] as const))).toEqual([]);
    expect(astray(variants.map((owner) => [lineOf(owner), owner] as const))).toEqual([]);
  });

  test.each(ELSEWHERE)("%s is %s, and %s is offered", (name, taken, offered) => {
    const found = subjectNamed(name, realCatalog);
    expect(found?.subject.entry.id).toBe(taken);
    expect(found?.others.map(({ entry }) => entry.id)).toContain(offered);
  });

  test("its models in Ollama, as they are run; those that stand in for it are whose they are", () => {
    const models = entries.flatMap((entry) => everyOllamaModel(entry).map((model) => ({ entry, ...model })));
    const exact = models.filter(({ row }) => row.exact);
    const own = new Set(exact.map(({ row }) => row.model.toLowerCase()));
    const standIns = models.filter(({ row }) => !row.exact && !own.has(row.model.toLowerCase()));
    for (const prefix of ["", "ollama run ", "ollama pull "])
      expect(astray(exact.map((owner) => [`${prefix}${owner.row.model}`, owner] as const))).toEqual([]);
    const official = exact.filter(({ row }) => !row.model.includes("/"));
    for (const prefix of ["library/", "registry.ollama.ai/library/", "https://ollama.com/library/"])
      expect(astray(official.map((owner) => [`${prefix}${owner.row.model}`, owner] as const))).toEqual([]);
    for (const { row, entry } of standIns) {
      const found = subjectNamed(row.model, realCatalog);
      const meant = found === undefined ? [] : [found.subject, ...found.others].map((item) => item.entry.id);
      expect(meant, row.model).toContain(entry.id);
    }
  });

  test("its weights, by their names on the hubs, with what hubs append, and by the addresses of their pages", () => {
    const files = entries.flatMap((entry) => everyWeights(entry).map((file) => ({ entry, ...file })));
    const ids = files.flatMap((owner) =>
      [owner.row.id, owner.row.formerId].flatMap((id) => (id === undefined ? [] : [[id, owner] as const])),
    );
    expect(astray(ids)).toEqual([]);
    expect(astray(ids.map(([id, owner]) => [id.toUpperCase(), owner] as const))).toEqual([]);
    for (const end of ["-GGUF", "-AWQ", "-GPTQ-Int4", "-FP8", "-MLX-4bit"])
      expect(astray(ids.map(([id, owner]) => [`${id}${end}`, owner] as const))).toEqual([]);
    for (const site of ["https://huggingface.co/", "https://hf-mirror.com/", "https://modelscope.cn/models/"])
      expect(astray(ids.map(([id, owner]) => [`${site}${id}/tree/main`, owner] as const))).toEqual([]);
    expect(astray(ids.map(([id, owner]) => [`ollama run hf.co/${id}-GGUF:Q4_K_M`, owner] as const))).toEqual([]);
    const pages = files.flatMap((owner) => {
      const url = owner.row.url ?? weightsUrl(owner.row);
      return url === undefined || sharedPages.has(url) ? [] : [[url, owner] as const];
    });
    expect(astray(pages)).toEqual([]);
  });

  test("a file of its weights, of which others may be called the same", () => {
    for (const entry of entries) {
      for (const { row, variant } of everyWeights(entry)) {
        if (row.id === undefined) continue;
        const name = `${row.id.split("/")[1]}-Q4_K_M-00001-of-00003.gguf`;
        const found = subjectNamed(name, realCatalog);
        const meant = found === undefined ? [] : [found.subject, ...found.others];
        const isMeant = meant.some((item) => item.entry === entry && (!variant || item.variant !== undefined));
        expect(isMeant, `${name} of ${entry.id}: ${meant.map(subjectName).join(", ")}`).toBe(true);
      }
    }
  });

  test("its repository, which means the entry that is called like it or the newest, and offers the others", () => {
    for (const entry of entries) {
      const { name, formerNames = [], others = [] } = entry.repository ?? { name: "" };
      for (const repository of [name, ...formerNames, ...others].filter((item) => item !== "")) {
        const found = subjectNamed(`https://github.com/${repository}`, realCatalog);
        const meant = found === undefined ? [] : [found.subject, ...found.others];
        expect(
          meant.some((item) => item.entry === entry),
          repository,
        ).toBe(true);
      }
    }
  });

  test("its family, whose newest is meant", () => {
    for (const { family, familyAliases } of entries) {
      for (const name of [family, ...familyAliases]) expect(subjectNamed(name, realCatalog), name).toBeDefined();
    }
  });
});

test("what else a name may mean is never what it was taken for, and nothing twice", () => {
  for (const name of ["qwen 7b", "glm 9b", "yi 34b", "github.com/QwenLM/Qwen3", "llama", "通义"]) {
    const found = subjectNamed(name, realCatalog);
    const meant = found === undefined ? [] : [found.subject, ...found.others];
    for (const [at, one] of meant.entries()) expect(meant.findIndex((other) => isSameSubject(one, other))).toBe(at);
  }
});

const lineOf = ({ entry, variant }: Required<Owner>): string => `**${entry.name}** · ${variant?.name} · INT4 · 可商用`;

/** One page with the files of several entries is the newest's. */
const sharedPages = new Set(["https://cloud.tsinghua.edu.cn/d/674208019e314311ab5c/"]);
