import { execFile } from "node:child_process";
import { promisify } from "node:util";
import fc from "fast-check";
import { expect } from "vitest";
import { splitMarker } from "#src/sync/propose/marker.ts";
import { LABELS } from "#src/sync/propose/proposal-text.ts";
import type { SyncReport } from "#src/sync/run.ts";
import type { GithubStandIn, Upstream } from "#tests/stand-ins/github.ts";
import { EVENTS, type Mind, ORGANIZATIONS, PROJECTS, syncNow, WATCH } from "./chaos-events.ts";
import { known, NOW, openPulls, startWorld } from "./world.ts";

const run = promisify(execFile);

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

/** What was ticked is out of what may be renewed, and no model of an own organisation is lost in silence. */
async function checkEnd(mind: Mind, report: SyncReport): Promise<void> {
  const { world } = mind;
  const theirs = new Set(mind.theirs.values());
  const renewed = openPulls(world).filter(({ head, labels }) => !theirs.has(head) && !labels.includes(LABELS.hold));
  const signals = renewed.flatMap(({ body }) => splitMarker(body).marker?.signals ?? []);
  expect(
    signals.filter((id) => mind.ticked.has(id)),
    "nothing that was ticked",
  ).toEqual([]);
  expect(report.problems, "a sound catalog").toEqual([]);
  const desired = report.desired.proposals.flatMap(({ signals: own }) => own.map(({ id }) => id));
  const settledAs = [...report.models.leftOut.map(({ model }) => model), ...report.models.older];
  const isTold = new Set([...settledAs.map((id) => id.toLowerCase())]);
  const catalog = (await allText(mind)).toLowerCase();
  for (const key of mind.published) {
    const id = `weights:${key.toLowerCase()}`;
    const model = key.slice(key.indexOf(":") + 1).toLowerCase();
    const isKept =
      catalog.includes(`id: ${model}\n`) || desired.includes(id) || isTold.has(model) || mind.everDeclined.has(id);
    expect(isKept, `${key} is proposed, told or in the catalog`).toBe(true);
  }
  const waiting = new Set(report.plan?.waiting.map(({ proposal }) => proposal.branch));
  const open = new Set(openPulls(world).map(({ head }) => head));
  for (const { branch } of report.desired.proposals)
    expect(open.has(branch) || waiting.has(branch), `${branch} is open or waits`).toBe(true);
}

async function allText({ world: { catalog } }: Mind): Promise<string> {
  const { stdout } = await run("git", [
    "--git-dir",
    catalog.gitDir,
    "grep",
    "-h",
    "id:",
    "main",
    "--",
    "catalog/models",
  ]);
  return stdout;
}

/** What is commonest comes oftener, so that there is something to disturb. */
const OFTEN = ["sync", "sync", "sync", "tomorrow", "release", "readme", "newModel", "newModel", "newRepository"];
const OFTEN_BY_PEOPLE = ["push", "close", "merge", "merge", "tickPull", "tickDashboard"];
const events = fc.array(fc.tuple(fc.constantFrom(...Object.keys(EVENTS), ...OFTEN, ...OFTEN_BY_PEOPLE), fc.nat(50)), {
  minLength: 30,
  maxLength: 45,
});

/**
 * Lets anything happen in any order, `stories` times: never two open proposals for one repository, never a person's
 * commit lost, never a declined signal proposed again, and once all is calm, a run that changes nothing, beside which no
 * model is missing.
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
    { graphql, beside: { "watch.yaml": WATCH } },
  );
  const mind: Mind = {
    ...{ world, upstreams, published: new Set(), release: 0, now: NOW },
    ...{ theirs: new Map(), declined: new Map(), ticked: new Set(), everDeclined: new Set(), everWished: new Set() },
  };
  try {
    for (const [name, pick] of story) {
      await EVENTS[name]?.(mind, pick);
      await check(mind);
    }
    world.github.faults.calm();
    world.hubs.down(false);
    world.hubs.huggingface.heal();
    world.hubs.modelscope.heal();
    mind.now += 86_400_000;
    for (let settle = 0; settle < 4; settle++) await syncNow(mind);
    await check(mind);
    const report = await syncNow(mind);
    expect(world.writes(), "a calm run").toEqual([]);
    await checkEnd(mind, report);
  } finally {
    await world.github.close();
  }
}

function project(github: GithubStandIn, name: string, upstreams: Upstream[]): [string, string] {
  const upstream = github.upstream(`Org/${name}`, { readme: "# Model" });
  upstreams.push(upstream);
  const organization = ORGANIZATIONS[PROJECTS.indexOf(name)];
  return [name.toLowerCase(), known(name, upstream, { sync: `\n  hubOrgs:\n    - ${organization}` })];
}
