import { z } from "zod";
import type { Locale } from "#src/base/locale.ts";
import { LOG_FORMATS, type LogFormat, type LogLevel } from "#src/base/log.ts";
import { type ProxySettings, parseExceptions } from "#src/base/proxy.ts";
import { GITHUB_NAME } from "#src/catalog/entry/patterns.ts";
import { brokenRule } from "#src/catalog/entry/problem.ts";
import type { Admins, DiscordSettings } from "#src/discord/settings.ts";
import type { GithubIdentity, GithubSettings } from "#src/sync/github/settings.ts";
import type { HubSettings } from "#src/sync/hubs/settings.ts";
import type { TrySettings } from "#src/tries/settings.ts";
import type { WebSettings } from "#src/web/http/server.ts";
import {
  flag,
  folder,
  hosts,
  id,
  ids,
  isCron,
  list,
  locale,
  logLevel,
  privateKey,
  proxy,
  setting,
  text,
  whole,
  wholeIfSet,
  word,
} from "./setting-schemas.ts";

const DISCORD_API_URL = "https://discord.com/api";
const GITHUB_API_URL = "https://api.github.com";
const HUGGINGFACE_URL = "https://huggingface.co";
const MODELSCOPE_URL = "https://modelscope.cn";

const environment = z.object({
  CATALOG_DIR: folder("catalog"),
  DEFAULT_LOCALE: locale("zh-CN"),
  LOG_LEVEL: logLevel("info"),
  LOG_FORMAT: word(LOG_FORMATS, "auto"),
  DISCORD_TOKEN: text(/^(?:Bot )?[\w-]+(?:\.[\w-]+){2}$/, "discordToken"),
  DISCORD_API_URL: setting(z.url({ protocol: /^https?$/, error: "rule:url" }).default(DISCORD_API_URL)),
  DISCORD_DEV_GUILD_ID: id("guild"),
  DISCORD_PUBLIC_KEY: text(/^[0-9a-f]{64}$/i, "publicKey"),
  SHARD_IDS: list(/^\d{1,5}$/, "shards"),
  SHARD_COUNT: whole(1, 1, 16_384),
  REGISTER_COMMANDS: flag(true),
  ADMIN_USER_IDS: ids("person"),
  ADMIN_ROLE_IDS: ids("role"),
  ALLOWED_GUILDS: ids("guild"),
  OLLAMA_HOSTS: hosts("http://127.0.0.1:11434"),
  OLLAMA_ALIASES: list(/^[a-z0-9.-]+=\S+$/, "aliases"),
  TRY_HOST_SLOTS: whole(1, 1, 1000),
  TRY_QUEUE_MAX: whole(50, 1, 10_000),
  TRY_PROMPT_MAX: whole(4000, 100, 6000),
  TRY_MAX_TOKENS: whole(2048, 16, 1_000_000),
  TRY_NUM_CTX: wholeIfSet(512, 10_000_000),
  TRY_PER_PERSON_HOUR: whole(30, 1, 100_000),
  TRY_PER_GUILD_HOUR: whole(300, 1, 1_000_000),
  TRY_KEEP_HOURS: whole(24, 1, 8760),
  TRY_ALLOW_CLOUD: flag(false),
  TRY_ALLOWED_CHANNELS: ids("channel"),
  TRY_BLOCKED_CHANNELS: ids("channel"),
  TRY_BLOCKED_USERS: ids("person"),
  TRY_ALLOWED_ROLES: ids("role"),
  TRY_BLOCKED_ROLES: ids("role"),
  TRY_ALLOWED_MODELS: list(/\S/, "aliases"),
  TRY_BLOCKED_MODELS: list(/\S/, "aliases"),
  HTTP_HOST: setting(
    z
      .string()
      // An IPv6 address as it stands in a URL.
      .transform((host) => host.replace(/^\[(.*)\]$/, "$1"))
      .pipe(z.string().regex(/^[\w.:-]+$/, "rule:address"))
      .prefault("127.0.0.1"),
  ),
  HTTP_PORT: whole(8787, 0, 65_535),
  HTTP_ADMIN: flag(false),
  WORKER_PORT: wholeIfSet(0, 65_535),
  HTTPS_PROXY: proxy(),
  HTTP_PROXY: proxy(),
  ALL_PROXY: proxy(),
  NO_PROXY: setting(z.string().default("")),
  OLLAMA_USE_PROXY: flag(false),
  REDIS_URL: setting(z.url({ protocol: /^rediss?$/, hostname: /./, error: "rule:redisUrl" }).optional()),
  DATA_DIR: folder("data"),
  GITHUB_TOKEN: text(/^[\w.-]{10,}$/, "githubToken"),
  GITHUB_APP_ID: text(/^\d{1,15}$/, "digits"),
  GITHUB_APP_PRIVATE_KEY: privateKey(),
  GITHUB_APP_INSTALLATION_ID: text(/^\d{1,15}$/, "digits"),
  GITHUB_API_URL: setting(z.url({ protocol: /^https?$/, error: "rule:url" }).default(GITHUB_API_URL)),
  CATALOG_REPOSITORY: text(GITHUB_NAME, "repository"),
  CATALOG_BRANCH: setting(
    z
      .string()
      .regex(/^(?!.*(?:\.\.|\/\/|@\{|\.lock(?:\/|$)))[A-Za-z0-9_][\w./-]{0,99}(?<![./])$/, "rule:branch")
      .optional(),
  ),
  SYNC_CRON: setting(z.string().refine(isCron, "rule:cron").default("17 */6 * * *")),
  SYNC_HUBS: flag(true),
  HF_ENDPOINT: setting(z.url({ protocol: /^https?$/, error: "rule:url" }).default(HUGGINGFACE_URL)),
  HF_TOKEN: text(/^[\w.-]{8,}$/, "huggingfaceToken"),
  MODELSCOPE_ENDPOINT: setting(z.url({ protocol: /^https?$/, error: "rule:url" }).default(MODELSCOPE_URL)),
  ANNOUNCE_CHANNEL_ID: id("channel"),
});

/** Names of the variables that are read. */
export const SETTING_NAMES: readonly string[] = Object.keys(environment.shape);

export type Config = {
  dataDir: string;
  admins: Admins;
  tries: TrySettings;
  catalogDir: string;
  locale: Locale;
  logLevel: LogLevel;
  logFormat: LogFormat;
  /** Where tries are shared between processes, with its password; absent: they stay in this process. */
  redisUrl: string | undefined;
  /** The way to Discord, GitHub and the hubs. */
  proxies: ProxySettings;
  /** Address of Discord's API, also for a worker, which has no token. */
  discordApiUrl: string;
  /** Absent without a token: no bot. */
  discord: DiscordSettings | undefined;
  github: GithubSettings;
  /** The model hubs that the sync reads. */
  hubs: HubSettings;
  http: WebSettings;
  /** Where a worker serves its health, on the same address; absent: nowhere. */
  workerPort: number | undefined;
  /** Discord channel for news of the catalog. */
  announceChannelId: string | undefined;
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

const APP_SETTINGS = ["GITHUB_APP_ID", "GITHUB_APP_PRIVATE_KEY", "GITHUB_APP_INSTALLATION_ID"] as const;

/** Environment to settings. Throws InvalidSettings with one issue a mistake; values never appear in it. */
export function readConfig(variables: Record<string, string | undefined>): Config {
  const parsed = environment.safeParse({ ...variables, ...lowerCaseProxies(variables) });
  if (!parsed.success) throw new InvalidSettings(parsed.error.issues);
  const values = parsed.data;
  if (values.SHARD_IDS.some((id) => Number(id) >= values.SHARD_COUNT))
    throw new InvalidSettings([brokenRule("shardCount", ["SHARD_IDS"], { count: values.SHARD_COUNT })]);
  const lacking = APP_SETTINGS.filter((name) => values[name] === undefined);
  if (lacking.length > 0 && lacking.length < APP_SETTINGS.length)
    throw new InvalidSettings(lacking.map((name) => brokenRule("appIncomplete", [name])));
  return {
    dataDir: values.DATA_DIR,
    admins: { users: values.ADMIN_USER_IDS, roles: values.ADMIN_ROLE_IDS },
    tries: tryConfig(values),
    catalogDir: values.CATALOG_DIR,
    locale: values.DEFAULT_LOCALE,
    logLevel: values.LOG_LEVEL,
    logFormat: values.LOG_FORMAT,
    redisUrl: values.REDIS_URL,
    proxies: proxySettings(values),
    discordApiUrl: values.DISCORD_API_URL.replace(/\/+$/, ""),
    discord: discordConfig(values),
    github: githubConfig(values),
    hubs: {
      on: values.SYNC_HUBS,
      huggingface: { url: values.HF_ENDPOINT.replace(/\/+$/, ""), token: values.HF_TOKEN },
      modelscope: { url: values.MODELSCOPE_ENDPOINT.replace(/\/+$/, "") },
    },
    http: { host: values.HTTP_HOST, port: values.HTTP_PORT, admin: values.HTTP_ADMIN },
    workerPort: values.WORKER_PORT,
    announceChannelId: values.ANNOUNCE_CHANNEL_ID,
  };
}

const PROXY_SETTINGS = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"] as const;

/** Those that are written in lower case, which count before the others, as for curl. */
function lowerCaseProxies(variables: Record<string, string | undefined>): Record<string, string> {
  const set = PROXY_SETTINGS.map((name): [string, string] => [name, variables[name.toLowerCase()] ?? ""]);
  return Object.fromEntries(set.filter(([, value]) => value !== ""));
}

/** Where a proxy is set for one kind of address alone, `https` falls back on it and `http` does not. */
function proxySettings(values: z.infer<typeof environment>): ProxySettings {
  const { HTTPS_PROXY: https, HTTP_PROXY: http, ALL_PROXY: all, NO_PROXY: exceptions } = values;
  return { https: https ?? all ?? http, http: http ?? all, exceptions: parseExceptions(exceptions) };
}

function githubConfig(values: z.infer<typeof environment>): GithubSettings {
  const { CATALOG_REPOSITORY: repository, CATALOG_BRANCH: branch } = values;
  return {
    apiUrl: values.GITHUB_API_URL.replace(/\/+$/, ""),
    identity: identityOf(values),
    catalog: repository === undefined ? undefined : { repository, branch },
    cron: values.SYNC_CRON,
  };
}

function identityOf(values: z.infer<typeof environment>): GithubIdentity | undefined {
  const {
    GITHUB_APP_ID: appId,
    GITHUB_APP_PRIVATE_KEY: privateKey,
    GITHUB_APP_INSTALLATION_ID: installationId,
  } = values;
  if (appId !== undefined && privateKey !== undefined && installationId !== undefined)
    return { kind: "app", appId, privateKey, installationId };
  return values.GITHUB_TOKEN === undefined ? undefined : { kind: "token", token: values.GITHUB_TOKEN };
}

function discordConfig(values: z.infer<typeof environment>): DiscordSettings | undefined {
  const { DISCORD_TOKEN: token, DISCORD_PUBLIC_KEY: publicKey, SHARD_IDS: shards } = values;
  if (token === undefined && publicKey === undefined) return undefined;
  return {
    token: token?.replace(/^Bot /, ""),
    publicKey,
    shards: shards.length > 0 ? { ids: shards.map(Number), count: values.SHARD_COUNT } : undefined,
    devGuildId: values.DISCORD_DEV_GUILD_ID,
    allowedGuilds: values.ALLOWED_GUILDS,
    registerCommands: values.REGISTER_COMMANDS,
  };
}

function tryConfig(values: z.infer<typeof environment>): TrySettings {
  const pairs = values.OLLAMA_ALIASES.map((pair): [string, string] => {
    const at = pair.indexOf("=");
    return [pair.slice(0, at), pair.slice(at + 1)];
  });
  return {
    hosts: values.OLLAMA_HOSTS.map((host) => ({
      ...host,
      ...(values.OLLAMA_USE_PROXY && { proxies: proxySettings(values) }),
    })),
    aliases: new Map(pairs),
    hostSlots: values.TRY_HOST_SLOTS,
    queueMax: values.TRY_QUEUE_MAX,
    promptMax: values.TRY_PROMPT_MAX,
    maxTokens: values.TRY_MAX_TOKENS,
    contextTokens: values.TRY_NUM_CTX,
    perPersonHour: values.TRY_PER_PERSON_HOUR,
    perGuildHour: values.TRY_PER_GUILD_HOUR,
    keepHours: values.TRY_KEEP_HOURS,
    allowCloud: values.TRY_ALLOW_CLOUD,
    access: {
      allowedChannels: values.TRY_ALLOWED_CHANNELS,
      blockedChannels: values.TRY_BLOCKED_CHANNELS,
      blockedUsers: values.TRY_BLOCKED_USERS,
      allowedRoles: values.TRY_ALLOWED_ROLES,
      blockedRoles: values.TRY_BLOCKED_ROLES,
      allowedModels: values.TRY_ALLOWED_MODELS,
      blockedModels: values.TRY_BLOCKED_MODELS,
    },
  };
}
