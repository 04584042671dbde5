import type { z } from "zod";

/** What is wrong in one file, and where. The text for people is made from the issue, in their language. */
export type Problem = {
  file: string;
  /** 1-based; absent where the file as a whole is meant. */
  line?: number;
  column?: number;
  /** `warning`: the entry is usable all the same. The check counts warnings as errors. */
  severity: "error" | "warning";
  issue: z.core.$ZodIssue;
  /** For an unknown key, the names among which the one that was meant may be. */
  known?: readonly string[];
};

/** A rule of ours that was broken, in the form of zod's own issues. */
export function brokenRule(
  rule: string,
  path: PropertyKey[] = [],
  params: Record<string, unknown> = {},
): z.core.$ZodIssue {
  return { code: "custom", message: `rule:${rule}`, path, params, input: undefined };
}
