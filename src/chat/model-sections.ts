import { repositoryUrl, weightsUrl } from "#src/catalog/hub.ts";
import { quantizationLabel } from "#src/catalog/precision.ts";
import type { Entry, License, Requirement, Variant, Weights } from "#src/catalog/schema.ts";
import { formatGb, formatSize, formatTokens } from "#src/catalog/units.ts";
import type { Context } from "./command.ts";
import { languageName, sizesText } from "./labels.ts";
import type zhCN from "./locales/zh-CN.json";
import { code, link, plain, table } from "./markdown.ts";
import { catalogText } from "./traditional.ts";
import { releaseText } from "./update-text.ts";

/** A part of an entry's page: a heading and lines of Markdown. */
export type Section = { title: string; lines: string[] };
type PageContext = Pick<Context, "locale" | "text" | "room">;

/** All that is known of an entry, in the order of the original list. What is not stated says so. */
export function modelSections(entry: Entry, context: PageContext): Section[] {
  const { text } = context;
  const say = (value: string): string => plain(catalogText(value, context.locale));
  const sections: Section[] = [
    { title: text("sections.overview"), lines: overview(entry, context, say) },
    { title: text("sections.training"), lines: training(entry, context, say) },
    {
      title: text("sections.variants"),
      lines: (entry.variants ?? []).map((variant) => variantLine(variant, context, say)),
    },
    { title: text("sections.papers"), lines: (entry.papers ?? []).map((paper) => paperLine(paper, say)) },
    { title: text("sections.downloads"), lines: downloads(entry, context, say) },
    { title: text("sections.requirements"), lines: requirements(entry, context, say) },
    { title: text("sections.ollama"), lines: ollama(entry, context, say) },
    { title: text("sections.license"), lines: licenses(entry, context, say) },
    { title: text("sections.demos"), lines: (entry.demos ?? []).map((demo) => `- ${say(demo)}`) },
    {
      title: text("sections.links"),
      lines: (entry.links ?? []).map(({ label, url }) => `- ${link(catalogText(label, context.locale), url)}`),
    },
    { title: text("sections.notes"), lines: entry.notes === undefined ? [] : [say(entry.notes)] },
    {
      title: text("sections.sources"),
      lines: entry.sources.map((source) => `- ${say(source)}`),
    },
  ];
  return sections.filter(({ lines }) => lines.length > 0);
}

type Say = (value: string) => string;
type FactName = keyof (typeof zhCN)["facts"];

const field = (text: Context["text"], name: FactName, value: string): string =>
  `- ${text("facts.pair", { label: text(`facts.${name}`), value })}`;

