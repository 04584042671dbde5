import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitMemory, packMarker, splitDashboard } from "#src/sync/dashboard/dashboard-marker.ts";
import { decisionsIn } from "#src/sync/dashboard/decisions.ts";
import { shortHash, withMarker } from "#src/sync/propose/marker.ts";
import type { PullRequest } from "#src/sync/propose/repository-state.ts";
import { settledSignals } from "#src/sync/propose/repository-state.ts";
import { input, observe, plan, tickIn } from "./sample-dashboard.ts";

const MODEL = "weights:huggingface:qwen/qwen4-8b";
const OTHER = "repository:12345";

type PullFields = { signals?: string[]; declined?: string[]; ticked?: string[]; closed?: boolean; marker?: boolean };
function pullOf(
  number: number,
  state: PullRequest["state"],
  fields: PullFields = {},
  labels: string[] = [],
): PullRequest {
  const { signals = [MODEL], declined, ticked = [], closed, marker = true } = fields;
  const text = `<!-- mulu:boxes -->\n${ticked.map((id) => `- [x] <!-- mulu:decline ${id} --> x`).join("\n")}`;
  const memory = {
    v: 1 as const,
    signals,
    digest: "",
    title: "",
    body: "",
    ...(declined && { declined }),
    ...(closed && { closed }),
  };
  return {
    ...{
      number,
      state,
      labels,
      url: `https://github.com/o/r/pull/${number}`,
      branch: "mulu/sync/1",
      base: "main",
      title: "",
    },
    ...{ createdAt: "", updatedAt: "", explained: false },
    body: marker ? withMarker(text, memory) : text,
  };
}

describe("what people decided", () => {
  it("is nothing where there is no dashboard", () => {
    const { declined, wanted, lookAgain, noticed } = decisionsIn([], undefined);
    expect([declined.size, wanted.size, lookAgain, noticed.size]).toEqual([0, 0, false, 0]);
  });

  it("is read from the boxes, and remembered when the boxes are empty again", () => {
    const first = observe(plan(input({ noticed: [MODEL, OTHER] }), undefined));
    const ticked = tickIn(tickIn(tickIn(first, "propose", MODEL), "ignore", OTHER), "look-again");
    const decisions = decisionsIn([], ticked);
    expect([...decisions.wanted]).toEqual([MODEL]);
    expect([...decisions.declined]).toEqual([OTHER]);
    expect(decisions.lookAgain).toBe(true);

    const second = observe(plan(input({ noticed: [] }), ticked), ticked);
    expect(second.body).not.toContain("[x]");
    const later = decisionsIn([], second);
    expect([...later.wanted, ...later.declined]).toEqual([MODEL, OTHER]);
    expect(later.lookAgain).toBe(false);
  });

  it("keeps the day on which something was first noticed", () => {
    const first = observe(plan(input({ noticed: [MODEL], today: "2026-11-20" }), undefined));
    expect(decisionsIn([], first).noticed.get(MODEL)).toBe("2026-11-20");
    const second = plan(input({ noticed: [MODEL, OTHER], today: "2026-11-28" }), first);
    expect(decisionsIn([], observe(second, first)).noticed).toEqual(
      new Map([
        [MODEL, "2026-11-20"],
        [OTHER, "2026-11-28"],
      ]),
    );
  });

  it("counts the declined of open, closed and merged pull requests, but not of one without its marker or wanted again", () => {
    const declinedBy = (pull: PullRequest) => [...decisionsIn([pull], undefined).declined];
    for (const state of ["open", "closed", "merged"] as const) {
      expect(declinedBy(pullOf(1, state, { ticked: [OTHER] }))).toEqual([OTHER]);
      expect(declinedBy(pullOf(1, state, { declined: [OTHER] }))).toEqual([OTHER]);
      expect(declinedBy(pullOf(1, state, { ticked: [OTHER], marker: false }))).toEqual([]);
      expect(settledSignals([pullOf(1, state, { signals: [], declined: [OTHER] })])).toEqual(new Set([OTHER]));
    }
    expect(declinedBy(pullOf(1, "closed", { ticked: [OTHER] }, ["mulu:again"]))).toEqual([]);
  });

  it("can be taken back, and declined once more by a newer pull request", () => {
    const pulls = [pullOf(5, "open", { declined: [MODEL] })];
    const first = observe(plan(input({ declined: [MODEL] }), undefined));
    const ticked = tickIn(first, "propose", MODEL);
    expect([...decisionsIn(pulls, ticked).wanted]).toEqual([MODEL]);
    expect([...decisionsIn(pulls, ticked).declined]).toEqual([]);
    const after = observe(plan(input({}), ticked, pulls), ticked);
    const wantedWith = (...more: PullRequest[]) => [...decisionsIn([...pulls, ...more], after).wanted];
    expect(wantedWith()).toEqual([MODEL]);
    expect(wantedWith(pullOf(6, "open"))).toEqual([MODEL]);
    expect(wantedWith(pullOf(6, "closed", { closed: true }))).toEqual([MODEL]);
    expect(wantedWith(pullOf(4, "closed"))).toEqual([MODEL]);
    expect(wantedWith(pullOf(6, "closed", { signals: [OTHER] }))).toEqual([MODEL]);
    expect(wantedWith(pullOf(6, "closed"))).toEqual([]);
    expect(wantedWith(pullOf(6, "merged"))).toEqual([]);
    // The same pull request, whose text was made anew with the line in it.
    expect([...decisionsIn([pullOf(5, "open", { ticked: [MODEL] })], after).declined]).toEqual([MODEL]);
  });
});

