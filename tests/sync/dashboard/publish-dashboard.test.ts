import type { IncomingMessage, ServerResponse } from "node:http";
import { text as readText } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { DashboardPlan } from "#src/sync/dashboard/dashboard-plan.ts";
import { type Client, createClients } from "#src/sync/github/client.ts";
import { LABELS } from "#src/sync/propose/proposal-text.ts";
import { publishDashboard, readDashboard } from "#src/sync/publish/dashboard.ts";
import { openServer } from "#tests/loopback-server.ts";
import { silent } from "#tests/sync/observe-world.ts";
import { input, plan, text } from "./sample-dashboard.ts";

type Issue = { number: number; state: string; body: string; labels: string[]; author_association?: string };

/** A few issues of a repository, and how it takes labels. */
async function startIssues(issues: Issue[], { labels = "taken" as "taken" | "lost" | "refused", status = 200 } = {}) {
  const written: string[] = [];
  const shapeOf = ({ labels: names, ...issue }: Issue) => ({
    ...issue,
    html_url: `https://github.com/o/r/issues/${issue.number}`,
    labels: names.map((name) => ({ name })),
    user: { type: "User" },
  });
  const given = z
    .object({ body: z.string(), state: z.string(), labels: z.array(z.string()), name: z.string() })
    .partial();
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const send = (code: number, body: unknown) => {
      response.writeHead(code, { "content-type": "application/json; charset=utf-8" });
      response.end(JSON.stringify(body));
    };
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    const content = await readText(request);
    const body = given.parse(content === "" ? {} : JSON.parse(content));
    const issue = issues.find(({ number }) => pathname.endsWith(`/issues/${number}`));
    if (request.method !== "GET") written.push(`${request.method} ${pathname.slice("/repos/o/r/".length)}`);
    if (status !== 200) return send(status, { message: "Issues has been disabled in this repository." });
    if (request.method === "GET" && issue !== undefined) return send(200, shapeOf(issue));
    if (request.method === "GET") {
      const label = searchParams.get("labels");
      const found = issues.filter(({ labels: names }) => label === null || names.includes(label));
      return send(200, found.toSorted((a, b) => b.number - a.number).map(shapeOf));
    }
    if (pathname.endsWith("/labels")) return labels === "refused" ? send(403, { message: "no" }) : send(201, {});
    if (request.method === "PATCH" && issue !== undefined) return send(200, shapeOf(Object.assign(issue, body)));
    const made = {
      number: issues.length + 1,
      state: "open",
      body: body.body ?? "",
      labels: labels === "lost" ? [] : (body.labels ?? []),
    };
    issues.push(made);
    return send(201, shapeOf(made));
  };
  const apiUrl = await openServer((request, response) => void answer(request, response));
  const token = { kind: "token" as const, token: "ghp_SecretOfThisTest0000" };
  const { reader: client } = await createClients({ apiUrl, identity: token }, { log: silent, pace: "none" });
  return { client, written, issues };
}

const MINE = [LABELS.dashboard];
const contextOf = (client: Client) => ({ client, repository: "o/r", text, log: silent });
const write = (client: Client, planned: DashboardPlan | undefined) => {
  if (planned === undefined) throw new Error("nothing is planned");
  return publishDashboard(planned, contextOf(client));
};
const created = plan(input(), undefined);

describe("the dashboard that is read", () => {
  it("is the oldest open one that has the label, whatever others write", async () => {
    const { client } = await startIssues([
      { number: 1, state: "closed", body: "one", labels: MINE },
      { number: 2, state: "open", body: created?.body ?? "", labels: [] },
      { number: 3, state: "open", body: "three", labels: MINE },
      { number: 4, state: "open", body: "four", labels: MINE },
    ]);
    expect(await readDashboard(client, "o/r")).toMatchObject({ number: 3, state: "open", body: "three" });
  });

  it("is the newest closed one where none is open, and none where none has the label", async () => {
    const { client } = await startIssues([
      { number: 1, state: "closed", body: "one", labels: MINE },
      { number: 2, state: "closed", body: "two", labels: MINE },
      { number: 3, state: "open", body: "three", labels: ["bug"] },
    ]);
    expect(await readDashboard(client, "o/r")).toMatchObject({ number: 2, state: "closed" });
    const { client: other } = await startIssues([
      { number: 1, state: "open", body: created?.body ?? "", labels: ["bug"] },
    ]);
    expect(await readDashboard(other, "o/r")).toBeUndefined();
  });

  it("is unavailable where the repository has no issues", async () => {
    const { client } = await startIssues([], { status: 410 });
    expect(await readDashboard(client, "o/r")).toBe("unavailable");
    expect(await write(client, created)).toEqual({ outcome: "refused" });
  });
});

describe("the dashboard that is written", () => {
  it("is a new issue with its label, which the next run finds and leaves alone", async () => {
    const { client, written } = await startIssues([]);
    expect(await write(client, created)).toEqual({ outcome: "done", url: "https://github.com/o/r/issues/1" });
    expect(written).toEqual(["POST labels", "POST issues"]);
    const seen = await readDashboard(client, "o/r");
    expect(seen).not.toBe("unavailable");
    expect(plan(input(), seen === "unavailable" ? undefined : seen)).toBeUndefined();
  });

  it("is renewed only if it is as it was read", async () => {
    const before = created?.body ?? "";
    const { client, issues, written } = await startIssues([{ number: 1, state: "open", body: before, labels: MINE }]);
    const update = { kind: "update" as const, number: 1, url: "https://github.com/o/r/issues/1", body: "new", before };
    expect(await write(client, { ...update, before: `${before} ` })).toEqual({ outcome: "changed" });
    expect(written).toEqual([]);
    expect(await write(client, update)).toMatchObject({ outcome: "done" });
    expect(issues[0]?.body).toBe("new");
  });

  it("is none where labels are refused, and no issue is opened", async () => {
    const { client, written } = await startIssues([], { labels: "refused" });
    expect(await write(client, created)).toEqual({ outcome: "refused" });
    expect(written).toEqual(["POST labels"]);
  });

  it("is closed again where its label is lost, and not opened a second time", async () => {
    const { client, issues } = await startIssues([], { labels: "lost" });
    expect(await write(client, created)).toEqual({ outcome: "refused" });
    expect(issues).toMatchObject([{ state: "closed" }]);
    expect(await write(client, created)).toEqual({ outcome: "refused" });
    expect(issues).toHaveLength(1);
  });

  it("is not kept from being made by an outsider's issue", async () => {
    const theirs = { number: 1, state: "open", body: created?.body ?? "", labels: [] };
    const outsider = await startIssues([{ ...theirs, author_association: "NONE" }]);
    expect(await write(outsider.client, created)).toMatchObject({ outcome: "done" });
    const member = await startIssues([{ ...theirs, author_association: "MEMBER" }]);
    expect(await write(member.client, created)).toEqual({ outcome: "refused" });
  });
});
