import { PRECISIONS, type Precision } from "#src/catalog/entry/precision.ts";
import type { Range } from "./criteria.ts";
import { DATE_PATTERNS } from "./date-patterns.ts";
import { LICENSE_PATTERNS } from "./license-patterns.ts";
import { type Pattern, words } from "./pattern.ts";
import { MEANINGS } from "./vocabulary.ts";

const BEFORE =
  "(?<before><=|>=|=<|=>|<|>|≤|≥|=|≈|~|小于等于|大于等于|不超过|不高于|不大于|不多于|不到|小于|低于|少于|至多|最多|最高|最大|大于|高于|多于|至少|最少|超过|不低于|不少于|大约|大概|约|under|below|less than|up to|at most|over|above|more than|at least|around|about)?\\s*";
const AFTER = "\\s*(?<after>以内|以下|之内|内(?!存)|以上|起|左右|上下|\\+|or less|or more|or so)?";
const NUMBER = "\\d+(?:\\.\\d+)?";
const TO = "\\s*(?:-|~|到|至|–|—|(?<=\\s)to(?=\\s))\\s*";
const GIGABYTES = "(?:gib|gb|个?g)";
const DEVICE = "显存|显示内存|显卡|内存|vram|gpu|ram|memory";
/** Between the name of a memory and its amount. */
const LINK = "\\s*(?:需求|占用|要求|大小|上限)?\\s*(?:只有|为|是|有|:)?\\s*";
const ATLEAST =
  /^(?:>=|=>|>|≥|大于等于|大于|高于|多于|至少|最少|超过|不低于|不少于|over|above|more than|at least|以上|起|\+|or more)$/u;
const STRICT = /^(?:<|>|不到|小于|低于|少于|大于|高于|多于|超过|under|below|less than|over|above|more than)$/u;
const ABOUT = /^(?:≈|~|大约|大概|约|左右|上下|around|about|or so)$/u;
/** A bound that excludes its own value, as the next smaller or larger number that matters (a thousandth). */
const STEP = 0.001;
/** Shares of a number between which others are about as much: memory must fit, so there is less room above. */
const NEAR_MEMORY = [0.75, 1.1] as const;
const NEAR_SIZE = [0.8, 1.2] as const;

/** The bound that a number has by the words around it; undefined where there are none. */
function bound(value: number, sign: string | undefined, [low, high]: readonly [number, number]): Range | undefined {
  if (sign === undefined || sign === "=") return undefined;
  if (ABOUT.test(sign)) return { min: rounded(value * low), max: rounded(value * high) };
  const step = STRICT.test(sign) ? STEP : 0;
  return ATLEAST.test(sign) ? { min: value + step } : { max: value - step };
}

const rounded = (value: number): number => Number(value.toPrecision(4));

const span = (low: string, high: string): Range => {
  const [a, b] = [Number(low), Number(high)];
  return { min: Math.min(a, b), max: Math.max(a, b) };
};

const device = (name: string | undefined): "vram" | "ram" => (name === "内存" || name === "ram" ? "ram" : "vram");

/** `8-12GB显存`, `8g到12g`; behind the name of a memory also without a unit. */
const memoryRange: Pattern = {
  expression: words(
    `(?:(?<ahead>${DEVICE})${LINK})?(?<low>${NUMBER})\\s*${GIGABYTES}?${TO}(?<high>${NUMBER})\\s*${GIGABYTES}(?![a-z0-9])(?:\\s*的?\\s*(?<device>${DEVICE}))?|(?<memory>显存|内存|vram|ram)${LINK}(?<low2>\\d{1,3})${TO}(?<high2>\\d{1,3})(?!\\s*[bkmt亿万])`,
  ),
  read: ({ low, high, low2 = "", high2 = "", ahead, device: behind, memory: name }) => ({
    kind: "memory",
    device: device(ahead ?? behind ?? name),
    gb: span(low ?? low2, high ?? high2),
  }),
};

/** `8g`, `显存 8g 以内`, `2x24g`: several cards have all their memory together. */
const memory: Pattern = {
  expression: words(
    `(?:(?<ahead>${DEVICE})${LINK})?${BEFORE}(?:(?<count>\\d{1,2})\\s*[x×*]\\s*)?(?<value>${NUMBER})\\s*${GIGABYTES}(?:\\s*[x×*]\\s*(?<times>\\d{1,2}))?(?![a-z0-9])${AFTER}(?:\\s*的?\\s*(?<device>${DEVICE}))?${AFTER.replace("after", "last")}`,
  ),
  read: ({ value = "", count, times, before, after, last, ahead, device: behind }) => {
    const gb = Number(value) * Number(count ?? times ?? 1);
    return {
      kind: "memory",
      device: device(ahead ?? behind),
      gb: bound(gb, before ?? after ?? last, NEAR_MEMORY) ?? { max: gb },
    };
  },
};

/** `vram<8`, `显存 8`, `16 显存`: beside the name of a memory a number needs no unit. */
const memoryNumber: Pattern = {
  expression: words(
    `(?:(?<ahead>显存|内存|vram|ram)${LINK}${BEFORE}(?<value>\\d{1,3}(?:\\.\\d)?)(?!\\.?\\d)(?!\\s*(?:[bkmt](?![a-z])|[亿万位张块卡路年月x×*%-]|比特|bit))${AFTER}|(?<=^|\\s)(?<value2>\\d{1,3})\\s*的?(?<behind>显存|vram)(?:${AFTER.replace("after", "last")}))`,
  ),
  read: ({ value, value2, before, after, last, ahead, behind }) => {
    const gb = Number(value ?? value2);
    return {
      kind: "memory",
      device: device(ahead ?? behind),
      gb: bound(gb, before ?? after ?? last, NEAR_MEMORY) ?? { max: gb },
    };
  },
};

const SIZE_UNIT = "(?<unit>b|t|亿|m)(?![a-z0-9])";
const BILLIONS: Record<string, number> = { b: 1, t: 1000, 亿: 0.1, m: 0.001 };
const billionsIn = (value: string, unit = "b"): number =>
  Number((Number(value) * (BILLIONS[unit] ?? 1)).toPrecision(12));

const parametersRange: Pattern = {
  expression: words(`(?<low>${NUMBER})\\s*b?${TO}(?<high>${NUMBER})\\s*b(?![a-z0-9])\\s*(?:参数)?`),
  read: ({ low = "", high = "" }) => ({ kind: "parameters", billions: span(low, high) }),
};

const parameters: Pattern = {
  expression: words(`${BEFORE}(?<value>${NUMBER})\\s*${SIZE_UNIT}\\s*(?:参数|params?|parameters)?${AFTER}`),
  read: ({ value = "", unit, before, after }) => {
    const size = billionsIn(value, unit);
    const billions = bound(size, before ?? after, NEAR_SIZE);
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

const CONTEXT = "长?上下文|长文本|长度|(?:long[- ])?context|ctx|tokens?|window";
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
  memoryNumber,
  context,
  longContext,
  parametersRange,
  parameters,
  orderOfSize,
  smallModel,
  ollama,
  processor,
  ...DATE_PATTERNS,
  ...LICENSE_PATTERNS,
  ...MEANINGS.map(
    ({ expression, criterion, narrower }): Pattern => ({
      expression,
      read: (_groups, _today, whole) => {
        const about = criterion.kind === "purpose" ? narrower?.exec(whole)?.[0] : undefined;
        return criterion.kind === "purpose" && about !== undefined ? { ...criterion, about } : criterion;
      },
    }),
  ),
];
