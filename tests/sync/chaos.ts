import { execFile } from "node:child_process";
import { promisify } from "node:util";
import fc from "fast-check";
import { expect } from "vitest";
import { splitMarker } from "#src/sync/propose/marker.ts";
import { LABELS } from "#src/sync/propose/proposal-text.ts";
import type { GithubStandIn, Upstream } from "#tests/stand-ins/github.ts";
import { known, NOW, openPulls, startWorld, type World } from "./world.ts";

const run = promisify(execFile);
const PROJECTS = ["Model-0", "Model-1", "Model-2"];

type Mind = {
  world: World;
  upstreams: Upstream[];
  /** Commits that a person made on branches, with the branch, until the person deletes it. */
  theirs: Map<string, string>;
  /** Signals of pull requests that a person closed. */
  declined: Map<number, readonly string[]>;
  release: number;
};

/** What may happen between two runs; `pick` chooses a project or pull request. */
const EVENTS: Record<string, (mind: Mind, pick: number) => Promise<void>> = {
  sync: async ({ world }) => {
    await world.sync().catch(() => {});
  },
  release: async (mind, pick) => {
    mind.release += 1;
    const publishedAt = new Date(NOW - 30 * 86_400_000 + mind.release * 60_000).toISOString();
    projectOf(mind, pick).release({ tag: `v${mind.release}`, publishedAt });
  },
  readme: async (mind, pick) => {
    mind.release += 1;
    const upstream = projectOf(mind, pick);
    upstream.setReadme(
      `https://huggingface.co/Org/Model-${pick % PROJECTS.length}-${mind.release}B and https://huggingface.co/Org/New${mind.release}-7B`,
    );
  },
  rename: async (mind, pick) => {
    mind.release += 1;
    projectOf(mind, pick).rename(`Org/Renamed-${mind.release}`);
  },
  archive: async (mind, pick) => projectOf(mind, pick).archive(pick % 2 === 0),
  remove: async (mind, pick) => projectOf(mind, pick).remove(),
  restore: async (mind, pick) => projectOf(mind, pick).restore(),
  push: async (mind, pick) => {
    const pull = pullOf(mind, pick);
    if (pull === undefined) return;
    const oid = await mind.world.catalog.person.commit(
      pull.head,
      { [`note-${pick}.txt`]: String(mind.release) },
      "Theirs",
    );
    mind.theirs.set(oid, pull.head);
  },
  close: async (mind, pick) => {
    const pull = pullOf(mind, pick);
    if (pull === undefined) return;
    await mind.world.catalog.person.close(pull.number);
    decline(mind, pull);
  },
  reopen: async (mind, pick) => {
    const closed = mind.world.catalog.pulls.filter(({ state, merged }) => state === "closed" && !merged);
    const pull = closed[pick % Math.max(1, closed.length)];
    if (pull === undefined) return;
    await mind.world.catalog.person.reopen(pull.number).then(
      () => mind.declined.delete(pull.number),
      () => {},
    );
  },
  retitle: async (mind, pick) => {
    const pull = pullOf(mind, pick);
    if (pull) await mind.world.catalog.person.retitle(pull.number, `Title ${pick}`);
  },
  merge: async (mind, pick) => {
    const pull = pullOf(mind, pick);
    // A person merges nothing that conflicts.
    if (pull) await mind.world.catalog.person.merge(pull.number).catch(() => {});
  },
  deleteBranch: async (mind, pick) => {
    const pull = pullOf(mind, pick);
    if (pull === undefined) return;
    await mind.world.catalog.person.deleteBranch(pull.head);
    for (const [oid, branch] of mind.theirs) if (branch === pull.head) mind.theirs.delete(oid);
    decline(mind, pull);
  },
  hold: async (mind, pick) => {
    const pull = pullOf(mind, pick);
    if (pull) await mind.world.catalog.person.label(pull.number, LABELS.hold);
  },
  faults: async ({ world }, pick) => world.github.faults.random(pick, 0.15),
  calm: async ({ world }) => world.github.faults.calm(),
  die: async ({ world }, pick) => {
    world.github.faults.crashAfter(1 + (pick % 12));
    await world.sync().catch(() => {});
    world.github.faults.calm();
  },
};

