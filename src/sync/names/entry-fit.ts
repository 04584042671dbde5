import type { Entry } from "#src/catalog/entry/schema.ts";
import { basesOf, type Features, isSameWithoutMaker } from "./features.ts";
import type { KnownEntry, KnownName } from "./known-names.ts";
import { wordsOf } from "./model-words.ts";

/** How surely a model belongs to an entry, the surest last. */
const LEVELS = ["none", "newVersion", "withoutMaker", "vocabulary", "series", "sameSeries", "exact"] as const;
type Level = (typeof LEVELS)[number];

/** The entry of the organisation that a model belongs to; undefined: a new series. */
export function fittingKnownEntry(
  model: Features,
  known: readonly KnownEntry[],
  organization: string,
): KnownEntry | undefined {
  const cutByDate = isCutByDate(model, known);
  let best: { item: KnownEntry; rank: readonly number[] } | undefined;
  for (const item of known) {
    const level = levelOf(model, item, known, organization.toLowerCase());
    if (level === "none" || (level !== "exact" && cutByDate && !sharesDate(model, item))) continue;
    const rank = [LEVELS.indexOf(level), ...nearness(model, item), dateNumber(item.entry)];
    if (best === undefined || compare(rank, best.rank) > 0) best = { item, rank };
  }
  return best?.item;
}

function levelOf(model: Features, item: KnownEntry, known: readonly KnownEntry[], organization: string): Level {
  const { names } = item;
  if (names.some(({ features }) => features.plain === model.plain)) return "exact";
  if (!isFreeFor(model, item) || isOfOtherBase(model, item) || !takesTier(model, item, known)) return "none";
  // `minicpm-v4` as people type it reads as MiniCPM 4: what an entry is called counts only beside what it has.
  // A variant that is called by its size only says nothing of its series.
  const has = names.filter(
    ({ source, features }) => source === "weights" || (source === "variant" && features.series !== ""),
  );
  if (isOnlyPreviewed(model, item)) return "none";
  const isOfSeries = has.length === 0 || has.some(({ features }) => features.series === model.series);
  const same = isOfSeries ? names.filter(({ features }) => features.version === model.version) : [];
  if (same.some(({ features }) => features.tier === model.tier && features.base === model.base)) return "sameSeries";
  if (same.length > 0) return "series";
  if (addsToName(model, item) && isOfVocabulary(model, item)) return "vocabulary";
  if (isWithoutMaker(model, item, organization)) return "withoutMaker";
  return takesVersion(model, item, known) ? "newVersion" : "none";
}

/**
 * An entry whose id has a size, a date, a size in words or "thinking" is of these only, unless its own weights differ
 * in it: then the id only names the first of them.
 */
const isFreeFor = (model: Features, { id, names }: KnownEntry): boolean =>
  (["date", "thinking", "tier", "size"] as const).every((aspect) => {
    const stated = parts(id[aspect]);
    if (stated.every((part) => parts(model[aspect]).includes(part))) return true;
    // A model may leave out its size, never its date.
    if (aspect === "date") return false;
    if (aspect === "size" && model.size === "") return true;
    return names.some(
      ({ source, features }) =>
        source !== "entry" &&
        !stated.every((part) => parts(features[aspect]).includes(part)) &&
        features[aspect] !== "",
    );
  });

const parts = (text: string): string[] => (text === "" ? [] : text.split("-"));

/** Whether entries of the same series are told apart by dates, so that a new date is a new entry. */
const isCutByDate = (model: Features, known: readonly KnownEntry[]): boolean =>
  model.date !== "" && known.some(({ id }) => id.date !== "" && id.version === model.version);
const sharesDate = (model: Features, { names }: KnownEntry): boolean =>
  names.some(({ features }) => features.date === model.date);

/** Whether the entry has a model that this one's name only adds words to. */
const addsToName = (model: Features, { names }: KnownEntry): boolean =>
  names.some(
    ({ source, features }) =>
      source !== "entry" &&
      features.seriesWords.length > 0 &&
      features.seriesWords.every((word) => model.seriesWords.includes(word)),
  );

/** Whether a name of the entry is the model's but for the maker's name, which the entry has or the organisation is. */
const isWithoutMaker = (model: Features, { names }: KnownEntry, organization: string): boolean =>
  names.some(({ features }) => {
    if (!isSameWithoutMaker(model, features)) return false;
    const isKnown = features.earlyKeys.length > model.earlyKeys.length;
    const maker = (isKnown ? features : model).lead;
    // `LongWriter-glm4` is no other name for GLM-4.
    return organization.includes(maker) || (!isKnown && names.some((other) => other.features.lead === maker));
  });

