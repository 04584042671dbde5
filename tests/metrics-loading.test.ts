import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { openWatched } from "#tests/web/health-world.ts";

// A file of its own: what one test has loaded stays loaded.
test("the library that writes metrics is loaded by the first look at them and not before", async () => {
  const isLoaded = (): boolean =>
    Object.keys(createRequire(import.meta.url).cache).some((path) => path.includes("prom-client"));
  const { app, get } = await openWatched();
  app.metrics.discord.unanswered();
  await get("/healthz");
  await get("/readyz");
  expect(isLoaded()).toBe(false);
  expect(await (await get("/metrics")).text()).toContain("\nmulu_discord_unanswered_total 1\n");
  expect(isLoaded()).toBe(true);
});
