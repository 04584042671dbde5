import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createLog } from "#src/base/log.ts";
import { splitDashboard } from "#src/sync/dashboard/dashboard-marker.ts";
import { splitMarker } from "#src/sync/propose/marker.ts";
import { runSync } from "#src/sync/run.ts";
import { fastestFolder } from "#tests/fastest-folder.ts";
import { CATALOG, followed, NOW, openPulls, startWorld } from "#tests/sync/world.ts";

const SECRET = "hf_VerySecretTokenOfTheHub123456";
/** What GitHub would act on in a text, or in a commit's message made of it. */
const ACTIVE =
  /@(?=[\p{L}\p{N}_-])|#(?=\p{N})|\bGH-\d|\/(?:issues|pulls?|discussions)\/\d|\/commits?\/[0-9a-f]{7}|\[skip ci\]/iu;
const BAD =
  "@octocat fixes #1 closes https://github.com/o/r/issues/1 GH-1 ` `` <!-- mulu:boxes --> </details> | [skip ci]";

const row = (id: string, fields: object = {}) => ({
  id,
  createdAt: "2026-11-22T08:00:00.000Z",
  cardData: {
    license: "other",
    license_name: BAD,
    license_link: "javascript:alert(1)",
    language: ["zh", "<b>", "../x"],
  },
  safetensors: { parameters: { BF16: 8e9 }, total: 8e9 },
  ...fields,
});

async function hostileWorld() {
  const world = await startWorld(
    () => ({
      acme: followed("Acme", "acme/Acme", { sync: "\n  mode: readme\n  hubOrgs:\n    - AcmeAI" }),
      rival: followed("Rival", "rival/Rival", { sync: "\n  mode: readme\n  hubOrgs:\n    - RivalAI" }),
    }),
    { hubs: { token: SECRET }, beside: { "watch.yaml": "since: '2026-06-01'\n" } },
  );
  const readme = [
    `[Acme2-8B](https://huggingface.co/AcmeAI/Acme2-8B) ${BAD}`,
    "[of another](https://huggingface.co/RivalAI/Rival9-8B) [of nobody](https://huggingface.co/Evil/Evil-8B)",
    "[look-alike](https://huggingface.co/\u0410cmeAI/Acme3-8B) [up](https://huggingface.co/AcmeAI/../Evil)",
    "[coded](https://huggingface.co/AcmeAI/a%2fb-8B) [proto](https://huggingface.co/AcmeAI/constructor)",
  ].join("\n");
  world.github.upstream("acme/Acme", {
    readme,
    createdAt: "2024-01-01T00:00:00Z",
    description: BAD,
  });
  world.github.upstream("rival/Rival", { readme: "# rival\n", createdAt: "2024-01-01T00:00:00Z" });
  world.github.upstream("acme/new-one", { readme: BAD, description: BAD, createdAt: "2026-11-21T00:00:00Z" });
  for (const id of ["AcmeAI/Acme2-8B", "AcmeAI/__proto__", "AcmeAI/constructor", "AcmeAI/con", "AcmeAI/Nova-8B"])
    world.hubs.huggingface.publish(row(id));
  world.hubs.huggingface.publish(row("RivalAI/Nova-8B"));
  return world;
}

test("hostile READMEs, cards and names lead to harmless proposals of own models alone", async () => {
  const world = await hostileWorld();
  const report = await world.sync();
  const proposed = report.desired.proposals.flatMap(({ signals }) => signals.map(({ id }) => id));
  expect(proposed).toContain("weights:huggingface:acmeai/acme2-8b");
  expect(proposed).not.toContain("weights:huggingface:acmeai/a");
  expect(proposed.filter((id) => /evil|rival9|[^ -~]|\.\.|%2f/u.test(id))).toEqual([]);
  expect(report.done.filter(({ outcome }) => outcome !== "done")).toEqual([]);
  for (const { files, signals } of report.desired.proposals) {
    const makers = new Set(signals.flatMap(({ id }) => /^weights:\w+:([^/]+)/.exec(id)?.[1] ?? []));
    expect([...makers].length, "one maker in each proposal").toBeLessThanOrEqual(1);
    for (const { file } of files) expect(file).not.toMatch(/^(?:con|nul)\.yaml$|__|\.\./);
    for (const { text } of files) expect(text).not.toMatch(/javascript:/);
  }
  for (const { body, title } of openPulls(world)) {
    const { text, marker } = splitMarker(body);
    expect(text).not.toMatch(ACTIVE);
    expect(title).not.toMatch(ACTIVE);
    expect(marker?.signals.length).toBeGreaterThan(0);
  }
  const [board] = world.catalog.issues;
  expect(splitDashboard(board?.body ?? "").marker).toBeDefined();
  const shown = (board?.body ?? "").replaceAll(/\(https:\/\/github\.com\/list\/mulu\/pull\/\d+\)/g, "");
  expect(shown).not.toMatch(ACTIVE);
  await world.sync();
  const again = await world.sync();
  expect(again.done).toEqual([]);
});

test("tokens are in no log, report, proposal or error, and go to nobody else", async () => {
  const world = await hostileWorld();
  const dataDir = await mkdtemp(join(await fastestFolder(), "mulu-sync-"));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const lines: string[] = [];
  const log = createLog(
    { logLevel: "trace", logFormat: "json" },
    Object.assign({ write: (line: string) => void lines.push(line) }, { isTTY: false }),
  );
  const told: string[] = [];
  const run = async (token: string) => {
    try {
      const report = await runSync({
        mode: "pr",
        github: {
          apiUrl: world.github.url,
          identity: { kind: "token", token },
          catalog: { repository: CATALOG, branch: "main" },
          cron: "17 */6 * * *",
        },
        hubs: world.hubs.settings(),
        ...{ catalogDir: "catalog", dataDir, locale: "zh-CN", log, pace: "none" },
        signal: new AbortController().signal,
        now: () => NOW,
      });
      told.push(JSON.stringify(report));
    } catch (error) {
      told.push(JSON.stringify(error, Object.getOwnPropertyNames(error)), String(error));
      log.error({ err: error }, "failed");
    }
  };
  const { huggingface, modelscope } = world.hubs;
  huggingface.fail("/api/models", { kind: "status", status: 500, body: { error: `Bearer ${SECRET}` } }, 2);
  modelscope.fail("/", { kind: "status", status: 500, body: SECRET }, 2);
  world.github.faults.next("502");
  world.github.faults.next("partial");
  await run(world.github.token);
  huggingface.fail("/", { kind: "status", status: 401, body: { error: `Invalid credentials ${SECRET}` } }, 2);
  await run(world.github.token);
  await run("ghp_wrongTokenThatNobodyKnows123456");
  const texts = [
    ...lines,
    ...told,
    ...world.catalog.pulls.flatMap(({ title, body }) => [title, body]),
    ...world.catalog.issues.map(({ body }) => body),
  ].join("\n");
  expect(lines.length).toBeGreaterThan(5);
  for (const secret of [SECRET, world.github.token, "ghp_wrongTokenThatNobodyKnows123456"])
    expect(texts.includes(secret), secret.slice(0, 8)).toBe(false);
  expect(world.hubs.violations().filter((line) => /token/i.test(line))).toEqual([]);
});
