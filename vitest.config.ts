import { defineConfig } from "vitest/config";

/** `npm run test:load`: long, heavy, or in need of something that not every machine has. */
const LOAD = process.env["MULU_TESTS"] === "load";

export default defineConfig({
  test: {
    include: LOAD ? ["tests/load/**/*.test.ts"] : ["tests/**/*.test.ts"],
    exclude: LOAD ? [] : ["tests/load/**"],
    // Programs are started for real; a cold start on a busy two-core machine takes seconds.
    testTimeout: 30_000,
    sequence: { shuffle: true },
    // A machine that others share may stall for a moment; at home a test that fails now and then is to be seen at once.
    retry: process.env["CI"] ? 1 : 0,
  },
});
