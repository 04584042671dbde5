import { describe, expect, test } from "vitest";
import { readCollections } from "#src/sync/hubs/collections.ts";
import { readFacts } from "#src/sync/hubs/model-facts.ts";
import { factsOf, oneOf, startHubsWorld, statesOf } from "./hubs-world.ts";

const CONFIG = { model_type: "qwen4", num_hidden_layers: 36, architectures: ["Qwen4ForCausalLM"] };

describe("on Hugging Face a model", () => {
  test("has what its page, its card and its config.json say", async () => {
    const world = await startHubsWorld();
    world.hubs.huggingface.publish({
      id: "Qwen/Qwen4-8B-Instruct",
      createdAt: "2026-11-01T00:00:00.000Z",
      sha: "b".repeat(40),
      config: CONFIG,
      tags: ["license:other", "base_model:Qwen/Qwen4-8B", "base_model:finetune:Qwen/Qwen4-8B", "dataset:x"],
      cardData: {
        license: "other",
        license_name: "qwen-research",
        license_link: "LICENSE",
        base_model: ["Qwen/Qwen4-8B", "Qwen/Qwen4-Extra"],
        language: ["zh", "en"],
      },
      safetensors: { parameters: { BF16: 8_190_000_000, F32: 1000 }, total: 8_190_001_000 },
      files: [{ path: "model-00001-of-00002.safetensors", bytes: 9_000_000_000, lfs: true }],
    });
    expect(await oneOf(world, "Qwen/Qwen4-8B-Instruct")).toMatchObject({
      hub: "huggingface",
      id: "Qwen/Qwen4-8B-Instruct",
      createdAt: "2026-11-01T00:00:00.000Z",
      sha: "b".repeat(40),
      architectures: ["Qwen4ForCausalLM"],
      license: { tag: "other", name: "qwen-research", link: "LICENSE" },
      baseModels: [
        { id: "Qwen/Qwen4-8B", relation: "finetune" },
        { id: "Qwen/Qwen4-Extra", relation: undefined },
      ],
      languages: ["zh", "en"],
      stored: { total: 8_190_001_000, byType: { BF16: 8_190_000_000, F32: 1000 } },
      config: CONFIG,
      files: expect.arrayContaining([{ path: "model-00001-of-00002.safetensors", bytes: 9_000_000_000 }]),
    });
  });

  test("whose card writes words where others write lists, or nothing at all, is read as well", async () => {
    const world = await startHubsWorld();
    const cardData = {
      base_model: "Qwen/Qwen4-8B",
      base_model_relation: "quantized",
      language: "zh",
      license: ["mit"],
    };
    world.hubs.huggingface.publish(
      { id: "a/one", tags: [], cardData },
      { id: "a/bare", tags: [], configExtract: {}, config: null },
    );
    expect(await oneOf(world, "a/one")).toMatchObject({
      baseModels: [{ id: "Qwen/Qwen4-8B", relation: "quantized" }],
      languages: ["zh"],
      license: { tag: "mit" },
    });
    expect(await oneOf(world, "a/bare")).toMatchObject({
      baseModels: [],
      license: { tag: undefined },
      config: undefined,
      architectures: [],
    });
  });

  test("that was renamed has its new id, under the one that was asked for", async () => {
    const world = await startHubsWorld();
    world.hubs.huggingface.publish({ id: "THUDM/glm", config: CONFIG });
    world.hubs.huggingface.rename("THUDM/glm", "THUDM/glm-4");
    world.hubs.huggingface.rename("THUDM/glm-4", "zai-org/glm-4");
    expect(await oneOf(world, "THUDM/glm")).toMatchObject({ id: "zai-org/glm-4", config: CONFIG });
  });

  test.each([
    ["is not there", undefined],
    ["is private", { private: true }],
    ["was switched off", { disabled: true }],
    ["is shown to nobody who was not let in, and is on no list", { gated: "manual", hidesDetail: true }],
  ] as const)("that %s is absent, with a token and without", async (_, model) => {
    for (const token of [undefined, "hf_TokenOfThisTest"]) {
      const world = await startHubsWorld({ token });
      if (model) world.hubs.huggingface.publish({ id: "Qwen/Qwen4-8B", ...model });
      expect(statesOf(await factsOf(world, ["Qwen/Qwen4-8B"]))).toEqual(["absent"]);
    }
  });

  test("whose files are for those only who agreed to terms has its facts without them", async () => {
    const world = await startHubsWorld();
    world.hubs.huggingface.publish({ id: "a/gated", gated: "auto", config: CONFIG });
    expect(await oneOf(world, "a/gated")).toMatchObject({
      gated: true,
      config: undefined,
      license: { tag: "apache-2.0" },
    });
  });

  test("whose page is for those only, too, has what the list says", async () => {
    const world = await startHubsWorld();
    world.hubs.huggingface.publish({ id: "a/gated", gated: "manual", hidesDetail: true });
    const { listings } = await world.look(["a"]);
    const answers = await factsOf(world, ["a/gated"], { listings });
    expect([...answers.values()]).toMatchObject([
      { state: "found", facts: { gated: true, license: { tag: "apache-2.0" }, files: [], config: undefined } },
    ]);
  });

  test.each([
    ["no JSON", "not json", undefined],
    ["no object", "[1]", undefined],
    ["too large", JSON.stringify({ id2label: "x".repeat(256_000) }), undefined],
    ["as large as is read", JSON.stringify({ a: "x".repeat(255_992) }), { a: "x".repeat(255_992) }],
  ])("whose config.json is %s", async (_, config, read) => {
    const world = await startHubsWorld();
    world.hubs.huggingface.publish({ id: "a/one", config });
    expect((await oneOf(world, "a/one")).config).toEqual(read);
    const isAsked = world.hubs.huggingface.asked().some((path) => path.includes("/resolve/"));
    expect(isAsked).toBe(config.length <= 256_000);
  });
});

