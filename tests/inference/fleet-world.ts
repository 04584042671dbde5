import { pino } from "pino";
import { onTestFinished } from "vitest";
import { createFleet, type FleetOptions } from "#src/inference/fleet.ts";
import { createOllamaBackend } from "#src/inference/ollama/backend.ts";
import { type OllamaOptions, startOllama } from "#tests/stand-ins/ollama.ts";

const log = pino({ level: "silent" });
export type Line = Record<string, unknown>;
export const logTo = (lines: Line[]) => pino({ level: "warn" }, { write: (line) => void lines.push(JSON.parse(line)) });
export const OPTIONS = { slots: 2, allowCloud: false, log, pollMs: 50 };

export async function host(options: OllamaOptions = {}) {
  const ollama = await startOllama({ models: [{ name: "qwen3:8b" }], ...options });
  onTestFinished(() => ollama.stop());
  return ollama;
}
export const fleetOf = async (urls: string[], options: Partial<Omit<FleetOptions, "hosts">> = {}) => {
  const fleet = createFleet({
    ...OPTIONS,
    backend: createOllamaBackend(),
    hosts: urls.map((url) => ({ url })),
    ...options,
  });
  await fleet.ready();
  return fleet;
};
