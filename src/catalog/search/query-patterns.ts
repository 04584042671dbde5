import { PRECISIONS, type Precision } from "#src/catalog/entry/precision.ts";
import type { Fact, Range } from "./criteria.ts";
import { MEANINGS } from "./vocabulary.ts";

/**
 * An expression for what people type, and the fact it asks for. Patterns run in this order over folded text (half-width, lower case,
 * simplified), each over what the earlier ones left.
 */
export type Pattern = {
  expression: RegExp;
  read: (match: Record<string, string | undefined>) => Fact | undefined;
};

/** An expression for words at whose ends no Latin letters or digits run on. */
const words = (source: string): RegExp => new RegExp(`(?<![a-z0-9.])(?:${source})(?![a-z0-9])`, "gu");

const BEFORE =
  "(?<before><=|>=|<|>|≤|≥|=|不超过|不高于|不到|小于|低于|少于|至多|最多|大于|高于|多于|至少|超过|不低于|under|below|less than|up to|at most|over|above|more than|at least)?\\s*";
const AFTER = "\\s*(?<after>以内|以下|之内|内|以上|起|\\+|or less|or more)?";
const NUMBER = "\\d+(?:\\.\\d+)?";
const RANGE = `(?<low>${NUMBER})\\s*(?:-|~|到|至|–)\\s*(?<high>${NUMBER})`;
const GIGABYTES = "(?:gib|gb|g)";
const DEVICE = "显存|显示内存|显卡|内存|vram|gpu|ram|memory";
const ATLEAST = /^(?:>=|>|≥|大于|高于|多于|至少|超过|不低于|over|above|more than|at least|以上|起|\+|or more)$/u;
const STRICT = /^(?:<|>|不到|小于|低于|少于|大于|高于|多于|超过|under|below|less than|over|above|more than)$/u;
/** A bound that excludes its own value, as the next smaller or larger number that matters (a thousandth). */
const STEP = 0.001;

function bound(
  value: number,
  before: string | undefined,
  after: string | undefined,
  bare: "max" | "exact",
): Range | undefined {
  const sign = before ?? after;
  if (sign === undefined || sign === "=") return bare === "max" ? { max: value } : undefined;
  const step = STRICT.test(sign) ? STEP : 0;
  return ATLEAST.test(sign) ? { min: value + step } : { max: value - step };
}

const span = (low: string, high: string): Range => {
  const [a, b] = [Number(low), Number(high)];
  return { min: Math.min(a, b), max: Math.max(a, b) };
};

const device = (name: string | undefined): "vram" | "ram" => (name === "内存" || name === "ram" ? "ram" : "vram");

const memoryRange: Pattern = {
  expression: words(
    `(?:(?<ahead>${DEVICE})\\s*)?${RANGE}\\s*${GIGABYTES}(?![a-z0-9])(?:\\s*的?\\s*(?<device>${DEVICE}))?`,
  ),
  read: ({ low = "", high = "", ahead, device: behind }) => ({
    kind: "memory",
    device: device(ahead ?? behind),
    gb: span(low, high),
  }),
};

const memory: Pattern = {
  expression: words(
    `(?:(?<ahead>${DEVICE})\\s*(?:为|是|:)?\\s*)?${BEFORE}(?<value>${NUMBER})\\s*${GIGABYTES}(?![a-z0-9])${AFTER}(?:\\s*的?\\s*(?<device>${DEVICE}))?${AFTER.replace("after", "last")}`,
  ),
  read: ({ value = "", before, after, last, ahead, device: behind }) => {
    const gb = bound(Number(value), before, after ?? last, "max");
    return gb && { kind: "memory", device: device(ahead ?? behind), gb };
  },
};

const SIZE_UNIT = "(?<unit>b|t|亿|m)(?![a-z0-9])";
const BILLIONS: Record<string, number> = { b: 1, t: 1000, 亿: 0.1, m: 0.001 };
const billionsIn = (value: string, unit = "b"): number =>
  Number((Number(value) * (BILLIONS[unit] ?? 1)).toPrecision(12));

const parametersRange: Pattern = {
  expression: words(`(?<low>${NUMBER})\\s*b?\\s*(?:-|~|到|至|–)\\s*(?<high>${NUMBER})\\s*b(?![a-z0-9])\\s*(?:参数)?`),
  read: ({ low = "", high = "" }) => ({ kind: "parameters", billions: span(low, high) }),
};

const parameters: Pattern = {
  expression: words(`${BEFORE}(?<value>${NUMBER})\\s*${SIZE_UNIT}\\s*(?:参数|params?|parameters)?${AFTER}`),
  read: ({ value = "", unit, before, after }) => {
    const size = billionsIn(value, unit);
    const billions = bound(size, before, after, "exact");
    return billions ? { kind: "parameters", billions } : { kind: "parameters", billions: {}, exact: size };
  },
};

const ORDERS: Record<string, Range> = {
  百亿: { min: 10, max: 99.999 },
  千亿: { min: 100, max: 999.999 },
  万亿: { min: 1000 },
};
/** `千亿` is any size of that order. */
const orderOfSize: Pattern = {
  expression: /(?<order>[百千万]亿)(?:级别?|规模)?(?:参数)?/gu,
  read: ({ order = "" }) => {
    const billions = ORDERS[order];
    return billions && { kind: "parameters", billions };
  },
};

/** What people call a small model in billions of parameters: it runs on any laptop. */
const SMALL_MAX_B = 4;
const smallModel: Pattern = {
  expression: /小(?:型|尺寸|参数)?(?:语言)?模型|轻量级?(?:模型)?|(?<![a-z])(?:small|tiny|lightweight)(?![a-z])/gu,
  read: () => ({ kind: "parameters", billions: { max: SMALL_MAX_B } }),
};

