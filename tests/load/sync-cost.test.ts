import { expect, onTestFinished, test } from "vitest";
import { manyProjects, START } from "#tests/sync/cost-world.ts";

const HOUR_MS = 3_600_000;

test("a thousand repositories of five hundred owners stay within an hour's points, and the hubs within a day's requests", async () => {
  const { run, catalog, close } = await manyProjects(1000);
  onTestFinished(close);
  const first = await run();
  expect(first.report.seen).toBe(1000);
  const later = await run(START + HOUR_MS / 2);
  expect(later.writes).toBe(0);
  // Both in one hour.
  expect(first.points + later.points).toBeLessThanOrEqual(5000);
  for (const { huggingface } of [first, later]) expect(huggingface.requests).toBeLessThanOrEqual(160);
  expect(first.huggingface.requests + later.huggingface.requests).toBeLessThanOrEqual(160);
  expect(catalog.pulls).toEqual([]);
});
