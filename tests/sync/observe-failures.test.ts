import { describe, expect, test } from "vitest";
import type { Fault, Match } from "#tests/stand-ins/github/types.ts";
import { found, startWorld, states, type World } from "./observe-world.ts";

/** So many repositories are in one query. */
const BATCH = 49;
const isQuery: Match = ({ graphql }) => graphql === "query";
/** A query that names the repository. */
const about =
  (name: string): Match =>
  ({ graphql, body }) =>
    graphql === "query" && JSON.stringify(body).includes(JSON.stringify(name));

const manyNames = (count: number): string[] => Array.from({ length: count }, (_, index) => `org/model-${index}`);
function manyUpstreams({ github }: World, count: number): string[] {
  for (const name of manyNames(count)) github.upstream(name);
  return manyNames(count);
}
const repeat = ({ github }: World, times: number, fault: Fault, match: Match): void => {
  for (let index = 0; index < times; index++) github.faults.next(fault, match);
};

describe("a query that is too much for GitHub", () => {
  test.each(["502", "stall", "drop-before", "drop-after", "resource-limit"] as const)(
    "is asked again in halves after %s",
    async (fault) => {
      const world = await startWorld({ stallMs: 50 });
      const names = manyUpstreams(world, 40);
      repeat(world, 2, fault, isQuery);
      const { observations } = await world.look(names);
      expect(new Set(states(observations))).toEqual(new Set(["found"]));
      expect(world.asked().length).toBeLessThanOrEqual(5);
    },
  );

  test("costs one bad repository, not its neighbours", async () => {
    const world = await startWorld();
    const names = manyUpstreams(world, 60);
    repeat(world, 30, "502", about("model-7"));
    const { observations } = await world.look(names);
    const failed = observations.filter(({ state }) => state !== "found");
    expect(failed).toEqual([{ asked: "org/model-7", state: "unreached", reason: "failed" }]);
    expect(world.asked().length).toBeLessThan(20);
  });

  test("brings what it could: an error about one repository is asked about again", async () => {
    const world = await startWorld();
    const names = manyUpstreams(world, 10);
    world.github.faults.next("partial", isQuery);
    const { observations } = await world.look(names);
    expect(new Set(states(observations))).toEqual(new Set(["found"]));
    expect(world.asked()).toEqual(["POST /graphql", "POST /graphql"]);
  });

  test("again and again: GitHub is out of order, and that is said after a few attempts", async () => {
    const world = await startWorld();
    const names = manyUpstreams(world, 200);
    repeat(world, 1000, "502", isQuery);
    await expect(world.look(names)).rejects.toMatchObject({ name: "GithubFailure", kind: "unavailable" });
    expect(world.asked().length).toBeLessThanOrEqual(15);
  });

  test("in the middle of a pass: what was seen stays seen", async () => {
    const world = await startWorld();
    const names = manyUpstreams(world, 100);
    repeat(world, 1000, "502", about("model-60"));
    repeat(
      world,
      1000,
      "502",
      ({ graphql, body }) => graphql === "query" && /model-(?:49|[5-9]\d)/.test(JSON.stringify(body)),
    );
    const { observations } = await world.look(names);
    expect(states(observations.slice(0, BATCH))).toEqual(Array(BATCH).fill("found"));
    expect(states(observations.slice(BATCH))).toEqual(Array(100 - BATCH).fill("failed"));
  });
});

describe("a README that cannot be had", () => {
  test("leaves the repository for the next pass, so that its news are not lost", async () => {
    const world = await startWorld();
    const upstream = world.github.upstream("a/b");
    upstream.readmes({ "README.md": "1", "README_zh.md": "2" });
    repeat(world, 9, "502", ({ graphql, body }) => graphql === "query" && JSON.stringify(body).includes("$b0"));
    const { observations } = await world.look(["a/b"]);
    expect(states(observations)).toEqual(["failed"]);
    world.github.faults.calm();
    const next = await world.look(["a/b"]);
    expect(found(next.observations[0]).readmes).toMatchObject([{ text: "1" }, { text: "2" }]);
  });
});

