import type zhCN from "#src/base/locales/zh-CN.json";
import { licenseGroups, licenseOf } from "#src/catalog/entry/of-variant.ts";
import { PRECISIONS, quantizationLabel } from "#src/catalog/entry/precision.ts";
import { formatGb, formatSize, formatTokens } from "#src/catalog/entry/units.ts";
import { releaseUrl, repositoryUrl } from "#src/catalog/entry/urls.ts";
import { sizesOf } from "#src/catalog/memory/offers.ts";
import { offersOfSubject, type Subject, shortVariant } from "#src/catalog/search/subject.ts";
import type { Context } from "#src/chat/command.ts";
import { languageName, sizesText } from "#src/chat/model/labels.ts";
import { commercialText, useText } from "#src/chat/model/license-text.ts";
import { developerText, VARIANT_FACTS } from "#src/chat/model/variant-facts.ts";
import { catalogText } from "#src/chat/traditional.ts";

type FactContext = Pick<Context, "locale" | "text">;

/** What one model says of a field, without Markdown; undefined where it says nothing. */
export type Fact = {
  text: string;
  /** The page that the text names. */
  url?: string;
  /** Whether it is not to be relied on. */
  doubtful?: boolean;
};

/** One field of every model, in their order. */
export type FactRow = { label: string; facts: (Fact | undefined)[] };

/** Whether the models say different things of a field; saying nothing is different from saying something. */
export const differs = ({ facts }: FactRow): boolean => new Set(facts.map((fact) => fact?.text)).size > 1;

/** Ollama models named of one entry. */
const MOST_OLLAMA = 4;

/** What can be compared in words, field by field. */
export function factRows(subjects: readonly Subject[], context: FactContext): FactRow[] {
  return FIELDS.map(({ name, read }) => ({
    label: name === "ollama" ? context.text("sections.ollama") : context.text(`facts.${name}`),
    facts: subjects.map((subject) => {
      const fact = read(subject, context);
      return typeof fact === "string" ? { text: fact } : fact;
    }),
  }));
}

type Field = {
  name: keyof (typeof zhCN)["facts"] | "ollama";
  read: (subject: Subject, context: FactContext) => Fact | string | undefined;
};

const FIELDS: readonly Field[] = [
  {
    name: "developers",
    read: ({ entry }, context) =>
      listed(
        entry.developers.map((developer) => developerText(developer, context.locale)),
        context,
      ),
  },
  { name: "released", read: ({ entry, variant }, context) => own(variant, variant?.released, entry.released, context) },
  { name: "baseModel", read: baseModel },
  { name: "parameters", read: parameters },
  {
    name: "architecture",
    read: ({ entry, variant }, { text }) => {
      const architecture = variant?.architecture ?? entry.architecture;
      return architecture && text(`architecture.${architecture}`);
    },
  },
  {
    name: "context",
    read: ({ entry, variant }, context) => {
      const [specific, whole] = [variant?.contextTokens, entry.contextTokens];
      return own(variant, tokensText(specific), tokensText(whole), context);
    },
  },
  { name: "languages", read: languages },
  {
    name: "modalities",
    read: ({ entry, variant }, context) =>
      listed(
        (variant?.modalities ?? entry.modalities).map((item) => context.text(`modality.${item}`)),
        context,
      ),
  },
  ...VARIANT_FACTS.map(({ name, read, ofAll }) => ({
    name,
    read: ({ entry, variant }: Subject, context: FactContext) =>
      variant === undefined ? ofAll(entry, context) : read(entry, variant, context),
  })),
  { name: "weightsLicense", read: weightsLicense },
  { name: "commercial", read: commercial },
  { name: "precision", read: precisions },
  { name: "ram", read: mainMemory },
  { name: "ollama", read: ollama },
  { name: "repository", read: repository },
  { name: "latestRelease", read: latestRelease },
];

const tokensText = (tokens: number | undefined): string | undefined =>
  tokens === undefined ? undefined : formatTokens(tokens);

const listed = (items: readonly string[], { text, locale }: FactContext): string | undefined =>
  items.length === 0 ? undefined : items.map((item) => catalogText(item, locale)).join(text("facts.listComma"));

/** What a variant says itself; else what its entry says, marked as being of the whole series. */
function own(
  variant: Subject["variant"],
  specific: string | undefined,
  whole: string | undefined,
  { text }: FactContext,
): string | undefined {
  if (variant === undefined || specific !== undefined || whole === undefined) return specific ?? whole;
  return text("facts.withRemark", { value: whole, remark: text("compare.ofSeries") });
}

