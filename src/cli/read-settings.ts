import { resolve } from "node:path";
import type { Text } from "#src/base/locale.ts";
import { type Config, InvalidSettings, readConfig } from "#src/config.ts";
import { type EnvRemark, readEnvFile } from "./env-file.ts";
import { missesInEnvironment, missesInFile, type NearMiss } from "./near-misses.ts";
import { withSecretFiles } from "./secret-files.ts";

type Variables = Record<string, string | undefined>;

/** Where the settings of a start came from. */
export type SettingsOrigin = {
  /** The `.env` as a whole path. */
  path: string;
  /** Whether there was one. */
  isRead: boolean;
  /** Settings of the file for which the environment has other values. */
  overridden: readonly string[];
};

type Remarks = {
  file: readonly EnvRemark[];
  unknownInFile: readonly NearMiss[];
  unknownInEnvironment: readonly NearMiss[];
};

/** What a `.env` adds to an environment. */
export type Sources = { added: Variables; origin: SettingsOrigin; remarks: Remarks };

const isSet = (value: string | undefined): boolean => value !== undefined && value !== "";

/** The environment, and below it the `.env` at a path: what is empty in the one is taken from the other. Throws EnvFileUnusable. */
export function readSources(environment: Variables, envFile: string | undefined): Sources {
  const file = envFile === undefined ? undefined : readEnvFile(envFile);
  const values = file?.values ?? new Map<string, string>();
  const added: Variables = {};
  const overridden: string[] = [];
  for (const [name, value] of values) {
    if (!isSet(environment[name])) added[name] = value;
    else if (environment[name] !== value && isSet(value)) overridden.push(name);
  }
  const isAnywhere = (setting: string): boolean =>
    [setting, `${setting}_FILE`].some((name) => isSet(environment[name]) || isSet(added[name]));
  return {
    added,
    origin: { path: resolve(envFile ?? ".env"), isRead: file !== undefined, overridden },
    remarks: {
      file: file?.remarks ?? [],
      unknownInFile: missesInFile(values.keys()),
      unknownInEnvironment: missesInEnvironment(
        Object.keys(environment).filter((name) => isSet(environment[name]) && !values.has(name)),
        isAnywhere,
      ),
    },
  };
}

/** The settings of variables and of the files that these name. Throws InvalidSettings with all mistakes of both. */
export function settingsOf(variables: Variables): Config {
  const { variables: complete, issues } = withSecretFiles(variables);
  if (issues.length === 0) return readConfig(complete);
  try {
    readConfig(complete);
  } catch (error) {
    if (!(error instanceof InvalidSettings)) throw error;
    issues.push(...error.issues);
  }
  throw new InvalidSettings(issues);
}

/** What is odd about where the settings came from, a line each; values are in none. */
export function remarkLines({ origin, remarks }: Sources, text: Text): string[] {
  const { path } = origin;
  const unknown = ({ name, near }: NearMiss, where: string): string =>
    text("settings.unknown", {
      where,
      name: name.slice(0, MAX_NAME),
      near: near === undefined ? "" : text("settings.near", { name: near }),
    });
  return [
    ...remarks.file.map(({ line, what, name = "" }) =>
      text(`settings.file.${what}`, {
        place: line === undefined ? path : `${path}:${line}`,
        name: name.slice(0, MAX_NAME),
      }),
    ),
    ...remarks.unknownInFile.map((miss) => unknown(miss, path)),
    ...remarks.unknownInEnvironment.map((miss) => unknown(miss, text("settings.environment"))),
  ];
}

/** Characters of a name that are shown. */
const MAX_NAME = 60;
