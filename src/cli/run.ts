import { DataDirTaken } from "#src/base/data-dir.ts";
import { type Text, textIn } from "#src/base/locale.ts";
import { createLog } from "#src/base/log.ts";
import { CatalogUnusable } from "#src/catalog/entry/load.ts";
import { issueText, problemText } from "#src/chat/explain-issue.ts";
import { type Config, InvalidSettings } from "#src/config.ts";
import { GatewayRefused } from "#src/discord/gateway-refused.ts";
import { RedisUnusable } from "#src/tries/redis-unusable.ts";
import { CannotListen } from "#src/web/http/cannot-listen.ts";
import { callerLocale } from "./caller-locale.ts";
import { EnvFileUnusable } from "./env-file.ts";
import { readSources, remarkLines, type SettingsOrigin, type Sources, settingsOf } from "./read-settings.ts";

/** Where a program says what it found, and what went wrong. */
export type Streams = Record<"stdout" | "stderr", { write: (text: string) => boolean; isTTY?: boolean }>;

type Program = (config: Config, origin: SettingsOrigin) => Promise<number>;

/**
 * The exit code where a person must mend a setting before another start can help: EX_CONFIG of sysexits.h. systemd's
 * `RestartPreventExitStatus` goes by it.
 */
export const WRONG_SETTING = 78;

/**
 * Runs a program a person starts: settings from the environment and `.env`, then `main`, whose number is the exit
 * code. What stops a start is said on stderr, a line each, in the person's language.
 */
export async function run(main: Program): Promise<void> {
  endWithReader();
  process.exitCode = await exitCodeOf(main, process.env, process.stderr, ".env");
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

/**
 * The exit code of `main` under the settings of an environment and of a file, which adds what it has to the environment.
 * Where it could not start stderr is told, and the code is 78 if a setting is to blame, else 1.
 */
export async function exitCodeOf(
  main: Program,
  env: Record<string, string | undefined>,
  stderr: Streams["stderr"],
  envFile?: string,
): Promise<number> {
  let sources: Sources | undefined;
  try {
    sources = readSources(env, envFile);
    Object.assign(env, sources.added);
    const config = settingsOf(env);
    sayRemarks(sources, config, stderr);
    return await main(config, sources.origin);
  } catch (error) {
    const text = textIn(callerLocale(env, envFile));
    const lines = explain(error, text);
    if (lines === undefined) throw error;
    // What is odd about the file may be why a setting is wrong.
    if (error instanceof InvalidSettings && sources) lines.push(...remarkLines(sources, text));
    stderr.write(`${lines.join("\n")}\n`);
    return isLasting(error) ? WRONG_SETTING : 1;
  }
}

/** To a person as they are, and among lines of the log as some of them. */
function sayRemarks(sources: Sources, config: Config, stderr: Streams["stderr"]): void {
  const lines = remarkLines(sources, textIn(config.locale));
  if (stderr.isTTY && config.logFormat !== "json") for (const line of lines) stderr.write(`${line}\n`);
  else if (lines.length > 0) {
    const log = createLog(config, stderr);
    for (const line of lines) log.warn(line);
  }
}

const WRONG = [InvalidSettings, EnvFileUnusable, CatalogUnusable, GatewayRefused, RedisUnusable];

/** Whether the next start would fail like this one. A port that is in use may be free then. */
const isLasting = (error: unknown): boolean =>
  error instanceof CannotListen ? error.lasting : WRONG.some((kind) => error instanceof kind);

function explain(error: unknown, text: Text): string[] | undefined {
  if (error instanceof InvalidSettings) {
    const lines = error.issues.map((issue) =>
      text("problems.setting", { name: issue.path.join("."), message: issueText(issue, text) }),
    );
    return [text("problems.invalidSettings"), ...new Set(lines.map((line) => `  ${line}`))];
  }
  if (error instanceof EnvFileUnusable)
    return [text(`settings.unusableFile.${error.reason}`, { file: error.file, code: error.code })];
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
  if (error instanceof DataDirTaken) return [text("problems.dataDir.taken", { directory: error.directory })];
  if (error instanceof RedisUnusable) return [text(`problems.redis.${error.reason}`)];
  if (error instanceof CannotListen) return [text(`web.cannotListen.${error.reason}`, error.address)];
  return undefined;
}
