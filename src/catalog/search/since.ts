import { fold } from "#src/catalog/entry/text.ts";

const DAY_MS = 86_400_000;
const AROUND = /^(?:最近|近|过去|自从|自|从|last|past|since)\s*|\s*(?:以来|以内|之内|内|以后|之后|起|ago)$/gu;
const PERIOD =
  /^(?<count>\d{1,4}|[一二两三四五六七八九十]{1,3}|半)\s*(?:个\s*)?(?:(?<days>d|days?|天|日)|(?<weeks>w|weeks?|周|星期|礼拜)|(?<months>m|mo|months?|(?<=个\s*)月)|(?<years>y|years?|年))$/u;
const DATE = /^(?<year>(?:19|20)\d\d)年?(?:[-/.]?(?<month>\d{1,2})月?(?:[-/.]?(?<day>\d{1,2})日?)?)?$/u;

/**
 * The date that a person means: `7d`, `2周`, `3个月`, `1y` before today, or `2026-08-01`, `2026年8月`, `2026` itself.
 * Undefined for anything else. `today` is YYYY-MM-DD.
 */
export function readSince(text: string, today: string): string | undefined {
  const typed = fold(text).trim().replace(AROUND, "");
  return readDate(typed) ?? readPeriod(typed, today);
}

function readDate(typed: string): string | undefined {
  const { year, month, day } = DATE.exec(typed)?.groups ?? {};
  if (year === undefined) return undefined;
  const date = [year, month, day].flatMap((part) => part?.padStart(2, "0") ?? []).join("-");
  const time = new Date(`${date.padEnd(10, "-01")}T00:00:00Z`);
  return !Number.isNaN(time.valueOf()) && time.toISOString().startsWith(date) ? date : undefined;
}

function readPeriod(typed: string, today: string): string | undefined {
  const { count = "", days, weeks, months, years } = PERIOD.exec(typed)?.groups ?? {};
  if (count === "") return undefined;
  if (count === "半") return years === undefined ? undefined : monthsBefore(today, 6);
  const number = /^\d/.test(count) ? Number(count) : hanNumber(count);
  if (number === undefined) return undefined;
  if (months !== undefined) return monthsBefore(today, number);
  if (years !== undefined) return monthsBefore(today, number * 12);
  if (weeks !== undefined || days !== undefined) return daysBefore(today, weeks === undefined ? number : number * 7);
  return undefined;
}

const isoDay = (time: number): string => new Date(Math.max(0, time)).toISOString().slice(0, 10);

/** The date so many days earlier, YYYY-MM-DD, not before 1970. */
export const daysBefore = (today: string, days: number): string => isoDay(Date.parse(today) - days * DAY_MS);

/** The same day of the month so many months earlier, or that month's last day. */
function monthsBefore(today: string, months: number): string {
  const [year = 0, month = 1, day = 1] = today.split("-").map(Number);
  const last = new Date(Date.UTC(year, month - months, 0)).getUTCDate();
  return isoDay(Date.UTC(year, month - 1 - months, Math.min(day, last)));
}

const DIGITS = "一二三四五六七八九";

/** Reads a Chinese number up to 99 (`十二` → 12, `二十` → 20); undefined for anything else. */
function hanNumber(text: string): number | undefined {
  const match = /^(?:(?<tens>[二三四五六七八九])?(?<ten>十))?(?<ones>[一二三四五六七八九])?$/u.exec(
    text.replace("两", "二"),
  );
  if (match?.groups === undefined) return undefined;
  const { tens, ten, ones } = match.groups;
  const digit = (character: string | undefined, other: number): number =>
    character === undefined ? other : DIGITS.indexOf(character) + 1;
  return (ten === undefined ? 0 : digit(tens, 1) * 10) + digit(ones, 0);
}
