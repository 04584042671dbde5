import type { Upstream } from "#tests/stand-ins/github.ts";
import type { PublishedModel } from "#tests/stand-ins/model-hubs/models.ts";
import { known, NOW, startWorld, type World } from "./world.ts";

export const DAY = 86_400_000;
export const daysAgo = (days: number): string => new Date(NOW - days * DAY).toISOString();
const WATCH = `since: 2026-11-01
leaveOut:
  - { id: embeddings, zh: 向量模型, en: embedding models, names: ["*-Embedding*"] }
leaveOutRepositories:
  - { id: demos, zh: 演示, en: demos, names: ["*-demo"] }
`;
export const CONFIG = {
  ...{ model_type: "qwen3", architectures: ["Qwen3ForCausalLM"], max_position_embeddings: 8192 },
  ...{ num_hidden_layers: 8, num_attention_heads: 8, num_key_value_heads: 2, hidden_size: 1024, vocab_size: 1000 },
};

export type ModelsWorld = World & {
  upstream: Upstream;
  /** Puts models of `Org` on Hugging Face that are new since yesterday. */
  publish: (...models: (string | PublishedModel)[]) => void;
  /** A person ticks the box with this mark in the dashboard. */
  tick: (mark: string) => Promise<void>;
  dashboard: () => string;
};

/** Org/Model with one entry that has a variant, its organisation on the hubs, and more entries by id. */
export async function startModelsWorld({
  entries = {},
  watch = WATCH,
  fields = {},
  ...options
}: Parameters<typeof startWorld>[1] & {
  entries?: Record<string, string>;
  watch?: string;
  fields?: Record<string, string>;
} = {}): Promise<ModelsWorld> {
  const upstreams: Upstream[] = [];
  const world = await startWorld(
    (github) => {
      const upstream = github.upstream("Org/Model", { readme: "# Model", createdAt: "2025-01-01T00:00:00Z" });
      upstreams.push(upstream);
      const variants =
        "\n  - name: Model-7B\n    weights:\n      - label: 7B\n        hub: huggingface\n        id: Org/Model-7B";
      return { model: known("Model", upstream, { variants, sync: "\n  hubOrgs:\n    - Org", ...fields }), ...entries };
    },
    { beside: { "watch.yaml": watch }, ...options },
  );
  const [upstream] = upstreams;
  if (upstream === undefined) throw new Error("no upstream");
  const issue = () => world.catalog.issues.find(({ state }) => state === "open");
  return {
    ...world,
    upstream,
    publish: (...models) => {
      for (const model of models)
        world.hubs.huggingface.publish({
          createdAt: daysAgo(1),
          ...(typeof model === "string" ? { id: model } : model),
        });
    },
    tick: async (mark) => {
      const box = `[ ] <!-- mulu:${mark} -->`;
      const { number, body } = issue() ?? { number: 0, body: "" };
      if (!body.includes(box)) throw new Error(`no box ${mark} in ${body}`);
      await world.catalog.person.editBody(number, body.replace(box, box.replace("[ ]", "[x]")));
    },
    dashboard: () => issue()?.body ?? "",
  };
}
