import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** Files at once. Most of the time they wait for programs to start and for answers to stream. */
const WAITING = Math.max(3, availableParallelism() - 1);

/** What people do in Discord, from end to end. */
const CONVERSATIONS = ["tests/discord/{commands,compare,try,try-*}.test.ts"];

/**
 * Which tests a run has, by `MULU_TESTS`: nothing for `npm test`; in `npm run test:load` first `load`, what is long, heavy,
 * or in need of something that not every machine has, then `http`, the same conversations over HTTP interactions.
 */
const RUNS: Record<string, { include: string[]; exclude: string[]; maxWorkers: number }> = {
  "": { include: ["tests/**/*.test.ts"], exclude: ["tests/load/**"], maxWorkers: WAITING },
  // What needs the machine to itself.
  load: { include: ["tests/load/**/*.test.ts"], exclude: [], maxWorkers: 1 },
  http: { include: CONVERSATIONS, exclude: [], maxWorkers: WAITING },
};

export default defineConfig({
  test: {
    ...RUNS[process.env["MULU_TESTS"] ?? ""],
    // Programs are started for real; a cold start on a busy two-core machine takes seconds.
    testTimeout: 30_000,
    sequence: { shuffle: true },
    // A machine that others share may stall for a moment; at home a test that fails now and then is to be seen at once.
    retry: process.env["CI"] ? 1 : 0,
  },
});