/** Whether the entry has each of the model's words, with its version, and begins alike. */
function isOfVocabulary(model: Features, { names }: KnownEntry): boolean {
  const vocabulary = new Set(names.flatMap(({ features }) => [...features.seriesKeys, ...features.late.split("-")]));
  return (
    names.some(({ features }) => features.lead === model.lead) &&
    model.seriesKeys.length > 0 &&
    model.seriesKeys.every((key) => vocabulary.has(key))
  );
}

/**
 * Whether the entry takes its versions together: it has several of the same series and major version, its name says
 * several or none, and no other entry has a newer one.
 */
function takesVersion(model: Features, { entry, names }: KnownEntry, known: readonly KnownEntry[]): boolean {
  const alike = names.filter(({ source, features }) => source !== "entry" && features.series === model.series);
  const versions = new Set(alike.map(({ features }) => features.version));
  if (versions.size < 2 || !alike.some(({ features }) => majors(features) === majors(model))) return false;
  if (new Set(versionsIn(entry.name)).size === 1) return false;
  if ([...versions].every((version) => compareVersions(version, model.version) > 0)) return false;
  return known.every(
    (other) =>
      other.entry === entry ||
      other.names.every(
        ({ source, features }) =>
          source === "entry" ||
          features.series !== model.series ||
          majors(features) !== majors(model) ||
          alike.some((own) => compareVersions(own.features.version, features.version) >= 0),
      ),
  );
}

/** `MiniCPM4 / 4.1` → 4 and 4.1; sizes are no versions. */
const versionsIn = (name: string): string[] => wordsOf(name).all.flatMap(({ version }) => version ?? []);

/**
 * Whether every model of the entry was made from another maker's and this one's name says none; where the entry's id
 * says such a model, also whether this one was made from another.
 */
function isOfOtherBase(model: Features, { names, id }: KnownEntry): boolean {
  const own = names.filter(({ source }) => source === "weights");
  if (own.length === 0) return false;
  if (basesOf(model).length === 0) return own.every(({ features }) => basesOf(features).length > 0);
  const known = new Set(own.flatMap(({ features }) => basesOf(features)));
  return basesOf(id).length > 0 && basesOf(model).some((base) => !known.has(base));
}

/** Whether the entry has the model's size in words, or variants of its organisation differ in it. */
function takesTier(model: Features, item: KnownEntry, known: readonly KnownEntry[]): boolean {
  if (item.names.some(({ features }) => features.tier === model.tier)) return true;
  return (item.entry.variants ?? []).length > 0 && known.some(isCutByTier);
}

/** Whether the entry's variants are told apart by sizes in words. */
const isCutByTier = ({ names }: KnownEntry): boolean =>
  new Set(names.filter(({ variant }) => variant !== undefined).map(({ features }) => features.tier)).size > 1;

/** Whether an entry of another version has no more of the model's version than a preview. */
function isOnlyPreviewed(model: Features, { names, id }: KnownEntry): boolean {
  if (model.preview !== "" || id.series !== model.series || id.version === model.version) return false;
  const same = names.filter(({ source, features }) => source !== "entry" && features.version === model.version);
  return same.length > 0 && same.every(({ features }) => features.preview !== "");
}

const compareVersions = (a: string, b: string): number => a.localeCompare(b, "en", { numeric: true });

const majors = ({ seriesKeys }: Features): string =>
  seriesKeys.map((key) => key.replace(/(\d+)\.[\d.]+$/, "$1")).join("-");

/** What tells entries apart that fit as well: shared dates, sizes, thinking, stages. */
function nearness(model: Features, { names }: KnownEntry): number[] {
  const shared = ({ features }: KnownName): number =>
    (["date", "thinking", "size", "tier", "late", "context", "stage"] as const).reduce(
      (sum, aspect, index) => sum + (features[aspect] === model[aspect] ? 2 ** (7 - index) : 0),
      0,
    );
  return [Math.max(0, ...names.map(shared))];
}

const dateNumber = ({ released }: Entry): number => Number((released ?? "").replaceAll("-", "").padEnd(8, "0"));

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [index, value] of a.entries()) {
    const difference = value - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
