/** Memory per precision, a group for each model; every text is in the reader's language already. */
export type MemoryChart = {
  title: string;
  groups: ChartGroup[];
  /** The graphics memory that the person has. */
  limit?: ChartLimit;
  notes: ChartNotes;
};

export type ChartGroup = {
  name: string;
  /** Stands for the name where that cannot be drawn: ASCII. */
  id: string;
  bars: ChartBar[];
};

export type ChartBar = {
  /** Which variant, in short; empty where the group's name says it. */
  variant: string;
  precision: string;
  /** Stands for both where they cannot be drawn: ASCII. */
  plainLabel: string;
  gb: number;
  /** The figure as it is read: `13 GB`, `≈ 5.4 GB`. */
  value: string;
  /** Computed and not measured. */
  estimated: boolean;
};

type ChartLimit = { gb: number; label: string };

/** What the signs mean; shown where they occur. */
type ChartNotes = { estimated: string; beyond: string; logarithmic: string; empty: string };

/** Whether a bar needs more than the person has. */
export const isBeyond = (bar: ChartBar, { limit }: MemoryChart): boolean => limit !== undefined && bar.gb > limit.gb;

/** What a bar is: `8B INT4`. */
export const labelOf = ({ variant, precision }: ChartBar): string => `${variant} ${precision}`.trim();

/** Every bar of a chart, group by group. */
export const barsOf = ({ groups }: MemoryChart): ChartBar[] => groups.flatMap(({ bars }) => bars);

/** The notes that a chart needs. */
export function notesOf(chart: MemoryChart): { estimated: boolean; beyond: boolean } {
  const bars = barsOf(chart);
  return { estimated: bars.some(({ estimated }) => estimated), beyond: bars.some((bar) => isBeyond(bar, chart)) };
}