describe("what is ticked in a dashboard that is closed", () => {
  it("counts until a pull request with it was decided, as no later run notes that it was heard", () => {
    const first = observe(plan(input({ declined: [MODEL] }), undefined));
    const ticked = tickIn(first, "propose", MODEL);
    const closed = { ...ticked, state: "closed" as const };
    expect([...decisionsIn([pullOf(5, "open")], closed).wanted]).toEqual([MODEL]);
    expect([...decisionsIn([pullOf(5, "closed")], closed).wanted]).toEqual([]);
    expect([...decisionsIn([pullOf(5, "closed")], ticked).wanted]).toEqual([MODEL]);
  });
});

describe("what a dashboard remembers", () => {
  it("is nothing where somebody spoilt it", () => {
    fc.assert(fc.property(fc.base64String(), (packed) => void splitDashboard(`<!-- mulu:dashboard v1 ${packed} -->`)));
    expect(splitDashboard("<!-- mulu:dashboard v1 AAAA -->").marker).toBeUndefined();
    const marker = { v: 1 as const, digest: "", text: "", ignored: ["no id"], wishes: [], noticed: [] };
    expect(splitDashboard(packMarker(marker)).marker).toBeUndefined();
    expect(splitDashboard(packMarker({ ...marker, ignored: [OTHER] })).marker?.ignored).toEqual([OTHER]);
  });

  it("is read at the beginning of a line only, so that a name cannot bring one along", () => {
    const marker = packMarker({ v: 1, digest: "", text: "", ignored: [OTHER], wishes: [], noticed: [], names: [] });
    expect([...decisionsIn([], { body: marker, state: "open" }).declined]).toEqual([OTHER]);
    expect([...decisionsIn([], { body: `- \`${marker}\``, state: "open" }).declined]).toEqual([]);
  });

  it("is bounded, the newest stays, and how much is lost is known", () => {
    const ids = (count: number) =>
      Array.from({ length: count }, (_, at) => `weights:huggingface:${shortHash(`${at}`)}/${at}`);
    const few = fitMemory({ ignored: ids(20), wishes: [], noticed: [], names: [] });
    expect([few.memory.ignored.length, few.forgotten]).toEqual([20, 0]);
    const many = fitMemory({
      ignored: ids(3000),
      wishes: ids(600).map((id) => [id, 1]),
      noticed: ids(600).map((id) => [id, "2026-01-01"]),
      names: ids(600).map((id) => [id, `Name of ${id}`]),
    });
    expect(packMarker({ v: 1, digest: "", text: "", ...many.memory }).length).toBeLessThanOrEqual(18_000);
    expect(many.memory.ignored.at(-1)).toBe(ids(3000).at(-1));
    expect(many.forgotten).toBe(3600 - many.memory.ignored.length - many.memory.wishes.length);
  });
});
