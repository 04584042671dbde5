import { developerName } from "#src/catalog/entry/developer-name.ts";
import type { Architecture, Entry, License } from "#src/catalog/entry/schema.ts";
import { formatSize, formatTokens } from "#src/catalog/entry/units.ts";
import type { VariantFacts } from "./variant-fields.ts";

/** What a summary is made of. */
export type SummaryFacts = {
  name: string;
  developer: Entry["developers"][number];
  variants: readonly VariantFacts[];
  architecture: Architecture | undefined;
  contextTokens: number | undefined;
  license: License;
  /** `owner/name` of a repository whose README names it; undefined where only a hub has it. */
  repository: string | undefined;
  hub: string;
};

/** Sizes named one by one in a summary. */
const FEW = 4;

/** A plain sentence or two of an entry that nobody has described yet, from its facts alone. */
export function summaryOf(facts: SummaryFacts): { zh: string; en: string } {
  return { zh: chinese(facts), en: english(facts) };
}

const HUB_NAMES: Record<string, string> = { huggingface: "Hugging Face", modelscope: "ModelScope" };

const sizesIn = (variants: readonly VariantFacts[]): string[] => [
  ...new Set(
    variants
      .flatMap(({ figures: { parametersB, activeParametersB } }) =>
        parametersB === undefined ? [] : [{ parametersB, activeParametersB }],
      )
      .toSorted((a, b) => a.parametersB - b.parametersB)
      .map(({ parametersB, activeParametersB }) => formatSize(parametersB, activeParametersB)),
  ),
];

const HAN_FIGURES = ["零", "一", "两", "三", "四", "五", "六", "七", "八", "九", "十"];

/** A space between Latin and Chinese, none between Chinese. */
const joined = (before: string, after: string): string =>
  /[A-Za-z0-9)]$/.test(before) !== /^[A-Za-z0-9(]/.test(after) ? `${before} ${after}` : before + after;

function chinese({ name, developer, variants, architecture, contextTokens, license, repository, hub }: SummaryFacts) {
  const sizes = sizesIn(variants);
  const [only = ""] = sizes;
  const kind = architecture === "moe" ? "混合专家模型" : "模型";
  const what = joined(joined(joined(developerName(developer, "zh"), "的"), name), sizes.length > 1 ? "系列" : "");
  const count = HAN_FIGURES[sizes.length] ?? `${sizes.length} `;
  const span =
    sizes.length > FEW
      ? `从 ${only} 到 ${sizes.at(-1)} 共${count}种大小`
      : `有 ${sizes.slice(0, -1).join("、")} 和 ${sizes.at(-1)} ${count}种大小`;
  const parts = [
    sizes.length > 1 ? what.trimEnd() : `${what.trimEnd()}，${sizes.length === 1 ? joined(only, kind) : kind}`,
    ...(sizes.length > 1 ? [span] : []),
    ...(contextTokens === undefined ? [] : [`上下文最长 ${formatTokens(contextTokens)}`]),
    ...(license.weights === undefined || license.weights === "unknown" ? [] : [`权重许可为 ${license.weights}`]),
  ];
  const seen = repository === undefined ? `${HUB_NAMES[hub] ?? hub} 上` : `${repository} 的 README 中`;
  return `${parts.join("，")}。由程序在 ${seen}看到后登记。`;
}

/** `a 7B model`, `an 8B model`: eight, eleven, eighteen, eighty and their like are spoken with a vowel first. */
const withArticle = (what: string): string => `${/^(?:8|1[18](?!\d))/.test(what) ? "an" : "a"} ${what}`;

function english({ name, developer, variants, architecture, contextTokens, license, repository, hub }: SummaryFacts) {
  const sizes = sizesIn(variants);
  const kind = architecture === "moe" ? "mixture-of-experts model" : "model";
  const maker = developerName(developer, "en");
  const [only] = sizes;
  const span =
    sizes.length > FEW
      ? `in ${sizes.length} sizes from ${only} to ${sizes.at(-1)}`
      : `in the sizes ${sizes.slice(0, -1).join(", ")} and ${sizes.at(-1)}`;
  const what =
    sizes.length > 1
      ? `${name}, models by ${maker} ${span}`
      : `${name}, ${withArticle(only === undefined ? kind : `${only} ${kind}`)} by ${maker}`;
  const more = [
    ...(contextTokens === undefined ? [] : [`up to ${formatTokens(contextTokens)} of context`]),
    ...(license.weights === undefined || license.weights === "unknown" ? [] : [`weights under ${license.weights}`]),
  ];
  const seen = repository === undefined ? `on ${HUB_NAMES[hub] ?? hub}` : `in the README of ${repository}`;
  return `${what}${more.length > 0 ? `, with ${more.join(" and ")}` : ""}. Registered by a program that saw it ${seen}.`;
}
