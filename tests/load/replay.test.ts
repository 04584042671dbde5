import { expect, test } from "vitest";
import { type Measures, measure, newMeasures, percent, reported } from "#tests/sync/replay/measures.ts";
import type { ReplayOptions } from "#tests/sync/replay/open-replay.ts";
import { organizations, projectOf } from "#tests/sync/replay/organizations.ts";
import { projects } from "#tests/sync/replay/projects.ts";
import { replay } from "#tests/sync/replay/replay.ts";
import { isUnwanted } from "#tests/sync/replay/wanted.ts";

const WAYS: readonly ReplayOptions[] = [
  { start: "withoutNamed", unknown: "plain" },
  { start: "withoutNamed", unknown: "absent" },
  { start: "withoutLater", unknown: "plain" },
  { start: "withoutLater", unknown: "absent" },
];
/** An organisation's own models are all known to the hubs. */
const KNOWN_WAYS = WAYS.filter(({ unknown }) => unknown === "plain");

/** One row of figures a project, in the order of their names. */
const row = (name: string, measures: Measures): string =>
  [name, ...Object.entries(measures).map(([figure, { right, of }]) => `${figure} ${right}/${of}`)].join(" | ");

function expectAsWanted(measures: Measures, { start }: ReplayOptions, table: string): void {
  const figures = `${table}\n${reported(measures)}`;
  const isLater = start === "withoutLater";
  expect(percent(measures.proposed), figures).toBeGreaterThanOrEqual(0.97);
  expect(percent(measures.wanted), figures).toBeGreaterThanOrEqual(0.97);
  expect(percent(measures.entry), figures).toBeGreaterThanOrEqual(isLater ? 0.75 : 0.97);
  expect(percent(measures.variant), figures).toBeGreaterThanOrEqual(isLater ? 0.95 : 0.97);
  if (isLater) expect(percent(measures.complete), figures).toBeGreaterThanOrEqual(0.7);
  expect(measures.notLost.misses, figures).toEqual([]);
  expect(measures.trouble.misses).toEqual([]);
}

test.each(WAYS)(
  "real projects, $start, with models that are $unknown",
  async (way) => {
    const measures = newMeasures();
    const rows: string[] = [];
    for (const project of projects) {
      const result = await replay(project, way);
      rows.push(row(project.repository, measure(result, isUnwanted, newMeasures())));
      measure(result, isUnwanted, measures);
    }
    expectAsWanted(measures, way, rows.join("\n"));
  },
  600_000,
);

test.each(KNOWN_WAYS)(
  "organisations whose READMEs name all that the catalog has of them, $start",
  async (way) => {
    const measures = newMeasures();
    const rows: string[] = [];
    for (const organization of organizations) {
      const project = projectOf(organization);
      const others = new Set(project.notInCatalog);
      const result = await replay(project, way);
      rows.push(
        row(
          organization.hubOrgs.join(" "),
          measure(result, (id) => others.has(id), newMeasures()),
        ),
      );
      measure(result, (id) => others.has(id), measures);
    }
    expectAsWanted(measures, way, rows.join("\n"));
  },
  600_000,
);
