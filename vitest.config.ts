import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { PATIENCE_MS } from "./tests/patience.ts";

/** Files at once. Part of the time they wait for programs to start and for answers to stream. */
const WAITING = Math.max(4, availableParallelism() - 1);

/** What people do in Discord, from end to end. */
const CONVERSATIONS = ["tests/discord/{admin,commands,compare,reports,try,try-*}.test.ts"];
/** Of these, what takes long: it runs over HTTP and over Redis alone. */
const LONG_CONVERSATIONS = ["tests/discord/{admin,reports,try-failures}.test.ts"];
/** What looks at the libraries that are loaded. */
const LOADING = ["tests/metrics-loading.test.ts"];

type Project = {
  name: string;
  include: string[];
  exclude: string[];
  /** Whether each file has modules of its own; else it shares with others what it imports, a second of libraries. */
  isolate: boolean;
};
type Run = { maxWorkers: number; projects: Project[] };

/**
 * Which tests a run has, by `MULU_TESTS`: nothing for `npm test`; in `npm run test:load` first `load`, what is long, heavy,
 * or in need of something that not every machine has, then `http`, the same conversations over HTTP interactions.
 */
const RUNS: Record<string, Run> = {
  "": {
    maxWorkers: WAITING,
    projects: [
      {
        name: "fast",
        include: ["tests/**/*.test.ts"],
        exclude: ["tests/load/**", ...LONG_CONVERSATIONS, ...LOADING],
        isolate: false,
      },
      { name: "loading", include: LOADING, exclude: [], isolate: true },
    ],
  },
  // What needs the machine to itself. Its files import the same tests with other worlds.
  load: {
    maxWorkers: 1,
    projects: [{ name: "load", include: ["tests/load/**/*.test.ts"], exclude: [], isolate: true }],
  },
  http: { maxWorkers: WAITING, projects: [{ name: "http", include: CONVERSATIONS, exclude: [], isolate: false }] },
};
const { maxWorkers, projects } = RUNS[process.env["MULU_TESTS"] ?? ""] ?? { maxWorkers: 1, projects: [] };

export default defineConfig({
  test: {
    maxWorkers,
    projects: projects.map((project) => ({
      extends: true as const,
      test: {
        ...project,
        pool: "threads" as const,
        // Only a failure takes so long: a program on a busy machine takes its time to start.
        testTimeout: 180_000,
        hookTimeout: 180_000,
        expect: { poll: { timeout: PATIENCE_MS } },
      },
    })),
    sequence: { shuffle: true },
    // A machine that others share may stall for a moment; at home a test that fails now and then is to be seen at once.
    retry: process.env["CI"] ? 1 : 0,
  },
});
