import { repositoryUrl, weightsUrl } from "./hub.ts";
import { offersOf, sizesOf } from "./memory.ts";
import { quantizationLabel } from "./precision.ts";
import type { Entry, License, Requirement } from "./schema.ts";
import { formatBillions, formatGb, formatSize, formatTokens } from "./units.ts";

/** `catalog/README.md` is one document in one language, so its words stand here and not in the locales. */
const COMMERCIAL: Record<License["commercial"], string> = {
  yes: "可商用",
  conditional: "有条件可商用",
  registration: "登记后可商用",
  no: "不可商用",
  unknown: "商用未明确",
};
const NOT_STATED = "未注明";
const NONE = "无";

/** The whole list as GitHub Markdown: the comparison table, then a section per entry, both in order of release. */
export function renderReadme(entries: readonly Entry[]): string {
  const sorted = entries.toSorted(
    (a, b) => (a.released ?? "9999").localeCompare(b.released ?? "9999", "en") || a.id.localeCompare(b.id, "en"),
  );
  return `${[
    "<!-- 由 npm run catalog 从 catalog/models/*.yaml 生成，请改 YAML，不要改这里。 -->",
    "# 中文开源大模型目录",
    `共 ${sorted.length} 个模型系列。「${NOT_STATED}」表示来源没有写，「${NONE}」表示来源写明没有；「估算」「二手」的数字请谨慎对待。`,
    "## 对比",
    comparison(sorted),
    ...sorted.map(section),
  ].join("\n\n")}\n`;
}

function comparison(entries: readonly Entry[]): string {
  const columns =
    "模型 基座模型 额外的预训练数据集 指令微调数据集 额外的训练过程 量化支持 项目特点 参数 上下文 最低显存 许可".split(
      " ",
    );
  const rows = entries.map((entry) => [
    `[${escapeText(entry.name)}](#${entry.id})`,
    entry.baseModel === undefined ? NOT_STATED : baseModel(entry.baseModel),
    datasets(entry.training?.pretrainingData),
    datasets(entry.training?.instructionData),
    orNotStated(entry.training?.process),
    listed(entry.quantizations?.map((precision) => quantizationLabel({ precision }))),
    (entry.highlights ?? []).map(escapeText).join("；") || NOT_STATED,
    sizesOf(entry).map(formatBillions).join(" / ") || NOT_STATED,
    entry.contextTokens === undefined ? NOT_STATED : formatTokens(entry.contextTokens),
    leastMemory(entry),
    COMMERCIAL[entry.license.commercial],
  ]);
  return table(columns, rows);
}

function leastMemory(entry: Entry): string {
  const best = offersOf(entry)
    .filter((offer) => offer.vramGb !== undefined)
    .toSorted((a, b) => (a.vramGb ?? 0) - (b.vramGb ?? 0))[0];
  if (best?.vramGb === undefined) return NOT_STATED;
  return `${formatGb(best.vramGb)}（${quantizationLabel(best)}${best.estimated ? "，估算" : ""}）`;
}

