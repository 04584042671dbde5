import { Hono } from "hono";
import { createExposition } from "#src/metrics/exposition.ts";
import type { Part } from "./server.ts";

const PAUSED = { "cache-control": "no-store" };

/**
 * What programs ask that watch this one: `/healthz` (it answers), `/readyz` (what is configured is there), `/metrics`
 * (Prometheus). They say nothing about people and hold no secrets, but name the Ollama hosts; nobody has to log in.
 */
export const health: Part = ({ services, readiness, metrics }) => {
  const expose = createExposition({ services, readiness, metrics });
  return new Hono()
    .get("/healthz", (context) => context.text("ok", 200, PAUSED))
    .get("/readyz", (context) => {
      const report = readiness.report();
      const isReady = report.status === "ready" || report.status === "degraded";
      return context.json(report, isReady ? 200 : 503, PAUSED);
    })
    .get("/metrics", async (context) => {
      const { text, type } = await expose();
      return context.body(text, 200, { ...PAUSED, "content-type": type });
    });
};
