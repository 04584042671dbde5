import { developerName } from "#src/catalog/entry/developer-name.ts";
import { everyOllamaModel, everyWeights } from "#src/catalog/entry/editions.ts";
import { quantizationLabel } from "#src/catalog/entry/precision.ts";
import type { Entry, Weights } from "#src/catalog/entry/schema.ts";
import { statedParts, whenStated } from "#src/catalog/entry/stated.ts";
import { formatGb, formatSize, formatTokens } from "#src/catalog/entry/units.ts";
import { repositoryUrl, weightsUrl } from "#src/catalog/entry/urls.ts";
import { licenseRows } from "./licenses.ts";
import { baseModelText, type EntryLinks } from "./links.ts";
import { escapeText, link, linked, note } from "./markdown.ts";
import { resources } from "./resources.ts";
import { factsOfAll } from "./variant-facts.ts";
import { variantText } from "./variants.ts";
import { ARCHITECTURE, HUB, MODALITY, NONE, NOT_STATED, PUBLISHES, SECONDARY, STATUS } from "./words.ts";

const languages = new Intl.DisplayNames(["zh-CN"], { type: "language" });

/** All that is known of one entry. */
export function renderSection(entry: Entry, links: EntryLinks): string {
  const parts = [
    `<a id="${entry.id}"></a>\n\n## ${escapeText(entry.name)}`,
    marks(entry),
    escapeText(entry.summary.zh),
    facts(entry, links),
    block(
      "版本",
      (entry.variants ?? []).map((variant) => `- ${variantText(entry, variant, links)}`),
    ),
    block(
      "论文",
      (entry.papers ?? []).map((paper) => `- ${cite(paper)}`),
    ),
    block("下载", downloads(entry)),
    resources(entry),
    block("Ollama", ollama(entry)),
    block("示例场景", entry.demos && [entry.demos.map(escapeText).join("、")]),
    block(
      "更多链接",
      (entry.links ?? []).map((item) => `- ${link(item.label, item.url)}`),
    ),
    block("说明", entry.notes === undefined ? [] : [escapeText(entry.notes)]),
    block(
      "来源",
      entry.sources.map((source) => `- ${source.startsWith("http") ? `<${source}>` : escapeText(source)}`),
    ),
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

const block = (title: string, lines: string[] | undefined): string =>
  lines === undefined || lines.length === 0 ? "" : `**${title}**\n\n${lines.join("\n")}`;
const orNotStated = (text: string | undefined): string => (text === undefined ? NOT_STATED : escapeText(text));

function marks(entry: Entry): string {
  const notes = statedParts([
    entry.unreviewed && "**⚠ 待审核**：由程序添加，尚未有人核对。",
    entry.confidence && `**${SECONDARY}资料**：主要来自第三方，请谨慎对待。`,
  ]);
  return notes.length > 0 ? `> ${notes.join(" ")}` : "";
}

function facts(entry: Entry, links: EntryLinks): string {
  const developers = entry.developers.map(
    (developer) =>
      escapeText(developerName(developer, "zh")) + (developer.role === "corresponding" ? "（通讯作者）" : ""),
  );
  const spoken = [...entry.languages.map((tag) => languages.of(tag) ?? tag), entry.languagesNote ?? ""];
  const rows: [label: string, value: string | undefined][] = [
    ["开发者", developers.join("、") + note(entry.developersNote)],
    ["发布", orNotStated(entry.released)],
    ["后续发布", entry.updates?.map(({ name, released }) => `${escapeText(name)} ${released}`).join("、")],
    ["架构", entry.architecture && ARCHITECTURE[entry.architecture]],
    ["参数", whenStated(entry.parametersB, (billions) => formatSize(billions, entry.activeParametersB))],
    [
      "上下文",
      entry.contextTokens === undefined
        ? NOT_STATED + note(entry.contextNote)
        : formatTokens(entry.contextTokens) + note(entry.contextNote),
    ],
    ["语言", statedParts(spoken).map(escapeText).join("、")],
    ["模态", entry.modalities.map((modality) => MODALITY[modality]).join("、") + note(entry.modalitiesNote)],
    ...factsOfAll(entry),
    ["基座模型", entry.baseModel && baseModelText(entry.baseModel, links)],
    ["额外的预训练数据集", datasets(entry.training?.pretrainingData)],
    ["指令微调数据集", datasets(entry.training?.instructionData)],
    ["额外的训练过程", entry.training?.process && escapeText(entry.training.process)],
    ["项目特点", entry.highlights?.map(escapeText).join("；")],
    ["量化支持", quantizations(entry)],
    ["项目地址", project(entry)],
    [
      "最近版本",
      entry.latestRelease && linked(entry.latestRelease.tag, entry.latestRelease.url) + note(entry.latestRelease.date),
    ],
    ...licenseRows(entry),
  ];
  return rows.flatMap(([label, value]) => (value ? [`- ${label}：${value}`] : [])).join("\n");
}

function datasets(list: { name: string; url?: string | undefined }[] | undefined): string | undefined {
  return list && (list.map(({ name, url }) => linked(name, url)).join("、") || NONE);
}

function quantizations({ quantizations: list }: Entry): string | undefined {
  return list && (list.map((precision) => quantizationLabel({ precision })).join("、") || NONE);
}

function project({ repository, publishes }: Entry): string {
  if (repository === undefined) return NOT_STATED + note(publishes && PUBLISHES[publishes]);
  const names = [repository.name, ...(repository.others ?? [])].map((name) => link(name, repositoryUrl(name)));
  const remarks = statedParts([
    repository.formerNames && repository.formerNames.length > 0 ? `原名 ${repository.formerNames.join("、")}` : "",
    repository.lastCommit && `最后提交 ${repository.lastCommit}`,
    STATUS[repository.status ?? "active"],
    repository.publishes && PUBLISHES[repository.publishes],
  ]);
  return names.join("、") + note(remarks.length > 0 ? remarks.join("；") : undefined);
}

function cite({ title, authors, venue, url }: NonNullable<Entry["papers"]>[number]): string {
  const source = statedParts([authors, venue]).map(escapeText).join("，");
  return `${linked(title, url)}${source === "" ? "" : `（${source}）`}`;
}

/** One line a variant, and a line each for what is of none. */
function downloads(entry: Entry): string[] {
  const editions = Map.groupBy(everyWeights(entry), ({ variant }) => variant);
  return [...editions].flatMap(([variant, files]) => {
    const links = files.map(({ row }) => download(row));
    if (variant === undefined) return links.map((file) => `- ${file}`);
    const name = escapeText(variant.name) + (variant.confidence ? `（${SECONDARY}）` : "");
    return [`- ${name}：${links.join("、")}`];
  });
}

function download(file: Weights): string {
  const precision = quantizationLabel(file);
  const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, "");
  const remarks = statedParts([
    plain(file.label).includes(plain(precision)) ? "" : precision,
    HUB[file.hub],
    file.formerId && `原名 ${file.formerId}`,
    file.status && "⚠ 页面未核实",
    file.unreviewed && "⚠ 待审核",
    file.note,
  ]);
  return linked(file.label, weightsUrl(file)) + note(remarks.length > 0 ? remarks.join("，") : undefined);
}

function ollama(entry: Entry): string[] {
  const models = everyOllamaModel(entry);
  const remark = entry.ollamaNote === undefined ? [] : [`- ${escapeText(entry.ollamaNote)}`];
  if (models.length === 0) return entry.ollama === undefined ? remark : ["- 没有可用的 Ollama 模型", ...remark];
  const lines = models.map(({ row, variant }) => {
    const remarks = statedParts([
      row.exact ? "" : "⚠ 替代，不是同一权重",
      variant?.confidence && SECONDARY,
      row.official ? "官方库" : "社区",
      row.cloud && "仅云端",
      whenStated(row.sizeGb, formatGb),
      whenStated(row.contextTokens, formatTokens),
      row.note && escapeText(row.note),
    ]);
    return `- \`ollama run ${row.model}\`（${remarks.join("，")}）`;
  });
  return [...lines, ...remark];
}
