import { describe, expect, it } from "vitest";
import { withMarker } from "#src/sync/propose/marker.ts";
import { markerOf, plan } from "#src/sync/propose/plan.ts";
import { LABELS } from "#src/sync/propose/proposal-text.ts";
import type { Proposal } from "#src/sync/propose/propose.ts";
import { type PullRequest, type RepositoryState, settledSignals } from "#src/sync/propose/repository-state.ts";
import { signal } from "#src/sync/sources/signal.ts";
import { placedAt } from "./draft/candidates.ts";
import { entryOf, releaseOf, repositoryOf } from "./samples.ts";

const release = releaseOf("v1", "2026-06-01T00:00:00Z");
const proposalOf = (name: string | number, fields: Partial<Proposal> = {}): Proposal => ({
  branch: `mulu/sync/${name}`,
  title: `Title ${name}`,
  body: "Body",
  draft: false,
  labels: [LABELS.ours],
  files: [],
  digest: `d${name}`,
  signals: [signal("release", name, { entry: entryOf("model"), release })],
  changes: [],
  facts: "complete",
  ...fields,
});
const pullOf = (proposal: Proposal, fields: Partial<PullRequest> = {}): PullRequest => ({
  number: 1,
  url: "https://github.com/list/mulu/pull/1",
  state: "open",
  branch: proposal.branch,
  base: "main",
  title: proposal.title,
  body: withMarker(proposal.body, markerOf(proposal)),
  labels: [LABELS.ours],
  createdAt: "2026-01-01T00:00:00Z",
  updatedAt: "2026-01-02T00:00:00Z",
  explained: false,
  ...fields,
});
const branchFor = ({ branch: name, digest }: Proposal) => ({ name, oid: "e".repeat(40), digest });
const stateOf = (fields: Partial<RepositoryState> = {}): RepositoryState => ({
  repository: "list/mulu",
  nodeId: "R_1",
  branch: "main",
  base: { commit: "c", tree: "t" },
  branches: [],
  pulls: [],
  ...fields,
});
/** Ten proposals' worth of state: those with these numbers are open, as they should be. */
const opened = (proposals: readonly Proposal[]): RepositoryState =>
  stateOf({ branches: proposals.map(branchFor), pulls: proposals.map((proposal) => pullOf(proposal)) });
const numbered = (count: number): Proposal[] => Array.from({ length: count }, (_, number) => proposalOf(number));
const known = () => false;
const told = (proposals: readonly Proposal[], state: RepositoryState, unknown: (branch: string) => boolean = known) =>
  plan({ proposals, unknown }, state).actions.map(({ kind, reason }) => `${kind}: ${reason}`);

describe("how many pull requests are opened", () => {
  it("is five a run, the others wait", () => {
    expect(plan({ proposals: numbered(5), unknown: known }, stateOf()).waiting).toEqual([]);
    const { actions, waiting } = plan({ proposals: numbered(6), unknown: known }, stateOf());
    expect(actions).toHaveLength(5);
    expect(waiting).toMatchObject([{ reason: "limit", proposal: { title: "Title 5" } }]);
  });
  it("begins with what came about last, and ends with what nobody dates", () => {
    const dates = ["2024-01-01", undefined, "2026-11-22", "2025-01-01", undefined, "2026-11-23"];
    const proposals = dates.map((newest, number) => proposalOf(number, { newest }));
    const { actions, waiting } = plan({ proposals, unknown: known }, stateOf(), { open: 10, perRun: 3 });
    const titles = actions.flatMap((action) => (action.kind === "open" ? [action.proposal.title] : []));
    expect(titles).toEqual(["Title 5", "Title 2", "Title 3"]);
    expect(waiting.map(({ proposal }) => proposal.title)).toEqual(["Title 0", "Title 1", "Title 4"]);
  });
  it("is ten in all, of which those that are closed now make room", () => {
    const all = numbered(11);
    expect(told(all, opened(all.slice(0, 9)))).toEqual(["open: new"]);
    expect(told(all, opened(all.slice(0, 10)))).toEqual([]);
    const gone = proposalOf("gone");
    expect(told(all.slice(0, 10), opened([...all.slice(0, 9), gone]))).toEqual(["close: done", "open: new"]);
  });
  it("takes the first ones that are wanted", () => {
    const { actions } = plan({ proposals: numbered(3), unknown: known }, stateOf(), { open: 10, perRun: 2 });
    expect(actions).toMatchObject([{ proposal: { title: "Title 0" } }, { proposal: { title: "Title 1" } }]);
  });
});

