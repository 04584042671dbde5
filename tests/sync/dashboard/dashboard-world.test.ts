import { expect, onTestFinished, test } from "vitest";
import type { DashboardPlan, ObservedDashboard } from "#src/sync/dashboard/dashboard-plan.ts";
import { decisionsIn } from "#src/sync/dashboard/decisions.ts";
import { createClients } from "#src/sync/github/client.ts";
import { LABELS } from "#src/sync/propose/proposal-text.ts";
import { type DashboardResult, publishDashboard, readDashboard } from "#src/sync/publish/dashboard.ts";
import { type GithubOptions, startGithub } from "#tests/stand-ins/github.ts";
import { silent } from "#tests/sync/observe-world.ts";
import { input, plan, type SampleState, text } from "./sample-dashboard.ts";

const MODEL = "weights:huggingface:qwen/qwen4-8b";
const NAME = "list/mulu";

/** A catalog's repository, and runs that keep a dashboard in it. */
async function startWorld(options: GithubOptions = {}) {
  const github = await startGithub(options);
  onTestFinished(() => github.close());
  const catalog = await github.catalog(NAME, { "README.md": "# list\n" });
  const identity = { kind: "token" as const, token: github.token };
  const { reader: client } = await createClients({ apiUrl: github.url, identity }, { log: silent, pace: "none" });
  const read = async (): Promise<ObservedDashboard | undefined> => {
    const seen = await readDashboard(client, NAME);
    if (seen === "unavailable") throw new Error("the repository has no issues");
    return seen;
  };
  const write = (planned: DashboardPlan): Promise<DashboardResult> =>
    publishDashboard(planned, { client, repository: NAME, text, log: silent });
  /** One run: gives what came of it, and how many requests changed something. */
  const run = async (state: SampleState) => {
    const before = github.requests.length;
    const planned = plan(state, await read());
    const result = planned && (await write(planned));
    const writes = github.requests.slice(before).filter(({ method }) => method !== "GET").length;
    return { outcome: result?.outcome, writes };
  };
  return { catalog, client, read, run, write };
}

test("a dashboard is opened once, renewed when there is something to say, and hears what is ticked", async () => {
  const { catalog, read, run } = await startWorld();
  expect(await run(input())).toEqual({ outcome: "done", writes: 2 });
  expect(await run(input({ today: "2026-12-24" }))).toEqual({ outcome: undefined, writes: 0 });
  expect(catalog.issues).toMatchObject([{ state: "open", labels: [LABELS.dashboard], title: text("dashboard.title") }]);

  expect(await run(input({ noticed: [MODEL] }))).toEqual({ outcome: "done", writes: 1 });
  const number = catalog.issues[0]?.number ?? 0;
  const ticked = catalog.issues[0]?.body.replace("[ ] <!-- mulu:ignore", "[x] <!-- mulu:ignore") ?? "";
  await catalog.person.editBody(number, ticked);
  expect([...decisionsIn([], await read()).declined]).toEqual([MODEL]);
  expect(await run(input())).toEqual({ outcome: "done", writes: 1 });
  expect([...decisionsIn([], await read()).declined]).toEqual([MODEL]);
  expect(await run(input())).toEqual({ outcome: undefined, writes: 0 });
});

test("an issue that anybody opens with our marks decides nothing", async () => {
  const { catalog, read, run } = await startWorld();
  const forged = plan(input({ noticed: [MODEL] }), undefined)?.body.replaceAll("- [ ]", "- [x]") ?? "";
  await catalog.person.openIssue("Dashboard", forged);
  expect(await read()).toBeUndefined();
  await run(input());
  expect(decisionsIn([], await read())).toMatchObject({ lookAgain: false });
  expect([...decisionsIn([], await read()).wanted]).toEqual([]);
});

test("a dashboard that a person closed is not written, and goes on once it is open again", async () => {
  const { catalog, run } = await startWorld();
  await run(input());
  const number = catalog.issues[0]?.number ?? 0;
  await catalog.person.close(number);
  expect(await run(input({ noticed: [MODEL] }))).toEqual({ outcome: undefined, writes: 0 });
  await catalog.person.reopen(number);
  expect(await run(input({ noticed: [MODEL] }))).toEqual({ outcome: "done", writes: 1 });
});

test("where a server takes no labels there is no second issue, and no failure", async () => {
  const { catalog, run } = await startWorld({ quirks: { refuseLabels: 403 } });
  expect(await run(input())).toMatchObject({ outcome: "refused" });
  const { length } = catalog.issues;
  expect(await run(input())).toEqual({ outcome: "refused", writes: 0 });
  expect(catalog.issues.filter(({ state }) => state === "open")).toEqual([]);
  expect(catalog.issues).toHaveLength(length);
});
