import { everyOllamaModel, everyRequirement, everyWeights } from "#src/catalog/entry/editions.ts";
import { quantizationLabel } from "#src/catalog/entry/precision.ts";
import type { Purpose } from "#src/catalog/entry/purposes.ts";
import type {
  Architecture,
  Entry,
  License,
  Modality,
  Requirement,
  Variant,
  Weights,
} from "#src/catalog/entry/schema.ts";
import { statedParts, whenStated } from "#src/catalog/entry/stated.ts";
import { formatBillions, formatGb, formatSize, formatTokens } from "#src/catalog/entry/units.ts";
import { repositoryUrl, weightsUrl } from "#src/catalog/entry/urls.ts";
import { escapeText, link, linked, table } from "./markdown.ts";

/** `catalog/README.md` is one document in one language, so its words stand here and not in the locales. */
export const COMMERCIAL: Record<License["commercial"], string> = {
  yes: "可商用",
  conditional: "有条件可商用",
  registration: "登记后可商用",
  no: "不可商用",
  unknown: "⚠ 商用未明确",
};
export const NOT_STATED = "未注明";
export const NONE = "无";
const SECONDARY = "⚠ 二手";
const ARCHITECTURE: Record<Architecture, string> = {
  dense: "稠密",
  moe: "混合专家 (MoE)",
  rwkv: "RWKV",
  other: "其他",
};
const MODALITY: Record<Modality, string> = { text: "文字", vision: "图像", audio: "声音" };
const PURPOSE: Record<Purpose, string> = {
  chat: "聊天和通用",
  completion: "续写（基座）",
  reasoning: "推理（思考）",
  math: "数学",
  science: "科学",
  code: "写代码",
  agent: "智能体与工具调用",
  research: "深度研究",
  writing: "写作",
  roleplay: "角色扮演",
  translation: "翻译",
  service: "客服",
  "long-text": "长文本",
  vision: "看图",
  video: "看视频",
  ocr: "文字识别（OCR）",
  audio: "语音",
  drawing: "生成图像",
  "on-device": "端侧（手机等）",
  medical: "医疗",
  psychology: "心理",
  legal: "法律",
  finance: "金融",
  education: "教育",
  classics: "古籍",
  commerce: "电商",
  transport: "交通",
};
const HUB: Record<Weights["hub"], string> = {
  huggingface: "",
  modelscope: "ModelScope",
  wisemodel: "WiseModel",
  gitcode: "GitCode",
  "tsinghua-cloud": "清华网盘",
  baidu: "百度网盘",
  form: "填表申请",
};
const STATUS = { gone: "已移除", archived: "已归档", active: "", unknown: "是否归档未核实" };
const PUBLISHES = {
  releases: "以 GitHub Releases 发布",
  tags: "只打标签",
  none: "没有标签",
  unknown: "是否发布版本不明",
};
/** Names of the entries by their ids. */
export type EntryNames = ReadonlyMap<string, string>;

const languages = new Intl.DisplayNames(["zh-CN"], { type: "language" });

