import { describe, expect, test } from "vitest";
import { known, openPulls } from "#tests/sync/world.ts";
import { listed, type Story, signalsOf, standing, tell } from "./sync-story.ts";

const branches = (story: Story): string[] => openPulls(story).map(({ head }) => head);
const listing = /api\/models\?/;

const FAULTS: Record<string, (story: Story) => Promise<void> | void> = {
  "is away": ({ hubs }) => hubs.down(true),
  "answers 429": ({ hubs }) => hubs.huggingface.fail(/./, { kind: "status", status: 429 }, 99),
  "answers 504": ({ hubs }) => hubs.huggingface.fail(/./, { kind: "status", status: 504 }, 99),
  "breaks off": ({ hubs }) => hubs.huggingface.fail(/./, { kind: "truncate" }, 99),
  "lists nothing": ({ hubs }) => hubs.huggingface.fail(listing, { kind: "status", status: 200, body: [] }, 99),
  "lists only a part": ({ hubs }) =>
    hubs.huggingface.fail(listing, { kind: "status", status: 200, body: [{ id: "Org/Model-7B" }] }, 99),
};

async function twoProposals(): Promise<Story> {
  const story = await tell();
  story.hubs.huggingface.publish(listed("Org/Model-9B"), listed("Org/Newline-3B"));
  await story.run();
  expect(branches(story)).toEqual([`mulu/sync/${story.upstream.id}`, "mulu/sync/new-newline"]);
  return story;
}

describe.each([{ forgets: false }, { forgets: true }])("with what is kept lost: $forgets", ({ forgets }) => {
  test.each(Object.entries(FAULTS))("pull requests stay as they are while the hub %s", async (_, fault) => {
    const story = await twoProposals();
    const before = standing(story);
    for (let day = 0; day < 3; day++) {
      await fault(story);
      if (forgets) await story.forget();
      await story.run(24);
      expect(standing(story)).toEqual(before);
    }
    story.hubs.down(false);
    story.hubs.huggingface.heal();
    await story.run(24);
    expect(standing(story)).toEqual(before);
    await story.run();
    expect(story.writes()).toEqual([]);
  });

  test("pull requests keep what the hubs said once these are switched off", async () => {
    const story = await tell();
    story.hubs.huggingface.publish(listed("Org/Model-9B"));
    story.upstream.setReadme("[Model-9B](https://huggingface.co/Org/Model-9B)");
    await story.run();
    const before = standing(story);
    if (forgets) await story.forget();
    await story.run(24, { hubs: { on: false } });
    expect(standing(story)).toEqual(before);
  });
});

test("a model that its hub has no more is proposed no more", async () => {
  const story = await twoProposals();
  story.hubs.huggingface.remove("Org/Newline-3B");
  await story.run(48);
  expect(branches(story)).toEqual([`mulu/sync/${story.upstream.id}`]);
  const [closed] = story.catalog.pulls.filter(({ state }) => state === "closed");
  expect(closed?.comments.map(({ body }) => body).join()).toContain(story.text("proposal.closed.outdated"));
});

test.each(Array.from({ length: 14 }, (_, index) => index + 1))(
  "a run that dies at its write %i leaves nothing twice",
  async (write) => {
    const story = await tell();
    story.hubs.huggingface.publish(listed("Org/Model-9B"), listed("Org/Newline-3B"));
    story.upstream.release({ tag: "v2", publishedAt: "2026-11-20T00:00:00Z" });
    let writes = 0;
    const isWrite = (request: { method: string; graphql?: string }): boolean =>
      (request.graphql ? request.graphql === "mutation" : request.method !== "GET") && ++writes === write;
    story.github.faults.before(isWrite, async () => story.github.faults.crashAfter(1));
    await story.run().catch(() => undefined);
    story.github.faults.calm();
    for (let run = 0; run < 3; run++) await story.run();
    expect(branches(story).toSorted()).toEqual([`mulu/sync/${story.upstream.id}`, "mulu/sync/new-newline"]);
    expect(story.catalog.pulls).toHaveLength(2);
    expect(story.catalog.issues).toHaveLength(1);
    await story.run();
    expect(story.writes()).toEqual([]);
  },
);

