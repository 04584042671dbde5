/** One value of a metric. */
export type Sample = { labels: Record<string, string | number>; value: number; metricName?: string };

/**
 * A metric with all its values, as prom-client's registries exchange them between processes (`getMetricsAsJSON`,
 * `AggregatorRegistry.aggregate`). `first`: there is one of each, so nothing is added up.
 */
export type Family = {
  name: string;
  help: string;
  type: "counter" | "gauge" | "histogram";
  values: Sample[];
  aggregator: "first";
};

type MetricDefinition<Label extends string> = { name: string; help: string; labels: readonly Label[] };
type Labels<Label extends string> = Record<Label, string>;

export type Counter<Label extends string> = {
  /** 0 makes the series known, so that its first event is seen as an increase. */
  add: (labels: Labels<Label>, by?: number) => void;
  family: () => Family;
};

export type Histogram<Label extends string> = {
  observe: (labels: Labels<Label>, value: number) => void;
  family: () => Family;
};

const keyOf = <Label extends string>(names: readonly Label[], labels: Labels<Label>): string =>
  names.map((name) => labels[name]).join("\n");

/** Counts events; nothing but this memory is touched until somebody asks. Every label must come from a bounded set. */
export function createCounter<const Label extends string>({
  name,
  help,
  labels: names,
}: MetricDefinition<Label>): Counter<Label> {
  const samples = new Map<string, Sample>();
  return {
    add: (labels, by = 1) => {
      const key = keyOf(names, labels);
      const known = samples.get(key);
      if (known) known.value += by;
      else samples.set(key, { labels, value: by });
    },
    family: () => ({ name, help, type: "counter", values: [...samples.values()], aggregator: "first" }),
  };
}

/** How often values were at most each of the bounds, and their sum. */
type Distribution<Label extends string> = { labels: Labels<Label>; counts: number[]; sum: number; count: number };

/** Counts values by size. `bounds` ascend; what is larger than the last counts as `+Inf`. */
export function createHistogram<const Label extends string>(
  { name, help, labels: names }: MetricDefinition<Label>,
  bounds: readonly number[],
): Histogram<Label> {
  const distributions = new Map<string, Distribution<Label>>();
  return {
    observe: (labels, value) => {
      const key = keyOf(names, labels);
      const distribution = distributions.get(key) ?? { labels, counts: bounds.map(() => 0), sum: 0, count: 0 };
      distributions.set(key, distribution);
      for (const [at, bound] of bounds.entries())
        if (value <= bound) distribution.counts[at] = (distribution.counts[at] ?? 0) + 1;
      distribution.sum += value;
      distribution.count += 1;
    },
    family: () => ({
      name,
      help,
      type: "histogram",
      values: [...distributions.values()].flatMap((distribution) => samplesOf(name, bounds, distribution)),
      aggregator: "first",
    }),
  };
}

function samplesOf<Label extends string>(
  name: string,
  bounds: readonly number[],
  { labels, counts, sum, count }: Distribution<Label>,
): Sample[] {
  const bucket = (le: number | string, value: number): Sample => ({
    labels: { ...labels, le },
    value,
    metricName: `${name}_bucket`,
  });
  return [
    ...bounds.map((bound, at) => bucket(bound, counts[at] ?? 0)),
    bucket("+Inf", count),
    { labels, value: sum, metricName: `${name}_sum` },
    { labels, value: count, metricName: `${name}_count` },
  ];
}

/** A metric that was not counted but read just now. */
export const gauge = (name: string, help: string, values: Sample[]): Family => ({
  name,
  help,
  type: "gauge",
  values,
  aggregator: "first",
});
