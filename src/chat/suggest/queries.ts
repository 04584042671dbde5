import type { Locale } from "#src/base/locale.ts";
import { memoByObject } from "#src/base/memo.ts";
import { PRECISIONS } from "#src/catalog/entry/precision.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { foldName, isHan } from "#src/catalog/entry/text.ts";
import { namesOfEntry } from "#src/catalog/search/names.ts";
import type { Catalog } from "#src/catalog/search/search.ts";
import type { Autocomplete, Suggestion } from "#src/chat/command.ts";
import { about } from "#src/chat/model/list.ts";
import { clip, LIMITS } from "#src/chat/view.ts";

/** Families are few: more are not read, and each is counted while somebody types. */
const MAX_FAMILIES = 3;
/** Characters of the longest Chinese word that is completed inside a text. */
const LONGEST_WORD = 4;
/** Words of the longest names. */
const MAX_WORDS = 4;
const MAX_FURTHER = 7;
const MAX_TRIED = 12;

/** Queries to begin with when nothing is typed, the most wanted first; suggested only where they find something. */
const STARTERS: Record<Locale, readonly string[]> = {
  "zh-CN":
    "int4|<=6GB|<=8GB|写代码|推理|看图|商用|7b|<=16GB|<=24GB|128k|moe|端侧|ollama|数学|翻译|语音|智能体|OCR|写小说|角色扮演|客服|医疗|法律|金融|最新|今年|免申请|gguf|apache-2.0|<10b".split(
      "|",
    ),
  "zh-TW":
    "int4|<=6GB|<=8GB|寫程式|推理|看圖|商用|7b|<=16GB|<=24GB|128k|moe|端側|ollama|數學|翻譯|語音|智能體|OCR|寫小說|角色扮演|客服|醫療|法律|金融|最新|今年|免申請|gguf|apache-2.0|<10b".split(
      "|",
    ),
  "en-US":
    "int4|<=6GB|<=8GB|code|reasoning|vision|commercial|7b|<=16GB|<=24GB|128k|moe|on-device|ollama|math|translation|audio|agent|ocr|writing|roleplay|medical|legal|finance|newest|this year|gguf|apache-2.0|<10b".split(
      "|",
    ),
};

/** Other words that the search knows and that are worth completing. */
const MORE: Record<Locale, readonly string[]> = {
  "zh-CN":
    "代码|编程|多模态|思考|不思考|可关闭思考|视频|画图|文生图|深度研究|教育|古文|心理|电商|基座|文案|免费商用|去年|最近半年|小模型|长文本|百万上下文|微调|多语言|角色扮演|非商用|稠密|中文|英文|日语".split(
      "|",
    ),
  "zh-TW":
    "程式碼|多模態|思考|不思考|可關閉思考|影片|畫圖|文生圖|深度研究|教育|古文|心理|電商|基座|文案|免費商用|去年|最近半年|小模型|長文本|微調|多語言|角色扮演|非商用|稠密|中文|英文|日語".split(
      "|",
    ),
  "en-US":
    "thinking|no-think|multimodal|video|drawing|deep research|education|psychology|base model|last year|small|long context|fine-tuned|multilingual|non-commercial|dense|chinese|english|japanese".split(
      "|",
    ),
};
const EVERYWHERE = [..."mit|14b|32b|70b|32k|256k|1m|4bit|8bit|4090|3090".split("|"), ...PRECISIONS];

/** The words to complete in a language, which is often mixed with English. */
const wordsIn = (locale: Locale): readonly string[] => [
  ...new Set([...STARTERS[locale], ...STARTERS["en-US"], ...MORE[locale], ...MORE["en-US"], ...EVERYWHERE]),
];

/** Suggests queries: with nothing typed good ones to begin with, else completions of the last word. */
export const suggestQueries: Autocomplete = (typed, { catalog, text, locale }) => {
  const counted = (query: string): Suggestion[] => {
    const count = catalog.count(query);
    const name = clip(text("list.suggestion", { query: query.trim(), count }), LIMITS.optionText);
    return count === 0 || query.length > LIMITS.optionText ? [] : [{ name, value: query.trim() }];
  };
  if (typed.trim() === "") return STARTERS[locale].flatMap(counted).slice(0, LIMITS.suggestions);
  const { before, last } = lastName(typed, catalog);
  if (last === "") {
    const total = catalog.count(typed);
    const further = STARTERS[locale]
      .values()
      .take(MAX_TRIED)
      .map((word) => `${typed}${word}`)
      .filter((query) => total > 1 && isNarrowing(query, total, catalog))
      .take(MAX_FURTHER);
    return [typed, ...further].flatMap(counted);
  }
  const completed = completionsOf(last, catalog, locale).map((word) => `${before}${word}`);
  const entries = entriesFor(before, last, catalog);
  const suggestions = [
    ...(isWhole(last, catalog) ? [typed, ...completed] : completed).flatMap(counted),
    ...entries.flatMap((entry) => suggestionOf(`${before}${entry.id}`, about(entry, { text }))),
  ];
  return distinct(suggestions.length > 0 ? suggestions : counted(typed)).slice(0, LIMITS.suggestions);
};

