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
      return { model: known("Model", upstream) };
    },
    { graphql },
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
      expect(openPulls(world)).toMatchObject([{ title: "Model：新版本 v1", labels: [LABELS.ours], comments: [] }]);
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
        { number: 1, title: "Model：新版本 v2", labels: [LABELS.ours], comments: [] },
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
};

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