function section(entry: Entry): string {
  const parts = [
    `<a id="${entry.id}"></a>\n\n## ${escapeText(entry.name)}`,
    marks(entry),
    escapeText(entry.summary.zh),
    facts(entry),
    subsection(
      "论文",
      entry.papers?.map((paper) => `- ${cite(paper)}`),
    ),
    subsection("下载", downloads(entry)),
    resources(entry),
    subsection("Ollama", ollama(entry)),
    subsection(
      "示例场景",
      entry.demos?.map((demo) => `- ${escapeText(demo)}`),
    ),
    subsection(
      "更多链接",
      entry.links?.map((item) => `- ${link(item.label, item.url)}`),
    ),
    entry.notes === undefined ? "" : `### 说明\n\n${escapeText(entry.notes)}`,
    `### 来源\n\n${entry.sources.map((source) => `- ${source.startsWith("http") ? `<${source}>` : escapeText(source)}`).join("\n")}`,
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

function marks(entry: Entry): string {
  const notes = [
    entry.unreviewed ? "**待审核**：由程序添加，尚未有人核对。" : "",
    entry.confidence === "secondary" ? "**二手资料**：主要来自第三方，请谨慎对待。" : "",
  ].filter((note) => note !== "");
  return notes.length > 0 ? `> ${notes.join(" ")}` : "";
}

function facts(entry: Entry): string {
  const { license, repository } = entry;
  const developers = entry.developers.map(
    ({ name, role }) => `${escapeText(name)}${role === "corresponding" ? "（通讯作者）" : ""}`,
  );
  const rows = [
    ["开发者", developers.join("、") + note(entry.developersNote)],
    ["发布", orNotStated(entry.released)],
    ["参数", entry.parametersB === undefined ? "" : formatSize(entry.parametersB, entry.activeParametersB)],
    [
      "上下文",
      entry.contextTokens === undefined ? NOT_STATED : formatTokens(entry.contextTokens) + note(entry.contextNote),
    ],
    [
      "语言",
      [...entry.languages, ...(entry.languagesNote === undefined ? [] : [escapeText(entry.languagesNote)])].join("、"),
    ],
    ["项目地址", repository === undefined ? NOT_STATED : project(repository)],
    [
      "最近版本",
      entry.latestRelease === undefined
        ? ""
        : `${escapeText(entry.latestRelease.tag)}${note(entry.latestRelease.date)}`,
    ],
    ["代码许可", license.code === undefined ? NOT_STATED : linked(license.code, license.codeUrl)],
    ["权重许可", license.weights === undefined ? NOT_STATED : linked(license.weights, license.weightsUrl)],
    ["数据许可", license.data === undefined ? "" : escapeText(license.data)],
    ["商用", COMMERCIAL[license.commercial] + note(license.note)],
  ];
  const variants = (entry.variants ?? []).map((item) => {
    const details = [
      item.parametersB === undefined ? "" : formatSize(item.parametersB, item.activeParametersB),
      item.contextTokens === undefined ? "" : formatTokens(item.contextTokens),
      item.baseModel === undefined ? "" : `基座 ${baseModel(item.baseModel)}`,
      item.released ?? "",
      item.confidence === "secondary" ? "二手" : "",
      item.note === undefined ? "" : escapeText(item.note),
    ].filter((detail) => detail !== "");
    return `- ${escapeText(item.name)}${details.length > 0 ? `：${details.join("，")}` : ""}`;
  });
  const lines = rows.filter(([, value]) => value !== "").map(([label, value]) => `- ${label}：${value}`);
  return [lines.join("\n"), subsection("版本", variants)].filter((part) => part !== "").join("\n\n");
}

function project(repository: NonNullable<Entry["repository"]>): string {
  const status = { gone: "（已移除）", archived: "（已归档）", active: "", unknown: "" }[
    repository.status ?? "unknown"
  ];
  const former = (repository.formerNames ?? []).length > 0 ? `，原名 ${repository.formerNames?.join("、")}` : "";
  const others = (repository.others ?? []).map((name) => `、${link(name, repositoryUrl(name))}`).join("");
  return `${link(repository.name, repositoryUrl(repository.name))}${status}${others}${former}`;
}

function downloads(entry: Entry): string[] {
  const files = [
    ...(entry.weights ?? []).map((file) => ({ file, variant: "" })),
    ...(entry.variants ?? []).flatMap((item) =>
      (item.weights ?? []).map((file) => ({ file, variant: `${item.name} ` })),
    ),
  ];
  const seen = new Set<string>();
  return files.flatMap(({ file, variant }) => {
    const url = weightsUrl(file);
    if (url === undefined || seen.has(`${url} ${file.precision}`)) return [];
    seen.add(`${url} ${file.precision}`);
    const remarks = [quantizationLabel(file), file.hub, file.status === "unknown" ? "页面未核实" : "", file.note ?? ""];
    return [
      `- ${link(`${variant}${file.label}`, url)}（${remarks
        .filter((item) => item !== "")
        .map(escapeText)
        .join("，")}）`,
    ];
  });
}

function resources(entry: Entry): string {
  const rows = [
    ...(entry.requirements ?? []),
    ...(entry.variants ?? []).flatMap((item) =>
      (item.requirements ?? []).map((row) => ({ variant: item.name, ...row })),
    ),
  ];
  if (rows.length === 0) return `### 资源要求\n\n${NOT_STATED}`;
  const several = rows.some((row) => row.variant !== undefined);
  const columns = [...(several ? ["版本"] : []), "精度", "RAM", "推理显存", "微调显存", "说明"];
  return `### 资源要求\n\n${table(
    columns,
    rows.map((row) => [...(several ? [escapeText(row.variant ?? "")] : []), ...resourceCells(row)]),
  )}`;
}

function resourceCells(row: Requirement): string[] {
  const gb = (value: number | undefined): string =>
    value === undefined ? NOT_STATED : `${formatGb(value)}${row.estimated ? "（估算）" : ""}`;
  const remarks = [
    row.finetuneMethod === undefined || row.finetuneMethod === "unspecified" ? "" : `微调方法 ${row.finetuneMethod}`,
    row.contextTokens === undefined ? "" : `序列长度 ${row.contextTokens}`,
    row.fileGb === undefined ? "" : `文件 ${formatGb(row.fileGb)}`,
    row.note ?? "",
    row.source === undefined ? "" : `来源 ${row.source}`,
  ].filter((item) => item !== "");
  const graphics = row.device === "cpu" ? `${NONE}（CPU）` : gb(row.vramInferenceGb);
  return [quantizationLabel(row), gb(row.ramGb), graphics, gb(row.vramFinetuneGb), remarks.map(escapeText).join("；")];
}

function ollama(entry: Entry): string[] | undefined {
  const models = [...(entry.ollama ?? []), ...(entry.variants ?? []).flatMap((item) => item.ollama ?? [])];
  if (models.length === 0)
    return entry.ollama === undefined ? undefined : [`没有可用的 Ollama 模型${note(entry.ollamaNote)}`];
  return models.map((item) => {
    const remarks = [
      item.official ? "官方库" : "社区",
      item.exact ? "" : "替代，不是同一权重",
      item.cloud ? "仅云端" : "",
      item.sizeGb === undefined ? "" : formatGb(item.sizeGb),
      item.note === undefined ? "" : escapeText(item.note),
    ].filter((remark) => remark !== "");
    return `- \`ollama run ${item.model}\`（${remarks.join("，")}）`;
  });
}

function subsection(title: string, lines: string[] | undefined): string {
  return lines === undefined || lines.length === 0 ? "" : `### ${title}\n\n${lines.join("\n")}`;
}

function cite({ title, authors, venue, url }: NonNullable<Entry["papers"]>[number]): string {
  const source = [authors, venue]
    .filter((part) => part !== undefined)
    .map(escapeText)
    .join("，");
  return `${linked(title, url)}${source === "" ? "" : `（${source}）`}`;
}

function datasets(list: { name: string; url?: string | undefined }[] | undefined): string {
  return listed(
    list?.map(({ name, url }) => linked(name, url)),
    false,
  );
}

const baseModel = (name: string): string => (name === "from scratch" ? "从头训练" : escapeText(name));
const orNotStated = (text: string | undefined): string => (text === undefined ? NOT_STATED : escapeText(text));
const note = (text: string | undefined): string => (text === undefined ? "" : `（${escapeText(text)}）`);
const linked = (label: string, url: string | undefined): string =>
  url === undefined ? escapeText(label) : link(label, url);
const link = (label: string, url: string): string =>
  `[${escapeText(label)}](${url.replace(/[()\s]/g, encodeURIComponent)})`;

function listed(list: string[] | undefined, escaped = true): string {
  if (list === undefined) return NOT_STATED;
  return list.length === 0 ? NONE : list.map((item) => (escaped ? escapeText(item) : item)).join("、");
}

function table(columns: string[], rows: string[][]): string {
  const line = (cells: string[]): string => `| ${cells.join(" | ")} |`;
  return [line(columns), line(columns.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Catalog text is data: no HTML, no Markdown of its own, no mention, no line break inside a cell. */
function escapeText(text: string): string {
  return text
    .replace(/\s*\n\s*/g, " ")
    .replace(/[\\`*_{}[\]<>|#~]/g, "\\$&")
    .replace(/@(?=\w)/g, "@\u200b");
}
