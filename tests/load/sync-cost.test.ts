import { expect, onTestFinished, test } from "vitest";
import { type CostWorld, DAY_MS, manyProjects, realWorld, START } from "#tests/sync/cost-world.ts";

const HOUR_MS = 3_600_000;

async function opened(making: Promise<CostWorld>): Promise<CostWorld> {
  const world = await making;
  onTestFinished(() => world.close());
  return world;
}

test("the catalog as it ships costs little where nothing changed, and writes nothing", async () => {
  const { run, catalog, hubs } = await opened(realWorld());
  const first = await run();
  expect(first.report.unreached).toEqual([]);
  // Organisations of which the catalog has no weights have none here either.
  for (const { silence } of first.report.silent) expect(silence.detail).toContain("lists no models");
  // What the catalog has is no news.
  expect(catalog.pulls).toEqual([]);
  expect(first.huggingface.requests + first.modelscope.requests).toBeLessThanOrEqual(160);
  expect(first.huggingface.requests).toBeGreaterThan(50);

  const second = await run(START + 6 * HOUR_MS);
  expect(second.report.seen).toBe(first.report.seen);
  expect(second.requests).toBeLessThanOrEqual(20);
  expect(second.points).toBeLessThanOrEqual(12);
  expect(second.writes).toBe(0);
  // It is the same day.
  expect(second.huggingface.requests + second.modelscope.requests).toBe(0);

  for (let day = 1; day <= 7; day++) {
    const { huggingface, modelscope, requests, writes } = await run(START + day * DAY_MS);
    expect(huggingface.requests, `day ${day}`).toBeGreaterThan(0);
    expect(huggingface.requests + modelscope.requests, `day ${day}`).toBeLessThanOrEqual(80);
    expect(huggingface.conditional, `day ${day}`).toBe(huggingface.requests);
    expect([requests <= 20, writes], `day ${day}`).toEqual([true, 0]);
  }
  expect(hubs.violations()).toEqual([]);
});

test("a thousand repositories of five hundred owners stay within an hour's points, and the hubs within a day's requests", async () => {
  const { run, catalog } = await opened(manyProjects(1000));
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
