import fc from "fast-check";
import { expect, test } from "vitest";
import { isModelId } from "#src/sync/hubs/provider.ts";
import { DAY, factsOf, startHubsWorld } from "./hubs-world.ts";

/** JSON with the names that the hubs use, and values that they do not. */
const FIELDS = [
  "id",
  "tags",
  "config",
  "createdAt",
  "siblings",
  "cardData",
  "gated",
  "sha",
  "Data",
  "data",
  "models",
  "items",
];
const { value: anything } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, 0, -1, 1e300, "", "a/b", "a/one", "__proto__", "../..", "x".repeat(1000)),
    fc.string(),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.constantFrom(...FIELDS), fc.string()), tie("value"), { maxKeys: 6 }),
  ),
}));

test("whatever JSON the hubs answer, a run ends with what can be read or with why not", async () => {
  const world = await startHubsWorld();
  const { huggingface, modelscope } = world.hubs;
  await fc.assert(
    fc.asyncProperty(anything, async (body) => {
      world.clock.now += DAY;
      for (const hub of [huggingface, modelscope]) {
        hub.heal();
        hub.fail("/", { kind: "status", status: 200, body: body ?? "null" }, 100);
      }
      const organizations = [
        { huggingface: ["a"], modelscope: [] },
        { huggingface: [], modelscope: ["a"] },
      ];
      const seen = await world.look([], { organizations });
      for (const { models } of seen.listings)
        for (const { id } of models) expect([isModelId(id), id.startsWith("a/")]).toEqual([true, true]);
      for (const { silence } of seen.silent) expect(silence.detail).toMatch(/^127\.0\.0\.1:\d+: .{0,230}$/);
      const answers = [
        ...(await factsOf(world, ["a/one"])),
        ...(await factsOf(world, ["a/one"], { hub: "modelscope" })),
      ];
      for (const [, { state }] of answers) expect(["found", "absent", "silent"]).toContain(state);
    }),
    { numRuns: 60 },
  );
});
