import { z } from "zod";
import { silenceOf } from "./failure.ts";
import {
  addressKey,
  type FactsAnswer,
  HUBS,
  type ListedModel,
  type Listing,
  type ModelAddress,
  type ModelFacts,
} from "./hub.ts";
import type { Hubs } from "./hubs.ts";
import { keptModel } from "./kept-listing.ts";

export type ReadFacts = {
  hubs: Hubs;
  /** What was listed: its rows tell whether what is kept of a model is still true. */
  listings?: readonly Listing[] | undefined;
  /** The most models that are asked for. */
  most?: number | undefined;
  /** Asks for what no listing confirms although its day is not over. */
  lookAgain?: boolean | undefined;
};

/** Each takes two or three requests, and Hugging Face allows 500 in five minutes to who is anonymous. */
const MOST_A_RUN = 120;
/** How long an answer is good where no listing has the model. */
const GOOD_MS = 24 * 3_600_000;

const text = z.string();
const maybe = text.optional().transform((value) => value);
const keptFacts = keptModel.extend({
  license: z.object({ tag: maybe, name: maybe, link: maybe }),
  baseModels: z
    .array(
      z.object({
        id: text,
        relation: z
          .enum(["finetune", "quantized", "merge", "adapter"])
          .optional()
          .transform((value) => value),
      }),
    )
    .readonly(),
  languages: z.array(text).readonly(),
  stored: z
    .object({ total: z.number(), byType: z.record(text, z.number()) })
    .optional()
    .transform((value) => value),
  files: z
    .array(
      z.object({
        path: text,
        bytes: z
          .number()
          .optional()
          .transform((value) => value),
      }),
    )
    .readonly(),
  config: z
    .record(text, z.unknown())
    .optional()
    .transform((value) => value),
}) satisfies z.ZodType<ModelFacts>;

/** Facts, or undefined where the hub has not the model, as they were answered at a time. */
const keptAnswer = z.object({
  form: z.literal(1),
  at: z.number(),
  facts: keptFacts.optional().transform((value) => value),
});
type KeptAnswer = z.output<typeof keptAnswer>;

/** A row of a listing, and when the hub confirmed it. */
type Row = { model: ListedModel; readAt: number };

/**
 * What the hubs say of models, by `addressKey`. Answers are kept: of a listed model until its row differs, of another for a
 * day. Where a hub does not answer, or so many were asked already, what was kept counts. After a renaming the facts have the new
 * id. Rejects only with what the signal was raised with.
 */
export async function readFacts(
  models: readonly ModelAddress[],
  { hubs, listings = [], most = MOST_A_RUN, lookAgain = false }: ReadFacts,
): Promise<Map<string, FactsAnswer>> {
  const rows = new Map(
    listings.flatMap(({ models: listed, readAt }) =>
      listed.map((model): [string, Row] => [addressKey(model), { model, readAt }]),
    ),
  );
  const wanted = [...new Map(models.map((model) => [addressKey(model), model])).entries()];
  const isOfToday = ({ at }: KeptAnswer): boolean => !lookAgain && hubs.now() - at < GOOD_MS;
  const looked = wanted.map(([key, model]) => {
    const kept = hubs.cache.read("facts", key, keptAnswer);
    const row = rows.get(key);
    return { key, model, kept, row, isGood: kept !== undefined && (row ? agrees(kept, row) : isOfToday(kept)) };
  });
  // Those that were never answered first, then the oldest: what is beyond the limit has its turn.
  const stale = looked.filter((each) => !each.isGood).toSorted((a, b) => (a.kept?.at ?? 0) - (b.kept?.at ?? 0));
  const due = new Set(hubs.on ? stale.slice(0, most) : []);
  const answers = new Map<string, FactsAnswer>();
  const askAll = async (hub: ModelAddress["hub"]): Promise<void> => {
    for (const each of looked.filter(({ model }) => model.hub === hub)) {
      const { key, model, kept, row } = each;
      answers.set(key, due.has(each) ? await ask(hubs, model, kept, row) : (answerOf(kept) ?? { state: "notAsked" }));
    }
  };
  await Promise.all(HUBS.map(askAll));
  return new Map(looked.map(({ key }) => [key, answers.get(key) ?? { state: "notAsked" }]));
}

/** A row that is older than the answer says nothing against it. */
function agrees({ at, facts }: KeptAnswer, row: Row): boolean {
  if (at >= row.readAt) return true;
  if (facts === undefined) return false;
  const { sha, lastModified, gated } = row.model;
  if (facts.gated !== gated) return false;
  return sha === undefined ? lastModified !== undefined && lastModified === facts.lastModified : sha === facts.sha;
}

const answerOf = (kept: KeptAnswer | undefined): FactsAnswer | undefined =>
  kept && (kept.facts === undefined ? { state: "absent" } : { state: "found", facts: kept.facts });

async function ask(
  hubs: Hubs,
  model: ModelAddress,
  kept: KeptAnswer | undefined,
  row: Row | undefined,
): Promise<FactsAnswer> {
  try {
    const read = await hubs.providers[model.hub].readModel(model.id, kept?.facts);
    const answer: KeptAnswer = { form: 1, at: hubs.now(), facts: read ?? (row && withoutDetail(row.model)) };
    hubs.cache.keep("facts", addressKey(model), answer);
    return answerOf(answer) ?? { state: "absent" };
  } catch (error) {
    const silence = silenceOf(error);
    return kept?.facts ? { state: "found", facts: kept.facts } : { state: "silent", silence };
  }
}

/** The facts of a listed model whose page is shown to those only who agreed to terms. */
function withoutDetail(model: ListedModel): ModelFacts | undefined {
  if (!model.gated) return undefined;
  const tag = model.tags.find((each) => each.startsWith("license:"))?.slice("license:".length);
  const license = { tag, name: undefined, link: undefined };
  return { ...model, license, baseModels: [], languages: [], stored: undefined, files: [], config: undefined };
}
