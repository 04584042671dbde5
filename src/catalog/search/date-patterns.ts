import { type Pattern, words } from "./pattern.ts";
import { readSince } from "./since.ts";

/** Behind a date: what happened then. */
const RELEASED = "(?:\\s*(?:发布|推出|上线|开源|出)的?)?";
const LATER = "(?<later>以后|之后|以来|至今|后|起)";
const EARLIER = "(?<earlier>以前|之前|前)";
const PART =
  "(?:\\s*(?:(?<half>[上下])半年|第?(?<quarter>[一二三四1-4])季度|q(?<q>[1-4])(?![a-z0-9])|h(?<h>[12])(?![a-z0-9])))?";

const pad = (month: number): string => String(month).padStart(2, "0");

/** The first and last month of a part of a year, from 1; undefined where none is named. */
function monthsOf({
  half,
  quarter = "",
  q = "",
  h = "",
}: Record<string, string | undefined>): [number, number] | undefined {
  const ofHalf = half === "上" || h === "1" ? 1 : half === "下" || h === "2" ? 2 : undefined;
  if (ofHalf !== undefined) return ofHalf === 1 ? [1, 6] : [7, 12];
  const ofQuarter = Number(q) || Number(quarter) || "一二三四".indexOf(quarter || "-") + 1;
  return ofQuarter === 0 ? undefined : [ofQuarter * 3 - 2, ofQuarter * 3];
}

/** The dates that a year, or a part of it, covers: both ends as far as they are stated. */
function spanOf(
  year: string,
  month: string | undefined,
  part: [number, number] | undefined,
): { from: string; to: string } {
  if (month !== undefined)
    return { from: `${year}-${month.padStart(2, "0")}`, to: `${year}-${month.padStart(2, "0")}` };
  return part === undefined
    ? { from: year, to: year }
    : { from: `${year}-${pad(part[0])}`, to: `${year}-${pad(part[1])}` };
}

/** The year or month just before one. */
function before(date: string): string {
  const [year = "", month] = date.split("-");
  if (month === undefined) return String(Number(year) - 1);
  return month === "01" ? `${Number(year) - 1}-12` : `${year}-${pad(Number(month) - 1)}`;
}

/** `2023`, `2025年下半年`, `2025q3`, `2026-06 以后`, `since 2024`, `2024-2025`. */
const released: Pattern = {
  expression: words(
    `(?:(?:(?<since>since|after|from|自从?)|(?<until>before|until))\\s*)?(?<year>20\\d\\d)(?:[-/.年]\\s*(?<month>\\d{1,2})月?)?年?份?${PART}(?:\\s*[-~至到–]\\s*(?<year2>20\\d\\d)(?:[-/.年]\\s*(?<month2>\\d{1,2})月?)?年?)?\\s*(?:${LATER}|${EARLIER})?${RELEASED}`,
  ),
  read: (match) => {
    const { since, until, year = "", month, year2, month2, later, earlier } = match;
    const { from, to } = spanOf(year, month, monthsOf(match));
    if (year2 !== undefined) return { kind: "released", from, to: spanOf(year2, month2, undefined).to };
    if (since !== undefined || later !== undefined) return { kind: "released", from };
    if (until !== undefined || earlier !== undefined) return { kind: "released", to: before(from) };
    return { kind: "released", from, to };
  },
};

/** `上半年`, where no year is said. */
const halfYear: Pattern = {
  expression: words(`(?<half>[上下])半年${RELEASED}`),
  read: ({ half }, today) => ({ kind: "released", ...spanOf(today.slice(0, 4), undefined, monthsOf({ half })) }),
};

const YEARS_AGO: Record<string, number> = { 今年: 0, 本年: 0, "this year": 0, 去年: 1, "last year": 1, 前年: 2 };
/** `今年`, `去年下半年`. */
const year: Pattern = {
  expression: words(`(?<which>${Object.keys(YEARS_AGO).join("|")})${PART}\\s*${LATER}?${RELEASED}`),
  read: (match, today) => {
    const named = String(Number(today.slice(0, 4)) - (YEARS_AGO[match["which"] ?? ""] ?? 0));
    const { from, to } = spanOf(named, undefined, monthsOf(match));
    return match["later"] === undefined ? { kind: "released", from, to } : { kind: "released", from };
  },
};

/** `本月`, `上个月`. */
const month: Pattern = {
  expression: words(`(?:(?<current>本月|这个月|this month)|上个?月|last month)${RELEASED}`),
  read: ({ current }, today) => {
    const date = current === undefined ? before(today.slice(0, 7)) : today.slice(0, 7);
    return { kind: "released", from: date, to: date };
  },
};

const COUNT = "(?:半|\\d{1,3}|[一二两三四五六七八九十]{1,3})";
const PERIOD = `${COUNT}\\s*(?:天|日|周|星期|个\\s*月|年|days?|weeks?|months?|years?)`;
/** `最近半年`, `三个月内`, `last 30 days`. */
const period: Pattern = {
  expression: words(
    `(?:(?:最近|近|过去|这|last|past)\\s*(?<ahead>${PERIOD})(?:以内|之内|内|来)?|(?<behind>${PERIOD})(?:以内|之内|内))${RELEASED}`,
  ),
  read: ({ ahead, behind }, today) => {
    const from = readSince(ahead ?? behind ?? "", today);
    return from === undefined ? undefined : { kind: "released", from };
  },
};

export const DATE_PATTERNS: readonly Pattern[] = [period, year, month, released, halfYear];
