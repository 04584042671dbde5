import type { HostSettings } from "#src/inference/backend.ts";
import type { AccessLists } from "./access.ts";

/** The settings of tries, as an operator makes them. */
export type TrySettings = {
  /** The hosts that run models. */
  hosts: readonly HostSettings[];
  /** The operator's own models by entry id. */
  aliases: ReadonlyMap<string, string>;
  /** Tries at once on one host. */
  hostSlots: number;
  queueMax: number;
  /** Characters. */
  promptMax: number;
  maxTokens: number;
  /** Tokens of context that every request asks for; absent: as each host has it. */
  contextTokens?: number | undefined;
  perPersonHour: number;
  perGuildHour: number;
  /** Hours that conversations are kept. */
  keepHours: number;
  allowCloud: boolean;
  access: AccessLists;
};
