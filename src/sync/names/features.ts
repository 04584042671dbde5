import type { ModelWords, NameWord } from "./model-words.ts";

/** In what the names of two models can differ; the stored precision is not among it. */
export const ASPECTS = [
  "series",
  "version",
  "size",
  "tier",
  "base",
  "late",
  "context",
  "date",
  "revision",
  "preview",
  "thinking",
  "stage",
] as const;
export type Aspect = (typeof ASPECTS)[number];

/** What a name says, aspect by aspect, each as one comparable text; empty where it says nothing. */
export type Features = Readonly<Record<Aspect, string>> & {
  words: ModelWords;
  /** First word of its series. */
  lead: string;
  /** The series' words, without sizes in words and models it was made from. */
  seriesWords: readonly string[];
  /** The same with their versions. */
  seriesKeys: readonly string[];
  /** The words before the size with their versions, those of models that it was made from among them. */
  earlyKeys: readonly string[];
  /** The whole name without the stored precision, as it is compared. */
  plain: string;
};

/** Compares what `words` say; `isBase` tells words that name other makers' models, as Llama in `R1-Distill-Llama-8B`. */
export function featuresOf(words: ModelWords, isBase: (word: string) => boolean): Features {
  const parts = words.all;
  const firstSize = parts.findIndex(
    ({ kind }) => kind === "size" || kind === "stage" || kind === "thinking" || kind === "preview",
  );
  const series = parts.filter(({ kind }) => kind === "series");
  const lead = series[0]?.word ?? "";
  const isOfBase = (item: NameWord): boolean => item !== series[0] && isBase(item.word);
  const isEarly = (item: NameWord): boolean => firstSize < 0 || parts.indexOf(item) < firstSize;
  const own = series.filter((item) => isEarly(item) && !isOfBase(item));
  const text = (kind: NameWord["kind"]): string =>
    parts
      .filter((item) => item.kind === kind)
      .map(({ word }) => word)
      .toSorted()
      .join("-");
  return {
    words,
    lead,
    seriesWords: own.map(({ word }) => word),
    seriesKeys: own.map(wordKey),
    earlyKeys: series.filter(isEarly).map(wordKey),
    plain: parts
      .filter(({ kind }) => kind !== "precision" && kind !== "version")
      .map(wordKey)
      .join("-"),
    series: own
      .map(({ word }) => word)
      .toSorted()
      .join("-"),
    version: own.map(wordKey).toSorted().join("-"),
    size: text("size").replace(/\b(\d+)b(\d)\b/g, "$1.$2b"),
    tier: text("tier"),
    base: series.filter(isOfBase).map(wordKey).join("-"),
    late: series
      .filter((item) => !isEarly(item) && !isOfBase(item))
      .map(wordKey)
      .join("-"),
    context: text("context"),
    date: text("date"),
    revision: text("revision"),
    preview: text("preview"),
    thinking: text("thinking"),
    stage: text("stage"),
  };
}

/** Other makers' models that a name says before its size, with their versions. */
export const basesOf = ({ earlyKeys, seriesKeys }: Features): string[] =>
  earlyKeys.filter((key) => !seriesKeys.includes(key));

/** A word with its version; the first version is often not said. */
const wordKey = ({ word, version }: NameWord): string => `${word}${version === "1" ? "" : (version ?? "")}`;

/** In what two names differ. A version differs only where the words are the same. */
export function differences(a: Features, b: Features): Aspect[] {
  const found = ASPECTS.filter((aspect) => a[aspect] !== b[aspect]);
  return found.filter(
    (aspect) =>
      !(aspect === "version" && found.includes("series")) &&
      // "Thinking" stands where others have "Instruct".
      !(aspect === "stage" && found.includes("thinking") && (a.stage === "" || b.stage === "")),
  );
}

/** The aspect in which alone two names differ; undefined where they differ in none or in several. */
export function onlyDifference(a: Features, b: Features): Aspect | undefined {
  let count = 0;
  for (const aspect of ASPECTS) if (a[aspect] !== b[aspect] && ++count > 2) return undefined;
  const [only, ...others] = count === 0 ? [] : differences(a, b);
  return others.length > 0 ? undefined : only;
}

/** Whether two series are one but for the maker's name before it: `internlm-xcomposer2` and `XComposer2`. */
export function isSameWithoutMaker({ earlyKeys: a }: Features, { earlyKeys: b }: Features): boolean {
  const [longer, shorter] = a.length > b.length ? [a, b] : [b, a];
  return (
    shorter.length > 0 &&
    longer.length === shorter.length + 1 &&
    /^\p{L}+$/u.test(longer[0] ?? "") &&
    shorter.every((key, index) => key === longer[index + 1])
  );
}
