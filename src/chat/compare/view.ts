import { code, link, plain, table } from "#src/base/markdown.ts";
import { type Subject, subjectName } from "#src/catalog/search/subject.ts";
import { barsOf, type ChartGroup, isBeyond, labelOf, type MemoryChart, notesOf } from "#src/chart/memory-chart.ts";
import type { Context } from "#src/chat/command.ts";
import { marks, openMenu } from "#src/chat/model/list.ts";
import { clip, container, pictureDisplay, separator, textDisplay, type View } from "#src/chat/view.ts";
import { differs, type Fact, type FactRow, factRows } from "./facts.ts";

type CompareContext = Pick<Context, "locale" | "text" | "room">;

export type Comparison = {
  subjects: readonly Subject[];
  chart: MemoryChart;
  /** For each model, figures that the chart leaves out. */
  more: readonly number[];
  /** The chart as PNG, for rooms that show pictures. */
  png: Uint8Array | undefined;
  /** What to know of how the names were read, as Markdown. */
  remarks: readonly string[];
};

const PICTURE = "memory.png";
/** What stands for each model in lines; Markdown tables have columns instead. */
const SIGNS = ["①", "②", "③", "④"];
/** Characters that a fact may have, tried until all of them fit. */
const FACT_LENGTHS = [Number.POSITIVE_INFINITY, 300, 160, 100, 70, 50, 30, 15];

/** Models side by side: where they differ first, then what they share, and how much memory each takes as a chart. */
export function compareView(comparison: Comparison, context: CompareContext): View {
  const { subjects, chart, png } = comparison;
  const { room } = context;
  const head = headText(comparison, context);
  const rows = factRows(subjects, context);
  const memory = memoryRow(comparison, context);
  const body = room.tables
    ? compareTable(rows, memory, comparison, context)
    : fittingLines(rows, memory, room.characters - head.length, context);
  const drawn = barsOf(chart).length > 0 && (!room.pictures || png !== undefined);
  return {
    components: [
      container([
        textDisplay(head),
        separator(),
        textDisplay(body),
        ...(drawn ? [pictureDisplay(PICTURE, description(chart, context))] : []),
        ...openMenu([...new Set(subjects.map(({ entry }) => entry))], context),
      ]),
    ],
    ...(drawn && { files: [{ name: PICTURE, chart, ...(png !== undefined && { png }) }] }),
  };
}

function headText({ subjects, chart, remarks }: Comparison, context: CompareContext): string {
  const { text, room } = context;
  const lines = subjects.map(({ entry, variant }, at) => {
    const name = subjectName({ entry, variant });
    const trust = { ...entry, confidence: variant?.confidence ?? entry.confidence };
    return `${room.tables ? "-" : SIGNS[at]} **${plain(name)}** ${code(entry.id)}${marks(trust, text)}`;
  });
  const notes = notesOf(chart);
  const signs = [
    ...(chart.limit ? [chart.limit.label] : []),
    ...(notes.beyond ? [`✗ ${text("compare.beyond")}`] : []),
    ...(notes.estimated ? [`≈ ${text("compare.estimated")}`] : []),
  ];
  return [
    `### ${text("compare.heading")}`,
    ...lines,
    ...remarks.map((remark) => `-# ${remark}`),
    ...(signs.length > 0 ? [`-# ${signs.join(" · ")}`] : []),
  ].join("\n");
}

/** The figures of the chart in words, each exactly as it is drawn. */
function memoryRow({ chart, more }: Comparison, { text }: CompareContext): FactRow {
  const facts = chart.groups.map((group, at): Fact | undefined => {
    const rest = more[at] ?? 0;
    const figures = [...figuresOf(group, chart), ...(rest > 0 ? [text("compare.more", { count: rest })] : [])];
    return figures.length === 0 ? undefined : { text: figures.join(text("facts.listComma")) };
  });
  return { label: text("facts.vramInference"), facts };
}

const figuresOf = ({ bars }: ChartGroup, chart: MemoryChart): string[] =>
  bars.map((bar) => `${labelOf(bar)} ${bar.value}${chart.limit ? (isBeyond(bar, chart) ? " ✗" : " ✓") : ""}`);

/** For those who cannot see the picture. */
function description(chart: MemoryChart, { text }: CompareContext): string {
  const groups = chart.groups.map((group) => {
    const figures = figuresOf(group, chart);
    const value = figures.length === 0 ? chart.notes.empty : figures.join(text("facts.listComma"));
    return text("facts.pair", { label: group.name, value });
  });
  const lines = [...groups, ...(chart.limit ? [chart.limit.label] : [])];
  return text("compare.alt", { figures: lines.join(text("facts.semicolon")) });
}

/** Rows in the order to show them: differences, then what is the same. What nobody states is named at the end. */
function arranged(rows: readonly FactRow[], memory: FactRow) {
  const all = [memory, ...rows];
  const stated = all.filter(({ facts }) => facts.some((fact) => fact !== undefined));
  return {
    different: stated.filter(differs),
    same: stated.filter((row) => !differs(row)),
    silent: all.filter((row) => !stated.includes(row)),
  };
}

function silentLine(silent: readonly FactRow[], { text }: CompareContext): string[] {
  if (silent.length === 0) return [];
  const fields = silent.map(({ label }) => label).join(text("facts.listComma"));
  return [`-# ${text("compare.silent", { fields })}`];
}

function compareTable(
  rows: readonly FactRow[],
  memory: FactRow,
  { subjects }: Comparison,
  context: CompareContext,
): string {
  const { different, same, silent } = arranged(rows, memory);
  const columns = [context.text("compare.field"), ...subjects.map((subject) => `**${plain(subjectName(subject))}**`)];
  const cells = ({ facts }: FactRow): string[] =>
    facts.map((fact) => factMarkdown(fact, Number.POSITIVE_INFINITY, context));
  const lines = [
    ...different.map((row) => [`≠ **${row.label}**`, ...cells(row)]),
    ...same.map((row) => [`= ${row.label}`, ...cells(row)]),
  ];
  return [table(columns, lines), ...silentLine(silent, context)].join("\n\n");
}

/** Facts as lines, each shortened no more than the room asks for; figures of memory never. */
function fittingLines(rows: readonly FactRow[], memory: FactRow, characters: number, context: CompareContext): string {
  let lines = "";
  for (const length of FACT_LENGTHS) {
    lines = factLines(rows, memory, length, context);
    if (lines.length <= characters) return lines;
  }
  return clip(lines, characters);
}

function factLines(rows: readonly FactRow[], memory: FactRow, length: number, context: CompareContext): string {
  const { different, same, silent } = arranged(rows, memory);
  const limit = (row: FactRow): number => (row === memory ? Number.POSITIVE_INFINITY : length);
  return [
    ...different.map((row) => {
      const cells = row.facts.map((fact, at) => `${SIGNS[at]} ${factMarkdown(fact, limit(row), context)}`);
      return `≠ **${row.label}** ${cells.join(" · ")}`;
    }),
    ...same.map((row) => `= ${row.label} ${factMarkdown(row.facts[0], limit(row), context)}`),
    ...silentLine(silent, context),
  ].join("\n");
}

function factMarkdown(fact: Fact | undefined, length: number, { text, room }: CompareContext): string {
  if (fact === undefined) return text("facts.notStated");
  const shown = Number.isFinite(length) ? clip(fact.text, length) : fact.text;
  // Where a link shows its address, a column of a table is no place for it.
  const linked = fact.url === undefined || room.tables ? plain(shown) : link(shown, fact.url);
  return `${fact.doubtful ? "⚠ " : ""}${linked}`;
}