test("two runs at once, each with a folder of its own, propose nothing twice", async () => {
  const story = await tell();
  story.hubs.huggingface.publish(listed("Org/Model-9B"), listed("Org/Newline-3B"));
  await Promise.all([story.run(), story.run(0, { dataDir: `${story.dataDir}-other` })]);
  await story.run();
  expect(branches(story).toSorted()).toEqual([`mulu/sync/${story.upstream.id}`, "mulu/sync/new-newline"]);
  await story.run();
  expect(story.writes()).toEqual([]);
});

describe("a model that its hub renamed", () => {
  test("is one model, under its name now", async () => {
    const story = await tell();
    story.upstream.setReadme("[9B](https://huggingface.co/Org/Model-9B)");
    story.hubs.huggingface.publish(listed("Org/Model-9B"));
    await story.run();
    story.hubs.huggingface.rename("Org/Model-9B", "Org/Model-9B-Chat");
    await story.run(48);
    expect(openPulls(story).map(({ body }) => signalsOf(body))).toEqual([["weights:huggingface:org/model-9b-chat"]]);
    await story.run();
    expect(story.writes()).toEqual([]);
  });

  test("is not proposed under its former name where the catalog has it", async () => {
    const story = await tell();
    story.hubs.huggingface.publish(listed("Org/Model-Old"));
    story.hubs.huggingface.rename("Org/Model-Old", "Org/Model-7B");
    story.upstream.setReadme("[old](https://huggingface.co/Org/Model-Old)");
    await story.run();
    expect(openPulls(story)).toEqual([]);
  });

  test("stays declined", async () => {
    const story = await tell();
    story.upstream.setReadme("[9B](https://huggingface.co/Org/Model-9B)");
    story.hubs.huggingface.publish(listed("Org/Model-9B"));
    await story.run();
    await story.catalog.person.close(openPulls(story)[0]?.number ?? 0);
    await story.run();
    expect(openPulls(story)).toEqual([]);
  });
});

test("a no counts for a model on whatever hub it turns up", async () => {
  const story = await tell();
  story.upstream.setReadme("[9B](https://modelscope.cn/models/Org/Model-9B)");
  await story.run();
  await story.catalog.person.close(openPulls(story)[0]?.number ?? 0);
  story.hubs.huggingface.publish(listed("Org/Model-9B"));
  story.upstream.setReadme("[9B](https://huggingface.co/Org/Model-9B)");
  await story.run(24);
  expect(openPulls(story)).toEqual([]);
});

test("a run for one entry proposes nothing for another", async () => {
  const story = await tell();
  const other = story.github.upstream("Org/Other", { readme: "# Other", createdAt: "2026-01-01T00:00:00Z" });
  const row = "\n  - hub: huggingface\n    id: Org/Other-7B\n    label: 7B";
  await story.catalog.person.commit("main", {
    "catalog/models/other.yaml": known("Other", other, { sync: "\n  hubOrgs:\n    - Org", weights: row }),
  });
  story.hubs.huggingface.publish(listed("Org/Other-9B"), listed("Org/Model-9B"));
  await story.run(6, { only: ["model"] });
  expect(branches(story)).toEqual([`mulu/sync/${story.upstream.id}`]);
  await story.run();
  expect(branches(story)).toEqual([`mulu/sync/${story.upstream.id}`, `mulu/sync/${other.id}`]);
});