const CONTEXT = "上下文|长文本|长度|context|ctx|tokens?|window";
/** `128k` finds 131,072 and 128,000 alike, so k counts as 1,000. */
const context: Pattern = {
  expression: words(
    `(?:(?:${CONTEXT})\\s*)?${BEFORE}(?<value>${NUMBER})\\s*(?<unit>k|万)(?![a-z0-9])${AFTER}(?:\\s*(?:的)?(?:${CONTEXT}))*|(?:(?:${CONTEXT})\\s*)(?<million>\\d+)\\s*m(?![a-z0-9])|(?<millions>\\d+)\\s*m\\s*(?:${CONTEXT})|(?<bare>\\d)\\s*m(?![a-z0-9])|(?<hundred>[一1]?百万)\\s*(?:${CONTEXT}|字)*`,
  ),
  read: ({ value, unit, million, millions, bare, hundred }) => {
    const mega = hundred === undefined ? (million ?? millions ?? bare) : 1;
    if (mega !== undefined) return { kind: "context", minTokens: Number(mega) * 1_000_000 };
    return { kind: "context", minTokens: Number(value) * (unit === "万" ? 10_000 : 1_000) };
  },
};

const longContext: Pattern = {
  expression: /长文(?:本|档)?|长上下文|(?<![a-z])long[ -]context(?![a-z])/gu,
  read: () => ({ kind: "context", minTokens: 32_000 }),
};

const released: Pattern = {
  expression: words(
    `(?:(?<since>since|after|from)\\s+)?(?<from>20\\d\\d)(?:[-/.年](?<month>\\d{1,2})月?)?年?(?:\\s*[-~至到–]\\s*(?<to>20\\d\\d)年?)?\\s*(?<later>以后|之后|以来|后|起)?`,
  ),
  read: ({ since, from = "", month, to, later }) => {
    const start = month === undefined ? from : `${from}-${month.padStart(2, "0")}`;
    if (to !== undefined) return { kind: "released", from: start, to };
    return since !== undefined || later !== undefined
      ? { kind: "released", from: start }
      : { kind: "released", from: start, to: start };
  },
};

const PRECISION_NAMES = PRECISIONS.toSorted((a, b) => b.length - a.length).map((name) => name.replace("-", "[- ]?"));
const precision: Pattern = {
  expression: words(
    `(?<name>${PRECISION_NAMES.join("|")}|int(?<int>[48])|gptq[- ]?(?<gptq>[248])(?:[- ]?bit)?)(?:量化|精度)?`,
  ),
  read: ({ name = "", gptq }) => {
    const wanted = gptq === undefined ? name : `gptq-int${gptq}`;
    const found = PRECISIONS.find((item: Precision) => item.replace("-", "") === wanted.replace(/[- ]/g, ""));
    return found && { kind: "precision", asked: { kind: "precision", precision: found } };
  },
};

const BIT_WORDS: Record<string, number> = { 四: 4, 八: 8, 二: 2, 半精度: 16 };
const bits: Pattern = {
  expression:
    /(?<![a-z0-9.])(?:(?<count>2|3|4|5|6|8|16)[- ]?bits?|(?<count2>[248])\s*(?:位|比特)|(?<han>[四八二])(?:位|比特)|(?<han2>半精度)|i?q(?<quant>[2-8])(?:_[a-z0-9_]+)?)(?![a-z0-9])(?:量化|精度)?/gu,
  read: ({ count, count2, han, han2, quant }) => ({
    kind: "precision",
    asked: { kind: "bits", bits: Number(count ?? count2 ?? quant ?? BIT_WORDS[han ?? han2 ?? ""]) },
  }),
};

const nonCommercial: Pattern = {
  expression: /非商用|不(?:可以?|能|允许|得)商用|仅限?研究|(?<![a-z])(?:non-?commercial|research[- ]only)(?![a-z])/gu,
  read: () => ({ kind: "commercial", allowed: false }),
};
const commercial: Pattern = {
  expression:
    /(?:可以?|能|免费|允许|支持)?商用(?:许可|授权)?|商业使用|商业化|(?<![a-z])commercial(?:ly)?(?:[ -]use)?(?![a-z])/gu,
  read: () => ({ kind: "commercial", allowed: true }),
};
const LICENSE = "(?:许可证?|协议|licen[sc]e)";
const license: Pattern = {
  expression: words(
    `(?<name>apache|agpl|gpl|mit|openrail|cc-by(?:-nc)?(?:-(?:sa|nd))?)(?:\\s*${LICENSE})?(?:[-, ]*(?:version|v)?\\s*[1-4](?:\\.\\d)?)?(?:\\s*${LICENSE})?`,
  ),
  read: ({ name = "" }) => ({ kind: "license", name }),
};

const ollama: Pattern = {
  expression: /(?<![a-z])ollama(?![a-z])(?:\s*(?:上|里|可以?|能|直接)*(?:跑|用|运行|下载))?/gu,
  read: () => ({ kind: "ollama" }),
};

/** Without a graphics card models run as the files of llama.cpp. */
const processor: Pattern = {
  expression: /(?:纯|用|只有)?(?<![a-z])cpu(?![a-z])|[没无]有?(?:独立)?显卡|[核集]显/gu,
  read: () => ({ kind: "precision", asked: { kind: "precision", precision: "gguf" } }),
};

export const PATTERNS: readonly Pattern[] = [
  precision,
  bits,
  memoryRange,
  memory,
  context,
  longContext,
  parametersRange,
  parameters,
  orderOfSize,
  smallModel,
  ollama,
  processor,
  released,
  nonCommercial,
  commercial,
  license,
  ...MEANINGS.map(({ expression, criterion }): Pattern => ({ expression, read: () => criterion })),
];
