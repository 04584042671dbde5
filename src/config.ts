import { z } from "zod";
import { LOCALES, type Locale } from "#src/chat/locale.ts";

const DISCORD_API_URL = "https://discord.com/api";
const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;

/** An empty variable counts as one that is not set: compose files and shells leave such behind. */
const setting = <T extends z.ZodType>(schema: T) => z.preprocess((value) => (value === "" ? undefined : value), schema);

const environment = z.object({
  CATALOG_DIR: setting(z.string().default("catalog")),
  DEFAULT_LOCALE: setting(z.enum(LOCALES).default("zh-CN")),
  LOG_LEVEL: setting(z.enum(LOG_LEVELS).default("info")),
  DISCORD_TOKEN: setting(
    z
      .string()
      .trim()
      .regex(/^(?:Bot )?[\w-]+(?:\.[\w-]+){2}$/, "rule:discordToken")
      .optional(),
  ),
  DISCORD_API_URL: setting(z.url({ protocol: /^https?$/, error: "rule:url" }).default(DISCORD_API_URL)),
  DISCORD_DEV_GUILD_ID: setting(
    z
      .string()
      .regex(/^\d{15,20}$/, "rule:snowflake")
      .optional(),
  ),
  REGISTER_COMMANDS: setting(z.enum(["true", "false"]).default("true")),
});

export type DiscordConfig = {
  token: string;
  apiUrl: string;
  /** The server whose commands are registered, instead of everybody's. */
  devGuildId: string | undefined;
  registerCommands: boolean;
};

export type Config = {
  catalogDir: string;
  locale: Locale;
  logLevel: (typeof LOG_LEVELS)[number];
  /** Absent without a token: no bot. */
  discord: DiscordConfig | undefined;
};

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
  const values = parsed.data;
  return {
    catalogDir: values.CATALOG_DIR,
    locale: values.DEFAULT_LOCALE,
    logLevel: values.LOG_LEVEL,
    discord: values.DISCORD_TOKEN === undefined ? undefined : discordConfig(values.DISCORD_TOKEN, values),
  };
}

function discordConfig(token: string, values: z.infer<typeof environment>): DiscordConfig {
  return {
    token: token.replace(/^Bot /, ""),
    apiUrl: values.DISCORD_API_URL.replace(/\/+$/, ""),
    devGuildId: values.DISCORD_DEV_GUILD_ID,
    registerCommands: values.REGISTER_COMMANDS === "true",
  };
}
