import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { code } from "#src/base/markdown.ts";
import { QWEN3_CONFIG } from "./qwen3-config.ts";
import { openPulls, startWorld } from "./world.ts";

/** The texts of the shipped entries by id, without their repositories' numbers: the stand-in has its own. */
const files = Object.fromEntries(
  readdirSync("catalog/models").map((file) => [
    file.replace(/\.yaml$/, ""),
    readFileSync(`catalog/models/${file}`, "utf8").replace(/^(repository:\n {2}name: .*\n) {2}id: \d+\n/m, "$1"),
  ]),
);
const beside = Object.fromEntries(
  ["watch.yaml", "cards.yaml", "bases.yaml"].map((file) => [file, readFileSync(`catalog/${file}`, "utf8")]),
);
/** Every repository that is followed, once. */
const repositories = new Map(
  Object.values(files).flatMap((text) => {
    const name = /^repository:\n {2}name: (\S+)$/m.exec(text)?.[1];
    return name === undefined || /^ {2}disabled:/m.test(text) ? [] : [[name.toLowerCase(), name] as const];
  }),
);

const LINKED = "- [Qwen4-8B](https://huggingface.co/Qwen/Qwen4-8B)";
const IN_CODE = "Quantized: `Qwen/Qwen4-8B-FP8`.";
const README = ["# Qwen4", "", LINKED, IN_CODE].join("\n");

/** The shipped catalog, whose repositories all are there, with QwenLM/Qwen4 beside them. */
async function startWithQwen4() {
  const world = await startWorld(() => files, { beside });
  for (const name of repositories.values())
    world.github.upstream(name, { readme: "# a model\n", createdAt: "2024-01-01T00:00:00Z" });
  const qwen4 = world.github.upstream("QwenLM/Qwen4", {
    createdAt: "2026-11-22T08:00:00Z",
    readme: README,
  });
  const { huggingface } = world.hubs;
  const license = { license: "apache-2.0" };
  huggingface.publish({
    id: "Qwen/Qwen4-8B",
    createdAt: "2026-11-22T09:00:00.000Z",
    config: QWEN3_CONFIG,
    safetensors: { parameters: { BF16: 8_190_735_360 }, total: 8_190_735_360 },
    cardData: { ...license, language: ["zh", "en"] },
    files: [1, 2].map((part) => ({
      path: `model-0000${part}-of-00002.safetensors`,
      bytes: 8_190_735_360,
      lfs: true,
    })),
  });
  huggingface.publish({
    id: "Qwen/Qwen4-8B-FP8",
    createdAt: "2026-11-22T09:30:00.000Z",
    config: { ...QWEN3_CONFIG, quantization_config: { quant_method: "fp8" } },
    tags: ["transformers", "safetensors", "license:apache-2.0", "base_model:quantized:Qwen/Qwen4-8B"],
    safetensors: { parameters: { F8_E4M3: 8_190_735_360 }, total: 8_190_735_360 },
    cardData: license,
  });
  return { ...world, qwen4 };
}

test("a repository that appears beside the whole shipped catalog is a filled draft in the next run", {
  timeout: 60_000,
}, async () => {
  const world = await startWithQwen4();
  const { qwen4 } = world;
  const report = await world.sync();
  expect(report).toMatchObject({
    done: [{ action: "open", outcome: "done", branch: "mulu/sync/new-qwen4" }],
    seen: repositories.size + 1,
    newRepositories: ["QwenLM/Qwen4"],
    unreached: [],
    dashboard: { outcome: "done" },
  });
  const pulls = openPulls(world);
  expect(pulls).toMatchObject([{ head: "mulu/sync/new-qwen4", title: "新系列 Qwen4", draft: true }]);
  const [{ body = "" } = {}] = pulls;

  const text = await world.entry("qwen4", "mulu/sync/new-qwen4");
  expect(parse(text)).toMatchObject({
    name: "Qwen4",
    family: "Qwen",
    unreviewed: true,
    developers: [{ en: "Qwen (Alibaba)" }],
    released: "2026-11-22",
    architecture: "dense",
    contextTokens: 262_144,
    languages: ["zh", "en"],
    variants: [
      {
        name: "Qwen4-8B",
        parametersB: 8,
        storedParametersB: 8.191,
        fileGb: { bf16: 16.38 },
        attention: {
          ...{ layers: 36, kvHeads: 8, headDim: 128 },
          source: [
            expect.stringMatching(/^https:\/\/huggingface\.co\/Qwen\/Qwen4-8B\/blob\/[0-9a-f]{40}\/config\.json$/),
          ],
        },
        embeddings: { width: 4096, vocabulary: 151_936, tied: false },
        weights: [
          { precision: "bf16", hub: "huggingface", id: "Qwen/Qwen4-8B", unreviewed: true },
          { precision: "fp8", hub: "huggingface", id: "Qwen/Qwen4-8B-FP8", unreviewed: true },
        ],
      },
    ],
    license: { weights: "Apache-2.0", commercial: "yes" },
    repository: { name: "QwenLM/Qwen4", id: qwen4.id },
    sync: { hubOrgs: ["Qwen"] },
  });

  const page = `https://github.com/QwenLM/Qwen4/blob/${qwen4.head()}/README.md?plain=1`;
  expect(body, "evidence").toContain(`(${page}#L3): ${code(LINKED)}`);
  expect(body, "evidence").toContain(`(${page}#L4): ${code(IN_CODE)}`);
  expect(body, "preview").toMatch(/\| `Qwen4-8B` \| BF16 \| 15\.3 GB \|/);
  expect(body, "what a person still has to write").toMatch(/^- \[ \] .*`highlights`$/m);
  for (const model of ["qwen4-8b", "qwen4-8b-fp8"])
    expect(body, "a box for each model").toContain(`- [ ] <!-- mulu:decline weights:huggingface:qwen/${model} -->`);

  const second = await world.sync();
  expect(second.done).toEqual([]);
  expect(world.writes()).toEqual([]);
  expect(second.cost.requests).toBeLessThanOrEqual(20);
  expect(second.cost.points).toBeLessThanOrEqual(12);
  expect(second.cost.hubRequests, "Hugging Face once a day").toBe(0);
});
