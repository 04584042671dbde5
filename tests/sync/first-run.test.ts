import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { commitMessage, withMarker } from "#src/sync/propose/marker.ts";
import { LABELS } from "#src/sync/propose/proposal-text.ts";
import type { Upstream } from "#tests/stand-ins/github.ts";
import { followed, known, NOW, openPulls, startWorld } from "./world.ts";

const run = promisify(execFile);
const daysAgo = (days: number): string => new Date(NOW - days * 86_400_000).toISOString();

describe("the first run", () => {
  it("proposes what is new, a pull request for each repository, and nothing for the others but their silence", async () => {
    const upstreams: Upstream[] = [];
    const world = await startWorld((github) => {
      const files: Record<string, string> = {};
      for (const name of ["Released", "Named", "Same"]) {
        const upstream = github.upstream(`Org/${name}`, { readme: `https://huggingface.co/Org/${name}-7B` });
        upstreams.push(upstream);
        const weights =
          name === "Named" ? {} : { weights: `\n  - label: 7B\n    hub: huggingface\n    id: Org/${name}-7B` };
        files[name.toLowerCase()] = followed(name, upstream.name, { sync: "\n  hubOrgs:\n    - Org", ...weights });
      }
      upstreams[0]?.release({ tag: "v4", publishedAt: daysAgo(50) });
      return files;
    });
    await world.sync();
    const pulls = openPulls(world).toSorted((a, b) => a.title.localeCompare(b.title));
    expect(pulls).toMatchObject([
      { title: "Named：新权重 Named-7B", head: `mulu/sync/${upstreams[1]?.id}` },
      { title: "Released：新版本 v4", head: `mulu/sync/${upstreams[0]?.id}` },
    ]);
    await world.sync();
    expect(world.writes()).toEqual([]);
    for (const { number } of pulls) await world.catalog.person.merge(number);
    expect(await world.entry("released")).toContain(`id: ${upstreams[0]?.id}`);
    expect(await world.entry("same")).not.toContain(`id: ${upstreams[2]?.id}`);
    await world.sync();
    expect(openPulls(world), "whatever number is known").toEqual([]);
  });

  it("closes the one for all of an older version as done", async () => {
    const upstreams: Upstream[] = [];
    const world = await startWorld((github) => {
      const upstream = github.upstream("Org/Model");
      upstreams.push(upstream);
      return { model: known("Model", upstream) };
    });
    const head = "mulu/sync/baseline";
    const files = { "catalog/models/model.yaml": await world.entry("model") };
    const oid = await world.catalog.person.commit(head, files, "x");
    const tree = await run("git", ["--git-dir", world.catalog.gitDir, "rev-parse", `${oid}^{tree}`]);
    await world.catalog.person.commit(
      head,
      files,
      commitMessage("Follow 1 repository", { tree: tree.stdout.trim(), digest: "0123456789abcdef" }).trimEnd(),
    );
    const marker = { v: 1 as const, signals: [`baseline:${upstreams[0]?.id}`], digest: "d", title: "T", body: "b" };
    const number = await world.catalog.person.open(head, "T", withMarker("x", marker));
    const report = await world.sync();
    expect(report.plan?.actions).toMatchObject([{ kind: "close", reason: "done", pull: { number } }]);
    expect(openPulls(world)).toEqual([]);
    await world.sync();
    expect([...(await world.catalog.branches()).keys()]).toEqual(["main"]);
  });

  it("opens no more than a person can read", async () => {
    const world = await startWorld((github) =>
      Object.fromEntries(
        Array.from({ length: 14 }, (_, number) => {
          const upstream = github.upstream(`Org/Model-${number}`);
          upstream.release({ tag: "v1", publishedAt: daysAgo(5) });
          return [`model-${number}`, known(`Model-${number}`, upstream)];
        }),
      ),
    );
    expect((await world.sync()).plan?.waiting).toHaveLength(9);
    expect(openPulls(world)).toHaveLength(5);
    await world.sync();
    await world.sync();
    expect(openPulls(world)).toHaveLength(10);
    await world.catalog.person.merge(openPulls(world)[0]?.number ?? 0);
    await world.sync();
    expect(openPulls(world)).toHaveLength(10);
  });
});

describe("several entries of one repository", () => {
  it("are one proposal, with new weights where their names fit, beside a draft for a new generation", async () => {
    const upstreams: Upstream[] = [];
    const world = await startWorld((github) => {
      const names = ["Qwen3-8B", "Qwen3-4B-AWQ", "Qwen2.5-7B-FP8", "Qwen3.7-9B"];
      const upstream = github.upstream("QwenLM/Qwen3", {
        readme: names.map((name) => `https://huggingface.co/Qwen/${name}`).join("\n"),
      });
      upstreams.push(upstream);
      const fields = (released: string, model: string) => ({
        released: `'${released}'`,
        sync: "\n  hubOrgs:\n    - Qwen",
        variants: `\n  - name: ${model}\n    weights:\n      - label: ${model}\n        hub: huggingface\n        id: Qwen/${model}`,
      });
      return {
        "qwen2.5": known("Qwen2.5", upstream, fields("2024-09", "Qwen2.5-7B")),
        qwen3: known("Qwen3", upstream, fields("2025-04", "Qwen3-8B")),
      };
    });
    await world.sync();
    const pulls = openPulls(world).toSorted((a, b) => a.head.localeCompare(b.head));
    const [own, fresh] = pulls;
    expect(pulls).toMatchObject([
      { head: `mulu/sync/${upstreams[0]?.id}`, draft: false, labels: [LABELS.ours, LABELS.review] },
      { head: "mulu/sync/new-qwen3.7", draft: true, labels: [LABELS.ours, LABELS.review] },
    ]);
    expect(await world.entry("qwen3", own?.head)).toMatch(/- name: Qwen3-4B\n[\s\S]*id: Qwen\/Qwen3-4B-AWQ/);
    expect(await world.entry("qwen2.5", own?.head)).toMatch(
      /variants:\n {2}- name: Qwen2.5-7B\n {4}weights:\n[\s\S]*id: Qwen\/Qwen2.5-7B-FP8/,
    );
    for (const id of ["qwen2.5", "qwen3"])
      expect(await world.entry(id, own?.head), "into variants").not.toMatch(/^weights:/m);
    expect(await world.entry("qwen3.7", fresh?.head)).toMatch(/unreviewed: true[\s\S]*id: Qwen\/Qwen3.7-9B/);
    await world.sync();
    expect(world.writes()).toEqual([]);
    upstreams[0]?.setFile("train.py", "print()");
    await world.sync();
    expect(world.writes(), "a push that changes no README is no news").toEqual([]);
    for (const { number } of pulls) await world.catalog.person.merge(number);
    await world.sync();
    expect(openPulls(world)).toEqual([]);
  });
});
