import { quantizationLabel } from "#src/catalog/entry/precision.ts";
import type { Entry } from "#src/catalog/entry/schema.ts";
import { formatGb, formatTokens } from "#src/catalog/entry/units.ts";
import { isOurEstimate, leastMemory, sizeSummary } from "#src/catalog/memory/offers.ts";
import { shortVariant } from "#src/catalog/search/subject.ts";
import type { Family } from "./families.ts";
import { commercialCell } from "./licenses.ts";
import { baseModelText, type EntryLinks } from "./links.ts";
import { escapeText, linked, shorten, table } from "./markdown.ts";
import { COMMERCIAL, GENERATED, NONE, NOT_STATED, SECONDARY } from "./words.ts";

/** Characters of a cell of the comparison, so that eleven columns stay readable beside each other. */
const CELL = 40;
const DATASETS_IN_CELL = 2;

/**
 * The list as GitHub Markdown: an index by family and the comparison table; what is known of an entry stands on the page
 * of its family. Families are in alphabetical order, the newest entry of a family comes first.
 */
export function renderDocument(families: readonly Family[], links: EntryLinks): string {
  const sorted = families.flatMap(({ members }) => members);
  return `${[
    GENERATED,
    "# 中文开源大模型目录",
    `共 ${sorted.length} 个模型系列，属于 ${families.length} 个家族；同一家族里新的在前。`,
    LEGEND,
    "## 家族",
    families.map((family) => `- ${familyLine(family, links)}`).join("\n"),
    "## 对比",
    "长的单元格只写开头，全文在各条目里。",
    comparison(sorted, links),
  ].join("\n\n")}\n`;
}

const LEGEND = `- 「${NOT_STATED}」：来源没有写；「${NONE}」：来源写明没有。
- 「⚠ 二手」：主要来自第三方，不是开发者自己的资料；「估算」：来源按参数量或推荐机器算出，不是实测；「≈」和「估计」：来源没有写，由我们估计；「⚠ 替代」：Ollama 里没有这个模型，列出的是后继或同名的另一个模型；「${COMMERCIAL.unknown}」：来源没有写权重能否商用，或互相矛盾。
- 大小照来源的写法：从显卡读出的显存其实是 GiB，文件大小是十进制的 GB。没有写序列长度的显存多是短文本（1 至 2048 tokens）下的数字。
- 2024 年下半年起的条目里，来源没有写精度的 Hugging Face 仓库按通常的做法记作 BF16。Hugging Face 的编号没有逐一打开核实，社区上传的 Ollama 模型可能已被删除。`;

const entryLink = ({ id, name }: Entry, links: EntryLinks): string => linked(name, links(id)?.address);

function familyLine({ name, members }: Family, links: EntryLinks): string {
  const [newest] = members;
  const page = newest && links(newest.id)?.address.replace(/#.*$/, "");
  return `**${linked(name, page)}**：${members.map((entry) => entryLink(entry, links)).join("、")}`;
}

function comparison(entries: readonly Entry[], links: EntryLinks): string {
  const columns =
    "模型 基座模型 额外的预训练数据集 指令微调数据集 额外的训练过程 量化支持 项目特点 参数 上下文 最低显存 许可".split(
      " ",
    );
  const rows = entries.map((entry) => [
    `${entryLink(entry, links)}${entry.confidence === "secondary" ? " ⚠ 二手" : ""}${entry.unreviewed ? " ⚠ 待审核" : ""}`,
    entry.baseModel === undefined ? NOT_STATED : baseModelText(shorten(entry.baseModel, CELL), links),
    datasetCell(entry.training?.pretrainingData),
    datasetCell(entry.training?.instructionData),
    entry.training?.process === undefined ? NOT_STATED : escapeText(shorten(entry.training.process, CELL)),
    quantizationCell(entry),
    escapeText(shorten(entry.highlights?.join("；") ?? entry.summary.zh, CELL)),
    sizeSummary(entry) ?? NOT_STATED,
    entry.contextTokens === undefined ? NOT_STATED : formatTokens(entry.contextTokens),
    memoryCell(entry),
    commercialCell(entry),
  ]);
  return table(columns, rows);
}

function datasetCell(list: { name: string; url?: string | undefined }[] | undefined): string {
  if (list === undefined) return NOT_STATED;
  if (list.length === 0) return NONE;
  const each = CELL / Math.min(list.length, DATASETS_IN_CELL);
  const shown = list.slice(0, DATASETS_IN_CELL).map(({ name, url }) => linked(shorten(name, each), url));
  return `${shown.join("、")}${list.length > shown.length ? ` 等 ${list.length} 项` : ""}`;
}

function quantizationCell({ quantizations }: Entry): string {
  if (quantizations === undefined) return NOT_STATED;
  return quantizations.map((precision) => quantizationLabel({ precision })).join("、") || NONE;
}

/** The least that any way to run it takes, as a source states it or as we estimate it. */
function memoryCell(entry: Entry): string {
  const least = leastMemory(entry);
  if (least?.vramGb === undefined) return NOT_STATED;
  const ours = isOurEstimate(least);
  const remarks = [
    least.variant === undefined ? "" : escapeText(shortVariant(least.variant, { entry, variant: undefined })),
    quantizationLabel(least),
    ours ? "估计" : least.estimated ? "估算" : "",
    least.secondary ? SECONDARY : "",
  ];
  const gb = `${ours && least.leastGb !== undefined ? `${least.leastGb}–` : ""}${formatGb(least.vramGb)}`;
  return `${ours ? "≈ " : ""}${gb}（${remarks.filter((remark) => remark !== "").join("，")}）`;
}
