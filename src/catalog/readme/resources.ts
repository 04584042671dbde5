import { everyRequirement } from "#src/catalog/entry/editions.ts";
import { quantizationLabel } from "#src/catalog/entry/precision.ts";
import type { Entry, Requirement } from "#src/catalog/entry/schema.ts";
import { statedParts, whenStated } from "#src/catalog/entry/stated.ts";
import { formatGb } from "#src/catalog/entry/units.ts";
import { escapeText, table } from "./markdown.ts";
import { NONE, NOT_STATED, SECONDARY } from "./words.ts";

/** What sources say of the memory that an entry needs. */
export function resources(entry: Entry): string {
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
