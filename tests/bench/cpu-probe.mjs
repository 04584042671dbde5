// Preloaded into a program by the benchmarks: when it ends it tells the processor time that it took, in ms, and the most memory
// that it had, in MB.
import { readFileSync } from "node:fs";

process.on("exit", () => {
  const { user, system } = process.cpuUsage();
  process.stderr.write(`cpu ${(user + system) / 1000}\npeak ${peakMb()}\n`);
});

/** Linux counts what the parent had at the fork into `maxRSS`, and not into `VmHWM`. */
function peakMb() {
  try {
    return (Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]) * 1024) / 1e6;
  } catch {
    return (process.resourceUsage().maxRSS * 1024) / 1e6;
  }
}
