import { textWidth, wrapText } from "./width.ts";

type Table = { headings: readonly string[]; rows: readonly (readonly string[])[] };
type TableStyle = { columns: number; quiet: (text: string) => string; wrap: (text: string) => string };

export const INDENT = "  ";
const GAP = "  ";
/** Columns narrower than this break words too often; tables of more columns read better as blocks. */
const LEAST_WIDTH = 14;
const MOST_WRAPPED = 5;

/**
 * Aligned columns where they fit; else, of few columns, the same with lines broken inside of cells; else a block a row
 * with the headings as labels. Cells may hold colours.
 */
export function drawTable({ headings, rows }: Table, { columns, quiet, wrap }: TableStyle): string {
  const natural = headings.map((heading, column) =>
    Math.max(textWidth(heading), ...rows.map((row) => textWidth(row[column] ?? ""))),
  );
  const available = columns - (headings.length - 1) * GAP.length;
  const widths = fittingWidths(natural, available);
  if (widths === undefined) return rows.map((row) => block(headings, row, { quiet, wrap })).join("\n");
  return [quiet(line(headings, widths)), ...rows.map((row) => line(row, widths))].join("\n");
}

/** The widest columns give way, as far as that is sensible. */
function fittingWidths(natural: readonly number[], available: number): number[] | undefined {
  const widths = [...natural];
  for (let excess = sum(widths) - available; excess > 0; excess--) {
    const widest = Math.max(...widths);
    if (natural.length > MOST_WRAPPED || widest <= LEAST_WIDTH) return undefined;
    widths[widths.indexOf(widest)] = widest - 1;
  }
  return widths;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function line(cells: readonly string[], widths: readonly number[]): string {
  const wrapped = cells.map((cell, column) => {
    const width = widths[column] ?? 0;
    return textWidth(cell) <= width ? [cell] : wrapText(cell, width).split("\n");
  });
  const height = Math.max(1, ...wrapped.map(({ length }) => length));
  const lines = Array.from({ length: height }, (_, at) =>
    wrapped
      .map((parts, column) => padded(parts[at] ?? "", widths[column] ?? 0))
      .join(GAP)
      .trimEnd(),
  );
  return lines.join("\n");
}

const padded = (text: string, width: number): string => text + " ".repeat(Math.max(0, width - textWidth(text)));

function block(
  headings: readonly string[],
  row: readonly string[],
  { quiet, wrap }: Omit<TableStyle, "columns">,
): string {
  const [first = "", second = "", ...rest] = row;
  const details = rest.flatMap((cell, at) => (cell === "" ? [] : `${quiet(headings[at + 2] ?? "")} ${cell}`));
  return `${first}  ${second}\n${INDENT}${wrap(details.join(" · "))}`;
}
