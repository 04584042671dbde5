import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    // Programs are started for real; a cold start on a busy two-core machine takes seconds.
    testTimeout: 30_000,
    sequence: { shuffle: true },
  },
});
