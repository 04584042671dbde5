import { type CommandMetrics, createCommandMetrics } from "./command-metrics.ts";
import { createDiscordMetrics, type DiscordMetrics } from "./discord-metrics.ts";
import type { Family } from "./tally.ts";
import { createTryMetrics, type TryMetrics } from "./try-metrics.ts";
import { createUpstreamMetrics, type UpstreamMetrics } from "./upstream-metrics.ts";
import { createWebMetrics, type WebMetrics } from "./web-metrics.ts";

/**
 * What is counted of a running program. Counting writes to memory and nothing else, so it goes on whether anybody reads
 * it or not. Series whose labels are known are there from the start, at 0: else their first event would not show as an
 * increase. Nothing in a label comes from people, models or GitHub: each has a fixed set of values.
 */
export type Metrics = {
  commands: CommandMetrics;
  tries: TryMetrics;
  discord: DiscordMetrics;
  upstream: UpstreamMetrics;
  web: WebMetrics;
  /** All that was counted, as it is now. */
  families: () => Family[];
};

/** `now` in ms since 1970. */
export function createMetrics(now: () => number = Date.now): Metrics {
  const commands = createCommandMetrics();
  const tries = createTryMetrics();
  const discord = createDiscordMetrics();
  const upstream = createUpstreamMetrics(now);
  const web = createWebMetrics();
  return {
    commands: commands.events,
    tries: tries.events,
    discord: discord.events,
    upstream: upstream.events,
    web: web.events,
    families: () => [commands, tries, discord, upstream, web].flatMap(({ families }) => families()),
  };
}
