import { expect, test } from "vitest";
import { layOut } from "#src/catalog/entry/layout.ts";
import { smallEntry } from "#tests/temporary-catalog.ts";
import { followed, openPulls, startWorld } from "./world.ts";

test("the organisation of an entry without a repository is listed too", async () => {
  const world = await startWorld(() => ({
    alone: layOut(smallEntry({ name: "Alone", sync: "\n  hubOrgs:\n    - Lone" })),
    stopped: layOut(smallEntry({ name: "Stopped", sync: "\n  disabled: 停了\n  hubOrgs:\n    - Stopped" })),
  }));
  world.hubs.huggingface.publish({ id: "Lone/Other2-7B", createdAt: "2026-11-20T00:00:00.000Z" });
  const report = await world.sync();
  expect(report.listed).toBe(1);
  expect(openPulls(world)).toMatchObject([{ head: "mulu/sync/new-other2" }]);
});

test("a collection that cannot be read is noticed, and no more once it can", async () => {
  const world = await startWorld(() => ({
    model: followed("Model", "Org/Repo", { sync: "\n  hubOrgs:\n    - Org" }),
  }));
  const slug = `two-${"a".repeat(24)}`;
  world.github.upstream("Org/Repo", { readme: `See https://huggingface.co/collections/Org/${slug}.` });
  world.hubs.huggingface.publish({ id: "Org/Old-7B", createdAt: "2020-01-01T00:00:00.000Z" });
  const noticed = async (hours: number): Promise<string[]> => {
    const { desired } = await world.sync({ now: Date.parse("2026-11-23T12:00:00Z") + hours * 3_600_000 });
    return desired.notices.flatMap(({ notice }) => (notice.kind === "collectionUnread" ? [notice.collection] : []));
  };
  expect(await noticed(0)).toEqual([`Org/${slug}`]);
  expect(world.catalog.issues.map(({ body }) => body).join()).toContain(`Org/${slug}`);
  world.hubs.huggingface.collect(`Org/${slug}`, []);
  expect(await noticed(25)).toEqual([]);
  expect(await noticed(26)).toEqual([]);
});