test("a proposal stays open while its entry's file cannot be read", async () => {
  const story = await tell();
  const other = story.github.upstream("Org/Other", { readme: "# Other", createdAt: "2026-01-01T00:00:00Z" });
  await story.catalog.person.commit("main", {
    "catalog/models/other.yaml": known("Other", other, { sync: "\n  hubOrgs:\n    - Org" }),
  });
  other.release({ tag: "v2", publishedAt: "2026-11-20T00:00:00Z" });
  await story.run();
  const before = standing(story);
  expect(before).toMatchObject([{ head: `mulu/sync/${other.id}` }]);
  const text = await story.entry("other");
  await story.catalog.person.commit("main", { "catalog/models/other.yaml": text.replace("family:", "famly:") });
  await story.run();
  expect(standing(story)).toEqual(before);
});

test("lines of a README that move or are worded anew are no reason to write", async () => {
  const story = await tell();
  story.hubs.huggingface.publish(listed("Org/Model-9B"));
  story.upstream.setReadme("# Model\n[9B](https://huggingface.co/Org/Model-9B)\n");
  await story.run();
  story.upstream.setReadme("# Model\n\nNew\n- [the 9B](https://huggingface.co/Org/Model-9B) is here\n");
  await story.run();
  expect(story.writes()).toEqual([]);
  story.upstream.setFile("README_zh.md", "[9B](https://huggingface.co/Org/Model-9B)\n");
  await story.run();
  expect(story.writes()).toEqual([expect.stringMatching(/^PATCH .*\/pulls\/1$/)]);
});

test("where a model belongs is not decided anew while its hub says nothing of it", async () => {
  const story = await tell();
  const tags = ["base_model:Org/Model-7B", "base_model:quantized:Org/Model-7B"];
  story.hubs.huggingface.publish(listed("Org/Mdl7-W8A8", { tags }));
  await story.run();
  const before = standing(story);
  expect(before).toMatchObject([{ head: `mulu/sync/${story.upstream.id}` }]);
  await story.forget();
  story.hubs.huggingface.fail(/api\/models\/Org/, { kind: "status", status: 504 }, 99);
  await story.run(24);
  expect(standing(story)).toEqual(before);
});

test("series of two organisations that bear one name are two proposals", async () => {
  const story = await tell();
  const other = story.github.upstream("Org2/Thing", { readme: "# Thing", createdAt: "2026-01-01T00:00:00Z" });
  await story.catalog.person.commit("main", {
    "catalog/models/thing.yaml": known("Thing", other, { sync: "\n  hubOrgs:\n    - Org2" }),
  });
  story.hubs.huggingface.publish(listed("Org2/Fresh-9B"), listed("Org2/Fresh-3B"));
  await story.run();
  expect(branches(story)).toEqual(["mulu/sync/new-fresh"]);
  const before = standing(story);
  story.hubs.huggingface.publish(listed("Org/Fresh-9B", { createdAt: "2026-11-23T00:00:00.000Z" }));
  await story.run(24);
  expect(branches(story)).toEqual(["mulu/sync/new-fresh", "mulu/sync/new-fresh-org"]);
  expect(standing(story).slice(0, 1)).toEqual(before);
  await story.run();
  expect(story.writes()).toEqual([]);
});

test("forty new series are all proposed as people merge, and ten days in which nothing happens write nothing", {
  timeout: 60_000,
}, async () => {
  const story = await tell();
  const words =
    "Alpha Bravo Carol Delta Echo Foxy Golfo Hotel Indio Julia Kilos Limas Mikes Novel Oscar Papas Quebec Romeo Sierra Tango".split(
      " ",
    );
  const names = words.flatMap((word) => [`${word}a`, `${word}o`]);
  story.hubs.huggingface.publish(...names.map((name) => listed(`Org/${name}-7B`)));
  for (let run = 0; run < 12; run++) {
    await story.run();
    expect(openPulls(story).length).toBeLessThanOrEqual(10);
    for (const { number } of openPulls(story)) await story.catalog.person.merge(number);
  }
  const merged = story.catalog.pulls.filter((pull) => pull.merged);
  expect(new Set(merged.flatMap(({ body }) => signalsOf(body))).size).toBe(names.length);
  await story.run();
  for (let run = 0; run < 40; run++) {
    await story.run(6);
    expect(story.writes()).toEqual([]);
  }
});
