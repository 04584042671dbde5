import { describe, expect, it } from "vitest";
import { textIn } from "#src/base/locale.ts";
import { CONFIG, daysAgo, startModelsWorld } from "./models-world.ts";
import { followed, known, NOW, openPulls } from "./world.ts";

const text = textIn("zh-CN");
const fresh = { createdAt: daysAgo(1), readme: "soon" };

describe("new repositories of an owner", () => {
  it("are those that no entry names, now, formerly or beside its own, or has by number", async () => {
    const world = await startModelsWorld({
      entries: {
        second: followed("Second", "Else/Second\n  formerNames:\n    - Org/Was\n  others:\n    - Org/Beside"),
      },
    });
    for (const name of ["Org/Was", "Org/Beside", "Org/New"]) world.github.upstream(name, fresh);
    const numbered = world.github.upstream("Org/Number", fresh);
    const number = { name: "Else/Third", id: numbered.id };
    await world.catalog.person.commit("main", { "catalog/models/third.yaml": known("Third", number) });
    const report = await world.sync({ mode: "dry-run" });
    expect(report.problems).toEqual([]);
    expect(report.newRepositories).toEqual(["Org/New"]);
  });

  it("are told on the dashboard where nothing of them is proposed, until a person ticks them away", async () => {
    const world = await startModelsWorld();
    const silent = world.github.upstream("Org/Silent", { ...fresh, description: "something @everyone" });
    const demo = world.github.upstream("Org/some-demo", fresh);
    world.github.upstream("Org/Model2", { ...fresh, readme: "https://huggingface.co/Org/Model2-7B" });
    const report = await world.sync();
    expect(report.newRepositories.toSorted()).toEqual(["Org/Model2", "Org/Silent"]);
    expect(openPulls(world)).toMatchObject([{ head: "mulu/sync/new-model2" }]);
    const board = world.dashboard();
    expect(board).toContain(`<!-- mulu:ignore repository:${silent.id} -->`);
    expect(board, "in code, where nobody is pinged").toMatch(/`something @\u200beveryone`/);
    expect(board, "by the rule's name").toMatch(/demos|演示/);
    expect(board).toContain("Org/some-demo");
    expect(board).not.toContain(`<!-- mulu:propose repository:${demo.id} -->`);
    expect(board, "what is proposed is not noticed too").not.toMatch(/mulu:ignore repository:\d+ -->[^\n]*Org\/Model2/);

    await world.tick(`ignore repository:${silent.id}`);
    await world.sync();
    expect(world.dashboard()).not.toContain(`<!-- mulu:ignore repository:${silent.id} -->`);
    const takeBack = text("dashboard.takeBack", { name: "`Org/Silent`" });
    expect(world.dashboard()).toContain(`<!-- mulu:propose repository:${silent.id} --> ${takeBack}`);
    await world.sync();
    expect(world.writes()).toEqual([]);
    silent.remove();
    demo.remove();
    await world.sync();
    expect(world.dashboard()).not.toContain("Org/some-demo");
    expect(world.dashboard(), "by its name, also once it is gone").toContain(takeBack);
  });

  it("are looked for at owners of the watch list only where the whole catalog is looked at", async () => {
    const watch = "since: 2026-11-01\nowners:\n  - { name: Noted, hubOrgs: [NotedOrg] }\n";
    const world = await startModelsWorld({ watch, entries: { other: followed("Other", "Else/Other") } });
    world.github.upstream("Else/Other", { createdAt: daysAgo(500) });
    world.github.upstream("Noted/Fine", { ...fresh, readme: "https://huggingface.co/NotedOrg/Fine-7B" });
    expect((await world.sync({ only: ["model"], mode: "dry-run" })).newRepositories).toEqual([]);
    expect((await world.sync()).newRepositories).toEqual(["Noted/Fine"]);
    expect(openPulls(world)).toMatchObject([{ head: "mulu/sync/new-fine" }]);
  });
});

describe("the dashboard of a run", () => {
  it("tells which rule keeps a model out of its entry", async () => {
    const contextNote = "仅 Model-7B 为 8K";
    const world = await startModelsWorld({ fields: { contextTokens: "8192", contextNote } });
    world.publish({ id: "Org/Model-14B", config: CONFIG });
    const { desired } = await world.sync();
    const rule = text("problems.rules.contextOfNoVariant");
    expect(desired.notices).toContainEqual({
      repository: "Org/Model-14B",
      notice: { kind: "ruleBroken", model: "Org/Model-14B", entry: "model", field: "contextNote", rule },
    });
    expect(world.dashboard()).toContain(`\`contextNote\` 违反规则，\`${rule}\``);
  });

  it("tells what is open, left out, older, declined and silent, and hears its boxes in the next run", async () => {
    const world = await startModelsWorld();
    world.publish("Org/Model-14B", "Org/Model-Embedding", { id: "Org/Old-7B", createdAt: "2025-01-01T00:00:00.000Z" });
    await world.sync();
    const [pull] = openPulls(world);
    expect(world.dashboard()).toContain(pull?.title);
    for (const model of ["model-embedding", "old-7b"])
      expect(world.dashboard()).toContain(`<!-- mulu:propose weights:huggingface:org/${model} -->`);
    expect(world.dashboard()).toContain("向量模型");

    await world.tick("propose weights:huggingface:org/model-embedding");
    await world.tick("propose weights:huggingface:org/old-7b");
    await world.sync();
    expect(openPulls(world).map(({ head }) => head)).toContain("mulu/sync/new-old");
    const signals = (await world.sync()).desired.proposals.flatMap((proposal) => proposal.signals.map(({ id }) => id));
    expect(signals).toContain("weights:huggingface:org/model-embedding");
    expect(world.writes()).toEqual([]);

    const old = openPulls(world).find(({ head }) => head === "mulu/sync/new-old");
    await world.catalog.person.close(old?.number ?? 0);
    const report = await world.sync();
    expect(report.models.declined).toEqual(["Org/Old-7B"]);
    expect(openPulls(world).map(({ head }) => head)).not.toContain("mulu/sync/new-old");
    expect(world.dashboard(), "to take back").toContain("<!-- mulu:propose weights:huggingface:org/old-7b -->");
    expect(world.dashboard()).not.toContain(old?.title);
  });

  it("is not written where only a part of the catalog was looked at", async () => {
    const world = await startModelsWorld();
    world.publish("Org/Model-Embedding");
    await world.sync({ only: ["model"] });
    expect(world.catalog.issues).toEqual([]);
    expect((await world.sync({ only: ["model"], now: NOW })).dashboard).toBeUndefined();
    expect((await world.sync()).dashboard).toMatchObject({ outcome: "done" });
  });
});
