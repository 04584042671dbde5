import { z } from "zod";
import { LOCALES, type Locale } from "#src/chat/locale.ts";

const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;

/** An empty variable counts as one that is not set: compose files and shells leave such behind. */
const setting = <T extends z.ZodType>(schema: T) => z.preprocess((value) => (value === "" ? undefined : value), schema);

const environment = z.object({
  CATALOG_DIR: setting(z.string().default("catalog")),
  DEFAULT_LOCALE: setting(z.enum(LOCALES).default("zh-CN")),
  LOG_LEVEL: setting(z.enum(LOG_LEVELS).default("info")),
});

export type Config = { catalogDir: string; locale: Locale; logLevel: (typeof LOG_LEVELS)[number] };

/** Settings that break the rules; `issues` carry the variable's name as their path. */
export class InvalidSettings extends Error {
  override name = "InvalidSettings";
  readonly issues: z.core.$ZodIssue[];
  constructor(issues: z.core.$ZodIssue[]) {
    super(`invalid settings: ${issues.map((issue) => issue.path.join(".")).join(", ")}`);
    this.issues = issues;
  }
}

/** Environment to settings. Throws InvalidSettings with one issue a mistake; values never appear in it. */
export function readConfig(variables: Record<string, string | undefined>): Config {
  const parsed = environment.safeParse(variables);
  if (!parsed.success) throw new InvalidSettings(parsed.error.issues);
  const { CATALOG_DIR, DEFAULT_LOCALE, LOG_LEVEL } = parsed.data;
  return { catalogDir: CATALOG_DIR, locale: DEFAULT_LOCALE, logLevel: LOG_LEVEL };
}
