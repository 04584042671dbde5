import type { IncomingMessage, ServerResponse } from "node:http";
import { text as readText } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { createClients } from "#src/sync/github/client.ts";
import { splitMarker, withMarker } from "#src/sync/propose/marker.ts";
import { markerOf, plan } from "#src/sync/propose/plan.ts";
import { LABELS } from "#src/sync/propose/proposal-text.ts";
import type { Proposal } from "#src/sync/propose/propose.ts";
import type { PullRequest, RepositoryState } from "#src/sync/propose/repository-state.ts";
import { rulesOf } from "#src/sync/propose/signal-kinds.ts";
import { withdrawFacts } from "#src/sync/publish/withdraw-facts.ts";
import { type SignalKind, signal } from "#src/sync/sources/signal.ts";
import { openServer } from "#tests/loopback-server.ts";
import { silent } from "#tests/sync/observe-world.ts";
import { entryOf, releaseOf, repositoryOf } from "#tests/sync/samples.ts";
import { text } from "./sample-dashboard.ts";

const release = (id: number) =>
  signal("release", 1, { entry: entryOf("model"), release: releaseOf("v1", "2026-06-01T00:00:00Z", { id }) });
const proposal: Proposal = {
  ...{ branch: "mulu/sync/1", title: "Title", body: "Body", draft: false, labels: [LABELS.ours, LABELS.review] },
  ...{ files: [], digest: "d", signals: [release(1)], changes: [], facts: "complete" },
};
const pull: PullRequest = {
  ...{ number: 7, url: "https://github.com/o/r/pull/7", state: "open", branch: proposal.branch, base: "main" },
  ...{ title: "Title", body: withMarker("Body", markerOf(proposal)), labels: [LABELS.ours, LABELS.facts] },
  ...{ createdAt: "2026-01-01T00:00:00Z", updatedAt: "2026-01-02T00:00:00Z", explained: false },
};
const branch = { name: proposal.branch, oid: "e".repeat(40), digest: "d" };
const repository: RepositoryState = {
  ...{ repository: "o/r", nodeId: "R_1", branch: "main", base: { commit: "c", tree: "t" } },
  ...{ branches: [branch], pulls: [pull] },
};

describe("facts that need no judgement", () => {
  it("are releases, tags, renames, archiving and returns", () => {
    const kinds: SignalKind[] = ["release", "tag", "renamed", "archived", "returned", "weights", "missing", "reused"];
    expect(kinds.filter((kind) => rulesOf(kind).isFact)).toEqual(["release", "tag", "renamed", "archived", "returned"]);
    expect(kinds.filter((kind) => rulesOf(kind).isFact && rulesOf(kind).needsReview)).toEqual([]);
  });
});

/** Answers as GitHub does about a pull request, and notes what it was asked. */
async function startPull(autoMerge: unknown) {
  const asked: string[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readText(request);
    const operation = /mutation (\w+)/.exec(body)?.[1] ?? "";
    asked.push(`${request.method} ${request.url} ${operation}`.trim());
    response.writeHead(200, { "content-type": "application/json; charset=utf-8" });
    const isLabels = request.url?.includes("/labels") === true;
    const shape = isLabels ? [] : { data: {}, number: 7, node_id: "PR_7", auto_merge: autoMerge };
    response.end(JSON.stringify(shape));
  };
  const apiUrl = await openServer((request, response) => void answer(request, response));
  const token = { kind: "token" as const, token: "ghp_SecretOfThisTest0000" };
  const { reader: client } = await createClients({ apiUrl, identity: token }, { log: silent, pace: "none" });
  const withdraw = (wanted: Proposal, seen: PullRequest = pull) =>
    withdrawFacts(
      { kind: "update", proposal: wanted, pull: seen, branch, rebuild: true, title: "Title", reason: "files" },
      { client, repository, text, log: silent, warnOnce: () => undefined },
    );
  return { asked, withdraw };
}

describe("a pull request of facts that gets more than facts", () => {
  it("loses the label, and is no longer merged by GitHub", async () => {
    const { asked, withdraw } = await startPull({ merge_method: "squash" });
    await withdraw(proposal);
    expect(asked).toEqual([
      "DELETE /repos/o/r/issues/7/labels/mulu%3Afacts",
      "POST /repos/o/r/issues/7/labels",
      "GET /repos/o/r/pulls/7",
      "POST /graphql DisableAutoMerge",
    ]);
  });

  it("loses the label alone where GitHub would not merge it", async () => {
    for (const autoMerge of [null, undefined]) {
      const { asked, withdraw } = await startPull(autoMerge);
      await withdraw(proposal);
      expect(asked.at(-1)).toBe("GET /repos/o/r/pulls/7");
    }
  });

  it("is left as it is while it holds facts alone, and so is one without the label", async () => {
    const { asked, withdraw } = await startPull({ merge_method: "squash" });
    await withdraw({ ...proposal, labels: [LABELS.ours, LABELS.facts] });
    await withdraw(proposal, { ...pull, labels: [LABELS.ours] });
    expect(asked).toEqual([]);
  });
});

describe("a line that a person declined in a pull request", () => {
  const two: Proposal = { ...proposal, signals: [release(1), release(2)] };
  const [first, second] = two.signals.map(({ id }) => id);
  const boxes = `<!-- mulu:boxes -->\n- [ ] <!-- mulu:decline ${first} --> x\n- [x] <!-- mulu:decline ${second} --> y`;
  const ticked = { ...pull, labels: [LABELS.ours], body: withMarker(boxes, markerOf(two)) };
  const planned = (wanted: Proposal, seen: PullRequest) =>
    plan({ proposals: [wanted], unknown: () => false }, { ...repository, pulls: [seen] }).actions;

  it("is remembered by the text that is made anew, which is made once", () => {
    expect(planned(proposal, ticked)).toMatchObject([{ kind: "update" }]);
    const renewed = { ...ticked, body: withMarker("Body", markerOf(proposal, ticked)) };
    expect(splitMarker(renewed.body).marker).toMatchObject({ signals: [first], declined: [second] });
    expect(planned(proposal, renewed)).toEqual([]);
  });

  it("is forgotten where it is proposed again", () => {
    const renewed = { ...ticked, body: withMarker("Body", markerOf(proposal, ticked)) };
    expect(markerOf(two, renewed).declined).toBeUndefined();
    expect(planned(two, renewed)).toMatchObject([{ kind: "update" }]);
  });
});

describe("what people know a signal by", () => {
  it("names the project and what is new", () => {
    const repositoryOfTest = repositoryOf("Org/Repo");
    const labels = [
      rulesOf("release").label(release(1)),
      rulesOf("renamed").label(signal("renamed", 1, { from: "A/B", to: "C/D" })),
      rulesOf("archived").label(signal("archived", 1, { repository: repositoryOfTest })),
    ];
    expect(labels).toEqual(["model v1", "A/B → C/D", "Org/Repo: archived"]);
  });
});
