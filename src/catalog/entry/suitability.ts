import { modalitiesOf } from "./edition-match.ts";
import { everyWeights } from "./editions.ts";
import { purposeRank } from "./purposes.ts";
import type { Entry, Variant } from "./schema.ts";

/** The purposes that `/fit` offers: what a person wants a model on their machine for. */
export const FIT_PURPOSES = ["chat", "code", "vision", "reasoning", "translation"] as const;
export type FitPurpose = (typeof FIT_PURPOSES)[number];

/** How well it suits: 0 by its name or as its only purpose, 1 by its summary, 2 by a remark. */
export type Suitability = 0 | 1 | 2;

/** How well an edition of an entry (`label` names it where it is no variant) suits a purpose; undefined: nothing says so. */
export function suitability(
  purpose: FitPurpose,
  entry: Entry,
  edition: Variant | undefined,
  label: string,
): Suitability | undefined {
  if (purpose === "vision") return modalitiesOf(entry, edition, label).includes("vision") ? 0 : undefined;
  if (purpose === "chat") return specialtyOf(entry, edition) === undefined ? 0 : undefined;
  return purposeRank(purpose, alone(entry, edition));
}

/** The entry with one variant only: of `Ling-lite` and `Ling-Coder-lite` only one is named for code. */
const alone = (entry: Entry, edition: Variant | undefined): Entry =>
  edition === undefined ? entry : { ...entry, variants: [edition] };

/** What an edition is made for, where it is no general assistant. */
export type Specialty = "code" | "translation" | "math" | "research" | "base" | NonNullable<Entry["domain"]>;

/** The expressions for names, and for summaries that say what a model is for and for nothing else. */
const SPECIALTIES: readonly [Specialty, names: RegExp, summary: RegExp][] = [
  ["code", /cod(?:e|er|ing)(?![a-z])|code(?:geex|qwen)/i, /专修代码|写代码用|(?:编程|代码)模型/],
  ["translation", /(?<![a-z])mt(?![a-z])|translat|翻译/i, /翻译专用/],
  ["math", /(?<![a-z])math|数学/i, /(?:专做|只做)\S{0,8}数学|数学长思维链/],
  ["research", /research|rumination|character/i, /深度研究的智能体/],
];

/** What an edition is specialised in: a domain, code, translation; or `base` where only base weights, which do not converse, are open. */
export function specialtyOf(entry: Entry, edition: Variant | undefined): Specialty | undefined {
  if (entry.domain !== undefined) return entry.domain;
  const names = [entry.id, entry.name, edition?.name ?? ""];
  const special = SPECIALTIES.find(
    ([, inName, inSummary]) => names.some((name) => inName.test(name)) || inSummary.test(entry.summary.zh),
  );
  return special?.[0] ?? (isBaseOnly(entry) ? "base" : undefined);
}

const BASE = /base|基座|预训练|pretrain|检查点/i;

function isBaseOnly(entry: Entry): boolean {
  const weights = everyWeights(entry);
  const conversing = (entry.ollama ?? []).some(({ exact }) => exact);
  return weights.length > 0 && !conversing && weights.every(({ row }) => BASE.test(row.label));
}
