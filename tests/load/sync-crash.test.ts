import { describe, expect, it } from "vitest";
import { LABELS } from "#src/sync/propose/proposal-text.ts";
import type { Upstream } from "#tests/stand-ins/github.ts";
import { known, NOW, openPulls, startWorld, type World } from "#tests/sync/world.ts";

const daysAgo = (days: number): string => new Date(NOW - days * 86_400_000).toISOString();

type Prepared = World & { upstream: Upstream };

async function prepare(graphql: boolean): Promise<Prepared> {
  const upstreams: Upstream[] = [];
  const world = await startWorld(
    (github) => {
      const upstream = github.upstream("Org/Model", { readme: "# Model" });
      upstreams.push(upstream);
      return { model: known("Model", upstream, { sync: "\n  hubOrgs:\n    - Org" }) };
    },
    { graphql, beside: { "watch.yaml": "since: 2026-11-01\n" } },
  );
  const [upstream] = upstreams;
  if (upstream === undefined) throw new Error("no upstream");
  return { ...world, upstream };
}

/** What has happened before the run that dies, and what must hold once another run has been. */
type Story = { before: (world: Prepared) => Promise<void>; after: (world: Prepared) => Promise<void> };
const STORIES: Record<string, Story> = {
  "opening a proposal": {
    before: async ({ upstream }) => {
      upstream.release({ tag: "v1", publishedAt: daysAgo(5) });
    },
    after: async (world) => {
      expect(openPulls(world)).toMatchObject([
        { title: "Model：新版本 v1", labels: [LABELS.ours, LABELS.facts], comments: [] },
      ]);
      expect(await world.entry("model", openPulls(world)[0]?.head)).toContain("tag: v1");
    },
  },
  "renewing a proposal": {
    before: async (world) => {
      world.upstream.release({ tag: "v1", publishedAt: daysAgo(9) });
      await world.sync();
      world.upstream.release({ tag: "v2", publishedAt: daysAgo(5) });
    },
    after: async (world) => {
      expect(openPulls(world)).toMatchObject([
        { number: 1, title: "Model：新版本 v2", labels: [LABELS.ours, LABELS.facts], comments: [] },
      ]);
      expect(await world.entry("model", openPulls(world)[0]?.head)).toContain("tag: v2");
    },
  },
  "closing a proposal": {
    before: async (world) => {
      world.upstream.remove();
      await world.sync();
      world.upstream.restore();
    },
    after: async (world) => {
      expect(openPulls(world)).toEqual([]);
      expect(world.catalog.pulls).toHaveLength(1);
      expect(world.catalog.pulls[0]?.comments).toHaveLength(1);
    },
  },
  "leaving a branch to a person": {
    before: async (world) => {
      world.upstream.release({ tag: "v1", publishedAt: daysAgo(9) });
      await world.sync();
      await world.catalog.person.commit(`mulu/sync/${world.upstream.id}`, { "x.txt": "mine" });
    },
    after: async (world) => {
      expect(openPulls(world)[0]?.comments).toHaveLength(1);
    },
  },
  "drafting what a new repository names": {
    before: async ({ github, hubs }) => {
      github.upstream("Org/Model2", { readme: "https://huggingface.co/Org/Model2-7B", createdAt: daysAgo(1) });
      hubs.huggingface.publish({ id: "Org/Model2-7B", createdAt: daysAgo(1) });
    },
    after: async (world) => {
      expect(openPulls(world)).toMatchObject([{ head: "mulu/sync/new-model2", draft: true, comments: [] }]);
      expect(await world.entry("model2", "mulu/sync/new-model2")).toContain("id: Org/Model2-7B");
    },
  },
  "filling a draft once its hub is back": {
    before: async (world) => {
      world.upstream.setReadme("https://huggingface.co/Org/Model-7B");
      world.hubs.huggingface.publish({ id: "Org/Model-7B", config: CONFIG });
      world.hubs.down(true);
      await world.sync();
      world.hubs.down(false);
    },
    after: async (world) => {
      expect(openPulls(world)).toMatchObject([{ number: 1, comments: [] }]);
      expect(await world.entry("model", openPulls(world)[0]?.head)).toContain("precision: bf16");
    },
  },
  "closing a draft whose model is gone": {
    before: async (world) => {
      world.hubs.huggingface.publish({ id: "Org/Model2-7B", createdAt: daysAgo(1) });
      // A hub that lists nothing at all is not believed.
      world.hubs.huggingface.publish({ id: "Org/Elder-7B", createdAt: "2025-01-01T00:00:00.000Z" });
      await world.sync();
      world.hubs.huggingface.remove("Org/Model2-7B");
      await tickDashboard(world, /<!-- mulu:look-again -->/);
    },
    after: async (world) => {
      expect(openPulls(world)).toEqual([]);
      expect(world.catalog.pulls).toMatchObject([{ comments: [{}] }]);
    },
  },
  "taking a ticked line out of a proposal": {
    before: async (world) => {
      for (const size of ["4B", "7B"])
        world.hubs.huggingface.publish({ id: `Org/Model-${size}`, createdAt: daysAgo(1) });
      await world.sync();
      const [pull] = openPulls(world);
      const ticked = pull?.body.replace("[ ] <!-- mulu:decline weights:huggingface:org/model-4b", (box) =>
        box.replace("[ ]", "[x]"),
      );
      await world.catalog.person.editBody(pull?.number ?? 0, ticked ?? "");
    },
    after: async (world) => {
      expect(openPulls(world)).toMatchObject([{ number: 1, comments: [] }]);
      const text = await world.entry("model", openPulls(world)[0]?.head);
      expect(text).toContain("id: Org/Model-7B");
      expect(text).not.toContain("id: Org/Model-4B");
    },
  },
  "proposing what a box of the dashboard asks for": {
    before: async (world) => {
      world.hubs.huggingface.publish({ id: "Org/Model-7B", createdAt: "2025-01-01T00:00:00.000Z" });
      await world.sync();
      await tickDashboard(world, /<!-- mulu:propose weights:huggingface:org\/model-7b -->/);
    },
    after: async (world) => {
      expect(openPulls(world)).toMatchObject([{ title: "Model：新权重 Model-7B", comments: [] }]);
      expect(dashboardOf(world)?.body).not.toContain("[x]");
    },
  },
};

