/**
 * Prometheus' text format (prometheus.io/docs/instrumenting/exposition_formats), read as strictly as it is written:
 * anything that the page does not allow throws.
 */
export type Family = { type: string; help: string; samples: Sample[] };
type Sample = { name: string; labels: Record<string, string>; value: number };

const NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const LABEL = `[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\[\\\\"n])*"`;
const HELP = new RegExp(`^# HELP (${NAME}) (.+)$`);
const TYPE = new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram|summary)$`);
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(${LABEL}(?:,${LABEL})*)\\})? (\\S+)$`);
const NUMBER = /^(?:[+-]?Inf|nan|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/i;

export function parseExposition(text: string): Map<string, Family> {
  if (!text.endsWith("\n")) throw new Error("the last line is not ended");
  const families = new Map<string, Family>();
  const series = new Set<string>();
  let name = "";
  for (const line of text.split("\n").filter((item) => item !== "")) {
    const [, helped, help = ""] = HELP.exec(line) ?? [];
    const [, typed, type = ""] = TYPE.exec(line) ?? [];
    if (helped !== undefined) {
      if (families.has(helped)) throw new Error(`a second ${line}`);
      name = helped;
      families.set(name, { type: "", help, samples: [] });
    } else if (typed !== undefined) {
      const family = families.get(typed);
      if (typed !== name || family === undefined || family.type !== "") throw new Error(`out of place: ${line}`);
      family.type = type;
    } else {
      const family = families.get(name);
      const sample = sampleOf(line);
      if (family === undefined || !belongs(sample, name, family.type)) throw new Error(`out of place: ${line}`);
      const key = line.slice(0, line.lastIndexOf(" "));
      if (series.has(key)) throw new Error(`a series twice: ${line}`);
      series.add(key);
      family.samples.push(sample);
    }
  }
  for (const [of, family] of families) checkFamily(of, family);
  return families;
}

function sampleOf(line: string): Sample {
  const [, name = "", labels = "", value = ""] = SAMPLE.exec(line) ?? [];
  if (name === "" || !NUMBER.test(value)) throw new Error(`no sample: ${line}`);
  const pairs = [...labels.matchAll(new RegExp(LABEL, "g"))].map(([pair]): [string, string] => {
    const at = pair.indexOf("=");
    return [pair.slice(0, at), pair.slice(at + 2, -1)];
  });
  if (new Set(pairs.map(([key]) => key)).size < pairs.length) throw new Error(`a label twice: ${line}`);
  return { name, labels: Object.fromEntries(pairs), value: Number(value.replace(/inf$/i, "Infinity")) };
}

const belongs = (sample: Sample, family: string, type: string): boolean =>
  type === "histogram"
    ? [`${family}_bucket`, `${family}_sum`, `${family}_count`].includes(sample.name)
    : type !== "" && sample.name === family;

function checkFamily(name: string, { type, samples }: Family): void {
  if (type === "") throw new Error(`${name} has no type`);
  if (type === "counter" && samples.some(({ value }) => !(value >= 0))) throw new Error(`${name} counts down`);
  if (type !== "histogram") return;
  const without = ({ labels: { le: _, ...labels } }: Sample): string => JSON.stringify(labels);
  for (const [labels, own] of Map.groupBy(samples, without)) {
    const buckets = own.filter((sample) => sample.name.endsWith("_bucket"));
    const bounds = buckets.map(({ labels: { le = "" } }) => Number(le.replace("+Inf", "Infinity")));
    const counts = buckets.map(({ value }) => value);
    const ascends = (list: number[]): boolean => list.every((item, at) => at === 0 || item >= (list[at - 1] ?? 0));
    const total = own.find((sample) => sample.name.endsWith("_count"))?.value;
    const isWhole = bounds.at(-1) === Number.POSITIVE_INFINITY && counts.at(-1) === total;
    if (!ascends(bounds) || !ascends(counts) || !isWhole) throw new Error(`${name}${labels} is no histogram`);
  }
}
