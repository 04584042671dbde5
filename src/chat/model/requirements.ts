import { link, table } from "#src/base/markdown.ts";
import { requirementsByVariant } from "#src/catalog/entry/editions.ts";
import { ENGINE_NAMES } from "#src/catalog/entry/engine-names.ts";
import { quantizationLabel } from "#src/catalog/entry/precision.ts";
import type { Entry, Requirement, Variant } from "#src/catalog/entry/schema.ts";
import { statedParts, whenStated } from "#src/catalog/entry/stated.ts";
import { formatGb, formatTokens } from "#src/catalog/entry/units.ts";
import type { PageContext } from "./page-context.ts";
import { secondary } from "./secondary.ts";

/** What is told of one measurement, in the order of the columns. */
const FIGURES = ["vramInference", "vramFinetune", "ram", "context", "engine", "hardware"] as const;
type Figure = (typeof FIGURES)[number];

type Need = { name: string; figures: Record<Figure, string | undefined>; remarks: string[] };

/** Memory that each precision needs: a table where the surface draws tables, else a line each. */
export function requirementLines(entry: Entry, context: PageContext): string[] {
  const { text, room } = context;
  const needs = requirementsByVariant(entry).map(({ row, variant }) => need(row, variant, context));
  if (needs.length === 0) return [text("facts.notStated")];
  const silent = text("facts.notStated");
  const told = FIGURES.filter(
    (figure) => figure === "vramInference" || needs.some(({ figures }) => figures[figure] !== undefined),
  );
  if (room.tables) {
    const remarked = needs.some(({ remarks }) => remarks.length > 0);
    const columns = [text("facts.precision"), ...told.map((figure) => text(`facts.${figure}`))];
    const rows = needs.map(({ name, figures, remarks }) => [
      name,
      ...told.map((figure) => figures[figure] ?? silent),
      ...(remarked ? [remarks.join(text("facts.semicolon"))] : []),
    ]);
    return [table([...columns, ...(remarked ? [text("facts.remarks")] : [])], rows)];
  }
  return needs.map(({ name, figures, remarks }) => {
    const parts = FIGURES.map((figure) => {
      const value = figure === "vramInference" ? (figures[figure] ?? silent) : figures[figure];
      if (figure === "engine" || figure === "hardware") return value;
      return whenStated(value, (known) => `${text(`facts.${figure}`)} ${known}`);
    });
    return `- **${name}** ${statedParts([...parts, ...remarks]).join(" · ")}`;
  });
}

function need(row: Requirement, variant: Variant | undefined, context: PageContext): Need {
  const { text, say } = context;
  const remark = (value: string, note: string): string => text("facts.withRemark", { value, remark: note });
  const gb = (value: number | undefined): string | undefined =>
    whenStated(value, (known) => (row.estimated ? remark(formatGb(known), text("facts.estimated")) : formatGb(known)));
  const fileSize = (size: number): string => text("facts.fileSize", { size: formatGb(size) });
  return {
    name: statedParts([quantizationLabel(row), whenStated(variant?.name ?? row.variant, say)]).join(" · "),
    figures: {
      vramInference: row.device === "cpu" ? text("facts.noneCpu") : gb(row.vramInferenceGb),
      vramFinetune: gb(row.vramFinetuneGb),
      ram: gb(row.ramGb),
      context: whenStated(row.contextTokens, formatTokens),
      engine: whenStated(row.engine, (engine) => ENGINE_NAMES[engine] || text("facts.otherEngine")),
      hardware: whenStated(row.hardware, say),
    },
    remarks: statedParts([
      secondary(variant, context),
      row.finetuneMethod === "unspecified"
        ? ""
        : whenStated(row.finetuneMethod, (method) => text("facts.finetuneMethod", { method })),
      whenStated(row.fileGb, (size) =>
        row.fileConfidence ? remark(fileSize(size), text("facts.secondary")) : fileSize(size),
      ),
      whenStated(row.note, say),
      whenStated(row.source, (source) =>
        source.startsWith("http")
          ? link(text("licenses.source"), source)
          : text("facts.source", { source: say(source) }),
      ),
    ]),
  };
}
