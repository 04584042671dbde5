import { modalitiesOf } from "./edition-match.ts";
import { everyWeights } from "./editions.ts";
import { purposeRank } from "./purposes.ts";
import type { Entry, Variant } from "./schema.ts";

/** What a person wants a model on their machine for. */
export const WISHES = ["chat", "code", "vision", "reasoning", "translation"] as const;
export type WishedPurpose = (typeof WISHES)[number];

/** 0: called by the purpose, or just for it; 1: its summary says it is for it; 2: said of it by the way. */
export type Suitability = 0 | 1 | 2;

/** How an edition of an entry (`label` names it where it is no variant) answers a purpose; undefined: nothing says so. */
export function suitability(
  purpose: WishedPurpose,
  entry: Entry,
  edition: Variant | undefined,
  label: string,
): Suitability | undefined {
  if (purpose === "vision") return modalitiesOf(entry, edition, label).includes("vision") ? 0 : undefined;
  if (purpose === "chat") return specialtyOf(entry, edition) === undefined ? 0 : undefined;
  return purposeRank(purpose, alone(entry, edition));
}

/** Of `Ling-lite` and `Ling-Coder-lite` only one is called by code. */
const alone = (entry: Entry, edition: Variant | undefined): Entry =>
  edition === undefined ? entry : { ...entry, variants: [edition] };

/** What makes an edition less of an assistant for everything. */
export type Specialty = "code" | "translation" | "math" | "research" | "base" | NonNullable<Entry["domain"]>;

/** By names, and by summaries that say what a model is for and for nothing else. */
const SPECIALTIES: readonly [Specialty, names: RegExp, summary: RegExp][] = [
  ["code", /cod(?:e|er|ing)(?![a-z])|code(?:geex|qwen)/i, /专修代码|写代码用|(?:编程|代码)模型/],
  ["translation", /(?<![a-z])mt(?![a-z])|translat|翻译/i, /翻译专用/],
  ["math", /(?<![a-z])math|数学/i, /(?:专做|只做)\S{0,8}数学|数学长思维链/],
  ["research", /research|rumination|character/i, /深度研究的智能体/],
];

/** What an edition is for alone: a field, code, translation; or that only its base, which does not converse, is open. */
export function specialtyOf(entry: Entry, edition: Variant | undefined): Specialty | undefined {
  if (entry.domain !== undefined) return entry.domain;
  const names = [entry.id, entry.name, edition?.name ?? ""];
  const special = SPECIALTIES.find(
    ([, called, said]) => names.some((name) => called.test(name)) || said.test(entry.summary.zh),
  );
  return special?.[0] ?? (isBaseOnly(entry) ? "base" : undefined);
}

const BASE = /base|基座|预训练|pretrain|检查点/i;

function isBaseOnly(entry: Entry): boolean {
  const weights = everyWeights(entry);
  const conversing = (entry.ollama ?? []).some(({ exact }) => exact);
  return weights.length > 0 && !conversing && weights.every(({ row }) => BASE.test(row.label));
}
