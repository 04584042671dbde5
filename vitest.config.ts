import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    // Programs are started for real; a cold start on a busy two-core machine takes seconds.
    testTimeout: 30_000,
    sequence: { shuffle: true },
    // A machine that others share may stall for a moment; at home a test that fails now and then is to be seen at once.
    retry: process.env["CI"] ? 1 : 0,
  },
});
