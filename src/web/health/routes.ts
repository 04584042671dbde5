import { Hono } from "hono";
import { createExposition } from "#src/metrics/exposition.ts";
import { isReady, type ReadinessReport } from "#src/metrics/readiness.ts";
import { stateFamilies } from "#src/metrics/state.ts";
import type { Family } from "#src/metrics/tally.ts";
import type { SitePart } from "#src/web/http/server.ts";

const PAUSED = { "cache-control": "no-store" };

/** What a program tells of itself to whoever monitors it. */
export type HealthSource = {
  report: () => ReadinessReport;
  /** All metrics, as they are now. */
  families: () => Promise<Family[]>;
};

/**
 * What programs ask that watch this one: `/healthz` (it answers), `/readyz` (what is configured is there), `/metrics`
 * (Prometheus). They say nothing about people and hold no secrets, but name the Ollama hosts; nobody has to log in.
 */
export function healthOf({ report, families }: HealthSource): Hono {
  const expose = createExposition(families);
  return new Hono()
    .get("/healthz", (context) => context.text("ok", 200, PAUSED))
    .get("/readyz", (context) => {
      const now = report();
      return context.json(now, isReady(now) ? 200 : 503, PAUSED);
    })
    .get("/metrics", async (context) => {
      const { text, type } = await expose();
      return context.body(text, 200, { ...PAUSED, "content-type": type });
    });
}

/** Health of a bot, as a part of its site. */
export const health: SitePart = ({ services, readiness, metrics }) =>
  healthOf({
    report: readiness.report,
    families: async () => [...metrics.families(), ...(await stateFamilies({ services, readiness, metrics }))],
  });
