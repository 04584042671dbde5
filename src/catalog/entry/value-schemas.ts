import { z } from "zod";
import { PRECISIONS } from "./precision.ts";

/** Custom messages are keys of the locales (`problem.*`), so that a person reads them in their language. */
export const rule = (name: string) => ({ error: `rule:${name}` });

const PARTIAL_DATE = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/;

function isRealDate(text: string): boolean {
  const [, year, month = "01", day = "01"] = PARTIAL_DATE.exec(text) ?? [];
  if (year === undefined) return false;
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`);
  return !Number.isNaN(date.valueOf()) && date.toISOString().startsWith(`${year}-${month}-${day}`);
}

export const line = z.string().trim().min(1, rule("empty")).max(2000);
export const name = line.max(120).regex(/^[^\n]*$/, rule("oneLine"));
export const url = z.url({ protocol: /^https?$/, hostname: z.regexes.domain, ...rule("url") }).max(500);
export const partialDate = z.string().refine(isRealDate, rule("date")).describe("YYYY, YYYY-MM or YYYY-MM-DD");
export const billions = z.number().positive().max(100_000).describe("Billions of parameters, the maker's own figure");
export const stored = z
  .number()
  .positive()
  .max(100_000)
  .describe("Billions of parameters in the files, where that differs");
export const gigabytes = z.number().positive().max(100_000);
export const tokens = z.int().positive().max(1_000_000_000);
export const precision = z.enum(PRECISIONS);
export const count = z.int().positive().max(1_000_000_000_000);
export const source = z
  .union([url, z.string().regex(/^secondary: \S/, rule("source"))], rule("source"))
  .describe("A URL; `secondary: …` where none exists or the fact is second-hand");
export const sourceList = z.array(source).min(1);