/** All that is known of one entry. */
export function renderSection(entry: Entry, names: EntryNames): string {
  const parts = [
    `<a id="${entry.id}"></a>\n\n### ${escapeText(entry.name)}`,
    marks(entry),
    escapeText(entry.summary.zh),
    facts(entry, names),
    block(
      "版本",
      (entry.variants ?? []).map((variant) => `- ${variantText(variant, names)}`),
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

/** A base with an entry of its own leads there. */
export function baseModelText(base: string, names: EntryNames): string {
  const name = names.get(base);
  if (name !== undefined) return link(name, `#${base}`);
  return base === "from scratch" ? "从头训练" : escapeText(base);
}

const block = (title: string, lines: string[] | undefined): string =>
  lines === undefined || lines.length === 0 ? "" : `**${title}**\n\n${lines.join("\n")}`;
const note = (text: string | undefined): string => (text === undefined ? "" : `（${escapeText(text)}）`);
const orNotStated = (text: string | undefined): string => (text === undefined ? NOT_STATED : escapeText(text));

function marks(entry: Entry): string {
  const notes = statedParts([
    entry.unreviewed && "**⚠ 待审核**：由程序添加，尚未有人核对。",
    entry.confidence && `**${SECONDARY}资料**：主要来自第三方，请谨慎对待。`,
  ]);
  return notes.length > 0 ? `> ${notes.join(" ")}` : "";
}

function facts(entry: Entry, names: EntryNames): string {
  const developers = entry.developers.map(
    ({ name, role }) => `${escapeText(name)}${role === "corresponding" ? "（通讯作者）" : ""}`,
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
    ["用途", entry.purposes?.map((purpose) => PURPOSE[purpose]).join("、")],
    ["基座模型", entry.baseModel && baseModelText(entry.baseModel, names)],
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
    ...licenseRows(entry.license),
  ];
  return rows.flatMap(([label, value]) => (value ? [`- ${label}：${value}`] : [])).join("\n");
}

const licenseRows = (license: License): [string, string | undefined][] => [
  ["代码许可", license.code === undefined ? NOT_STATED : licenseName(license.code, license.codeUrl)],
  ["权重许可", license.weights === undefined ? NOT_STATED : licenseName(license.weights, license.weightsUrl)],
  ["数据许可", license.data && escapeText(license.data)],
  ["商用", COMMERCIAL[license.commercial] + note(license.note)],
];

const licenseName = (name: string, url: string | undefined): string =>
  name === "unknown" ? "未明确" : linked(name, url);

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

function variantText(variant: Variant, names: EntryNames): string {
  const { license } = variant;
  const details = statedParts([
    variant.confidence && SECONDARY,
    variant.parametersB === undefined
      ? whenStated(variant.activeParametersB, (billions) => `激活 ${formatBillions(billions)}`)
      : formatSize(variant.parametersB, variant.activeParametersB),
    variant.architecture && ARCHITECTURE[variant.architecture],
    whenStated(variant.contextTokens, (tokens) => `上下文 ${formatTokens(tokens)}`),
    variant.modalities?.map((modality) => MODALITY[modality]).join("、"),
    variant.baseModel && `基座 ${baseModelText(variant.baseModel, names)}`,
    variant.pretrainingTokens && `预训练 ${escapeText(variant.pretrainingTokens)} tokens`,
    variant.released,
    license?.code && `代码许可 ${licenseName(license.code, license.codeUrl)}`,
    license?.weights && `权重许可 ${licenseName(license.weights, license.weightsUrl)}`,
    license?.data && `数据许可 ${escapeText(license.data)}`,
    license && COMMERCIAL[license.commercial] + note(license.note),
    variant.note && escapeText(variant.note),
  ]);
  return `${escapeText(variant.name)}${details.length > 0 ? `：${details.join("，")}` : ""}`;
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

function resources(entry: Entry): string {
  const rows = everyRequirement(entry).map(({ row, variant }) => ({
    row,
    edition:
      variant === undefined ? (row.variant ?? "") : variant.name + (variant.confidence ? `（${SECONDARY}）` : ""),
  }));
  if (rows.length === 0) return `**资源要求**：${entry.requirements === undefined ? NOT_STATED : NONE}`;
  const several = rows.some(({ edition }) => edition !== "");
  const columns = [...(several ? ["版本"] : []), "精度", "内存", "推理显存", "微调显存", "说明"];
  const cells = rows.map(({ row, edition }) => [...(several ? [escapeText(edition)] : []), ...resourceCells(row)]);
  return `**资源要求**\n\n${table(columns, cells)}`;
}

function resourceCells(row: Requirement): string[] {
  const gb = (value: number | undefined): string =>
    value === undefined ? NOT_STATED : `${formatGb(value)}${row.estimated ? "（估算）" : ""}`;
  const remarks = statedParts([
    row.finetuneMethod === "unspecified" ? "" : row.finetuneMethod && `微调方法 ${row.finetuneMethod}`,
    whenStated(row.contextTokens, (tokens) => `序列长度 ${tokens}`),
    whenStated(row.fileGb, (gigabytes) => `文件 ${formatGb(gigabytes)}${row.fileConfidence ? `（${SECONDARY}）` : ""}`),
    row.note,
    row.source && `来源 ${row.source}`,
  ]);
  const graphics = row.device === "cpu" ? `${NONE}（CPU）` : gb(row.vramInferenceGb);
  return [quantizationLabel(row), gb(row.ramGb), graphics, gb(row.vramFinetuneGb), remarks.map(escapeText).join("；")];
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
