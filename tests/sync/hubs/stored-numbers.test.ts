import { describe, expect, test } from "vitest";
import { oneOf, startHubsWorld } from "./hubs-world.ts";

describe("stored numbers without the hub's own count", () => {
  const shard = (bytes: number) => [{ path: "model-00001-of-00001.safetensors", bytes, lfs: true }];
  test.each([
    [
      "the index counts them",
      { metadata: { total_size: 16e9, total_parameters: 8e9 } },
      {},
      16e9,
      { total: 8e9, byType: {} },
    ],
    [
      "their type is known",
      { metadata: { total_size: 16e9 } },
      { dtype: "bfloat16" },
      16.1e9,
      { total: 8e9, byType: { BF16: 8e9 } },
    ],
    [
      "by the former name",
      { metadata: { total_size: 16e9 } },
      { torch_dtype: "float32" },
      16e9,
      { total: 4e9, byType: { F32: 4e9 } },
    ],
    ["their type is not known", { metadata: { total_size: 16e9 } }, {}, 16e9, undefined],
    [
      "some are quantized",
      { metadata: { total_size: 16e9 } },
      { dtype: "bfloat16", quantization_config: {} },
      16e9,
      undefined,
    ],
    ["the files are of another size", { metadata: { total_size: 16e9 } }, { dtype: "bfloat16" }, 17e9, undefined],
    ["the index is none", { weight_map: {} }, { dtype: "bfloat16" }, 16e9, undefined],
  ])("where %s", async (_, index, config, bytes, stored) => {
    const world = await startHubsWorld();
    world.hubs.huggingface.publish({ id: "a/one", safetensors: null, index, config, files: shard(bytes) });
    expect((await oneOf(world, "a/one")).stored).toEqual(stored);
  });

  test("are not looked for where the hub counts them", async () => {
    const world = await startHubsWorld();
    world.hubs.huggingface.publish({ id: "a/one", index: { metadata: { total_size: 2 } }, config: null });
    await oneOf(world, "a/one");
    expect(world.hubs.huggingface.asked()).toEqual(["/api/models/a/one?blobs=true"]);
  });
});