function projectOf({ upstreams }: Mind, pick: number): Upstream {
  const upstream = upstreams[pick % upstreams.length];
  if (upstream === undefined) throw new Error("no upstream");
  return upstream;
}

const pullOf = ({ world }: Mind, pick: number) => {
  const open = openPulls(world);
  return open[pick % Math.max(1, open.length)];
};

function decline(mind: Mind, { number, body }: { number: number; body: string }): void {
  mind.declined.set(number, splitMarker(body).marker?.signals ?? []);
}

async function check(mind: Mind): Promise<void> {
  const { world } = mind;
  const open = openPulls(world);
  expect(new Set(open.map(({ head }) => head)).size, "one open proposal a repository").toBe(open.length);
  const declined = new Set([...mind.declined.values()].flat());
  for (const { body, number } of open) {
    if (mind.declined.has(number)) continue;
    const signals = splitMarker(body).marker?.signals ?? [];
    expect(
      signals.filter((id) => declined.has(id)),
      "nothing that was declined",
    ).toEqual([]);
  }
  const branches = await world.catalog.branches();
  for (const [oid, branch] of mind.theirs) {
    const merged = world.catalog.pulls.some(({ head, merged: done }) => done && head === branch);
    const tip = branches.get(branch) ?? (merged ? "main" : undefined);
    expect(tip, `the branch ${branch} with a person's commit`).toBeDefined();
    await run("git", ["--git-dir", world.catalog.gitDir, "merge-base", "--is-ancestor", oid, tip ?? ""]).catch(() =>
      run("git", ["--git-dir", world.catalog.gitDir, "merge-base", "--is-ancestor", oid, "main"]),
    );
  }
}

/** What is commonest comes oftener, so that there is something to disturb. */
const OFTEN = ["sync", "sync", "sync", "release", "release", "readme", "push", "close", "merge"];
const events = fc.array(fc.tuple(fc.constantFrom(...Object.keys(EVENTS), ...OFTEN), fc.nat(50)), {
  minLength: 25,
  maxLength: 40,
});

/**
 * Lets anything happen in any order, `stories` times: never two open proposals for one repository, never a person's
 * commit lost, never a declined signal proposed again, and once all is calm, a run that changes nothing.
 */
export async function causeChaos(stories: number, { graphql }: { graphql: boolean }): Promise<void> {
  await fc.assert(
    fc.asyncProperty(events, (story) => live(story, graphql)),
    { numRuns: stories, endOnFailure: true },
  );
}

async function live(story: [string, number][], graphql: boolean): Promise<void> {
  const upstreams: Upstream[] = [];
  const world = await startWorld(
    (github) => Object.fromEntries(PROJECTS.map((name) => project(github, name, upstreams))),
    {
      graphql,
    },
  );
  const mind: Mind = { world, upstreams, theirs: new Map(), declined: new Map(), release: 0 };
  try {
    for (const [name, pick] of story) {
      await EVENTS[name]?.(mind, pick);
      await check(mind);
    }
    world.github.faults.calm();
    for (let settle = 0; settle < 3; settle++) await world.sync();
    await check(mind);
    await world.sync();
    expect(world.writes(), "a calm run").toEqual([]);
  } finally {
    await world.github.close();
  }
}

function project(github: GithubStandIn, name: string, upstreams: Upstream[]): [string, string] {
  const upstream = github.upstream(`Org/${name}`, { readme: "# Model" });
  upstreams.push(upstream);
  const readme = upstream.setReadme("# Model");
  const text = known(name, upstream, { sync: "\n  hubOrgs:\n    - Org" });
  return [name.toLowerCase(), text.replace(/( {2}id: \d+\n)/, `$1  readme: ${readme}\n`)];
}
