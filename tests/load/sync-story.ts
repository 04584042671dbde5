import { rm } from "node:fs/promises";
import { join } from "node:path";
import { splitMarker } from "#src/sync/propose/marker.ts";
import type { SyncReport } from "#src/sync/run.ts";
import type { Upstream } from "#tests/stand-ins/github.ts";
import { known, NOW, openPulls, startWorld, type World } from "#tests/sync/world.ts";
import { temporaryFolder } from "#tests/temporary-catalog.ts";

const HOUR = 3_600_000;
const WATCH = "since: '2026-11-01'\n";

export const listed = (id: string, fields: Record<string, unknown> = {}) => ({
  id,
  createdAt: "2026-11-20T00:00:00.000Z",
  config: {
    ...{ architectures: ["Qwen3ForCausalLM"], model_type: "qwen3", num_hidden_layers: 36, num_attention_heads: 32 },
    ...{ num_key_value_heads: 8, head_dim: 128, hidden_size: 4096, vocab_size: 151936, torch_dtype: "bfloat16" },
    max_position_embeddings: 32768,
  },
  safetensors: { parameters: { BF16: 7_000_000_000 }, total: 7_000_000_000 },
  cardData: { license: "apache-2.0" },
  ...fields,
});

const ROW = "\n  - hub: huggingface\n    id: Org/Model-7B\n    label: 7B";

export type Story = World & {
  upstream: Upstream;
  dataDir: string;
  /** One run, so many hours after the last one. */
  run: (hours?: number, options?: Parameters<World["sync"]>[0]) => Promise<SyncReport>;
  /** Forgets what is kept. */
  forget: () => Promise<void>;
  at: () => number;
};

/** One entry of an organisation that has more models than the catalog. */
export async function tell(
  options: Parameters<typeof startWorld>[1] = {},
  entries: Record<string, string> = {},
): Promise<Story> {
  const upstreams: Upstream[] = [];
  const world = await startWorld(
    (github) => {
      const upstream = github.upstream("Org/Model", { readme: "# Model", createdAt: "2026-01-01T00:00:00Z" });
      upstreams.push(upstream);
      return { model: known("Model", upstream, { sync: "\n  hubOrgs:\n    - Org", weights: ROW }), ...entries };
    },
    { beside: { "watch.yaml": WATCH }, ...options },
  );
  const [upstream] = upstreams;
  if (upstream === undefined) throw new Error("no upstream");
  const dataDir = join(await temporaryFolder(), "data");
  world.hubs.huggingface.publish(listed("Org/Model-7B", { createdAt: "2026-01-01T00:00:00.000Z" }));
  let now = NOW;
  return {
    ...{ ...world, upstream, dataDir },
    at: () => now,
    run: (hours = 6, more = {}) => {
      now += hours * HOUR;
      return world.sync({ now, dataDir, ...more });
    },
    forget: () => rm(dataDir, { recursive: true, force: true }),
  };
}

export const signalsOf = (body: string): readonly string[] => splitMarker(body).marker?.signals ?? [];

/** What stands open, for comparing before and after. */
export const standing = (story: World) =>
  openPulls(story).map(({ number, title, head, headOid, body, labels }) => ({
    number,
    title,
    head,
    headOid,
    body,
    labels,
  }));
