import { type Pattern, words } from "./pattern.ts";

const nonCommercial: Pattern = {
  expression: /非商用|不(?:可以?|能|允许|得)商用|仅限?研究|(?<![a-z])(?:non-?commercial|research[- ]only)(?![a-z])/gu,
  read: () => ({ kind: "commercial", allowed: false }),
};

const COMMERCIAL = "(?:可以?|能|允许|支持)?(?:免费)?商用";
const UNREGISTERED = "(?:免|无需|无须|不用|不需要?|不必)\\s*(?:申请|登记|注册|备案|审批|填表)";
/** `免申请`, `商用 无需登记`, `不用登记就能商用`. */
const unregistered: Pattern = {
  expression: new RegExp(
    `(?:${COMMERCIAL}\\s*[且,、]?\\s*)?${UNREGISTERED}(?:的|\\s|,|、|即|就|便)*(?:${COMMERCIAL})?|(?<![a-z])(?:no|without) (?:registration|application)(?: required)?(?![a-z])`,
    "gu",
  ),
  read: () => ({ kind: "commercial", allowed: true, unregistered: true }),
};

const commercial: Pattern = {
  expression: new RegExp(
    `${COMMERCIAL}(?:许可|授权)?|商业(?:使用|授权|用途)|商业化|(?<![a-z])commercial(?:ly)?(?:[ -]use)?(?![a-z])`,
    "gu",
  ),
  read: () => ({ kind: "commercial", allowed: true }),
};

const LICENSE = "(?:许可证?|协议|licen[sc]e)";
const license: Pattern = {
  expression: words(
    `(?<name>apache|agpl|gpl|mit|openrail|cc-by(?:-nc)?(?:-(?:sa|nd))?)(?:\\s*${LICENSE})?(?:[-, ]*(?:version|v)?\\s*[1-4](?:\\.\\d)?)?(?:\\s*${LICENSE})?`,
  ),
  read: ({ name = "" }) => ({ kind: "license", name }),
};

/** Whether a folded word as a whole asks for commercial use. */
export const isCommercial = (word: string): boolean => word !== "" && word.replace(commercial.expression, "") === "";

export const LICENSE_PATTERNS: readonly Pattern[] = [nonCommercial, unregistered, commercial, license];
