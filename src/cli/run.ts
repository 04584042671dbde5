import { LOCALES, type Locale, type Text, textIn } from "#src/base/locale.ts";
import { CatalogUnusable } from "#src/catalog/entry/load.ts";
import { issueText, problemText } from "#src/chat/explain-issue.ts";
import { type Config, InvalidSettings, readConfig } from "#src/config.ts";
import { GatewayRefused } from "#src/discord/gateway-refused.ts";
import { RedisUnusable } from "#src/tries/redis-unusable.ts";
import { CannotListen } from "#src/web/http/cannot-listen.ts";

/** Where a program says what it found, and what went wrong. */
export type Streams = Record<"stdout" | "stderr", { write: (text: string) => boolean }>;

/**
 * Runs a program a person starts: settings from the environment and `.env`, then `main`, whose number is the exit
 * code. What stops a start is said on stderr, a line each, in the person's language.
 */
export async function run(main: (config: Config) => Promise<number>): Promise<void> {
  loadEnvFile();
  endWithReader();
  process.exitCode = await exitCodeOf(main, process.env, process.stderr);
}

/**
 * A reader that has gone (`ask | head -1`) is no error, and nobody needs the rest. A program that ends in order when it is
 * told to (lifecycle.ts) goes on: a terminal that was closed sends it a signal, and others may still read its answers.
 */
function endWithReader(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (process.listenerCount("SIGHUP") === 0) process.exit(error.code === "EPIPE" ? 0 : 1);
  });
  process.stderr.on("error", () => {});
}

/** The exit code of `main` under the settings of an environment; 1 where it could not start, which stderr is told. */
export async function exitCodeOf(
  main: (config: Config) => Promise<number>,
  env: Record<string, string | undefined>,
  stderr: Streams["stderr"],
): Promise<number> {
  try {
    return await main(readConfig(env));
  } catch (error) {
    const lines = explain(error, textIn(startLocale(env)));
    if (lines === undefined) throw error;
    stderr.write(`${lines.join("\n")}\n`);
    return 1;
  }
}

function loadEnvFile(): void {
  try {
    process.loadEnvFile();
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
  }
}

/** The language for what goes wrong before the settings are read. */
function startLocale(env: Record<string, string | undefined>): Locale {
  return LOCALES.find((locale) => locale === env["DEFAULT_LOCALE"]) ?? LOCALES[0];
}

function explain(error: unknown, text: Text): string[] | undefined {
  if (error instanceof InvalidSettings) {
    const lines = error.issues.map((issue) =>
      text("problems.setting", { name: issue.path.join("."), message: issueText(issue, text) }),
    );
    return [text("problems.invalidSettings"), ...lines.map((line) => `  ${line}`)];
  }
  if (error instanceof CatalogUnusable) {
    const key = error.reason === "missing" ? "problems.missingCatalog" : "problems.emptyCatalog";
    return [
      text(key, { directory: error.directory }),
      ...error.problems.map((problem) => `  ${problemText(problem, text)}`),
    ];
  }
  if (error instanceof GatewayRefused) {
    return [
      error.code === undefined ? text("discord.tokenRefused") : text("discord.closedForGood", { code: error.code }),
    ];
  }
  if (error instanceof RedisUnusable) return [text(`problems.redis.${error.reason}`)];
  if (error instanceof CannotListen) return [text(`web.cannotListen.${error.reason}`, error.address)];
  return undefined;
}
