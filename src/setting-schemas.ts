import { createRequire } from "node:module";
import { z } from "zod";
import { parseProxy } from "#src/base/proxy.ts";

/** An empty variable counts as one that is not set: compose files and shells leave such behind. */
export const setting = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === "" ? undefined : value), schema);

/** Whether it is a cron expression. The library is loaded only where somebody sets a schedule of their own. */
export const isCron = (expression: string): boolean => {
  const { validate }: typeof import("node-cron") = createRequire(import.meta.url)("node-cron");
  return validate(expression);
};

const digits = (least: number, most: number) =>
  z
    .string()
    .refine((text) => /^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most, {
      error: "rule:whole",
      params: { least, most },
    })
    .transform(Number);

/** A whole number within bounds, written in digits. */
export const whole = (standard: number, least: number, most: number) =>
  setting(digits(least, most).prefault(String(standard)));
/** The same, or nothing. */
export const wholeIfSet = (least: number, most: number) => setting(digits(least, most).optional());

/** Texts with commas between, each of which matches; `rule` names what is said where one does not. */
export const list = (item: RegExp, rule: string) =>
  setting(
    z
      .string()
      .default("")
      .transform((text) =>
        text
          .split(",")
          .map((part) => part.trim())
          .filter((part) => part !== ""),
      )
      .refine((parts) => parts.every((part) => item.test(part)), { error: `rule:${rule}` }),
  );
/** Ids of Discord with commas between. */
export const ids = () => list(/^\d{15,20}$/, "ids");
/** The address of a proxy. */
export const proxy = () =>
  setting(
    z
      .string()
      .trim()
      .refine((text) => parseProxy(text) !== undefined, "rule:proxy")
      .transform(parseProxy)
      .optional(),
  );
/** `true` or `false`. */
export const flag = (standard: "true" | "false") => setting(z.enum(["true", "false"]).default(standard));
