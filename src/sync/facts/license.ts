import { byStrictness, licensesOf } from "#src/catalog/entry/of-variant.ts";
import type { Entry, License } from "#src/catalog/entry/schema.ts";
import { weightsUrl } from "#src/catalog/entry/urls.ts";
import { line, name as nameSchema, url } from "#src/catalog/entry/value-schemas.ts";
import type { ModelFacts } from "#src/sync/hubs/hub.ts";

type Reading = Pick<License, "weights" | "commercial" | "clause">;

/** What the catalog states for each licence, by its normal name. */
export type LicenseReadings = ReadonlyMap<string, Reading>;

/** So many of the statements must agree; the others follow a base model's stricter licence. */
const AGREEING = 0.9;
/** Remarks beside a licence's name: where it was read, what else holds. */
const REMARK = /[（(；;，,]/;

/** Normal names of licences that hubs and people write in several ways. */
const SPELLINGS: readonly (readonly [RegExp, string])[] = [
  [/^apache(?:-license)?(?:-version)?-?2(?:\.0)?$/, "apache-2.0"],
  [/^mit(?:-license)?$/, "mit"],
  [/^(a|l)?gpl-?(?:v)?3(?:\.0)?$/, "$1gpl-3.0"],
];

/** Permissive licences (https://opensource.org/licenses), by their normal names: what they allow needs no entry that says it. */
const PERMISSIVE: LicenseReadings = new Map([
  ["apache-2.0", { weights: "Apache-2.0", commercial: "yes" }],
  ["mit", { weights: "MIT", commercial: "yes" }],
]);

/** `Apache License 2.0`, `Qwen Research License`, `llama3.1` → `apache-2.0`, `qwen-research`, `llama-3.1`. */
export function normalLicense(text: string): string {
  const plain = text.slice(0, 200).toLowerCase().split(REMARK)[0] ?? "";
  const dashed = plain
    .trim()
    .replace(/[\s_]+/g, "-")
    .replace(/^the-/, "");
  const spelling = SPELLINGS.find(([pattern]) => pattern.test(dashed));
  if (spelling !== undefined) return dashed.replace(...spelling);
  const words = dashed.split("-").filter((word) => !["license", "licence", "agreement", ""].includes(word));
  return words.join("-").replace(/^(llama|gemma|yi|glm)(\d)/, "$1-$2");
}

/**
 * What all entries state for each licence. Statements without remarks count where there are any; commercial use is taken
 * where nine of ten agree, the clause where all that have one say the same.
 */
export function licenseReadings(entries: readonly Entry[]): LicenseReadings {
  const byName = Map.groupBy(entries.flatMap(licensesOf), ({ weights }) => normalLicense(weights ?? ""));
  const readings = new Map<string, Reading>();
  for (const [normal, all] of byName) {
    const plain = all.filter(({ weights = "" }) => !REMARK.test(weights));
    const reading = readingOf(plain.length > 0 ? plain : all);
    if (!["", "other", "unknown"].includes(normal) && reading !== undefined) readings.set(normal, reading);
  }
  return readings;
}

function readingOf(stated: readonly License[]): Reading | undefined {
  const [commercial, agreeing = []] = mostOf(stated, (license) => license.commercial);
  const [weights = ""] = mostOf(agreeing, (license) => license.weights);
  const clauses = Map.groupBy(
    agreeing.filter(({ clause }) => clause !== undefined),
    ({ clause }) => clause?.zh,
  );
  const clause = clauses.size === 1 ? [...clauses.values()][0]?.[0]?.clause : undefined;
  if (commercial === undefined || agreeing.length < AGREEING * stated.length) return undefined;
  return { weights: weights.split(REMARK)[0]?.trim() ?? weights, commercial, ...(clause && { clause }) };
}

/** The value that most have, with those that have it. */
function mostOf<Item, Value>(items: readonly Item[], keyOf: (item: Item) => Value): [Value?, Item[]?] {
  return [...Map.groupBy(items, keyOf)].toSorted(([, a], [, b]) => b.length - a.length)[0] ?? [];
}

/**
 * The licence of the weights as the catalog writes it. A licence that the hub knows by a tag is read as all entries read
 * it; one of the maker's own as an entry of the same organisation that has it (`siblings`), then as any entry; else its
 * name and link are given, and whether commercial use is allowed stays unknown. A stricter licence of its base model
 * (`base`) holds as well. Undefined where the hub states none.
 */
export function licenseOf(
  facts: Pick<ModelFacts, "license" | "hub" | "id">,
  siblings: readonly License[],
  readings: LicenseReadings,
  base?: License,
): License | undefined {
  const { tag, name: ownName } = facts.license;
  const isOwn = tag === undefined || tag === "other" || tag === "unknown";
  const stated = line.safeParse(isOwn ? ownName : tag).data;
  if (stated === undefined && tag === undefined) return undefined;
  const address = linkOf(facts);
  const link = address === undefined ? {} : { weightsUrl: address };
  if (stated === undefined) return { commercial: "unknown", ...link };
  const normal = normalLicense(stated);
  const ofSiblings = isOwn ? siblings.filter(({ weights }) => weights !== undefined && isSame(normal, weights)) : [];
  const reading =
    readingOf(ofSiblings) ?? readings.get(normal) ?? PERMISSIVE.get(normal) ?? looseReading(normal, readings);
  const license = reading === undefined ? unread(stated, normal) : reading;
  return stricter({ ...license, ...(isOwn || reading === undefined ? link : {}) }, base);
}

/** A licence that no entry states in one voice: its name, and what the name itself says. */
function unread(stated: string, normal: string): License {
  const weights = nameSchema.safeParse(stated).data;
  return { ...(weights !== undefined && { weights }), commercial: isNonCommercial(normal) ? "no" : "unknown" };
}

/** A licence with its base model's terms where these are stricter; what is unknown of the base says nothing. */
function stricter(license: License, base: License | undefined): License {
  if (base === undefined || base.commercial === "unknown") return license;
  // What is unknown stays so unless the base forbids it.
  if (byStrictness(base.commercial, license.commercial) <= 0) return license;
  const { clause: _clause, ...rest } = license;
  return { ...rest, commercial: base.commercial, ...(base.clause && { clause: base.clause }) };
}

/** Hubs leave out words of the name: `tencent-hunyuan-community`, `llama3`, `qwen`. */
const loosely = (normal: string): string => normal.replace(/-(?:community|model|models)(?=-|$)/g, "");
const isSame = (normal: string, weights: string): boolean => loosely(normalLicense(weights)) === loosely(normal);

/** The one licence whose name is the same but for such words; undefined where there are several. */
function looseReading(normal: string, readings: LicenseReadings): Reading | undefined {
  const found = [...readings].filter(([name]) => loosely(name) === loosely(normal));
  return found.length === 1 ? found[0]?.[1] : undefined;
}

/** Creative Commons' licences say in their name that commercial use is not allowed: `cc-by-nc-4.0`. */
const isNonCommercial = (normal: string): boolean => /^cc-by(?:-[a-z]{2})*-nc(?:-|$)/.test(normal);

/** An address, or a file of the model's repository (`LICENSE`). */
function linkOf({ license: { link }, hub, id }: Pick<ModelFacts, "license" | "hub" | "id">): string | undefined {
  if (link === undefined) return undefined;
  const isFile = hub === "huggingface" && /^(?:\.\/)?[\w.-]{1,100}$/.test(link);
  return url.safeParse(isFile ? `${weightsUrl({ hub, id })}/blob/main/${link.replace(/^\.\//, "")}` : link).data;
}
