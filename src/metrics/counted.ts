import { UserError } from "#src/base/user-error.ts";
import type { Router } from "#src/chat/router.ts";
import type { Tries } from "#src/tries/tries.ts";
import type { CommandMetrics, Surface } from "./command-metrics.ts";
import type { TryMetrics } from "./try-metrics.ts";

/** Whatever a person or a forged custom id names that is no command of ours. */
const UNKNOWN = "unknown";

/** The router as one surface uses it, with everything counted that it serves. */
export function countCommands(router: Router, surface: Surface, metrics: CommandMetrics): Router {
  const names = new Set([
    ...router.commands.map(({ name }) => name),
    ...(surface === "discord" ? router.messageCommands.map(({ key }) => key) : []),
  ]);
  for (const command of [...names, UNKNOWN]) metrics.expect(command, surface);
  const label = (name: string): string => (names.has(name) ? name : UNKNOWN);
  const counted = async (name: string, act: () => ReturnType<Router["execute"]>): ReturnType<Router["execute"]> => {
    const began = performance.now();
    const run = { command: label(name), surface };
    try {
      const outcome = await act();
      metrics.ran({ ...run, outcome, seconds: secondsSince(began) });
      return outcome;
    } catch (error) {
      // The router answers every fault of a command; what it throws is that the surface could not show the answer.
      metrics.ran({ ...run, outcome: "failed", seconds: secondsSince(began) });
      throw error;
    }
  };
  return {
    ...router,
    execute: (name, given, context) => counted(commandOf(name), () => router.execute(name, given, context)),
    useOn: (key, message, context) => counted(key, () => router.useOn(key, message, context)),
    press: (customId, chosen, context) =>
      counted(customId.split(":", 1)[0] ?? "", () => router.press(customId, chosen, context)),
    complete: (name, option, typed, context) => {
      const began = performance.now();
      const suggestions = router.complete(name, option, typed, context);
      metrics.autocompleted({ command: label(commandOf(name)), surface, seconds: secondsSince(began) });
      return suggestions;
    },
  };
}

/** A sub-command counts as its command. */
const commandOf = (path: string): string => path.split(" ", 1)[0] ?? "";

const secondsSince = (began: number): number => (performance.now() - began) / 1000;

/** Counts the tries that are refused, also before anything is known of them. */
export function countRefusals(tries: Tries, { refused }: TryMetrics): Tries {
  const counted = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      if (error instanceof UserError) refused(error.key);
      throw error;
    });
  return {
    ...tries,
    submit: (request) => counted(tries.submit(request)),
    available: () => counted(tries.available()),
  };
}
