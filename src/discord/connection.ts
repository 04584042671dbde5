import { type Client, Events } from "discord.js";
import type { DiscordEvents } from "#src/metrics/discord-metrics.ts";

/** Tells whether all shards of a client are connected and ready, at every change. */
export function watchConnection(
  client: Client,
  { connected, reconnecting }: Pick<DiscordEvents, "connected" | "reconnecting">,
): void {
  const away = new Set<number>();
  let ready = false;
  const report = (): void => connected(ready && away.size === 0);
  const back = (shard: number): void => {
    away.delete(shard);
    report();
  };
  const lost = (shard: number): void => {
    away.add(shard);
    report();
  };
  client
    .once(Events.ClientReady, () => {
      ready = true;
      report();
    })
    .on(Events.ShardReady, back)
    .on(Events.ShardResume, back)
    .on(Events.ShardDisconnect, (_close, shard) => lost(shard))
    .on(Events.ShardReconnecting, (shard) => {
      reconnecting();
      lost(shard);
    });
}
