import { textIn } from "#src/base/locale.ts";
import type { Log } from "#src/base/log.ts";
import { repeat, type Schedule } from "#src/base/schedule.ts";
import type { Upstream } from "#src/base/upstream.ts";
import type { CatalogHolder } from "#src/catalog/holder.ts";
import { problemText } from "#src/chat/explain-issue.ts";
import { newsView } from "#src/chat/updates/news-view.ts";
import type { Config } from "#src/config.ts";
import { type ClientOptions, createClients } from "#src/sync/github/client.ts";
import type { CatalogSource } from "#src/sync/github/settings.ts";
import { type AnnouncementOptions, createAnnouncements } from "#src/sync/refresh/announcements.ts";
import { createRefresh, type RefreshOptions } from "#src/sync/refresh/refresh.ts";

const EVERY_TEN_MINUTES: Schedule = { cron: "*/10 * * * *", jitterMs: 120_000 };

type RefreshParts = {
  config: Config;
  source: CatalogSource;
  upstreams: { discord: Upstream; github: Upstream };
  holder: CatalogHolder;
  now: () => number;
  log: Log;
  onLook?: RefreshOptions["onLook"];
  pace?: ClientOptions["pace"];
};

/**
 * Looks for a newer catalog now and every ten minutes until the signal is raised, and tells a Discord channel what is
 * new in it where one is set. Throws GithubFailure where the identity for GitHub cannot be used.
 */
export async function refreshCatalog(
  parts: RefreshParts,
  signal: AbortSignal,
  schedule = EVERY_TEN_MINUTES,
): Promise<void> {
  const refresh = await catalogRefresh(parts, signal);
  await refresh(signal);
  await repeat(refresh, schedule, parts.log, signal);
}

/** One look, with what it needs put together. */
export async function catalogRefresh(
  { config, source, upstreams, holder, now, log, onLook, pace = "github" }: RefreshParts,
  signal?: AbortSignal,
): Promise<(signal: AbortSignal) => Promise<void>> {
  const { reader } = await createClients(config.github, { upstream: upstreams.github, log, signal, pace });
  const text = textIn(config.locale);
  const post = await channelPost(config, upstreams.discord, log);
  return createRefresh({
    reader: reader.octokit,
    source,
    holder,
    dataDir: config.dataDir,
    now,
    explain: (problem) => problemText(problem, text),
    announce: post && createAnnouncements({ dataDir: config.dataDir, source, post, now, log }),
    onLook,
    log,
  });
}

/** Undefined without a channel, or without a bot that could post there. */
async function channelPost(
  { announceChannelId: channel, discord, locale }: Config,
  upstream: Upstream,
  log: Log,
): Promise<AnnouncementOptions["post"] | undefined> {
  if (channel === undefined || discord?.token === undefined) return undefined;
  const { token } = discord;
  const { postOnce } = await import("#src/discord/announce.ts");
  return (news, commit, signal) =>
    postOnce(
      { channel, view: newsView(news, { text: textIn(locale), locale }), key: commit },
      { upstream, token },
      log,
      signal,
    );
}
