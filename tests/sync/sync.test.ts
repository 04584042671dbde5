import { describe, expect, it } from "vitest";
import { layOut } from "#src/catalog/entry/layout.ts";
import { LABELS } from "#src/sync/propose/proposal-text.ts";
import type { Upstream } from "#tests/stand-ins/github.ts";
import { CATALOG, known, NOW, openPulls, startWorld, type World } from "./world.ts";

const DAY = 86_400_000;
const daysAgo = (days: number): string => new Date(NOW - days * DAY).toISOString();

/** One followed repository, known since long. */
async function oneRepository(options = {}, fields = {}): Promise<World & { upstream: Upstream }> {
  const upstreams: Upstream[] = [];
  const world = await startWorld((github) => {
    const upstream = github.upstream("Org/Model", { readme: "# Model" });
    upstreams.push(upstream);
    return { model: known("Model", upstream, { sync: "\n  hubOrgs:\n    - Org", ...fields }) };
  }, options);
  const [upstream] = upstreams;
  if (upstream === undefined) throw new Error("no upstream");
  return { ...world, upstream };
}

describe.each([{ graphql: true }, { graphql: false }])("pull requests (GraphQL: $graphql)", ({ graphql }) => {
  it("proposes a release once, and is quiet then", async () => {
    const world = await oneRepository({ graphql });
    world.upstream.release({ tag: "1.10", publishedAt: daysAgo(3), body: "ping @someone, fixes #1 ~~~ <img src=x>" });
    const report = await world.sync();
    expect(report.done).toMatchObject([{ action: "open", outcome: "done" }]);
    const [pull] = openPulls(world);
    expect(pull).toMatchObject({
      title: "Model：新版本 1.10",
      head: `mulu/sync/${world.upstream.id}`,
      base: "main",
      draft: false,
      labels: [LABELS.ours, LABELS.facts],
    });
    const text = await world.entry("model", pull?.head);
    expect(text).toContain("tag: '1.10'");
    expect(layOut(text)).toBe(text);
    expect(await world.catalog.file("README.md", pull?.head)).toBe("# list\n");
    expect(pull?.body).toMatch(
      /<details>[\s\S]*~~~~text\nping @\u200bsomeone, fixes #\u200b1 ~~~ <img src=x>\n~~~~\n\n<\/details>/,
    );
    await world.sync();
    expect(world.writes()).toEqual([]);
    expect(world.github.violations).toEqual([]);
  });

  it("renews it when a newer release comes, on the same branch and pull request", async () => {
    const world = await oneRepository({ graphql });
    world.upstream.release({ tag: "v1", publishedAt: daysAgo(9) });
    await world.sync();
    world.upstream.release({ tag: "v2", publishedAt: daysAgo(3) });
    await world.sync();
    expect(openPulls(world)).toMatchObject([{ number: 1, title: "Model：新版本 v2" }]);
    expect(await world.entry("model", openPulls(world)[0]?.head)).toContain("tag: v2");
    await world.sync();
    expect(world.writes()).toEqual([]);
  });

  it("makes the branch anew when the entry changes on the main branch", async () => {
    const world = await oneRepository({ graphql });
    world.upstream.release({ tag: "v1", publishedAt: daysAgo(9) });
    await world.sync();
    const text = await world.entry("model");
    await world.catalog.person.commit("main", {
      "catalog/models/model.yaml": text.replace("name: Model", "name: Model Pro"),
    });
    await world.sync();
    const [pull] = openPulls(world);
    expect(pull?.title).toBe("Model Pro：新版本 v1");
    expect(await world.entry("model", pull?.head)).toContain("name: Model Pro");
    await world.catalog.person.merge(pull?.number ?? 0);
    expect(await world.entry("model")).toMatch(/name: Model Pro[\s\S]*tag: v1/);
    await world.sync();
    expect(openPulls(world)).toEqual([]);
    expect([...(await world.catalog.branches()).keys()]).toEqual(
      graphql ? ["main"] : ["main", `mulu/sync/${world.upstream.id}`],
    );
    await world.sync();
    expect(world.writes()).toEqual([]);
  });

  it("takes a closed pull request for a no to these signals, and not to newer ones", async () => {
    const world = await oneRepository({ graphql });
    world.upstream.release({ tag: "v1", publishedAt: daysAgo(9) });
    await world.sync();
    await world.catalog.person.close(1);
    await world.sync();
    expect(world.proposalWrites()).toEqual([]);
    await world.sync();
    expect(world.writes()).toEqual([]);
    world.upstream.release({ tag: "v2", publishedAt: daysAgo(3) });
    await world.sync();
    const [second] = openPulls(world);
    expect(second?.title).toBe("Model：新版本 v2");
    await world.catalog.person.close(second?.number ?? 0);
    await world.catalog.person.label(second?.number ?? 0, LABELS.again);
    await world.sync();
    expect(openPulls(world)).toMatchObject([{ title: "Model：新版本 v2" }]);
    expect(world.catalog.pulls).toHaveLength(3);
  });

  it("never pushes over a person's commit, and says so once", async () => {
    const world = await oneRepository({ graphql });
    world.upstream.release({ tag: "v1", publishedAt: daysAgo(9) });
    await world.sync();
    const branch = `mulu/sync/${world.upstream.id}`;
    const theirs = await world.catalog.person.commit(branch, { "catalog/models/model.yaml": "mine" }, "My change");
    world.upstream.release({ tag: "v2", publishedAt: daysAgo(3) });
    await world.sync();
    await world.sync();
    expect(world.writes()).toEqual([]);
    expect(await world.catalog.head(branch)).toBe(theirs);
    expect(openPulls(world)).toMatchObject([{ comments: [{ body: expect.stringContaining("不会再推送") }] }]);
  });

  it("lets a person's push win that comes between reading and writing", async () => {
    const world = await oneRepository({ graphql });
    world.upstream.release({ tag: "v1", publishedAt: daysAgo(9) });
    await world.sync();
    world.upstream.release({ tag: "v2", publishedAt: daysAgo(3) });
    const branch = `mulu/sync/${world.upstream.id}`;
    let theirs = "";
    world.github.faults.before(
      ({ method, path }) => method === "POST" && path.endsWith("/git/commits"),
      async () => {
        theirs = await world.catalog.person.commit(branch, { "x.txt": "mine" }, "My change");
      },
    );
    expect((await world.sync()).done).toMatchObject([{ outcome: "changed" }]);
    expect(await world.catalog.head(branch)).toBe(theirs);
  });

  it("keeps a person's title, and leaves alone what is held", async () => {
    const world = await oneRepository({ graphql });
    world.upstream.release({ tag: "v1", publishedAt: daysAgo(9) });
    await world.sync();
    await world.catalog.person.retitle(1, "我的标题");
    await world.sync();
    expect(world.proposalWrites()).toEqual([]);
    world.upstream.release({ tag: "v2", publishedAt: daysAgo(3) });
    await world.sync();
    expect(openPulls(world)).toMatchObject([{ title: "我的标题", body: expect.stringContaining("v2") }]);
    await world.catalog.person.label(1, LABELS.hold);
    world.upstream.release({ tag: "v3", publishedAt: daysAgo(2) });
    await world.sync();
    expect(world.proposalWrites()).toEqual([]);
  });

  it("rebuilds when a person ticks the box, and unticks it", async () => {
    const world = await oneRepository({ graphql });
    world.upstream.release({ tag: "v1", publishedAt: daysAgo(9) });
    await world.sync();
    const base = await world.catalog.person.commit("main", { "other.txt": "x" });
    await world.catalog.person.editBody(
      1,
      openPulls(world)[0]?.body.replace("- [ ] <!-- mulu:rebase", "- [x] <!-- mulu:rebase") ?? "",
    );
    await world.sync();
    const branch = `mulu/sync/${world.upstream.id}`;
    expect(await world.catalog.file("other.txt", branch)).toBe("x");
    expect(base).not.toBe(await world.catalog.head(branch));
    expect(openPulls(world)[0]?.body).toContain("- [ ] <!-- mulu:rebase");
    await world.sync();
    expect(world.writes()).toEqual([]);
  });

  it("drafts that a repository is missing, and closes that when it returns", async () => {
    const world = await oneRepository({ graphql });
    world.upstream.remove();
    await world.sync();
    expect(openPulls(world)).toMatchObject([{ draft: true, title: "Org/Model 找不到了" }]);
    expect(await world.entry("model", openPulls(world)[0]?.head)).toContain("status: gone");
    world.upstream.restore();
    await world.sync();
    expect(openPulls(world)).toEqual([]);
    expect(world.catalog.pulls).toMatchObject([
      { state: "closed", merged: false, comments: [{ body: expect.stringContaining("又能看到了") }] },
    ]);
    world.upstream.remove();
    await world.sync();
    expect(openPulls(world)).toMatchObject([{ draft: true, title: "Org/Model 找不到了" }]);
    expect(world.catalog.pulls).toHaveLength(2);
  });
});

