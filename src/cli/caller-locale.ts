import { bareValue } from "#src/base/bare-value.ts";
import { LOCALES, type Locale, nearestLocale } from "#src/base/locale.ts";
import { readEnvFile } from "./env-file.ts";

/**
 * The language of whoever starts a program, before the settings are read or where they are wrong: from the environment, else
 * from the `.env` at a path, else the default.
 */
export function callerLocale(env: Record<string, string | undefined>, envFile: string | undefined): Locale {
  const set = env["DEFAULT_LOCALE"] || localeInFile(envFile);
  return nearestLocale(bareValue(set ?? "")) ?? LOCALES[0];
}

function localeInFile(envFile: string | undefined): string | undefined {
  try {
    return envFile === undefined ? undefined : readEnvFile(envFile)?.values.get("DEFAULT_LOCALE");
  } catch {
    // What is wrong with the file is said where it is needed.
    return undefined;
  }
}
