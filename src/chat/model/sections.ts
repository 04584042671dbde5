import type zhCN from "#src/base/locales/zh-CN.json";
import { link, plain } from "#src/base/markdown.ts";
import { quantizationLabel } from "#src/catalog/entry/precision.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { formatTokens } from "#src/catalog/entry/units.ts";
import { repositoryUrl } from "#src/catalog/entry/urls.ts";
import type { Context } from "#src/chat/command.ts";
import { catalogText } from "#src/chat/traditional.ts";
import { downloadLines, ollamaLines, variantLines } from "./editions.ts";
import { estimateLines } from "./estimate-lines.ts";
import { languageName, sizesText } from "./labels.ts";
import { licenseLines } from "./license-text.ts";
import type { PageContext } from "./page-context.ts";
import { releaseText } from "./release-text.ts";
import { requirementLines } from "./requirements.ts";
import { developerText, VARIANT_FACTS } from "./variant-facts.ts";

/** A part of an entry's page: a heading and lines of Markdown. */
export type Section = { title: string; lines: string[] };

/** All that is known of an entry, in the order of the original list. What is not stated says so. */
export function modelSections(entry: Entry, surface: Omit<PageContext, "say">): Section[] {
  const { text, locale } = surface;
  const say = (value: string): string => plain(catalogText(value, locale));
  const context: PageContext = { ...surface, say };
  const sections: Section[] = [
    { title: text("sections.overview"), lines: overview(entry, context) },
    { title: text("sections.training"), lines: training(entry, context) },
    { title: text("sections.variants"), lines: variantLines(entry, context) },
    { title: text("sections.papers"), lines: (entry.papers ?? []).map((paper) => paperLine(paper, say)) },
    { title: text("sections.downloads"), lines: downloadLines(entry, context) },
    {
      title: text("sections.requirements"),
      lines: [...requirementLines(entry, context), ...estimateLines(entry, context)],
    },
    { title: text("sections.ollama"), lines: ollamaLines(entry, context) },
    { title: text("sections.license"), lines: licenseLines(entry, context) },
    { title: text("sections.demos"), lines: (entry.demos ?? []).map((demo) => `- ${say(demo)}`) },
    {
      title: text("sections.links"),
      lines: (entry.links ?? []).map(({ label, url }) => `- ${link(catalogText(label, locale), url)}`),
    },
    { title: text("sections.notes"), lines: entry.notes === undefined ? [] : [say(entry.notes)] },
    {
      title: text("sections.sources"),
      lines: entry.sources.map((source) => `- ${say(source)}`),
    },
  ];
  return sections.filter(({ lines }) => lines.length > 0);
}

type FactName = keyof (typeof zhCN)["facts"];

const field = (text: Context["text"], name: FactName, value: string): string =>
  `- ${text("facts.pair", { label: text(`facts.${name}`), value })}`;

function overview(entry: Entry, context: PageContext): string[] {
  const { text, locale, say } = context;
  const note = (value: string | undefined): string => (value === undefined ? "" : ` (${say(value)})`);
  const developers = entry.developers.map(
    (developer) =>
      `${plain(developerText(developer, locale))}${developer.role === undefined ? "" : ` (${text("facts.corresponding")})`}`,
  );
  const languages = [
    ...entry.languages.map((tag) => languageName(tag, locale)),
    ...(entry.languagesNote === undefined ? [] : [say(entry.languagesNote)]),
  ];
  return [
    field(text, "developers", developers.join(text("facts.listComma")) + note(entry.developersNote)),
    field(text, "released", entry.released ?? text("facts.notStated")),
    field(text, "parameters", sizesText(entry, text)),
    field(
      text,
      "architecture",
      entry.architecture === undefined ? text("facts.notStated") : text(`architecture.${entry.architecture}`),
    ),
    field(
      text,
      "context",
      (entry.contextTokens === undefined ? text("facts.notStated") : formatTokens(entry.contextTokens)) +
        note(entry.contextNote),
    ),
    field(text, "languages", languages.join(text("facts.listComma"))),
    field(
      text,
      "modalities",
      entry.modalities.map((modality) => text(`modality.${modality}`)).join(text("facts.listComma")) +
        note(entry.modalitiesNote),
    ),
    ...variantFacts(entry, context),
    ...(entry.highlights === undefined
      ? []
      : [field(text, "highlights", entry.highlights.map(say).join(text("facts.listComma")))]),
    field(text, "repository", repositoryText(entry, text)),
    ...(entry.latestRelease === undefined
      ? []
      : [field(text, "latestRelease", [releaseText(entry), entry.latestRelease.date ?? ""].join(" ").trim())]),
    ...(entry.updates === undefined
      ? []
      : [
          field(
            text,
            "updates",
            entry.updates.map((item) => `${say(item.name)} ${item.released}`).join(text("facts.listComma")),
          ),
        ]),
  ];
}

