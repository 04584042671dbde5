import { expect, test } from "vitest";
import { missesInEnvironment, missesInFile } from "#src/cli/near-misses.ts";
import { SETTING_NAMES } from "#src/config.ts";

const inFile = (name: string): string[] => missesInFile([name]).map(({ near }) => near ?? "?");
const inEnvironment = (name: string, set: string[] = []): string[] =>
  missesInEnvironment([name], (setting) => set.includes(setting)).map(({ near }) => near ?? "?");

test.each([
  ["OLLAMA_HOST", "OLLAMA_HOSTS"],
  ["DISCORD_BOT_TOKEN", "DISCORD_TOKEN"],
  ["BOT_TOKEN", "DISCORD_TOKEN"],
  ["TOKEN", "DISCORD_TOKEN"],
  ["GH_TOKEN", "GITHUB_TOKEN"],
])("%s is what others call a setting: told everywhere as long as %s is not set", (name, right) => {
  expect(inFile(name)).toEqual([right]);
  expect(inEnvironment(name)).toEqual([right]);
  expect(inEnvironment(name, [right])).toEqual([]);
});

test.each([
  ["DISCORD_TOKN", "DISCORD_TOKEN"],
  ["discord_token", "DISCORD_TOKEN"],
  ["TRY_QUEUE_MAXIMUM", "TRY_QUEUE_MAX"],
  ["LOGLEVEL", "LOG_LEVEL"],
  ["OLLAMA_HOSTSS", "OLLAMA_HOSTS"],
  ["ADMIN_USER_ID", "ADMIN_USER_IDS"],
  ["DISCORD_TOKEN_FIL", "DISCORD_TOKEN_FILE"],
])("%s is told everywhere, with %s", (name, right) => {
  expect(inFile(name)).toEqual([right]);
  expect(inEnvironment(name, [...SETTING_NAMES])).toEqual([right]);
});

test.each(["PORT", "HOST", "LANGUAGE", "OLLAMA_NUM_PARALLEL", "OLLAMA_MODELS", "GITHUB_RUN_ID", "REDIS_PORT", "SHELL"])(
  "%s is told in a file that is ours, and not in an environment, where others read it",
  (name) => {
    expect(inFile(name)).toHaveLength(1);
    expect(inEnvironment(name)).toEqual([]);
  },
);

test.each([
  ...SETTING_NAMES,
  "DISCORD_TOKEN_FILE",
  "NODE_ENV",
  "https_proxy",
  "NO_PROXY",
  "TZ",
  "LC_ALL",
  "FIRST_MODEL",
])("%s is told nowhere", (name) => {
  expect([...inFile(name), ...inEnvironment(name)]).toEqual([]);
});

test("an ordinary shell, a GitHub workflow and a container say nothing", () => {
  const names =
    "SHELL PWD LOGNAME HOME LANG LS_COLORS SSH_CONNECTION TERM USER SHLVL XDG_SESSION_ID XDG_RUNTIME_DIR XDG_DATA_DIRS PATH MAIL OLDPWD _ EDITOR DISPLAY HOSTNAME CI GITHUB_ACTION GITHUB_ACTOR GITHUB_REPOSITORY GITHUB_REF GITHUB_SHA GITHUB_WORKFLOW GITHUB_EVENT_NAME GITHUB_SERVER_URL GITHUB_GRAPHQL_URL RUNNER_OS HTTP_PROXY REDIS_SERVICE_HOST REDIS_PORT_6379_TCP KUBERNETES_SERVICE_HOST npm_config_cache INIT_CWD INVOCATION_ID JOURNAL_STREAM CREDENTIALS_DIRECTORY STATE_DIRECTORY OLLAMA_KEEP_ALIVE OLLAMA_FLASH_ATTENTION".split(
      " ",
    );
  expect(missesInEnvironment(names, () => false)).toEqual([]);
});
