import { barsOf, type ChartBar, isBeyond, labelOf, type MemoryChart, notesOf } from "#src/chart/memory-chart.ts";
import { type Scale, scaleOf } from "#src/chart/scale.ts";
import { textWidth } from "./width.ts";

/** Wider bars are no easier to compare. */
const WIDEST = 76;
const LEAST_PLOT = 10;
/** The part of the width that labels may take. */
const LABELS = 0.4;
const GAP = "  ";
/** Eighths of a full block, so that a bar ends where it should. */
const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
const FULL = "█";
const ESTIMATE = "▒";
const LIMIT = "│";
const BEYOND = "✗";

/** All in columns. */
type Frame = {
  chart: MemoryChart;
  scale: Scale;
  width: number;
  labelRoom: number;
  labels: number;
  plot: number;
};

/** A chart of at least one bar in characters, a line a bar, no wider than so many columns where that is possible. */
export function drawChart(chart: MemoryChart, columns: number): string {
  const bars = barsOf(chart);
  const width = Math.min(columns, WIDEST);
  const labelRoom = Math.floor(width * LABELS);
  const labels = Math.max(0, ...bars.map((bar) => textWidth(shortLabel(bar, labelRoom))));
  const figures = Math.max(0, ...bars.map((bar) => textWidth(figureOf(bar, chart))));
  const plot = Math.max(LEAST_PLOT, width - labels - figures - 3 * GAP.length);
  const frame = { chart, scale: scaleOf(chart), width, labelRoom, labels, plot };
  const groups = chart.groups.flatMap(({ name, bars: own }) => [
    name,
    ...(own.length === 0 ? [`${GAP}${chart.notes.empty}`] : own.map((bar) => barLine(bar, frame))),
  ]);
  return [chart.title, ...groups, ...notes(frame)].join("\n");
}

/** The precision is never shortened; the variant has the room that is left. */
function shortLabel(bar: ChartBar, room: number): string {
  const left = room - textWidth(bar.precision) - 1;
  const whole = textWidth(bar.variant) <= left;
  const kept = [...bar.variant];
  while (!whole && kept.length > 0 && textWidth(`${kept.join("")}…`) > left) kept.pop();
  return labelOf(whole ? bar : { ...bar, variant: kept.length === 0 ? "" : `${kept.join("").trimEnd()}…` });
}

function barLine(bar: ChartBar, { chart, scale, labelRoom, labels, plot }: Frame): string {
  const cells = cellsOf(bar, scale, plot);
  if (chart.limit) cells[cellOf(chart.limit.gb, scale, plot)] = LIMIT;
  const label = shortLabel(bar, labelRoom);
  const padding = " ".repeat(labels - textWidth(label));
  return `${GAP}${label}${padding}${GAP}${cells.join("")}${GAP}${figureOf(bar, chart)}`.trimEnd();
}

function cellsOf({ gb, estimated }: ChartBar, scale: Scale, plot: number): string[] {
  const length = scale.place(gb) * plot;
  if (estimated) return padded(Array<string>(Math.max(1, Math.round(length))).fill(ESTIMATE), plot);
  const eighths = Math.max(1, Math.round(length * 8));
  const rest = EIGHTHS[eighths % 8] ?? "";
  return padded([...Array<string>(Math.floor(eighths / 8)).fill(FULL), ...(rest === "" ? [] : [rest])], plot);
}

const padded = (cells: readonly string[], plot: number): string[] => [
  ...cells,
  ...Array<string>(Math.max(0, plot - cells.length)).fill(" "),
];

const cellOf = (gb: number, scale: Scale, plot: number): number =>
  Math.min(plot - 1, Math.round(scale.place(gb) * plot));

const figureOf = (bar: ChartBar, chart: MemoryChart): string =>
  isBeyond(bar, chart) ? `${bar.value} ${BEYOND}` : bar.value;

function notes({ chart, scale, width }: Frame): string[] {
  const { estimated, beyond } = notesOf(chart);
  const shown = [
    ...(chart.limit ? [`${LIMIT} ${chart.limit.label}`] : []),
    ...(beyond ? [`${BEYOND} ${chart.notes.beyond}`] : []),
    ...(estimated ? [`${ESTIMATE} ${chart.notes.estimated}`] : []),
    ...(scale.logarithmic ? [chart.notes.logarithmic] : []),
  ];
  const line = shown.join(GAP);
  if (shown.length === 0) return [];
  return textWidth(line) + GAP.length <= width ? [GAP + line] : shown.map((note) => GAP + note);
}
