import MiniSearch from "minisearch";
import { everyOllamaModel, everyWeights } from "./editions.ts";
import type { Entry } from "./schema.ts";
import { fold, isHan } from "./text.ts";

type Fields = Record<"names" | "family" | "base" | "data" | "developers" | "files" | "text", string>;
const BOOST: Record<keyof Fields, number> = {
  names: 8,
  family: 5,
  base: 3,
  data: 2,
  developers: 2,
  text: 1,
  files: 0.5,
};
const isField = (name: string): name is keyof Fields => Object.hasOwn(BOOST, name);

/** Half of the character pairs of a Chinese phrase must occur: `中文对话` is found in "中文…对话" too. */
const PHRASE_SHARE = 0.5;

/** Words that mean the same thing to a person who searches. */
const SYNONYMS: readonly (readonly string[])[] = [
  ["写代码", "代码", "编程", "程序", "code", "coder", "coding", "programming"],
  ["推理", "思考", "reasoning", "reason", "thinking", "think"],
  ["翻译", "translation", "translate", "translator"],
  ["数学", "math", "maths", "mathematics"],
  ["蒸馏", "distill", "distilled", "distillation"],
  ["微调", "fine-tuning", "finetune", "finetuned", "sft"],
  ["对话", "聊天", "chat"],
  ["角色扮演", "roleplay", "role-play"],
];

export type FullText = {
  /** Scores of the entries in whose text a word occurs; Latin words also match as beginnings. */
  find: (word: string) => Map<Entry, number>;
};

/** Indexes names, family, base, data, developers, texts and files of all entries with MiniSearch. */
export function indexText(entries: readonly Entry[]): FullText {
  const fields = Object.keys(BOOST).filter(isField);
  const index = new MiniSearch<Fields & { id: number }>({ fields, tokenize, processTerm: (term) => term });
  index.addAll(entries.map((entry, id) => ({ id, ...fieldsOf(entry) })));
  const findOne = (word: string): [Entry, number][] => {
    const terms = tokenize(word);
    const phrase = [...word].some(isHan) ? terms.filter((term) => term.length > 1 || terms.length === 1) : terms;
    if (phrase.length === 0) return [];
    return index
      .search(phrase.join(" "), {
        boost: BOOST,
        prefix: (term) => !isHan(term[0] ?? "") && term.length > 1,
        tokenize: (text) => text.split(" "),
      })
      .filter((hit) => hit.queryTerms.length >= phrase.length * (isHan(word[0] ?? "") ? PHRASE_SHARE : 1))
      .flatMap((hit) => {
        const entry = entries[Number(hit.id)];
        return entry ? [[entry, hit.score]] : [];
      });
  };
  return {
    find: (word) => {
      const scores = new Map<Entry, number>();
      const same = SYNONYMS.find((group) => group.includes(word)) ?? [word];
      for (const term of same) {
        for (const [entry, score] of findOne(term)) scores.set(entry, Math.max(score, scores.get(entry) ?? 0));
      }
      return scores;
    },
  };
}

/**
 * Latin words as they stand (with their parts: `qwen2.5-7b` also as `qwen2.5` and `7b`); Chinese by single characters
 * and pairs, because word segmentation splits terms such as 显存 wrongly.
 */
function tokenize(text: string): string[] {
  const tokens: string[] = [];
  for (const run of fold(text).match(/\p{Script=Han}+|[a-z0-9]+(?:[.+#-][a-z0-9]+)*/gu) ?? []) {
    if (isHan(run[0] ?? "")) {
      const characters = [...run];
      tokens.push(...characters, ...characters.slice(1).map((character, at) => `${characters[at]}${character}`));
    } else {
      tokens.push(...new Set([run, ...run.split("-")]));
    }
  }
  return tokens;
}

function fieldsOf(entry: Entry): Fields {
  const variants = entry.variants ?? [];
  const data = [...(entry.training?.pretrainingData ?? []), ...(entry.training?.instructionData ?? [])];
  const join = (...parts: (string | undefined)[]): string => parts.filter((part) => part !== undefined).join("\n");
  return {
    names: join(entry.id, entry.name, ...entry.aliases, ...variants.map((item) => item.name)),
    family: join(entry.family, ...entry.familyAliases),
    base: join(entry.baseModel, ...variants.map((item) => item.baseModel)),
    data: join(...data.map((item) => item.name)),
    developers: join(entry.developersNote, ...entry.developers.map((item) => item.name)),
    files: join(
      entry.repository?.name,
      ...everyWeights(entry).map(({ row }) => join(row.label, row.id)),
      ...everyOllamaModel(entry).map(({ row }) => row.model),
    ),
    text: join(
      entry.summary.zh,
      entry.summary.en,
      entry.training?.process,
      ...(entry.highlights ?? []),
      ...(entry.demos ?? []),
      ...(entry.updates ?? []).map((item) => item.name),
    ),
  };
}