describe("on ModelScope a model", () => {
  test("has what its page and its config.json say", async () => {
    const world = await startHubsWorld();
    world.hubs.modelscope.publish({
      id: "baicai003/Llama3-Chat",
      createdAt: "2026-10-01T00:00:00.000Z",
      config: CONFIG,
      files: [{ path: "weights/model.safetensors", bytes: 77 }],
      modelscope: { detail: { BaseModel: ["LLM-Research/Llama3"], BaseModelRelation: "finetune" } },
    });
    expect(await oneOf(world, "baicai003/Llama3-Chat", "modelscope")).toMatchObject({
      id: "baicai003/Llama3-Chat",
      createdAt: "2026-10-01T00:00:00.000Z",
      pipelineTag: "text-generation",
      license: { tag: "apache-2.0", name: undefined },
      baseModels: [{ id: "LLM-Research/Llama3", relation: "finetune" }],
      config: CONFIG,
      files: expect.arrayContaining([{ path: "weights/model.safetensors", bytes: 77 }]),
    });
  });

  test.each([
    ["MIT License", { tag: "mit", name: undefined }],
    ["qwen-research", { tag: "qwen-research", name: undefined }],
    ["我们自己的许可证", { tag: undefined, name: "我们自己的许可证" }],
    ["", { tag: undefined, name: undefined }],
  ])("with the licence %j", async (License, license) => {
    const world = await startHubsWorld();
    world.hubs.modelscope.publish({ id: "a/one", modelscope: { detail: { License } } });
    expect((await oneOf(world, "a/one", "modelscope")).license).toMatchObject(license);
  });

  test("that is not there, or not for everybody, is absent, whether the hub says so by its status or inside", async () => {
    const world = await startHubsWorld();
    world.hubs.modelscope.publish({ id: "a/hidden", modelscope: { detail: { Visibility: 1 } } });
    world.hubs.modelscope.fail("/a/inside", {
      kind: "status",
      status: 200,
      body: { Code: 404, Message: "模型不存在" },
    });
    const answers = await factsOf(world, ["a/none", "a/hidden", "a/inside"], { hub: "modelscope" });
    expect(statesOf(answers)).toEqual(["absent", "absent", "absent"]);
  });
});

test("a model that a list still has and the hub has no longer is absent", async () => {
  const world = await startHubsWorld();
  world.hubs.huggingface.publish({ id: "a/one" });
  const { listings } = await world.look(["a"]);
  world.hubs.huggingface.remove("a/one");
  expect(statesOf(await factsOf(world, ["a/one"], { listings }))).toEqual(["absent"]);
});

test("who sends no token is not told that it is wrong: the model is absent", async () => {
  const world = await startHubsWorld();
  const headers = { "x-error-message": "Invalid credentials in Authorization header" };
  world.hubs.huggingface.fail("/a/one", { kind: "status", status: 401, headers });
  expect(statesOf(await factsOf(world, ["a/one"]))).toEqual(["absent"]);
  expect(world.logged()).not.toContain("token");
});

test("a run asks for so many models and no more; the others are said not to be asked, and have their turn later", async () => {
  const world = await startHubsWorld();
  const ids = ["a/1", "a/2", "a/3", "a/4", "a/5"];
  world.hubs.huggingface.publish(...ids.map((id) => ({ id, config: null })));
  expect(statesOf(await factsOf(world, ids, { most: 2 }))).toEqual([
    "found",
    "found",
    "notAsked",
    "notAsked",
    "notAsked",
  ]);
  expect(statesOf(await factsOf(world, ids, { most: 3 }))).toEqual(["found", "found", "found", "found", "found"]);
  expect(world.hubs.huggingface.requests.length).toBe(5);
});

test("a model is asked for once, however its name is written", async () => {
  const world = await startHubsWorld();
  world.hubs.huggingface.publish({ id: "Qwen/Qwen4-8B", config: null });
  const answers = await factsOf(world, ["Qwen/Qwen4-8B", "qwen/qwen4-8b"]);
  expect([...answers.keys()]).toEqual(["huggingface:qwen/qwen4-8b"]);
  expect(world.hubs.huggingface.requests.length).toBe(1);
});

test("where the hubs are switched off nothing is asked", async () => {
  const world = await startHubsWorld();
  const hubs = world.run({}, { on: false });
  expect(statesOf(await readFacts([{ hub: "huggingface", id: "a/one" }], { hubs }))).toEqual(["notAsked"]);
  const address = { organization: "a", slug: "x-1" };
  expect([...(await readCollections([address], { hubs })).values()]).toEqual([{ state: "notAsked" }]);
  expect(world.hubs.huggingface.requests).toEqual([]);
});
