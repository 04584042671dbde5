import type { Config } from "#src/config.ts";
import { answerCall, type ProgramName } from "./arguments.ts";
import { callerLocale } from "./caller-locale.ts";
import type { SettingsOrigin } from "./read-settings.ts";

type Main = (args: string[], config: Config, origin: SettingsOrigin) => Promise<number>;

/**
 * Runs the program of an npm script with the arguments of this process. What it needs is loaded only where it is called as
 * its usage says: help comes at once, and needs no setting to be right.
 */
export async function launch(name: ProgramName, load: () => Promise<Main>): Promise<void> {
  const args = process.argv.slice(2);
  const answered = answerCall(name, args, process, () => callerLocale(process.env, ".env"));
  if (answered !== undefined) {
    process.exitCode = answered;
    return;
  }
  const [{ run }, main] = await Promise.all([import("./run.ts"), load()]);
  await run((config, origin) => main(args, config, origin));
}