function overview(entry: Entry, { text, locale }: PageContext, say: Say): string[] {
  const { repository } = entry;
  const note = (value: string | undefined): string => (value === undefined ? "" : ` (${say(value)})`);
  const developers = entry.developers.map(
    ({ name, role }) => `${say(name)}${role === undefined ? "" : ` (${text("facts.corresponding")})`}`,
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
      entry.contextTokens === undefined
        ? text("facts.notStated")
        : formatTokens(entry.contextTokens) + note(entry.contextNote),
    ),
    field(text, "languages", languages.join(text("facts.listComma"))),
    field(
      text,
      "modalities",
      entry.modalities.map((modality) => text(`modality.${modality}`)).join(text("facts.listComma")) +
        note(entry.modalitiesNote),
    ),
    ...(entry.domain === undefined ? [] : [field(text, "domain", text(`domain.${entry.domain}`))]),
    ...(entry.highlights === undefined
      ? []
      : [field(text, "highlights", entry.highlights.map(say).join(text("facts.listComma")))]),
    field(text, "repository", repository === undefined ? text("facts.notStated") : repositoryText(repository, text)),
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

function repositoryText(repository: NonNullable<Entry["repository"]>, text: Context["text"]): string {
  const names = [repository.name, ...(repository.others ?? [])]
    .map((name) => link(name, repositoryUrl(name)))
    .join(text("facts.listComma"));
  const status =
    repository.status === "gone" || repository.status === "archived"
      ? ` (${text(`repository.${repository.status}`)})`
      : "";
  const former = repository.formerNames?.length
    ? ` (${text("repository.formerly", { names: repository.formerNames.map(plain).join(", ") })})`
    : "";
  return names + status + former;
}

function training(entry: Entry, { text, locale }: PageContext, say: Say): string[] {
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

function variantLine(variant: Variant, { text }: PageContext, say: Say): string {
  const details = [
    variant.parametersB === undefined ? "" : formatSize(variant.parametersB, variant.activeParametersB),
    variant.contextTokens === undefined ? "" : formatTokens(variant.contextTokens),
    variant.baseModel === undefined ? "" : text("facts.basedOn", { base: plain(variant.baseModel) }),
    variant.pretrainingTokens === undefined
      ? ""
      : text("facts.trainedOn", { tokens: plain(variant.pretrainingTokens) }),
    variant.released ?? "",
    variant.license === undefined ? "" : text(`commercial.${variant.license.commercial}`),
    variant.confidence === undefined ? "" : `⚠ ${text("facts.secondary")}`,
    variant.note === undefined ? "" : say(variant.note),
  ].filter((detail) => detail !== "");
  return `- **${say(variant.name)}** ${details.join(" · ")}`.trimEnd();
}

function paperLine({ title, authors, venue, url }: NonNullable<Entry["papers"]>[number], say: Say): string {
  const source = [authors, venue]
    .filter((part) => part !== undefined)
    .map(say)
    .join(", ");
  return `- ${url === undefined ? say(title) : link(title, url)}${source === "" ? "" : ` (${source})`}`;
}

function downloads(entry: Entry, { text, locale }: PageContext, say: Say): string[] {
  const seen = new Set<string>();
  const line = (file: Weights, variant?: string): string[] => {
    const url = weightsUrl(file);
    const key = `${url} ${file.precision} ${file.quant ?? ""}`;
    if (url === undefined || seen.has(key)) return [];
    seen.add(key);
    const remarks = [
      quantizationLabel(file),
      text(`hub.${file.hub}`),
      file.status === "unknown" ? `⚠ ${text("facts.unchecked")}` : "",
      file.unreviewed ? `⚠ ${text("facts.unreviewed")}` : "",
      file.note === undefined ? "" : say(file.note),
    ].filter((remark) => remark !== "");
    return [
      `- ${link(catalogText(`${variant === undefined ? "" : `${variant} `}${file.label}`, locale), url)} · ${remarks.join(" · ")}`,
    ];
  };
  const lines = [
    ...(entry.variants ?? []).flatMap((variant) => (variant.weights ?? []).flatMap((file) => line(file, variant.name))),
    ...(entry.weights ?? []).flatMap((file) => line(file)),
  ];
  return lines.length > 0 ? lines : [text("facts.notStated")];
}

function requirements(entry: Entry, { text, room }: PageContext, say: Say): string[] {
  const rows: Requirement[] = [
    ...(entry.requirements ?? []),
    ...(entry.variants ?? []).flatMap((item) =>
      (item.requirements ?? []).map((row) => ({ ...row, variant: item.name })),
    ),
  ];
  if (rows.length === 0) return [text("facts.notStated")];
  const gb = (value: number | undefined, row: Requirement): string | undefined =>
    value === undefined ? undefined : `${formatGb(value)}${row.estimated ? ` (${text("facts.estimated")})` : ""}`;
  const cells = rows.map((row) => ({
    name: [quantizationLabel(row), row.variant === undefined ? "" : say(row.variant)]
      .filter((part) => part !== "")
      .join(" · "),
    ram: gb(row.ramGb, row),
    inference: row.device === "cpu" ? text("facts.noneCpu") : gb(row.vramInferenceGb, row),
    finetune: gb(row.vramFinetuneGb, row),
    remarks: [
      row.finetuneMethod === undefined || row.finetuneMethod === "unspecified"
        ? ""
        : text("facts.finetuneMethod", { method: row.finetuneMethod }),
      row.contextTokens === undefined ? "" : text("facts.atContext", { tokens: row.contextTokens }),
      row.fileGb === undefined ? "" : text("facts.fileSize", { size: formatGb(row.fileGb) }),
      row.note === undefined ? "" : say(row.note),
      row.source === undefined ? "" : text("facts.source", { source: say(row.source) }),
    ].filter((remark) => remark !== ""),
  }));
  const silent = text("facts.notStated");
  if (room.tables) {
    const columns = [
      text("facts.precision"),
      text("facts.ram"),
      text("facts.vramInference"),
      text("facts.vramFinetune"),
      text("facts.remarks"),
    ];
    return [
      table(
        columns,
        cells.map((row) => [
          row.name,
          row.ram ?? silent,
          row.inference ?? silent,
          row.finetune ?? silent,
          row.remarks.join(text("facts.semicolon")),
        ]),
      ),
    ];
  }
  return cells.map((row) => {
    const figures = [
      `${text("facts.vramInference")} ${row.inference ?? silent}`,
      row.finetune === undefined ? "" : `${text("facts.vramFinetune")} ${row.finetune}`,
      row.ram === undefined ? "" : `${text("facts.ram")} ${row.ram}`,
      ...row.remarks,
    ].filter((part) => part !== "");
    return `- **${row.name}** ${figures.join(" · ")}`;
  });
}

function ollama(entry: Entry, { text }: PageContext, say: Say): string[] {
  const models = [...(entry.ollama ?? []), ...(entry.variants ?? []).flatMap((item) => item.ollama ?? [])];
  const note = entry.ollamaNote === undefined ? [] : [say(entry.ollamaNote)];
  if (models.length === 0) return [text(entry.ollama === undefined ? "facts.notStated" : "facts.noOllama"), ...note];
  return [
    ...models.map((item) => {
      const remarks = [
        item.exact ? "" : `⚠ ${text("ollama.standIn")}`,
        text(item.official ? "ollama.official" : "ollama.community"),
        item.cloud ? text("ollama.cloud") : "",
        item.sizeGb === undefined ? "" : formatGb(item.sizeGb),
        item.contextTokens === undefined ? "" : formatTokens(item.contextTokens),
        item.note === undefined ? "" : say(item.note),
      ].filter((remark) => remark !== "");
      return `- ${code(`ollama run ${item.model}`)} · ${remarks.join(" · ")}`;
    }),
    ...note,
  ];
}

function licenses({ license }: Entry, { text }: PageContext, say: Say): string[] {
  const named = (name: string | undefined, url: string | undefined): string => {
    if (name === undefined) return text("facts.notStated");
    if (name === "unknown") return text("facts.unknown");
    return url === undefined ? say(name) : link(name, url);
  };
  const permits: Record<License["commercial"], string> = {
    yes: text("permits.yes"),
    conditional: text("permits.conditional"),
    registration: text("permits.registration"),
    no: text("permits.no"),
    unknown: text("permits.unknown"),
  };
  return [
    field(text, "codeLicense", named(license.code, license.codeUrl)),
    field(text, "weightsLicense", named(license.weights, license.weightsUrl)),
    ...(license.data === undefined ? [] : [field(text, "dataLicense", say(license.data))]),
    field(text, "commercial", permits[license.commercial]),
    ...(license.note === undefined ? [] : [`- ${say(license.note)}`]),
  ];
}