describe("a pull request that is open", () => {
  const proposal = proposalOf(7);
  const withPull = (fields: Partial<PullRequest>) =>
    stateOf({ branches: [branchFor(proposal)], pulls: [pullOf(proposal, fields)] });

  it("is left as it is where it says what it should", () => {
    expect(told([proposal], withPull({}))).toEqual([]);
  });
  it("is renewed for other files, for a ticked box, and for another text, and says why", () => {
    expect(told([{ ...proposal, digest: "new" }], withPull({}))).toEqual(["update: files"]);
    expect(told([proposal], withPull({ body: `${pullOf(proposal).body}\n- [x] <!-- mulu:rebase -->` }))).toEqual([
      "update: asked",
    ]);
    expect(told([{ ...proposal, body: "Other" }], withPull({}))).toEqual(["update: text"]);
  });
  it("is not renewed for a link to a newer commit alone", () => {
    const at = (commit: string) => proposalOf(7, { body: `see ${commit.repeat(40)}` });
    expect(told([at("b")], stateOf({ branches: [branchFor(at("a"))], pulls: [pullOf(at("a"))] }))).toEqual([]);
  });
  it("gets its labels where a run died before it set them, and not where a person took them away", () => {
    const untouched = { labels: [], updatedAt: "2026-01-01T00:00:00Z" };
    expect(told([proposal], withPull(untouched))).toEqual(["label: unlabelled"]);
    expect(told([proposal], withPull({ labels: [] }))).toEqual([]);
  });
  it("is left alone where it is held or aims at another branch", () => {
    const changed = [{ ...proposal, digest: "new" }];
    for (const fields of [{ labels: [LABELS.hold] }, { base: "other" }]) {
      const { actions, waiting } = plan({ proposals: changed, unknown: known }, withPull(fields));
      expect(actions).toEqual([]);
      expect(waiting).toMatchObject([{ reason: "held" }]);
    }
  });
  it("is closed once nothing wants it, with the reason", () => {
    const about = (id: string) => withPull({ body: withMarker("x", { ...markerOf(proposal), signals: [id] }) });
    expect(told([], about("release:1:2"))).toEqual(["close: done"]);
    expect(told([], about("missing:1"))).toEqual(["close: returned"]);
    expect(told([], withPull({ body: "nothing remembered" }))).toEqual(["close: outdated"]);
    expect(told([{ ...proposal, branch: "mulu/sync/other" }], withPull({}))).toEqual([
      "close: superseded",
      "open: new",
    ]);
    expect(told([], withPull({ labels: [LABELS.hold] }))).toEqual([]);
    expect(told([], withPull({}), () => true)).toEqual([]);
  });
});

describe("what the hubs say", () => {
  const [complete, silent, notAsked] = (["complete", "silent", "notAsked"] as const).map((facts) =>
    proposalOf(7, { facts, digest: facts }),
  );
  if (complete === undefined || silent === undefined || notAsked === undefined) throw new Error("three proposals");
  const held = (proposal: Proposal) => stateOf({ branches: [branchFor(proposal)], pulls: [pullOf(proposal)] });

  it("is waited for before a pull request is opened where they were not asked yet, not where they are away", () => {
    expect(plan({ proposals: [notAsked], unknown: known }, stateOf())).toMatchObject({
      actions: [],
      waiting: [{ reason: "facts", proposal: { facts: "notAsked" } }],
    });
    expect(told([silent], stateOf())).toEqual(["open: new"]);
    expect(told([complete], stateOf())).toEqual(["open: new"]);
  });
  it("fills a pull request that was made without it, and empties none that was made with it", () => {
    expect(told([complete], held(silent))).toEqual(["update: files"]);
    expect(told([silent], held(complete))).toEqual([]);
    expect(told([notAsked], held(complete))).toEqual([]);
    expect(told([{ ...silent, digest: "other" }], held(silent)), "what is not of the hubs is still renewed").toEqual([
      "update: files",
    ]);
  });
  it("is no reason to write where a pull request says what it should, but that it is complete now", () => {
    expect(told([silent], held(silent))).toEqual([]);
    expect(told([{ ...complete, digest: silent.digest }], held(silent))).toEqual(["update: text"]);
  });
});