describe("limits", () => {
  test("what the hour's points do not suffice for is left, without asking; the next pass begins with it", async () => {
    let now = Date.parse("2026-01-01T00:00:00Z");
    const world = await startWorld({ pointLimit: 2, now: () => new Date(now) });
    const names = manyUpstreams(world, 150);
    const first = await world.look(names);
    expect(states(first.observations)).toEqual([
      ...Array(2 * BATCH).fill("found"),
      ...Array(150 - 2 * BATCH).fill("quota"),
    ]);
    expect(first.cost).toMatchObject({ points: 2, remaining: 0 });
    expect(world.asked().length).toBe(2);
    now += 3_700_000;
    const second = await world.look(names);
    expect(states(second.observations.slice(2 * BATCH))).toEqual(Array(150 - 2 * BATCH).fill("found"));
    expect(states(second.observations).filter((state) => state === "quota").length).toBe(150 - 2 * BATCH);
  });

  test("a limit that comes without warning ends the pass, not what was seen", async () => {
    const world = await startWorld();
    const names = manyUpstreams(world, 100);
    world.github.faults.next("primary-limit", about("model-50"));
    const { observations } = await world.look(names);
    expect(states(observations)).toEqual([...Array(BATCH).fill("found"), ...Array(100 - BATCH).fill("quota")]);
  });

  test("a short one is waited for once", async () => {
    const world = await startWorld();
    const names = manyUpstreams(world, 3);
    world.github.faults.next("secondary-limit", isQuery);
    const { observations } = await world.look(names);
    expect(states(observations)).toEqual(["found", "found", "found"]);
    world.github.faults.next("secondary-limit", isQuery);
    world.github.faults.next("secondary-limit", isQuery);
    expect(states((await world.look(names)).observations)).toEqual(["quota", "quota", "quota"]);
  });
});

describe("the whole pass fails with one error", () => {
  test("with a token that is refused, and without showing it", async () => {
    const world = await startWorld({ token: "ghp_another_token_than_ours" });
    const names = manyUpstreams(world, 3);
    const error = await world.look(names).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: "GithubFailure", kind: "token", host: new URL(world.github.url).host });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toMatch(/StandIn_token|authorization/i);
    expect(world.github.requests.length).toBe(1);
  });

  test("with a token that expires under way", async () => {
    const world = await startWorld();
    const names = manyUpstreams(world, 100);
    world.github.faults.next("expired-token", about("model-50"));
    await expect(world.look(names)).rejects.toMatchObject({ kind: "token" });
  });

  test("offline", async () => {
    const world = await startWorld();
    const names = manyUpstreams(world, 100);
    await world.github.close();
    await expect(world.look(names)).rejects.toMatchObject({ kind: "offline" });
  });

  test("when it is stopped", async () => {
    const world = await startWorld({ stallMs: 5000 });
    const names = manyUpstreams(world, 3);
    const stop = new AbortController();
    world.github.faults.before(isQuery, async () => stop.abort(new Error("stopped")));
    world.github.faults.next("stall", isQuery);
    await expect(world.look(names, { signal: stop.signal })).rejects.toThrow("stopped");
  });
});

test.each([1, 2, 3, 4, 5])("whatever goes wrong, what is there is never called missing (seed %i)", async (seed) => {
  const world = await startWorld({ stallMs: 50 });
  const names = manyUpstreams(world, 120);
  world.github.upstream("org/gone", { readme: "b" }).remove();
  world.github.faults.random(seed, 0.3);
  const { observations } = await world.look([...names, "org/gone"]).catch(() => ({ observations: [] }));
  world.github.faults.calm();
  for (const observation of observations) {
    if (observation.asked === "org/gone") expect(observation.state).not.toBe("found");
    else expect(observation.state).not.toBe("missing");
  }
  const { observations: after } = await world.look([...names, "org/gone"]);
  expect(states(after)).toEqual([...names.map(() => "found"), "missing"]);
});
