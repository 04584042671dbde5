import { createPrivateKey } from "node:crypto";
import { createRequire } from "node:module";
import { z } from "zod";
import { bareValue } from "#src/base/bare-value.ts";
import { homePath } from "#src/base/home-path.ts";
import { listParts } from "#src/base/list-parts.ts";
import { LOCALES, type Locale, nearestLocale } from "#src/base/locale.ts";
import { LOG_LEVELS, type LogLevel } from "#src/base/log.ts";
import { parseProxy } from "#src/base/proxy.ts";
import { yesOrNo } from "#src/base/yes-no.ts";
import { parseHosts } from "#src/inference/ollama/hosts.ts";

/** Any setting: blanks and quotes around it are none of it, and an empty one counts as one that is not set. */
export const setting = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (typeof value === "string" ? bareValue(value) || undefined : value), schema);

/** Text of this form, or nothing; `rule` names what is said of another. */
export const text = (form: RegExp, rule: string) => setting(z.string().regex(form, `rule:${rule}`).optional());

/** A private key in PEM, with line breaks of any kind, or nothing. */
export const privateKey = () =>
  setting(
    z
      .string()
      .transform((written) => written.replaceAll("\\n", "\n").replaceAll("\r\n", "\n").trim())
      .refine(isPrivateKey, { error: "rule:privateKey" })
      .optional(),
  );

function isPrivateKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).type === "private";
  } catch {
    return false;
  }
}

/** Whether it is a cron expression. The library is loaded only where somebody sets a schedule of their own. */
export const isCron = (expression: string): boolean => {
  const { validate }: typeof import("node-cron") = createRequire(import.meta.url)("node-cron");
  return validate(expression);
};

/** Digits, in groups where somebody likes that: `16_384`. */
const DIGITS = /^\d+(?:_\d+)*$/;

const digits = (least: number, most: number) =>
  z
    .string()
    .transform((text) => (DIGITS.test(text) ? Number(text.replaceAll("_", "")) : Number.NaN))
    .refine((value) => value >= least && value <= most, { error: "rule:whole", params: { least, most } });

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
      .transform(listParts)
      .refine((parts) => parts.every((part) => item.test(part)), { error: `rule:${rule}` }),
  );

const SNOWFLAKE = /^\d{15,20}$/;
/** How Discord writes a mention: of a person, of a role, of a channel. */
const MENTIONS = { person: /^<@!?(\d+)>$/, role: /^<@&(\d+)>$/, channel: /^<#(\d+)>$/, guild: undefined };
type IdKind = keyof typeof MENTIONS;

/** The digits of an id that was pasted as a mention of that kind. */
const unmentioned = (text: string, kind: IdKind): string => MENTIONS[kind]?.exec(text)?.[1] ?? text;

/** Ids of Discord with commas between, also pasted as mentions. */
export const ids = (kind: IdKind) =>
  setting(
    z
      .string()
      .default("")
      .transform((text) => listParts(text).map((part) => unmentioned(part, kind)))
      .refine((parts) => parts.every((part) => SNOWFLAKE.test(part)), { error: "rule:ids" }),
  );
/** One id of Discord, or nothing. */
export const id = (kind: IdKind) =>
  setting(
    z
      .string()
      .transform((text) => unmentioned(text, kind))
      .refine((text) => SNOWFLAKE.test(text), { error: "rule:snowflake" })
      .optional(),
  );

/** Yes or no. */
export const flag = (standard: boolean) =>
  setting(
    z
      .string()
      .prefault(String(standard))
      .transform((text, context) => yesOrNo(text) ?? refuse(context, "flag")),
  );

/** A language of ours, as a system or a person names it: `zh`, `en_GB.UTF-8`. */
export const locale = (standard: Locale) =>
  setting(
    z
      .string()
      .prefault(standard)
      .transform((text, context) => nearestLocale(text) ?? refuse(context, "locale", { values: LOCALES.join(", ") })),
  );

/** What other programs call some levels. */
const OTHER_LEVELS = new Map<string, LogLevel>([
  ["warning", "warn"],
  ["critical", "fatal"],
  ["verbose", "debug"],
  ["off", "silent"],
  ["none", "silent"],
]);
const levelOf = (text: string): LogLevel | undefined =>
  LOG_LEVELS.find((level) => level === text) ?? OTHER_LEVELS.get(text);

/** A level of the log in any case. */
export const logLevel = (standard: LogLevel) =>
  setting(
    z
      .string()
      .prefault(standard)
      .transform(
        (text, context) =>
          levelOf(text.toLowerCase()) ?? refuse(context, "logLevel", { values: LOG_LEVELS.join(", ") }),
      ),
  );

/** One of a few words, in any case. */
export const word = <const Word extends string>(words: readonly Word[], standard: Word) =>
  setting(z.string().toLowerCase().pipe(z.enum(words)).prefault(standard));

/** A folder's path; `~` is the home folder. */
export const folder = (standard: string) => setting(z.string().transform(homePath).prefault(standard));

/** The hosts that run models; one mistake is one issue. */
export const hosts = (standard: string) =>
  setting(
    z
      .string()
      .prefault(standard)
      .transform((written, context) => {
        const { hosts: parsed, faults } = parseHosts(written);
        for (const { rule, place } of faults) refuse(context, rule, { place });
        return parsed.length > 0 || faults.length > 0 ? parsed : parseHosts(standard).hosts;
      }),
  );

/** Reports that a value breaks a rule, without the value; for the end of a transform, which has no result then. */
export function refuse(context: z.core.$RefinementCtx, rule: string, params: Record<string, unknown> = {}): never {
  context.addIssue({ code: "custom", message: `rule:${rule}`, params });
  return z.NEVER;
}

/** The address of a proxy. */
export const proxy = () =>
  setting(
    z
      .string()
      .refine((text) => parseProxy(text) !== undefined, "rule:proxy")
      .transform(parseProxy)
      .optional(),
  );