describe("branches", () => {
  const proposal = proposalOf(7);
  const branches = [branchFor(proposal)];
  it("that were left over are used again, and a person's wait", () => {
    expect(told([proposal], stateOf({ branches }))).toEqual(["open: leftover"]);
    const theirs = stateOf({ branches: [{ ...branchFor(proposal), digest: undefined }] });
    expect(plan({ proposals: [proposal], unknown: known }, theirs).waiting).toMatchObject([{ reason: "branchTaken" }]);
  });
  it("go once nothing needs them, with the reason", () => {
    const ending = (fields: Partial<PullRequest>) => told([], stateOf({ branches, pulls: [pullOf(proposal, fields)] }));
    expect(ending({ state: "merged" })).toEqual(["discard: merged"]);
    expect(ending({ state: "closed", body: withMarker("x", { ...markerOf(proposal), closed: true }) })).toEqual([
      "discard: closed",
    ]);
    expect(ending({ state: "closed" }), "a person closed it, and may reopen it").toEqual([]);
    expect(told([], stateOf({ branches }))).toEqual(["discard: unused"]);
    expect(told([], stateOf({ branches }), () => true)).toEqual([]);
    expect(told([], stateOf({ branches: [{ ...branchFor(proposal), name: "feature" }] }))).toEqual([]);
  });
  it("are judged by the newest pull request of them", () => {
    const pulls = [pullOf(proposal, { number: 1, state: "merged" }), pullOf(proposal, { number: 2, state: "closed" })];
    expect(told([], stateOf({ branches, pulls }))).toEqual([]);
    expect(told([], stateOf({ branches, pulls: pulls.toReversed() }))).toEqual([]);
  });
});

describe("what people have decided on", () => {
  const ids = ["archived:1", "missing:1", "release:1:2", "renamed:1:a", "reused:1:2", "tag:1:v", "weights:x"];
  const pull = (fields: Partial<PullRequest>, closed = false): PullRequest =>
    pullOf(proposalOf(1), {
      body: withMarker("x", { v: 1, signals: [...ids, "unheardof:1"], digest: "", title: "", body: "", closed }),
      ...fields,
    });
  it("is every signal of a closed pull request, unless it is wanted again or was ours to close", () => {
    expect([...settledSignals([pull({ state: "closed" })])]).toEqual([...ids, "unheardof:1"]);
    expect([...settledSignals([pull({ state: "closed", labels: [LABELS.again] })])]).toEqual([]);
    expect([...settledSignals([pull({ state: "closed" }, true)])]).toEqual([]);
    expect([...settledSignals([pull({ state: "open" })])]).toEqual([]);
  });
  it("is of a merged one what the catalog does not show by itself", () => {
    expect([...settledSignals([pull({ state: "merged" })])]).toEqual(["release:1:2", "tag:1:v", "weights:x"]);
  });
});

describe("labels", () => {
  const proposal = proposalOf(1);
  const untouched = { labels: [], updatedAt: "2026-01-01T00:00:00Z" };
  const toldOf = (fields: Partial<PullRequest>) =>
    told([proposal], stateOf({ branches: [branchFor(proposal)], pulls: [pullOf(proposal, fields)] }));
  it("are put on what a run left without, unless GitHub refused them or somebody took them off", () => {
    expect(toldOf(untouched)).toEqual(["label: unlabelled"]);
    expect(toldOf({ ...untouched, updatedAt: "2026-01-02T00:00:00Z" })).toEqual([]);
    const body = withMarker(proposal.body, { ...markerOf(proposal), unlabelled: true });
    expect(toldOf({ ...untouched, body })).toEqual([]);
  });
});

describe("ids of signals", () => {
  it("are as pull requests remember them", () => {
    const repository = repositoryOf("Org/Repo");
    const entry = entryOf("model");
    const tag = { name: "v1", commit: `${"0123456789abcdef".repeat(2)}01234567`, date: undefined };
    expect([
      signal("release", 1000, { entry, release: { ...release, id: 5 } }).id,
      signal("tag", 1000, { entry, tag }).id,
      signal(
        "weights",
        "",
        placedAt("Org/Model-7B", { kind: "weights", entry, variant: undefined }, { hub: "modelscope" }),
      ).id,
      signal("renamed", 1000, { from: "Org/Old", to: "Org/New" }).id,
      signal("archived", 1000, { repository }).id,
      signal("returned", 1000, { repository }).id,
      signal("missing", "org/repo", { name: "Org/Repo" }).id,
      signal("reused", 2000, { name: "Org/Repo", was: 1000, now: 2000 }).id,
    ]).toEqual([
      "release:1000:5",
      "tag:1000:v1@0123456789ab",
      "weights:modelscope:org/model-7b",
      "renamed:1000:org/new",
      "archived:1000",
      "returned:1000",
      "missing:org/repo",
      "reused:1000:2000",
    ]);
  });
});