/** The words that are being typed: the last one, or more where they begin a name (`int4 deepseek r`). */
function lastName(typed: string, { names }: Catalog): { before: string; last: string } {
  const starts = [...typed.matchAll(/(?<=^|\s)\S/gu)].map(({ index }) => index).slice(-MAX_WORDS);
  const begins = (at: number): boolean => {
    const folded = foldName(typed.slice(at));
    return names
      .near(typed.slice(at), 1)
      .some((entry) => namesOfEntry(entry).some((name) => foldName(name).startsWith(folded)));
  };
  const at = /\s$/u.test(typed) ? typed.length : (starts.slice(0, -1).find(begins) ?? starts.at(-1) ?? 0);
  return { before: typed.slice(0, at), last: typed.slice(at) };
}

const suggestionOf = (query: string, description: string): Suggestion[] =>
  query.length > LIMITS.optionText
    ? []
    : [{ name: clip(`${query} · ${description}`, LIMITS.optionText), value: query }];

function distinct(suggestions: readonly Suggestion[]): Suggestion[] {
  const seen = new Set<string>();
  return suggestions.filter(({ value }) => !seen.has(foldName(value)) && seen.add(foldName(value)));
}

/** Whether a longer query says more than the shorter one, and still finds something. */
function isNarrowing(query: string, total: number, catalog: Catalog): boolean {
  const count = catalog.count(query);
  return count > 0 && count < total;
}

/** Whether words are understood as they stand, and are not only the start of some that are. */
function isWhole(words: string, catalog: Catalog): boolean {
  if (words.length < 2) return false;
  const { criteria, ignored } = catalog.search(words).query;
  const isKnown = criteria.every((item) => item.kind !== "word" || item.named.length > 0);
  return isKnown && criteria.length > 0 && ignored.length === 0;
}

const FIGURE = /^\d+(?:\.\d+)?$/;

/** Entries that are meant by the last word and meet what stands before it. */
function entriesFor(before: string, last: string, catalog: Catalog): Entry[] {
  const near = FIGURE.test(last) ? [] : catalog.names.near(last, LIMITS.suggestions);
  if (before.trim() === "") return near;
  const meeting = new Set(catalog.search(before.trim()).hits.map(({ entry }) => entry));
  return near.filter((entry) => meeting.has(entry));
}

/** Words of the search and names of families that begin with what is typed; of Chinese without spaces, with its end. */
function completionsOf(typed: string, catalog: Catalog, locale: Locale): string[] {
  const words = wordsIn(locale);
  const beginningWith = (prefix: string): string[] => {
    const folded = foldName(prefix);
    const families = familiesOf(catalog).filter(({ key }) => key.startsWith(folded));
    const known = words.filter((word) => foldName(word).startsWith(folded));
    const first = known.filter((word) => STARTERS[locale].includes(word));
    return [...new Set([...first, ...families.slice(0, MAX_FAMILIES).map(({ name }) => name), ...known])];
  };
  const typedFigure = typed.normalize("NFKC");
  if (FIGURE.test(typedFigure)) return [`${typedFigure}b`, `<=${typedFigure}GB`, ...beginningWith(typed)];
  const whole = beginningWith(typed);
  if (whole.length > 0 || !isHan(typed.at(-1) ?? "")) return whole;
  for (let from = Math.max(1, typed.length - LONGEST_WORD); from < typed.length; from++) {
    const ends = beginningWith(typed.slice(from)).filter(isHan);
    if (ends.length > 0) return ends.map((word) => typed.slice(0, from) + word);
  }
  return [];
}

type Family = { key: string; name: string };

/** The names of families as they are written, those with the most entries first. */
const familiesOf = memoByObject((catalog: Catalog): Family[] => {
  const counts = new Map<string, Family & { count: number }>();
  for (const { family, familyAliases } of catalog.entries) {
    for (const name of new Set([family, ...familyAliases])) {
      const item = counts.get(foldName(name)) ?? { key: foldName(name), name, count: 0 };
      counts.set(item.key, { ...item, count: item.count + 1 });
    }
  }
  return [...counts.values()].toSorted((a, b) => b.count - a.count);
});