const CONFIG = {
  ...{ model_type: "qwen3", architectures: ["Qwen3ForCausalLM"], max_position_embeddings: 8192 },
  ...{ num_hidden_layers: 8, num_attention_heads: 8, num_key_value_heads: 2, hidden_size: 1024, vocab_size: 1000 },
};

const dashboardOf = ({ catalog }: World) => catalog.issues.find(({ labels }) => labels.includes(LABELS.dashboard));

/** Ticks the box of the dashboard that has this mark. */
async function tickDashboard(world: World, mark: RegExp): Promise<void> {
  const issue = dashboardOf(world);
  const ticked = issue?.body.replace(new RegExp(`\\[ \\] (?=${mark.source})`), "[x] ");
  if (issue === undefined || ticked === issue.body || ticked === undefined) throw new Error(`no box ${mark.source}`);
  await world.catalog.person.editBody(issue.number, ticked);
}

/** Numbers, from 1, of the requests of an undisturbed run that change something. */
async function writesOf(story: Story, graphql: boolean): Promise<number[]> {
  const world = await prepare(graphql);
  await story.before(world);
  const before = world.github.requests.length;
  await world.sync();
  await story.after(world);
  return world.github.requests
    .slice(before)
    .flatMap(({ method, graphql: kind }, index) =>
      (kind ? kind === "mutation" : method !== "GET") ? [index + 1] : [],
    );
}

async function dieAt(request: number, story: Story, graphql: boolean): Promise<void> {
  const world = await prepare(graphql);
  await story.before(world);
  world.github.faults.crashAfter(request);
  await world.sync().catch(() => {});
  world.github.faults.calm();
  await world.sync();
  await story.after(world);
  const ours = [...(await world.catalog.branches()).keys()].filter((branch) => branch !== "main");
  expect(ours.length, `branches after request ${request}`).toBeLessThanOrEqual(1);
  expect(world.catalog.issues.length, `dashboards after request ${request}`).toBeLessThanOrEqual(1);
  await world.sync();
  expect(world.writes(), `after request ${request}`).toEqual([]);
}

describe.each([{ graphql: true }, { graphql: false }])("a run that dies (GraphQL: $graphql)", ({ graphql }) => {
  it.each(Object.entries(STORIES))("at any request of %s is made good by the next", async (_, story) => {
    // Where it only read since the last change it leaves what it left right after that change: one read stands for all.
    const writes = await writesOf(story, graphql);
    expect(writes).not.toEqual([]);
    for (const request of [1, ...writes]) await dieAt(request, story, graphql);
  });
});
