import { describe, expect, test } from "vitest";
import { NO_WATCH, type Watch } from "#src/catalog/entry/watch.ts";
import { type FindModelsInput, findModels, type HubReads } from "#src/sync/find-models.ts";
import { addressKey, type FactsAnswer, type ModelAddress } from "#src/sync/hubs/hub.ts";
import { factsOf, foundOn } from "./draft/candidates.ts";
import { entryOf, repositoryOf } from "./samples.ts";

const entry = entryOf("model", {
  name: "Model",
  repository: { name: "Owner/Model" },
  sync: { hubOrgs: ["Org"] },
  weights: [{ label: "7B", hub: "huggingface", id: "Org/Model-7B" }],
});
const watch: Watch = {
  ...NO_WATCH,
  leaveOut: [{ id: "rankers", zh: "重排", en: "rankers", pipelineTags: ["text-ranking"] }],
};
const link = (id: string): string => `https://huggingface.co/${id}`;

/** What is found where a README has this text; what was asked of the hubs is noted. */
async function find(readme: string, hubs: Partial<HubReads> = {}, input: Partial<FindModelsInput> = {}) {
  const readmes = [{ oid: "1".repeat(40), path: "README.md", text: readme }];
  const asked = { collections: [] as string[], facts: [] as string[] };
  const found = await findModels(
    {
      ...{ entries: [entry], watch, listings: [], declined: new Set(), wanted: new Set(), open: new Set() },
      ...{
        unreadable: new Set(),
        repositories: [{ entries: [entry], repository: repositoryOf("Owner/Model", { readmes }) }],
      },
      ...input,
    },
    {
      collections: async (addresses) => {
        asked.collections.push(...addresses.map(({ organization, slug }) => `${organization}/${slug}`));
        return hubs.collections?.(addresses) ?? new Map();
      },
      facts: async (models) => {
        asked.facts.push(...models.map(({ id }) => id));
        return hubs.facts?.(models) ?? new Map();
      },
    },
  );
  return { ...found, asked };
}

const answering = (answers: Record<string, FactsAnswer>) => async (models: readonly ModelAddress[]) =>
  new Map(
    models.flatMap((model) => (answers[model.id] ? [[addressKey(model), answers[model.id]] as const] : [])),
  ) as Map<string, FactsAnswer>;

describe("a model that only a README names", () => {
  const ranker = answering({ "Org/Model-Rank": foundOn(factsOf("Org/Model-Rank", { pipelineTag: "text-ranking" })) });

  test("is left out once its hub says what it is, and not before", async () => {
    const before = await find(link("Org/Model-Rank"));
    expect(before.placed).toMatchObject([
      { candidate: { model: { id: "Org/Model-Rank" } }, facts: { state: "notAsked" } },
    ]);
    const after = await find(link("Org/Model-Rank"), { facts: ranker });
    expect(after.placed).toEqual([]);
    expect(after.leftOut).toMatchObject([{ candidate: { model: { id: "Org/Model-Rank" } }, rule: { id: "rankers" } }]);
  });
  test("is proposed in spite of what its hub says where a person wants it", async () => {
    const wanted = new Set(["huggingface:org/model-rank"]);
    const { placed, leftOut } = await find(link("Org/Model-Rank"), { facts: ranker }, { wanted });
    expect(placed).toHaveLength(1);
    expect(leftOut).toEqual([]);
  });
  test("is placed in its entry, or in a new one, and the hubs are asked for no other", async () => {
    const { placed, asked } = await find(
      ["Org/Model-14B", "Org/Model-7B", "Org/Model-Coder-7B", "Foreign/Model-1B"].map(link).join("\n"),
    );
    expect(placed.map(({ candidate, place }) => [candidate.model.id, place.kind])).toEqual([
      ["Org/Model-14B", "variant"],
      ["Org/Model-Coder-7B", "series"],
    ]);
    expect(asked.facts).toEqual(["Org/Model-14B", "Org/Model-Coder-7B"]);
  });
  test("is not asked about where people declined it", async () => {
    const { placed, declined, asked } = await find(
      link("Org/Model-14B"),
      {},
      {
        declined: new Set(["huggingface:org/model-14b"]),
      },
    );
    expect([placed.length, declined.length, asked.facts.length]).toEqual([0, 1, 0]);
  });
});

describe("collections", () => {
  const slug = "model-67aa00112233445566778899";
  const linked = `https://huggingface.co/collections/Org/${slug}`;

  test("of own organisations that a README links count as their models", async () => {
    const models = [{ hub: "huggingface" as const, id: "Org/Model-14B" }];
    const found = await find(`${linked} https://huggingface.co/collections/Foreign/${slug}`, {
      collections: async () => new Map([[`org/${slug}`, models]]),
    });
    expect(found.asked.collections).toEqual([`Org/${slug}`]);
    expect(found.placed.map(({ candidate }) => candidate.model.id)).toEqual(["Org/Model-14B"]);
  });
  test("that are silent cost nothing else", async () => {
    const { placed } = await find(`${linked} ${link("Org/Model-14B")}`);
    expect(placed.map(({ candidate }) => candidate.model.id)).toEqual(["Org/Model-14B"]);
  });
});
