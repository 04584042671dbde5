import { describe, expect, it } from "vitest";
import { temporaryFolder } from "#tests/temporary-catalog.ts";
import { CONFIG, DAY, daysAgo, startModelsWorld } from "./models-world.ts";
import { followed, NOW, openPulls } from "./world.ts";

const NEW = "Org/Model-14B";

describe("a pull request of new models", () => {
  it("is filled once the hub is back, and is not emptied while it is away", async () => {
    const world = await startModelsWorld();
    world.upstream.setReadme(`https://huggingface.co/${NEW}`);
    world.publish({ id: NEW, config: CONFIG });
    world.hubs.down(true);
    expect((await world.sync()).silent).toMatchObject([{ organization: "Org", silence: { reason: "away" } }]);
    const [pull] = openPulls(world);
    expect(await world.entry("model", pull?.head)).not.toContain("kvHeads");
    await world.sync();
    expect(world.proposalWrites()).toEqual([]);

    world.hubs.down(false);
    await world.sync({ now: NOW + DAY });
    expect(openPulls(world)).toHaveLength(1);
    const filled = await world.entry("model", pull?.head);
    expect(filled).toMatch(/Model-14B[\s\S]*kvHeads: 2/);

    world.hubs.down(true);
    await world.sync({ now: NOW + 2 * DAY });
    expect(await world.entry("model", pull?.head)).toBe(filled);
    expect(openPulls(world)).toHaveLength(1);
    world.hubs.huggingface.remove(NEW);
    await world.sync({ now: NOW + 3 * DAY, dataDir: await temporaryFolder() });
    expect(await world.entry("model", pull?.head), "nor where nothing was kept").toBe(filled);
  });

  it("stays while nobody can say whether its model is there: hub silent, hubs off, part of the catalog", async () => {
    const world = await startModelsWorld({ entries: { other: followed("Other", "Else/Other") } });
    world.github.upstream("Else/Other", { createdAt: "2025-01-01T00:00:00Z" });
    world.publish({ id: "Org/Older-7B", createdAt: "2025-01-01T00:00:00.000Z" });
    world.publish("Org/Fresh-7B");
    await world.sync();
    expect(openPulls(world)).toMatchObject([{ head: "mulu/sync/new-fresh" }]);
    world.hubs.huggingface.remove("Org/Fresh-7B");

    world.hubs.down(true);
    await world.sync({ now: NOW + DAY, dataDir: await temporaryFolder() });
    await world.sync({ now: NOW + DAY, dataDir: await temporaryFolder(), hubs: { on: false } });
    world.hubs.down(false);
    await world.sync({ now: NOW + DAY, only: ["other"] });
    expect(openPulls(world)).toHaveLength(1);

    await world.sync({ now: NOW + DAY });
    expect(openPulls(world)).toEqual([]);
    expect(world.catalog.pulls).toMatchObject([{ state: "closed", merged: false, comments: [{}] }]);
    world.publish("Org/Fresh-7B");
    await world.sync({ now: NOW + 2 * DAY });
    expect(openPulls(world), "that was no decline").toHaveLength(1);
  });

  it("stays while a repository of its organisation was not reached", async () => {
    const world = await startModelsWorld({ hubs: {} });
    world.upstream.setReadme("https://huggingface.co/Org/Fresh-7B");
    await world.sync();
    expect(openPulls(world)).toMatchObject([{ head: "mulu/sync/new-fresh" }]);
    for (let time = 0; time < 20; time++)
      world.github.faults.next("502", ({ body }) => JSON.stringify(body ?? "").includes("isArchived"));
    expect((await world.sync()).unreached).toMatchObject([{ name: "Org/Model" }]);
    expect(world.proposalWrites()).toEqual([]);
    world.github.faults.calm();
    world.upstream.setReadme("nothing");
    await world.sync();
    expect(openPulls(world)).toEqual([]);
  });
});