describe("what it needs", () => {
  it("looks only at chosen entries, and leaves the others' pull requests alone", async () => {
    const world = await startWorld((github) =>
      Object.fromEntries(
        ["a", "b"].map((id) => {
          const upstream = github.upstream(`Org/${id}`);
          upstream.release({ tag: "v1", publishedAt: daysAgo(5) });
          return [id, known(id, upstream)];
        }),
      ),
    );
    await world.sync({ only: ["a"] });
    expect(openPulls(world)).toHaveLength(1);
    await world.sync({ only: ["b"] });
    expect(openPulls(world)).toHaveLength(2);
    await expect(world.sync({ only: ["nobody"] })).rejects.toMatchObject({ reason: "unknownEntries", ids: ["nobody"] });
  });

  it("only shows in a dry run", async () => {
    const world = await oneRepository();
    world.upstream.release({ tag: "v1", publishedAt: daysAgo(9) });
    const report = await world.sync({ mode: "dry-run" });
    expect(report.plan?.actions).toMatchObject([{ kind: "open", proposal: { title: "Model：新版本 v1" } }]);
    expect(world.writes()).toEqual([]);
    expect(world.catalog.name).toBe(CATALOG);
  });

  it("leaves pull requests alone while their repository cannot be reached", async () => {
    const world = await oneRepository();
    world.upstream.release({ tag: "v1", publishedAt: daysAgo(9) });
    await world.sync();
    for (let time = 0; time < 20; time++)
      world.github.faults.next("502", ({ body }) => JSON.stringify(body ?? "").includes("isArchived"));
    const report = await world.sync();
    expect(report.unreached).toMatchObject([{ name: "Org/Model" }]);
    expect(world.proposalWrites()).toEqual([]);
  });
});
