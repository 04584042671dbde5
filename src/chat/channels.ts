import type { Try } from "#src/tries/try.ts";
import type { View } from "./view.ts";

/** Why the bot could not act in a channel. `unreachable`: it may work the next time. */
export const CHANNEL_REFUSALS = [
  "noToken",
  "noChannel",
  "noAccess",
  "noPermission",
  "noText",
  "noMessage",
  "refused",
  "unreachable",
] as const;
export type ChannelRefusal = (typeof CHANNEL_REFUSALS)[number];

/** What the bot itself does in channels, and not in answer to anybody. Undefined where it was done, else why it was not. */
export type Channels = {
  /** Posts a view; with the same key again within minutes nothing more is posted. */
  post: (channel: string, view: View, key: string) => Promise<ChannelRefusal | undefined>;
  /** Deletes a message of the bot; that of a try by what its answer can be edited with, where that is known. */
  remove: (message: { channel: string; id: string }, attempt: Try | undefined) => Promise<ChannelRefusal | undefined>;
};