function baseModel({ entry, variant }: Subject, { text }: FactContext): string | undefined {
  const base = variant?.baseModel ?? entry.baseModel;
  return base === "from scratch" ? text("facts.fromScratch") : base;
}

function parameters({ entry, variant }: Subject, { text }: FactContext): string | undefined {
  if (variant === undefined) return sizesOf(entry).length === 0 ? undefined : sizesText(entry, text);
  const { parametersB, activeParametersB } = variant;
  return parametersB === undefined ? undefined : formatSize(parametersB, activeParametersB);
}

function languages({ entry }: Subject, context: FactContext): string | undefined {
  const names = entry.languages.map((tag) => languageName(tag, context.locale));
  return listed([...names, ...(entry.languagesNote === undefined ? [] : [entry.languagesNote])], context);
}

/** The licence of the very variant; of a whole entry the one of each of its variants. */
function weightsLicense({ entry, variant }: Subject, context: FactContext): Fact | undefined {
  const licenses = variant ? [licenseOf(entry, variant)] : licenseGroups(entry).map(({ value }) => value);
  const named = licenses.filter(({ weights }) => weights !== undefined);
  const [only] = named;
  const names = new Set(named.map(({ weights = "" }) => licenseText(weights, context)));
  if (only === undefined) return undefined;
  return {
    text: [...names].join(context.text("facts.listComma")),
    doubtful: licenses.some(({ weights }) => weights === "unknown"),
    ...(names.size === 1 && only.weightsUrl !== undefined && { url: only.weightsUrl }),
  };
}

const licenseText = (weights: string, { text, locale }: FactContext): string =>
  weights === "unknown" ? text("facts.unknown") : catalogText(weights, locale);

function commercial({ entry, variant }: Subject, context: FactContext): Fact {
  const groups = variant === undefined ? licenseGroups(entry) : [];
  const [only] = variant === undefined ? groups.map(({ value }) => value) : [licenseOf(entry, variant)];
  const said = only === undefined || groups.length > 1 ? commercialText(entry, context) : useText(only, context);
  return { text: said, doubtful: (only?.commercial ?? entry.license.commercial) === "unknown" };
}

function precisions(subject: Subject, { text }: FactContext): string | undefined {
  const offered = new Set(offersOfSubject(subject).map(({ precision }) => precision));
  const labels = PRECISIONS.filter((item) => offered.has(item)).map((precision) => quantizationLabel({ precision }));
  return labels.length === 0 ? undefined : labels.join(text("facts.listComma"));
}

/** Main memory, for running without a graphics card. */
function mainMemory(subject: Subject, { text }: FactContext): string | undefined {
  const needs = offersOfSubject(subject).flatMap((offer) => {
    if (offer.ramGb === undefined || offer.vramGb !== undefined) return [];
    const variant = subject.variant ? "" : shortVariant(offer.variant ?? "", subject);
    return `${variant} ${quantizationLabel(offer)} ${offer.estimated ? "≈ " : ""}${formatGb(offer.ramGb)}`.trim();
  });
  return needs.length === 0 ? undefined : [...new Set(needs)].join(text("facts.listComma"));
}

function ollama({ entry, variant }: Subject, { text }: FactContext): Fact | undefined {
  const models =
    variant === undefined
      ? [...(entry.ollama ?? []), ...(entry.variants ?? []).flatMap((item) => item.ollama ?? [])]
      : (variant.ollama ?? []);
  if (models.length === 0) return entry.ollama === undefined ? undefined : { text: text("facts.noOllama") };
  const names = models
    .slice(0, MOST_OLLAMA)
    .map(({ model, exact }) =>
      exact ? model : text("facts.withRemark", { value: model, remark: text("ollama.standIn") }),
    );
  const more = models.length - names.length;
  return {
    text: [...names, ...(more > 0 ? [text("compare.more", { count: more })] : [])].join(text("facts.listComma")),
  };
}

function repository({ entry }: Subject, { text }: FactContext): Fact | undefined {
  if (entry.repository === undefined) return undefined;
  const { name, status } = entry.repository;
  if (status !== "gone" && status !== "archived") return { text: name, url: repositoryUrl(name) };
  return { text: text("facts.withRemark", { value: name, remark: text(`repository.${status}`) }), doubtful: true };
}

function latestRelease({ entry }: Subject): Fact | undefined {
  if (entry.latestRelease === undefined) return undefined;
  const { tag, date } = entry.latestRelease;
  const url = releaseUrl(entry);
  return { text: [tag, date].filter((part) => part !== undefined).join(" "), ...(url !== undefined && { url }) };
}
