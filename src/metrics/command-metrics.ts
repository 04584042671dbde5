import type { Outcome } from "#src/chat/router.ts";
import { createCounter, createHistogram, type Family } from "./tally.ts";

/** Where a person talks to Mulu. */
export type Surface = "discord" | "terminal" | "web";
const OUTCOMES: readonly Outcome[] = ["answered", "refused", "failed"];

/** A command or a button of one; `command` must be one of ours or `unknown`. */
type CommandRun = { command: string; outcome: Outcome; surface: Surface; seconds: number };

export type CommandMetrics = {
  /** Makes a command's series known before it is first run. */
  expect: (command: string, surface: Surface) => void;
  ran: (run: CommandRun) => void;
  autocompleted: (run: Omit<CommandRun, "outcome">) => void;
};

/** Seconds. Discord waits 3 s for an acknowledgement, which is why there are bounds close around it. */
export const ANSWER_BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2, 3, 5, 10, 30];
const AUTOCOMPLETE_BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];

/** What is counted of commands, buttons and suggestions. */
export function createCommandMetrics(): { events: CommandMetrics; families: () => Family[] } {
  const runs = createCounter({
    name: "mulu_commands_total",
    help: "Commands, buttons and menus served, by command, outcome and surface.",
    labels: ["command", "outcome", "surface"],
  });
  const seconds = createHistogram(
    {
      name: "mulu_command_duration_seconds",
      help: "Time from running a command or button to its answer being shown; of a try, to its being announced.",
      labels: ["command", "surface"],
    },
    ANSWER_BOUNDS,
  );
  const offered = createCounter({
    name: "mulu_autocompletes_total",
    help: "Suggestions offered while a person types, by command and surface.",
    labels: ["command", "surface"],
  });
  const offering = createHistogram(
    { name: "mulu_autocomplete_duration_seconds", help: "Time to find suggestions.", labels: [] },
    AUTOCOMPLETE_BOUNDS,
  );
  return {
    events: {
      expect: (command, surface) => {
        for (const outcome of OUTCOMES) runs.add({ command, outcome, surface }, 0);
      },
      ran: ({ command, outcome, surface, seconds: took }) => {
        runs.add({ command, outcome, surface });
        seconds.observe({ command, surface }, took);
      },
      autocompleted: ({ command, surface, seconds: took }) => {
        offered.add({ command, surface });
        offering.observe({}, took);
      },
    },
    families: () => [runs.family(), seconds.family(), offered.family(), offering.family()],
  };
}
