import { spawnSync } from "node:child_process";
import packageJson from "#package.json" with { type: "json" };

const ROUNDS = 7;
const ASK = packageJson.scripts.ask.split(" ").slice(1);

/** Processor time of one program in ms, of user and system together. */
function cpuMs(args: readonly string[]): number {
  const { stderr } = spawnSync(process.execPath, ["--import", "./tests/bench/cpu-probe.mjs", ...args], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"] ?? "" },
  });
  return Number(/^cpu ([\d.]+)$/m.exec(stderr)?.[1] ?? Number.NaN);
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** The processor time of one question to the catalog beside that of Node alone, in ms, in turn so that noise meets both alike. */
export function benchAsk(): { ask: number; node: number } {
  // The first run fills the caches.
  cpuMs([...ASK, "/models int4"]);
  const runs = Array.from({ length: ROUNDS }, () => ({
    ask: cpuMs([...ASK, "/models int4"]),
    node: cpuMs(["-e", "0"]),
  }));
  return { ask: median(runs.map(({ ask }) => ask)), node: median(runs.map(({ node }) => node)) };
}
