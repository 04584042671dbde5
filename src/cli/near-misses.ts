import { distance } from "fastest-levenshtein";
import { nearestOf } from "#src/chat/nearest.ts";
import { SETTING_NAMES } from "#src/config.ts";
import { SECRET_FILES } from "./secret-files.ts";

/** A name that nobody reads, and the setting that may be meant. */
export type NearMiss = { name: string; near: string | undefined };

const KNOWN: readonly string[] = [...SETTING_NAMES, ...SECRET_FILES];

/** What Node.js, the system, proxies and compose read from the same places. */
const OF_OTHERS =
  /^(?:NODE_\w+|UV_\w+|NO_COLOR|FORCE_COLOR|TZ|LANG|LC_\w+|PATH|HOME|COMPOSE_\w+|FIRST_MODEL|RESTART|SSL_CERT_\w+|(?:HTTPS?|ALL|NO)_PROXY)$/i;

/** What settings of ours are called by other bots, by Ollama and by GitHub's command line; said wherever it stands. */
const MEANT = new Map([
  ["DISCORD_BOT_TOKEN", "DISCORD_TOKEN"],
  ["BOT_TOKEN", "DISCORD_TOKEN"],
  ["TOKEN", "DISCORD_TOKEN"],
  ["OLLAMA_HOST", "OLLAMA_HOSTS"],
  ["GH_TOKEN", "GITHUB_TOKEN"],
]);
/** The same, where it stands in a file that is ours: in an environment others read these. */
const MEANT_IN_FILE = new Map([
  ...MEANT,
  ["OLLAMA_URL", "OLLAMA_HOSTS"],
  ["OLLAMA_BASE_URL", "OLLAMA_HOSTS"],
  ["OLLAMA_API_URL", "OLLAMA_HOSTS"],
  ["OLLAMA_ENDPOINT", "OLLAMA_HOSTS"],
  ["GITHUB_PAT", "GITHUB_TOKEN"],
  ["HUGGING_FACE_HUB_TOKEN", "HF_TOKEN"],
  ["HUGGINGFACE_TOKEN", "HF_TOKEN"],
  ["GUILD_ID", "DISCORD_DEV_GUILD_ID"],
  ["OWNER_ID", "ADMIN_USER_IDS"],
  ["OWNER_IDS", "ADMIN_USER_IDS"],
  ["ADMIN_IDS", "ADMIN_USER_IDS"],
  ["PORT", "HTTP_PORT"],
  ["HOST", "HTTP_HOST"],
  ["LANGUAGE", "DEFAULT_LOCALE"],
  ["LOCALE", "DEFAULT_LOCALE"],
]);

/** Nobody else's names begin so. Those of GitHub's workflows, of Ollama itself and of links to a Redis begin like ours. */
const OUR_PREFIX = /^(?:DISCORD|TRY|SHARD|CATALOG|ANNOUNCE)_/;
/** Edits at most between a name in the environment and the setting that is meant; shorter names have too much near them. */
const MAX_EDITS = 2;
const MIN_LENGTH = 7;

/** Every name of a `.env` that nobody reads. */
export const missesInFile = (names: Iterable<string>): NearMiss[] =>
  [...names]
    .filter((name) => !KNOWN.includes(name) && !OF_OTHERS.test(name))
    .map((name) => ({ name, near: MEANT_IN_FILE.get(name.toUpperCase()) ?? nearestTo(name) }));

/**
 * The names of an environment that were meant for Mulu and that nobody reads. Most of an environment is for others, and
 * Ollama's own variables are for Ollama; what another program calls a setting of ours is said only where that is not set.
 */
export function missesInEnvironment(names: Iterable<string>, isSet: (setting: string) => boolean): NearMiss[] {
  return [...names].flatMap((name) => {
    if (KNOWN.includes(name) || OF_OTHERS.test(name)) return [];
    const meant = MEANT.get(name.toUpperCase());
    if (meant !== undefined) return isSet(meant) ? [] : [{ name, near: meant }];
    const near = nearestTo(name);
    const isClose = near !== undefined && name.length >= MIN_LENGTH && distance(near, name.toUpperCase()) <= MAX_EDITS;
    return isClose || OUR_PREFIX.test(name) ? [{ name, near }] : [];
  });
}

function nearestTo(name: string): string | undefined {
  const [near] = nearestOf(
    name,
    KNOWN.map((known) => known.toLowerCase()),
  );
  return near?.toUpperCase();
}
