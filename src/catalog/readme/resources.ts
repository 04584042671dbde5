import { requirementsByVariant } from "#src/catalog/entry/editions.ts";
import { ENGINE_NAMES } from "#src/catalog/entry/engine-names.ts";
import { quantizationLabel } from "#src/catalog/entry/precision.ts";
import type { Entry, Requirement } from "#src/catalog/entry/schema.ts";
import { statedParts, whenStated } from "#src/catalog/entry/stated.ts";
import { formatGb, formatTokens } from "#src/catalog/entry/units.ts";
import { escapeText, link, table } from "./markdown.ts";
import { NONE, NOT_STATED, SECONDARY } from "./words.ts";

/** What sources say of the memory that an entry needs. */
export function resources(entry: Entry): string {
  const rows = requirementsByVariant(entry).map(({ row, variant }) => ({
    row,
    edition:
      variant === undefined ? (row.variant ?? "") : variant.name + (variant.confidence ? `（${SECONDARY}）` : ""),
  }));
  if (rows.length === 0) return `**资源要求**：${entry.requirements === undefined ? NOT_STATED : NONE}`;
  const told = COLUMNS.filter(
    ({ label, cell }) => label === "推理显存" || rows.some(({ row }) => cell(row) !== undefined),
  );
  const several = rows.some(({ edition }) => edition !== "");
  const remarked = rows.some(({ row }) => remarksOf(row) !== "");
  const columns = [
    ...(several ? ["版本"] : []),
    "精度",
    ...told.map(({ label }) => label),
    ...(remarked ? ["说明"] : []),
  ];
  const cells = rows.map(({ row, edition }) => [
    ...(several ? [escapeText(edition)] : []),
    quantizationLabel(row),
    ...told.map(({ cell }) => cell(row) ?? NOT_STATED),
    ...(remarked ? [remarksOf(row)] : []),
  ]);
  return `**资源要求**\n\n${table(columns, cells)}`;
}

/** Columns; one that no row of an entry fills is left out. */
const COLUMNS: readonly { label: string; cell: (row: Requirement) => string | undefined }[] = [
  { label: "推理显存", cell: (row) => (row.device === "cpu" ? `${NONE}（CPU）` : gb(row.vramInferenceGb, row)) },
  { label: "微调显存", cell: (row) => gb(row.vramFinetuneGb, row) },
  { label: "内存", cell: (row) => gb(row.ramGb, row) },
  { label: "上下文", cell: ({ contextTokens }) => whenStated(contextTokens, formatTokens) },
  { label: "引擎", cell: ({ engine }) => whenStated(engine, (known) => ENGINE_NAMES[known] || "其他引擎") },
  { label: "硬件", cell: ({ hardware }) => whenStated(hardware, escapeText) },
];

const gb = (value: number | undefined, { estimated }: Requirement): string | undefined =>
  whenStated(value, (known) => `${formatGb(known)}${estimated ? "（估算）" : ""}`);

function remarksOf(row: Requirement): string {
  const remarks = statedParts([
    row.finetuneMethod === "unspecified" ? "" : row.finetuneMethod && `微调方法 ${escapeText(row.finetuneMethod)}`,
    whenStated(row.fileGb, (gigabytes) => `文件 ${formatGb(gigabytes)}${row.fileConfidence ? `（${SECONDARY}）` : ""}`),
    row.note && escapeText(row.note),
    row.source && (row.source.startsWith("http") ? link("来源", row.source) : escapeText(`来源 ${row.source}`)),
  ]);
  return remarks.join("；");
}