describe("the hubs", () => {
  it("cost nothing where they are off; what READMEs name is proposed with what its name says, and waits for nothing", async () => {
    const world = await startModelsWorld();
    world.upstream.setReadme("https://huggingface.co/Org/Fresh-7B-FP8");
    world.publish("Org/Unseen-7B");
    const report = await world.sync({ hubs: { on: false } });
    expect(world.hubs.huggingface.requests).toEqual([]);
    expect(report).toMatchObject({ listed: 0, silent: [], cost: { hubRequests: 0 } });
    expect(openPulls(world)).toMatchObject([{ head: "mulu/sync/new-fresh" }]);
    expect(await world.entry("fresh", "mulu/sync/new-fresh")).toMatch(/precision: fp8[\s\S]*id: Org\/Fresh-7B-FP8/);
    await world.sync({ hubs: { on: false } });
    expect(world.writes()).toEqual([]);
  });

  it("are asked for nothing twice in a day, and nothing is proposed twice", async () => {
    const world = await startModelsWorld();
    world.publish(NEW);
    await world.sync();
    const { length } = world.hubs.huggingface.requests;
    await world.sync();
    expect(world.hubs.huggingface.requests).toHaveLength(length);
    expect(world.writes()).toEqual([]);
    expect(world.hubs.violations()).toEqual([]);
  });

  it("tell of a model that was made before the date of the watch list and opened since", async () => {
    const world = await startModelsWorld();
    world.publish({ id: "Org/Older-7B", createdAt: "2025-01-01T00:00:00.000Z" });
    await world.sync();
    world.publish({ id: NEW, createdAt: "2025-01-01T00:00:00.000Z" });
    await world.sync({ now: NOW + DAY });
    expect(openPulls(world)).toHaveLength(1);
    await world.sync({ now: NOW + 2 * DAY });
    expect(openPulls(world), "at every run").toHaveLength(1);
  });
});

describe("what keeps models from being proposed", () => {
  it("is a watch list that cannot be read: without its rules everything would be news, and nothing is closed", async () => {
    const world = await startModelsWorld();
    world.publish(NEW, "Org/Fresh-7B");
    await world.sync();
    const before = openPulls(world).length;
    expect(before).toBe(2);
    await world.catalog.person.commit("main", { "catalog/watch.yaml": "since: [\n" });
    world.publish("Org/Model-Embedding");
    world.upstream.release({ tag: "v1", publishedAt: daysAgo(5) });
    const report = await world.sync({ now: NOW + DAY });
    expect(report.problems).toMatchObject([{ file: "watch.yaml" }]);
    expect(openPulls(world)).toHaveLength(before);
    expect(report.desired.proposals.map(({ title }) => title)).toEqual(["Model：新版本 v1"]);
    expect(await world.entry("model", `mulu/sync/${world.upstream.id}`), "what was there").toContain(`id: ${NEW}`);
  });

  it("is an entry that cannot be read: its models are there, and its file is a person's to mend", async () => {
    const world = await startModelsWorld();
    world.publish("Org/Fresh-7B", "Org/Fresh-14B", "Org/Lost-7B");
    await world.catalog.person.commit("main", {
      "catalog/models/fresh.yaml": "name: [\nweights:\n  - id: Org/Fresh-7B\n",
      "catalog/models/lost.yaml": "name: Lost\nweights:\n  - id: Org/Lost-7B\n",
    });
    const report = await world.sync();
    expect(report.desired.uneditable).toEqual([{ entry: "fresh", detail: expect.any(String) }]);
    expect(openPulls(world)).toEqual([]);
    expect(await world.entry("fresh")).toContain("name: [");
  });

  it("is an entry that is not followed: its models are noticed, not proposed", async () => {
    const world = await startModelsWorld({
      fields: { sync: "\n  hubOrgs:\n    - Org\n  disabled: 一个原因" },
      entries: { other: followed("Other", "Else/Other", { sync: "\n  hubOrgs:\n    - Org" }) },
    });
    world.github.upstream("Else/Other", { createdAt: "2025-01-01T00:00:00Z" });
    world.publish(NEW);
    const report = await world.sync();
    expect(report.desired.notices).toEqual([
      { repository: "Org/Model", notice: { kind: "notFollowed", model: NEW, entry: "model" } },
    ]);
    expect(openPulls(world)).toEqual([]);
    expect(world.dashboard()).toContain(NEW);
  });
});

describe("more models than one entry takes", () => {
  it("are written as far as they fit, and the others are noticed and not settled by a merge", async () => {
    const world = await startModelsWorld();
    const names = Array.from({ length: 44 }, (_, number) => `Org/Model-${number + 20}B`);
    world.publish(...names);
    const report = await world.sync({ mode: "dry-run" });
    const [proposal, ...others] = report.desired.proposals;
    expect(others).toEqual([]);
    const text = proposal?.files[0]?.text ?? "";
    const written = names.filter((name) => text.includes(`id: ${name}\n`));
    const noticed = report.desired.notices.map(({ notice }) => "model" in notice && notice.model);
    expect(written.length).toBeGreaterThan(20);
    expect([...written, ...noticed].toSorted()).toEqual(names.toSorted());
    expect(proposal?.signals.map(({ id }) => id.slice("weights:huggingface:".length))).toEqual(
      written.map((name) => name.toLowerCase()),
    );
  });
});
