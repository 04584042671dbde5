import { ANSWER_BOUNDS } from "./command-metrics.ts";
import { createCounter, createHistogram, type Family } from "./tally.ts";

/** What a request to Discord does: an interaction's first answer, an edit of one, a further message, anything else. */
export type DiscordAction = "acknowledge" | "edit" | "follow_up" | "other";

/** What happens between the bot and Discord, for whoever counts it. None of them may throw. */
export type DiscordEvents = {
  /** Every shard is connected and ready, or one is not any more, for this reason where it is known. */
  connected: (is: boolean, reason?: string) => void;
  /** A connection was lost or could not be made, and is tried again. */
  reconnecting: () => void;
  /** An interaction has its acknowledgement, so many seconds after it came in. */
  acknowledged: (seconds: number) => void;
  /** An interaction could not be answered. */
  unanswered: () => void;
  /** Discord answered a request, with an HTTP status. */
  responded: (action: DiscordAction, status: number) => void;
};

export type DiscordMetrics = Omit<DiscordEvents, "connected">;

const ACTIONS: readonly DiscordAction[] = ["acknowledge", "edit", "follow_up", "other"];
/** Those that are not listed are counted as their class, `5xx`. */
const STATUSES = [200, 204, 401, 403, 404, 429];

/** What is counted of the traffic with Discord. */
export function createDiscordMetrics(): { events: DiscordMetrics; families: () => Family[] } {
  const reconnects = createCounter({
    name: "mulu_discord_reconnects_total",
    help: "Gateway connections that were lost or could not be made, and were tried again.",
    labels: [],
  });
  const acknowledging = createHistogram(
    {
      name: "mulu_discord_acknowledge_seconds",
      help: "Time from an interaction's arrival here to Discord having its acknowledgement. Discord gives up after 3.",
      labels: [],
    },
    ANSWER_BOUNDS,
  );
  const unanswered = createCounter({
    name: "mulu_discord_unanswered_total",
    help: "Interactions whose answer did not reach Discord.",
    labels: [],
  });
  const responses = createResponses();
  reconnects.add({}, 0);
  unanswered.add({}, 0);
  return {
    events: {
      reconnecting: () => reconnects.add({}),
      acknowledged: (took) => acknowledging.observe({}, took),
      unanswered: () => unanswered.add({}),
      responded: responses.responded,
    },
    families: () => [reconnects.family(), acknowledging.family(), unanswered.family(), responses.family()],
  };
}

/** What Discord answered to requests of this process, which may be a bot's or a worker's. */
export function createResponses(): { responded: DiscordEvents["responded"]; family: () => Family } {
  const responses = createCounter({
    name: "mulu_discord_responses_total",
    help: "Discord's answers to HTTP requests, by what was asked and status.",
    labels: ["action", "status"],
  });
  for (const action of ACTIONS) responses.add({ action, status: "429" }, 0);
  return {
    responded: (action, status) => responses.add({ action, status: statusLabel(status) }),
    family: responses.family,
  };
}

const statusLabel = (status: number): string =>
  STATUSES.includes(status) ? String(status) : `${Math.floor(status / 100)}xx`;