/** What it is made for, whether it thinks, and what a text costs. */
const variantFacts = (entry: Entry, context: PageContext): string[] =>
  VARIANT_FACTS.flatMap(({ name, ofAll }) => {
    const value = ofAll(entry, context);
    return value === undefined ? [] : [field(context.text, name, value)];
  });

function repositoryText({ repository, publishes }: Entry, text: Context["text"]): string {
  const remarks = (parts: string[]): string => {
    const said = parts.filter((part) => part !== "").join(text("facts.semicolon"));
    return said === "" ? "" : ` (${said})`;
  };
  if (repository === undefined)
    return text("facts.notStated") + remarks([publishes === undefined ? "" : text(`publishes.${publishes}`)]);
  const { status, lastCommit, formerNames = [] } = repository;
  const names = [repository.name, ...(repository.others ?? [])]
    .map((name) => link(name, repositoryUrl(name)))
    .join(text("facts.listComma"));
  return (
    names +
    remarks([
      formerNames.length === 0 ? "" : text("repository.formerly", { names: formerNames.map(plain).join(", ") }),
      lastCommit === undefined ? "" : text("repository.lastCommit", { date: lastCommit }),
      status === undefined || status === "active" ? "" : text(`repository.${status}`),
      repository.publishes === undefined ? "" : text(`publishes.${repository.publishes}`),
    ])
  );
}

function training(entry: Entry, { text, locale, say }: PageContext): string[] {
  const data = (list: { name: string; url?: string | undefined }[] | undefined): string => {
    if (list === undefined) return text("facts.notStated");
    if (list.length === 0) return text("facts.none");
    return list
      .map(({ name, url }) => (url === undefined ? say(name) : link(catalogText(name, locale), url)))
      .join(text("facts.listComma"));
  };
  const base =
    entry.baseModel === "from scratch" ? text("facts.fromScratch") : entry.baseModel && plain(entry.baseModel);
  return [
    field(text, "baseModel", base ?? text("facts.notStated")),
    field(text, "pretrainingData", data(entry.training?.pretrainingData)),
    field(text, "instructionData", data(entry.training?.instructionData)),
    field(
      text,
      "process",
      entry.training?.process === undefined ? text("facts.notStated") : say(entry.training.process),
    ),
    field(text, "quantizations", quantizations(entry, text)),
  ];
}

function quantizations({ quantizations: list }: Entry, text: Context["text"]): string {
  if (list === undefined) return text("facts.notStated");
  return list.length === 0
    ? text("facts.none")
    : list.map((precision) => quantizationLabel({ precision })).join(text("facts.listComma"));
}

function paperLine(
  { title, authors, venue, url }: NonNullable<Entry["papers"]>[number],
  say: PageContext["say"],
): string {
  const source = [authors, venue]
    .filter((part) => part !== undefined)
    .map(say)
    .join(", ");
  return `- ${url === undefined ? say(title) : link(title, url)}${source === "" ? "" : ` (${source})`}`;
}
